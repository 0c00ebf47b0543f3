//! The frame of each page of the staff app: navigation, and whether everything is sent.

use std::collections::BTreeSet;

use leptos::{either::Either, prelude::*};
use servery_domain::{device::DeviceKind, id::OrderId, slug::Slug};

use super::{
    auto_reload::between_sales,
    clock::{Here, time_of_day, use_clock},
    orders::new_orders,
    page::StaffPage,
};
use crate::{
    components::demo_badge::demo_badge,
    page_address::visit,
    pages::Content,
    pos_client::{Connectivity, PairingState, pos_client},
    routes::{self, View},
    text::{self, Texts, staff::Key, texts},
};

pub fn frame(content: RwSignal<Content<StaffPage>>, main: impl IntoView + 'static) -> impl IntoView {
    let texts = texts();
    between_sales(content);
    provide_context(Here(Memo::new(move |_| {
        content.with(|content| match content {
            Content::Page(page) => Some(page.premises().listing.restaurant.zone.clone()),
            Content::Problem(_) => None,
        })
    })));
    let name = move || {
        content.with(|content| match content {
            Content::Page(page) => page.premises().listing.restaurant.name.clone(),
            Content::Problem(_) => "Servery".to_owned(),
        })
    };
    let badge = move || {
        content.with(|content| match content {
            Content::Page(page) => demo_badge(page.premises().listing.is_demo),
            Content::Problem(_) => None,
        })
    };
    view! {
        <a class="skip" href="#main">{texts.get(text::Key::SkipToContent)}</a>
        <header class="bar">
            <span><strong dir="auto">{name}</strong>{badge}</span>
            <nav aria-label=texts.get(Key::BarPages)>{tabs(texts)}</nav>
            {state(texts)}
            {clock()}
        </header>
        {notice(texts)}
        {main}
    }
}

fn tabs(texts: Texts) -> impl IntoView {
    let visit = visit();
    let pairing = pos_client().map(|client| client.pairing());
    let new = new_ones();
    move || {
        let path = visit.with(|visit| visit.path.clone());
        let slug = routes::read(&path).and_then(|(_, values)| routes::slug(&values))?;
        let kind = pairing.and_then(|pairing| {
            pairing.with(|pairing| match pairing {
                PairingState::Paired(paired) if paired.slug == slug => Some(paired.kind),
                _ => None,
            })
        });
        let tab = |(page, key)| {
            let counted = matches!(key, Key::TillTitle | Key::KitchenTitle);
            tab(
                texts,
                &slug,
                &path,
                page,
                key,
                counted.then(|| waiting(texts, new)),
            )
        };
        Some(view! { <ul>{pages(kind).iter().copied().map(tab).collect::<Vec<_>>()}</ul> })
    }
}

/// Unanswered orders of diners. A new one plays a sound on every page.
fn new_ones() -> Memo<usize> {
    let Some(client) = pos_client() else {
        return Memo::new(|_| 0);
    };
    let (pos, pairing) = (client.pos(), client.pairing());
    let orders = Memo::new(move |_| {
        pos.with(|pos| {
            new_orders(pos)
                .iter()
                .map(|order| order.id)
                .collect::<BTreeSet<_>>()
        })
    });
    let badged = client.clone();
    Effect::new(move |before: Option<Option<BTreeSet<OrderId>>>| {
        let now = orders.get();
        // Orders that were already stored are not new.
        client.name()?;
        let answers = client
            .paired()
            .is_some_and(|paired| paired.kind != DeviceKind::Courier);
        if before
            .flatten()
            .is_some_and(|before| answers && !now.is_subset(&before))
        {
            client.play_sound();
        }
        Some(now)
    });
    let count = Memo::new(move |_| orders.with(BTreeSet::len));
    Effect::new(move |_| {
        // The icon still has the number of yesterday.
        if pairing.with(|pairing| *pairing != PairingState::Unknown) {
            badged.set_badge(count.get());
        }
    });
    count
}

fn waiting(texts: Texts, new: Memo<usize>) -> impl IntoView {
    move || {
        (new.get() > 0)
            .then(|| view! { " "<small class="badge">{texts.count(Key::BillNew, new.get())}</small> })
    }
}

