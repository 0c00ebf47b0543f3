//! What the staff app can do in a browser that runs no script: be let in, and show the kitchen. It asks the server for all of it.

mod device;
mod forms;
mod kitchen;

use std::sync::Arc;

use leptos::{either::EitherOf4, prelude::*};
use servery_domain::{
    device::{DeviceKind, Paired},
    id::{DeviceId, OpId, StationId},
    pos::{House, visibility::Look},
    problem::{Kind, Problem},
};

use super::{Premises, layout};
use crate::{
    backend::StaffBackend,
    components::footer::Footer,
    content::{Content, document_title, nothing_here},
    page_address::Visit,
    pages::{Pages, WholeBackend},
    routes::{Chunk, View, slug},
    text::{self, Texts, staff::Key, texts},
};

/// Seconds after which the kitchen looks again, as its words say.
const EVERY: u32 = 15;

#[derive(Debug, Clone)]
pub struct Plain {
    premises: Premises,
    shown: Shown,
}

#[derive(Debug, Clone)]
enum Shown {
    /// This browser is no device, or not any more.
    Out(Out),
    Device(Paired),
    Kitchen(Box<Kitchen>),
    /// The kitchen is not for this device.
    NotHere(Paired),
}

#[derive(Debug, Clone)]
struct Out {
    revoked: bool,
    /// What it is called once it is let in.
    device: DeviceId,
    wrong: Option<String>,
}

#[derive(Debug, Clone)]
struct Kitchen {
    paired: Paired,
    look: Look,
    house: House,
    /// From here on forms count the names of what they ask for.
    first: OpId,
    station: Option<StationId>,
    done: bool,
}

impl Plain {
    fn paired(&self) -> Option<&Paired> {
        match &self.shown {
            Shown::Out(_) => None,
            Shown::Device(paired) | Shown::NotHere(paired) => Some(paired),
            Shown::Kitchen(kitchen) => Some(&kitchen.paired),
        }
    }
}

async fn kitchen(paired: Paired, visit: &Visit, backend: &dyn StaffBackend) -> Result<Shown, Problem> {
    let look = backend.house(&paired.slug).await?;
    let house = House::from_iter(look.things.iter().cloned());
    let first = OpId(backend.id().await?);
    let station = visit.get("station").and_then(|station| station.parse().ok());
    Ok(Shown::Kitchen(Box::new(Kitchen {
        paired,
        look,
        house,
        first,
        station,
        done: visit.get("done").is_some(),
    })))
}

impl Pages for Plain {
    const CHUNK: Chunk = Chunk::Staff;
    type Backend = dyn StaffBackend;

    fn backend(whole: Arc<impl WholeBackend + 'static>) -> Arc<dyn StaffBackend> {
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
        visit: &Visit,
        backend: &Self::Backend,
    ) -> Result<Self, Problem> {
        let slug = slug(values).ok_or_else(|| nothing_here(visit))?;
        let listed = Arc::new(backend.restaurant(&slug).await?);
        let menu = backend.menu(&slug).await?;
        let shown = match backend.device().await {
            Ok(paired) if paired.slug != slug || view == View::Device => Shown::Device(paired),
            Ok(paired) if view != View::Kitchen || paired.kind == DeviceKind::Courier => {
                Shown::NotHere(paired)
            }
            Ok(paired) => kitchen(paired, visit, backend).await?,
            Err(problem) if problem.is(Kind::SignedOut) || problem.is(Kind::DeviceSignedOut) => {
                Shown::Out(Out {
                    revoked: problem.is(Kind::DeviceSignedOut),
                    device: DeviceId(backend.id().await?),
                    wrong: visit.get("wrong").map(str::to_owned),
                })
            }
            Err(problem) => return Err(problem),
        };
        Ok(Self {
            premises: Premises { slug, listed, menu },
            shown,
        })
    }

    fn view(self) -> impl IntoView + 'static {
        let texts = texts();
        match self.shown {
            Shown::Out(out) => EitherOf4::A(device::out(texts, &self.premises, &out)),
            Shown::Device(paired) => EitherOf4::B(device::inside(texts, &self.premises, &paired)),
            Shown::Kitchen(kitchen) => EitherOf4::C(kitchen::kitchen(texts, &self.premises, &kitchen)),
            Shown::NotHere(_) => EitherOf4::D(view! {
                <article class="none">
                    <h1>{texts.get(Key::KitchenTitle)}</h1>
                    <p>{texts.get(Key::NotHere)}</p>
                    <p><a class="button" href=format!("/staff/{}", self.premises.slug)>{texts.get(Key::DeviceTitle)}</a></p>
                </article>
            }),
        }
    }

    fn title(&self, texts: Texts) -> String {
        let key = match self.shown {
            Shown::Out(_) | Shown::Device(_) => Key::DeviceTitle,
            Shown::Kitchen(_) | Shown::NotHere(_) => Key::KitchenTitle,
        };
        document_title(&format!(
            "{} · {}",
            texts.get(key),
            self.premises.listed.restaurant.name
        ))
    }

    fn refresh(&self) -> Option<u32> {
        matches!(self.shown, Shown::Kitchen(_)).then_some(EVERY)
    }
}

fn bar(texts: Texts, page: &Plain) -> impl IntoView + use<> {
    let slug = &page.premises.slug;
    let path = match page.shown {
        Shown::Out(_) | Shown::Device(_) => format!("/staff/{slug}"),
        Shown::Kitchen(_) | Shown::NotHere(_) => format!("/staff/{slug}/kitchen"),
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
            <strong dir="auto">{page.premises.listed.restaurant.name.clone()}</strong>
            <nav aria-label=texts.get(Key::BarPages)><ul>{tabs}</ul></nav>
        </header>
    }
}
