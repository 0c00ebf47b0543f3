//! The staff app in a browser without a script: pairing and the kitchen screen, from the server's data.

mod device;
mod forms;
mod kitchen;

use std::sync::Arc;

use leptos::{either::EitherOf4, prelude::*};
use servery_domain::{
    device::{DeviceKind, Paired},
    id::{DeviceId, OpId, StationId},
    lang::Lang,
    pos::{PosState, visibility::PosSnapshot},
    problem::{Problem, ProblemType},
};

use super::{layout, premises::Premises};
use crate::{
    backend::StaffBackend,
    components::footer::Footer,
    page_address::PageAddress,
    pages::{Content, FullBackend, Head, Pages, document_title, nothing_here},
    query::{GetDevice, GetMenu, GetPos, GetRestaurant},
    routes::{Chunk, View, slug},
    text::{self, Texts, staff::Key, texts},
};

/// Seconds between reloads of the kitchen's page; its text names this number.
const REFRESH: u32 = 15;

#[derive(Debug, Clone)]
pub struct NoScriptPage {
    premises: Premises,
    shown: NoScriptView,
}

#[derive(Debug, Clone)]
enum NoScriptView {
    /// This browser is not paired, or was revoked.
    Out(Out),
    Device(Paired),
    Kitchen(Box<NoScriptKitchen>),
    /// The kitchen is not for this device.
    NotHere(Paired),
}

#[derive(Debug, Clone)]
struct Out {
    revoked: bool,
    /// Its id once it is paired.
    device: DeviceId,
    wrong: Option<String>,
}

#[derive(Debug, Clone)]
struct NoScriptKitchen {
    paired: Paired,
    look: PosSnapshot,
    pos: PosState,
    /// The first op id for forms.
    first: OpId,
    station: Option<StationId>,
    done: bool,
}

impl NoScriptPage {
    fn paired(&self) -> Option<&Paired> {
        match &self.shown {
            NoScriptView::Out(_) => None,
            NoScriptView::Device(paired) | NoScriptView::NotHere(paired) => Some(paired),
            NoScriptView::Kitchen(kitchen) => Some(&kitchen.paired),
        }
    }
}

async fn kitchen(
    paired: Paired,
    visit: &PageAddress,
    backend: &dyn StaffBackend,
) -> Result<NoScriptView, Problem> {
    let look = backend.ask(GetPos(paired.slug.clone())).await?;
    let pos = PosState::from_iter(look.records.iter().cloned());
    let first = OpId(backend.new_id()?);
    let station = visit.get("station").and_then(|station| station.parse().ok());
    Ok(NoScriptView::Kitchen(Box::new(NoScriptKitchen {
        paired,
        look,
        pos,
        first,
        station,
        done: visit.get("done").is_some(),
    })))
}

impl Pages for NoScriptPage {
    const CHUNK: Chunk = Chunk::Staff;
    type Backend = dyn StaffBackend;

    fn backend(whole: Arc<impl FullBackend + 'static>) -> Arc<dyn StaffBackend> {
        whole
    }

    fn frame(content: RwSignal<Content<Self>>, main: impl IntoView + 'static) -> impl IntoView {
        let texts = texts();
        let bar = content.with_untracked(|content| match content {
            Content::Page(page) => Some(bar(texts, page)),
            Content::Problem(_) => None,
        });
        view! {
            <a class="skip" href="#main">{texts.get(text::Key::SkipToContent)}</a>
            {bar}
            {main}
            <Footer/>
        }
    }

    async fn load(
        view: View,
        values: &[&str],
        (visit, _): (&PageAddress, Lang),
        backend: &Self::Backend,
    ) -> Result<Self, Problem> {
        let slug = slug(values).ok_or_else(|| nothing_here(visit))?;
        let listing = Arc::new(backend.ask(GetRestaurant(slug.clone())).await?);
        let menu = backend.ask(GetMenu(slug.clone(), None)).await?;
        let shown = match backend.ask(GetDevice).await {
            Ok(paired) if paired.slug != slug || view == View::Device => NoScriptView::Device(paired),
            Ok(paired) if view != View::Kitchen || paired.kind == DeviceKind::Courier => {
                NoScriptView::NotHere(paired)
            }
            Ok(paired) => kitchen(paired, visit, backend).await?,
            Err(problem)
                if problem.is(ProblemType::SignedOut) || problem.is(ProblemType::DeviceSignedOut) =>
            {
                NoScriptView::Out(Out {
                    revoked: problem.is(ProblemType::DeviceSignedOut),
                    device: DeviceId(backend.new_id()?),
                    wrong: visit.get("wrong").map(str::to_owned),
                })
            }
            Err(problem) => return Err(problem),
        };
        Ok(Self {
            premises: Premises { slug, listing, menu },
            shown,
        })
    }

    fn view(self) -> impl IntoView + 'static {
        let texts = texts();
        match self.shown {
            NoScriptView::Out(out) => EitherOf4::A(device::out(texts, &self.premises, &out)),
            NoScriptView::Device(paired) => EitherOf4::B(device::inside(texts, &self.premises, &paired)),
            NoScriptView::Kitchen(kitchen) => EitherOf4::C(kitchen::kitchen(texts, &self.premises, &kitchen)),
            NoScriptView::NotHere(_) => EitherOf4::D(view! {
                <article class="none">
                    <h1>{texts.get(Key::KitchenTitle)}</h1>
                    <p>{texts.get(Key::NotHere)}</p>
                    <p><a class="button" href=format!("/staff/{}", self.premises.slug)>{texts.get(Key::DeviceTitle)}</a></p>
                </article>
            }),
        }
    }

    fn head(&self, texts: Texts) -> Head<'_> {
        let key = match self.shown {
            NoScriptView::Out(_) | NoScriptView::Device(_) => Key::DeviceTitle,
            NoScriptView::Kitchen(_) | NoScriptView::NotHere(_) => Key::KitchenTitle,
        };
        let restaurant = &self.premises.listing.restaurant.name;
        let title = document_title(&format!("{} · {restaurant}", texts.get(key)));
        Head {
            refresh: matches!(self.shown, NoScriptView::Kitchen(_)).then_some(REFRESH),
            ..Head::new(title, texts)
        }
    }
}

fn bar(texts: Texts, page: &NoScriptPage) -> impl IntoView + use<> {
    let slug = &page.premises.slug;
    let path = match page.shown {
        NoScriptView::Out(_) | NoScriptView::Device(_) => format!("/staff/{slug}"),
        NoScriptView::Kitchen(_) | NoScriptView::NotHere(_) => format!("/staff/{slug}/kitchen"),
    };
    let kind = page
        .paired()
        .filter(|paired| paired.slug == *slug)
        .map(|paired| paired.kind);
    let plain = layout::pages(kind)
        .iter()
        .filter(|(page, _)| matches!(*page, "" | "/kitchen"));
    let tabs: Vec<_> = plain
        .map(|(page, key)| layout::tab(texts, slug, &path, page, *key, ()))
        .collect();
    view! {
        <header class="bar">
            <strong dir="auto">{page.premises.listing.restaurant.name.clone()}</strong>
            <nav aria-label=texts.get(Key::BarPages)><ul>{tabs}</ul></nav>
        </header>
    }
}
