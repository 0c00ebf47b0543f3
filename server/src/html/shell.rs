//! The static shells of thick pages, one per chunk and language, as a service worker fetches them with their version.

use std::sync::Arc;

use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, Uri},
    response::Response,
};
use servery_app::{
    page_address::PageAddress,
    render::{Decision, Mode, Reason},
    routes::Chunk,
    text::{Key, Texts},
};
use servery_domain::{lang::Lang, problem::Kind};

use super::{
    document::{Document, Parts, document},
    page::Rendered,
};
use crate::{assets::Assets, http::error::ApiError, state::AppState};

/// What is inside `#app` until the app is there.
pub fn body(texts: Texts) -> String {
    format!(
        "<p class=\"loading\" role=\"status\">{}</p>",
        texts.get(Key::Loading)
    )
}

/// The shell with which a device opens a page of a chunk by itself.
#[derive(Debug, Clone, Copy)]
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

    pub fn document(self, assets: &Assets) -> Document {
        let texts = Texts::of(self.lang);
        document(&Parts {
            assets,
            texts,
            decision: Decision {
                mode: Mode::Thick,
                reason: Reason::Kept,
            },
            chunk: self.chunk,
            visit: &PageAddress::new("/", ""),
            head: None,
            body: &body(texts),
            answers: None,
            pays_at: None,
        })
    }
}

pub async fn get_shell(
    State(app): State<Arc<AppState>>,
    uri: Uri,
    request: HeaderMap,
) -> Result<Response, ApiError> {
    let shell = Shell::all().find(|shell| shell.address() == uri.path());
    let shell = shell.ok_or_else(|| ApiError::new(Kind::NotFound, uri.path()))?;
    let mut response = Rendered::shell(&app.assets, shell).respond(&request);
    // Made of hexadecimal digits.
    if let Ok(version) = HeaderValue::from_str(&app.assets.version) {
        response.headers_mut().insert("servery-version", version);
    }
    Ok(response)
}
