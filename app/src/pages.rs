//! The pages: one folder per set, one file per page. A page gets its loaded data and returns a view.

pub mod account;
mod board;
pub mod browse;
pub mod office;
pub mod ordering;
pub mod problem;
pub mod staff;

use std::sync::Arc;

use leptos::{either::Either, prelude::*};
use servery_domain::{
    lang::Lang,
    problem::{Problem, ProblemType},
    restaurant::Listing,
    theme::PageTheme,
};

use crate::{
    backend::{
        AccountBackend, BrowserActions, DraftStorage, OrderEvents, OrderingBackend, PageScripts,
        PasskeyActions, StaffBackend, ThinBrowseBackend, ThinOfficeBackend,
    },
    components::{footer::Footer, header::Header, offline::OfflineNotice},
    office_outbox::OfficeOutboxProvider,
    page_address::PageAddress,
    pos_client::PosClientProvider,
    routes::{self, Chunk, View},
    text::{Key, Texts},
};

/// A backend for all pages.
pub trait FullBackend:
    ThinBrowseBackend + OrderingBackend + AccountBackend + StaffBackend + ThinOfficeBackend
{
}

impl<T: ThinBrowseBackend + OrderingBackend + AccountBackend + StaffBackend + ThinOfficeBackend> FullBackend
    for T
{
}

/// All that pages may have only in a browser.
pub trait BrowserFeatures:
    BrowserActions
    + PosClientProvider
    + OfficeOutboxProvider
    + PasskeyActions
    + DraftStorage
    + OrderEvents
    + PageScripts
    + 'static
{
}

impl<B> BrowserFeatures for B where
    B: BrowserActions
        + PosClientProvider
        + OfficeOutboxProvider
        + PasskeyActions
        + DraftStorage
        + OrderEvents
        + PageScripts
        + 'static
{
}

/// The pages of one chunk. Generic code over it is linked into each browser program with that program's
/// pages only.
pub trait Pages: Clone + Send + Sync + 'static {
    const CHUNK: Chunk;
    /// Whether the server renders any of them for hydration.
    const HYDRATED: bool = true;
    /// Whether a browser shows what became of a form by itself, also in a page that the server rendered.
    const SHOWS_FORMS: bool = false;
    /// Whether stored answers are shown first and refreshed for the next time.
    const KEPT_FIRST: bool = false;
    /// The part of a backend that these pages use.
    type Backend: ?Sized + Send + Sync + 'static;

    /// Narrows a backend to that part.
    fn backend(whole: Arc<impl FullBackend + 'static>) -> Arc<Self::Backend>;
    /// `values` are the values of the path's parameters, and the language is that of the page.
    fn load(
        view: View,
        values: &[&str],
        visit: (&PageAddress, Lang),
        backend: &Self::Backend,
    ) -> impl Future<Output = Result<Self, Problem>> + Send;
    fn view(self) -> impl IntoView + 'static;
    fn head(&self, texts: Texts) -> Head<'_>;

    /// Provides browser-only features to these pages.
    fn provide(_device: Arc<impl BrowserFeatures>) {}

    /// What these pages do by themselves once a browser shows them.
    fn follow(_content: RwSignal<Content<Self>>) {}

    /// The frame around the page.
    fn frame(_content: RwSignal<Content<Self>>, main: impl IntoView + 'static) -> impl IntoView {
        view! {
            <Header/>
            <OfflineNotice/>
            {main}
            <Footer/>
        }
    }
}

/// The head of a page's document.
pub struct Head<'a> {
    pub title: String,
    pub description: &'a str,
    pub theme: Option<PageTheme>,
    /// The restaurant that the whole page is about, for search engines.
    pub subject: Option<&'a Listing>,
    /// Seconds after which a page without a script reloads itself.
    pub refresh: Option<u32>,
}

impl Head<'_> {
    pub fn new(title: String, texts: Texts) -> Self {
        Self {
            title,
            description: texts.get(Key::HomeDescription),
            theme: None,
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
    Problem::new(ProblemType::NotFound, visit.path.clone())
}

/// What a page shows, loaded before it is rendered: so rendering never waits and is the same everywhere.
#[derive(Debug, Clone)]
pub enum Content<P> {
    Page(P),
    Problem(Problem),
}

impl<P: Pages> Content<P> {
    pub async fn load(visit: &PageAddress, lang: Lang, backend: &P::Backend) -> Self {
        Self::try_load(visit, lang, backend)
            .await
            .map_or_else(Self::Problem, Self::Page)
    }

    async fn try_load(visit: &PageAddress, lang: Lang, backend: &P::Backend) -> Result<P, Problem> {
        let (route, values) = routes::read(&visit.path).ok_or_else(|| nothing_here(visit))?;
        P::load(route.view, &values, (visit, lang), backend).await
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
    P::follow(content);
    let current = remount_on_change(move || shown(content.get()));
    P::frame(content, view! { <main id="main" tabindex="-1">{current}</main> })
}

/// Alternates between two equal branches, so that the view is rebuilt and no input of the previous page
/// remains.
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

/// `Either` instead of `AnyView`: erased types would link 40 kB of unused rendering code into the wasm.
fn shown<P: Pages>(content: Content<P>) -> impl IntoView {
    match content {
        Content::Page(page) => Either::Left(page.view()),
        Content::Problem(problem) => Either::Right(view! { <problem::ProblemPage problem/> }),
    }
}
