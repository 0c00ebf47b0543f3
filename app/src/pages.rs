//! A folder per set of pages, a file per page. Each gets what was loaded for it and returns a view.

pub mod account;
mod board;
pub mod browse;
pub mod ordering;
pub mod problem;
pub mod staff;

use std::sync::Arc;

use leptos::{either::Either, prelude::*};
use servery_domain::{
    brand_color::BrandColor,
    menu::Menu,
    problem::{Kind, Problem},
    restaurant::Listing,
};

use crate::{
    backend::{AccountBackend, BrowserActions, OrderEvents, OrderingBackend, PasskeyActions, StaffBackend},
    components::{footer::Footer, header::Header, offline::OfflineNotice},
    page_address::PageAddress,
    pos_client::PosClientProvider,
    routes::{self, Chunk, View},
    text::{Key, Texts},
};

/// Answers everything that any page asks.
pub trait FullBackend: OrderingBackend + AccountBackend + StaffBackend {}

impl<T: OrderingBackend + AccountBackend + StaffBackend> FullBackend for T {}

/// The pages of one chunk. Whatever is generic over it is linked into each browser program with that program's pages only.
pub trait Pages: Clone + Send + Sync + 'static {
    const CHUNK: Chunk;
    /// Whether any of them is rendered by the server and then taken over.
    const HYDRATED: bool = true;
    /// Whether they are shown from what the device keeps, if it keeps it, and are newer the next time.
    const KEPT_FIRST: bool = false;
    /// What these pages may ask.
    type Backend: ?Sized + Send + Sync + 'static;

    /// As much of a backend as these pages use.
    fn backend(whole: Arc<impl FullBackend + 'static>) -> Arc<Self::Backend>;
    /// `values` are those of the parameters in the route's path.
    fn load(
        view: View,
        values: &[&str],
        visit: &PageAddress,
        backend: &Self::Backend,
    ) -> impl Future<Output = Result<Self, Problem>> + Send;
    fn view(self) -> impl IntoView + 'static;
    fn head(&self, texts: Texts) -> Head<'_>;

    /// Gives these pages what only a browser can do, if they do any of it.
    fn provide(
        _device: Arc<impl BrowserActions + PosClientProvider + PasskeyActions + OrderEvents + 'static>,
    ) {
    }

    /// What is around the page.
    fn frame(_content: RwSignal<Content<Self>>, main: impl IntoView + 'static) -> impl IntoView {
        view! {
            <Header/>
            <OfflineNotice/>
            {main}
            <Footer/>
        }
    }
}

/// What the document's head says of a page.
pub struct Head<'a> {
    pub title: String,
    pub description: &'a str,
    pub brand_color: Option<BrandColor>,
    /// The restaurant and the menu that the whole page is about, for search engines.
    pub subject: Option<(&'a Listing, &'a Arc<Menu>)>,
    /// Seconds after which a page without a script reloads itself.
    pub refresh: Option<u32>,
}

impl Head<'_> {
    pub fn new(title: String, texts: Texts) -> Self {
        Self {
            title,
            description: texts.get(Key::HomeDescription),
            brand_color: None,
            subject: None,
            refresh: None,
        }
    }
}

/// The title of every page but the home page.
pub fn document_title(name: &str) -> String {
    format!("{name} · Servery")
}

pub fn nothing_here(visit: &PageAddress) -> Problem {
    Problem::new(Kind::NotFound, visit.path.clone())
}

/// What a page shows, loaded before it is rendered: so rendering never waits and is the same everywhere.
#[derive(Debug, Clone)]
pub enum Content<P> {
    Page(P),
    Problem(Problem),
}

impl<P: Pages> Content<P> {
    pub async fn load(visit: &PageAddress, backend: &P::Backend) -> Self {
        Self::try_load(visit, backend)
            .await
            .map_or_else(Self::Problem, Self::Page)
    }

    async fn try_load(visit: &PageAddress, backend: &P::Backend) -> Result<P, Problem> {
        let (route, values) = routes::read(&visit.path).ok_or_else(|| nothing_here(visit))?;
        P::load(route.view, &values, visit, backend).await
    }

    pub fn status(&self) -> u16 {
        match self {
            Self::Page(_) => 200,
            Self::Problem(problem) => problem.status,
        }
    }

    pub fn head(&self, texts: Texts) -> Head<'_> {
        match self {
            Self::Page(page) => page.head(texts),
            Self::Problem(problem) => {
                let title = document_title(texts.get(problem::words(problem).0));
                Head::new(title, texts)
            }
        }
    }
}

/// Everything inside `#app`: what the server renders, and what the browser hydrates or mounts.
#[component]
pub fn App<P: Pages>(content: RwSignal<Content<P>>) -> impl IntoView {
    let current = remount_on_change(move || shown(content.get()));
    P::frame(content, view! { <main id="main" tabindex="-1">{current}</main> })
}

/// Each time in the other of two equal branches, so that nothing typed or opened on the one before shows through.
pub fn remount_on_change<V: IntoView>(view: impl Fn() -> V) -> impl Fn() -> Either<V, V> {
    let turn = StoredValue::new(false);
    move || {
        let view = view();
        turn.update_value(|turn| *turn = !*turn);
        if turn.get_value() {
            Either::Left(view)
        } else {
            Either::Right(view)
        }
    }
}

/// An `Either` and not an `AnyView`: erasing the types would link every way of rendering into the wasm, 40 kB of it never used.
fn shown<P: Pages>(content: Content<P>) -> impl IntoView {
    match content {
        Content::Page(page) => Either::Left(page.view()),
        Content::Problem(problem) => Either::Right(view! { <problem::ProblemPage problem/> }),
    }
}
