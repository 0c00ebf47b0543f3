//! The static shell of thick pages, one per language, as a service worker fetches it with its version.

use std::sync::Arc;

use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue},
    response::Response,
};
use servery_app::{
    render::{Decision, Mode, Reason},
    routes::Chunk,
    text::{Key, Texts},
    visit::Visit,
};
use servery_domain::{lang::Lang, problem::Kind};

use super::{
    document::{Document, Parts, document},
    page::Rendered,
};
use crate::{
    app::App,
    assets::Assets,
    refusal::{Refusal, Text},
};

/// What is inside `#app` until the app is there.
pub fn body(texts: Texts) -> String {
    format!("<p class=\"loading\" role=\"status\">{}</p>", texts.get(Key::Loading))
}

/// The shell of a device that opens a page by itself.
pub fn document_of(assets: &Assets, lang: Lang) -> Document {
    let texts = Texts::of(lang);
    document(&Parts {
        assets,
        texts,
        decision: Decision { mode: Mode::Thick, reason: Reason::Kept },
        chunk: Chunk::Diner,
        visit: &Visit::new("/", ""),
        content: None,
        body: &body(texts),
        answers: None,
    })
}

pub async fn get_shell(State(app): State<Arc<App>>, Text(tag): Text, request: HeaderMap) -> Result<Response, Refusal> {
    let lang = Lang::ALL.into_iter().find(|lang| lang.tag() == tag);
    let lang = lang.ok_or_else(|| Refusal::new(Kind::NotFound, format!("no pages are written in '{tag}'")))?;
    let mut response = Rendered::shell(&app.assets, lang).respond(&request);
    // Made of hexadecimal digits.
    if let Ok(version) = HeaderValue::from_str(&app.assets.version) {
        response.headers_mut().insert("servery-version", version);
    }
    Ok(response)
}
