//! The static shells of thick pages, one per chunk and language, as a service worker keeps them.

use leptos::prelude::*;
use servery_app::{
    mode::Mode,
    page_address::PageAddress,
    render::{Decision, Reason},
    routes::Chunk,
    text::{Key, Texts},
};
use servery_domain::lang::Lang;

use super::{
    document::{Document, DocumentFacts, DocumentHead},
    page_headers::PageHeaders,
    render::{RenderedDocument, render},
};
use crate::assets::Assets;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shell {
    pub chunk: Chunk,
    pub lang: Lang,
}

impl Shell {
    pub fn all() -> impl Iterator<Item = Self> {
        Chunk::ALL
            .into_iter()
            .flat_map(|chunk| Lang::ALL.map(|lang| Self { chunk, lang }))
    }

    pub fn address(self) -> String {
        format!("/shell/{}/{}", self.chunk.name(), self.lang.tag())
    }

    pub async fn render(self, assets: &Assets) -> RenderedDocument {
        let texts = Texts::of(self.lang);
        let decision = Decision {
            mode: Mode::Thick,
            reason: Reason::Kept,
        };
        let head = DocumentHead::of_shell(texts);
        let facts = DocumentFacts::new(
            assets,
            texts,
            (decision, self.chunk),
            PageAddress::new("/", ""),
            head,
        );
        let headers = PageHeaders::new(&facts);
        render(
            move || headers.set(),
            move || view! { <Document facts body=view! { <Loading texts/> } answers=None/> }.to_html(),
        )
        .await
    }
}

/// What `#app` contains until the program has started.
#[component]
pub fn Loading(texts: Texts) -> impl IntoView {
    view! { <p class="loading" role="status">{texts.get(Key::Loading)}</p> }
}
