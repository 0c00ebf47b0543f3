//! The health of a device: whether its storage is safe, and whether everything is sent.

use leptos::{
    either::{Either, EitherOf3},
    prelude::*,
    task::spawn_local,
};
use servery_domain::{
    device::{DeviceKind, Paired},
    lang::Lang,
};

use super::At;
use crate::{
    page_address::{address, visit},
    pages::staff::clock::{ago, use_clock},
    pos_client::{Installation, StorageUsage},
    text::{self, Texts, staff::Key},
};

const MEGABYTE: f64 = 1_000_000.0;
/// The expected bytes of a day's work and the app.
const LITTLE: f64 = 100.0 * MEGABYTE;

pub fn kind(kind: DeviceKind) -> Key {
    match kind {
        DeviceKind::Till => Key::KindTill,
        DeviceKind::Kitchen => Key::KindKitchen,
        DeviceKind::Courier => Key::KindCourier,
    }
}

pub fn health(texts: Texts, at: At, paired: &Paired) -> impl IntoView + use<> {
    view! {
        <dl class="health">
            <div><dt>{texts.get(Key::DeviceName)}</dt><dd><span dir="auto">{paired.name.clone()}</span></dd></div>
            <div><dt>{texts.get(Key::DeviceKind)}</dt><dd>{texts.get(kind(paired.kind))}</dd></div>
            <div><dt>{texts.get(Key::DeviceUnsynced)}</dt><dd class="waiting">{unsynced(texts, at)}</dd></div>
            <div><dt>{texts.get(Key::DeviceHeard)}</dt><dd>{last_contact(texts, at)}</dd></div>
            <div><dt>{texts.get(Key::DeviceStorage)}</dt><dd class="storage"><div role="status">{storage(texts, at)}</div></dd></div>
            <div><dt>{texts.get(Key::DeviceVersion)}</dt><dd>{version(texts, at)}</dd></div>
            {install(texts, at)}
            <div><dt>{texts.get(text::Key::Language)}</dt><dd class="languages">{languages(texts)}</dd></div>
            <div><dt>{texts.get(Key::DeviceScreen)}</dt><dd>{bright(texts, at)}</dd></div>
        </dl>
    }
}

fn unsynced(texts: Texts, at: At) -> impl IntoView {
    let unsynced = at.with_value(|client| client.unsynced());
    let now = use_clock(10);
    move || {
        let unsynced = unsynced.get();
        let count = match unsynced.count {
            0 => texts.get(Key::UnsyncedNone).to_owned(),
            count => texts.count(Key::UnsyncedCount, count),
        };
        let oldest = unsynced
            .since
            .zip(now.get())
            .map(|(since, now)| texts.fill(Key::DeviceOldest, &[("ago", &ago(texts, since, now))]));
        [Some(count), oldest]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(", ")
    }
}

fn last_contact(texts: Texts, at: At) -> impl IntoView {
    let heard = at.with_value(|client| client.last_contact());
    let now = use_clock(10);
    move || match heard.get().zip(now.get()) {
        Some((heard, now)) => ago(texts, heard, now),
        None => texts.get(Key::DeviceNever).to_owned(),
    }
}

fn storage(texts: Texts, at: At) -> impl IntoView {
    let storage = RwSignal::new(None::<StorageUsage>);
    Effect::new(move |_| {
        let asked = at.with_value(|client| client.storage());
        spawn_local(async move {
            let answer = asked.await;
            storage.try_set(answer);
        });
    });
    move || match storage.get() {
        None => Either::Left(texts.get(Key::DeviceStorageAsking)),
        Some(StorageUsage { kept, used, left }) => {
            let megabytes = |bytes: f64| texts.lang.decimal((bytes / MEGABYTE).round() as u64, 0);
            let space = texts.fill(
                Key::DeviceSpace,
                &[("used", &megabytes(used)), ("left", &megabytes(left))],
            );
            let little = (left < LITTLE)
                .then(|| view! { <p class="said bad">{texts.get(Key::DeviceSpaceLittle)}</p> });
            let promise = match kept {
                true => Either::Left(view! { <p>{texts.get(Key::DeviceStorageKept)}</p> }),
                false => Either::Right(view! { <p class="said">{texts.get(Key::DeviceStorageNot)}</p> }),
            };
            Either::Right(view! {
                {promise}
                <p>{space}</p>
                {little}
            })
        }
    }
}

fn version(texts: Texts, at: At) -> impl IntoView {
    let update = at.with_value(|client| client.update());
    let take = move |_| at.with_value(|client| client.install_update());
    let state = move || match update.get() {
        false => Either::Left(view! { <p>{texts.get(Key::DeviceNewest)}</p> }),
        true => Either::Right(view! {
            <p>{texts.get(Key::DeviceUpdate)}</p>
            <button type="button" on:click=take>{texts.get(Key::DeviceUpdateNow)}</button>
        }),
    };
    view! {
        <p dir="ltr">{env!("CARGO_PKG_VERSION")}</p>
        {state}
    }
}

/// Installed, it opens without a browser around it, and browsers keep what it has stored.
fn install(texts: Texts, at: At) -> impl IntoView {
    let installation = at.with_value(|client| client.installation());
    let install = move |_| at.with_value(|client| client.install());
    let how = move || match installation.get() {
        Installation::Unavailable => None,
        Installation::Offered => Some(EitherOf3::A(
            view! { <button type="button" on:click=install>{texts.get(Key::DeviceInstallNow)}</button> },
        )),
        Installation::ByMenu => Some(EitherOf3::B(view! { <p>{texts.get(Key::DeviceInstallMenu)}</p> })),
        Installation::Installed => Some(EitherOf3::C(view! { <p>{texts.get(Key::DeviceInstalled)}</p> })),
    };
    move || {
        how().map(
            |how| view! { <div><dt>{texts.get(Key::DeviceInstall)}</dt><dd class="install">{how}</dd></div> },
        )
    }
}

fn languages(texts: Texts) -> impl IntoView {
    let path = visit().with_untracked(|visit| visit.path.clone());
    let link = |lang: Lang| {
        let current = (lang == texts.lang).then_some("true");
        let href = address(&path, [("lang", lang.tag())]);
        view! { <a href=href lang=lang.tag() hreflang=lang.tag() aria-current=current>{lang.own_name()}</a> }
    };
    Lang::ALL.map(link).into_iter().collect::<Vec<_>>()
}

fn bright(texts: Texts, at: At) -> impl IntoView {
    let bright = at.with_value(|client| client.bright());
    let turn = move |_| at.with_value(|client| client.set_bright(!bright.get_untracked()));
    let pressed = move || bright.get().to_string();
    view! { <button type="button" aria-pressed=pressed on:click=turn>{texts.get(Key::DeviceBright)}</button> }
}