/// A notice that links to the device's page for details.
fn notice(texts: Texts) -> impl IntoView {
    let visit = visit();
    let pairing = pos_client().map(|client| client.pairing());
    move || {
        let path = visit.with(|visit| visit.path.clone());
        let (route, values) = routes::read(&path)?;
        let slug = routes::slug(&values).filter(|_| route.view != View::Device)?;
        let key = pairing?.with(|pairing| match pairing {
            PairingState::Unknown => None,
            PairingState::Paired(paired) => (paired.slug != slug).then_some(Key::DeviceOther),
            PairingState::Impossible(_) => Some(Key::DeviceImpossible),
            PairingState::Unpaired => Some(Key::DeviceUnpaired),
            PairingState::Revoked(_) => Some(Key::DeviceRevoked),
        })?;
        let here = format!("/staff/{slug}");
        Some(
            view! { <p class="said bad notice" role="alert">{texts.get(key)}" "<a href=here>{texts.get(Key::DeviceTitle)}</a></p> },
        )
    }
}

pub fn pages(kind: Option<DeviceKind>) -> &'static [(&'static str, Key)] {
    match kind {
        Some(DeviceKind::Till) => &[
            ("/till", Key::TillTitle),
            ("/floor", Key::FloorTitle),
            ("/kitchen", Key::KitchenTitle),
            ("/runs", Key::RunsTitle),
            ("", Key::DeviceTitle),
        ],
        Some(DeviceKind::Kitchen) => &[("/kitchen", Key::KitchenTitle), ("", Key::DeviceTitle)],
        Some(DeviceKind::Courier) => &[("/runs", Key::RunsTitle), ("", Key::DeviceTitle)],
        None => &[("", Key::DeviceTitle)],
    }
}

pub fn tab<V: IntoView + 'static>(
    texts: Texts,
    slug: &Slug,
    path: &str,
    page: &str,
    key: Key,
    more: V,
) -> impl IntoView + use<V> {
    let href = format!("/staff/{slug}{page}");
    let here = (href == path).then_some("page");
    view! { <li><a href=href aria-current=here>{texts.get(key)}{more}</a></li> }
}

/// The number of unsynced ops is always visible.
fn state(texts: Texts) -> impl IntoView {
    let Some(client) = pos_client() else {
        return Either::Left(());
    };
    let (unsynced, line) = (client.unsynced(), client.connectivity());
    let said = move || {
        texts.get(match line.get() {
            Connectivity::Unknown => Key::LineUnknown,
            Connectivity::Online => Key::LineOnline,
            Connectivity::Offline => Key::LineOffline,
            Connectivity::Trouble => Key::LineTrouble,
            Connectivity::Storage => Key::LineStorage,
        })
    };
    let class = move || match line.get() {
        Connectivity::Unknown => "unknown",
        Connectivity::Online => "online",
        Connectivity::Offline => "offline-now",
        Connectivity::Trouble | Connectivity::Storage => "trouble",
    };
    let count = move || match unsynced.get().count {
        0 => texts.get(Key::UnsyncedNone).to_owned(),
        count => texts.count(Key::UnsyncedCount, count),
    };
    let waits = move || (unsynced.get().count > 0).to_string();
    let (pairing, pos) = (client.pairing(), client.pos());
    let refused = Memo::new(move |_| pos.with(|pos| pos.refused().count()));
    let refused = move || {
        let page = pairing.with(|pairing| match pairing {
            PairingState::Paired(paired) | PairingState::Revoked(paired) => {
                Some(format!("/staff/{}", paired.slug))
            }
            _ => None,
        });
        page.filter(|_| refused.get() > 0).map(
            |page| view! { <a class="refusals" href=page>{texts.count(Key::BarRefused, refused.get())}</a> },
        )
    };
    // A browser that is not paired has nothing to send.
    let idle = move || {
        pairing.with(|pairing| !matches!(pairing, PairingState::Paired(_) | PairingState::Revoked(_)))
    };
    Either::Right(view! {
        <p class="line" role="status" hidden=idle>
            <span class=class>{said}</span>
            <span class="unsynced" data-waits=waits>{count}</span>
            {refused}
        </p>
    })
}

fn clock() -> impl IntoView {
    let now = use_clock(5);
    move || {
        now.get()
            .map(time_of_day)
            .map(|clock| view! { <time>{clock}</time> })
    }
}
