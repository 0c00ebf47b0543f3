//! The static shell of thick pages, one per language, as a service worker fetches it with its version.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    http::{HeaderMap, HeaderValue},
    response::Response,
};
use servery_domain::{lang::Lang, problem::Kind};

use super::page::Rendered;
use crate::{app::App, refusal::Refusal};

pub async fn get_shell(State(app): State<Arc<App>>, Path(tag): Path<String>, request: HeaderMap) -> Result<Response, Refusal> {
    let lang = Lang::ALL.into_iter().find(|lang| lang.tag() == tag);
    let lang = lang.ok_or_else(|| Refusal::new(Kind::NotFound, format!("no pages are written in '{tag}'")))?;
    let mut response = Rendered::shell(&app.assets, lang).respond(&request);
    // Made of hexadecimal digits.
    if let Ok(version) = HeaderValue::from_str(&app.assets.version) {
        response.headers_mut().insert("servery-version", version);
    }
    Ok(response)
}
