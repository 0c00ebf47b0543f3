//! `/api/v1`: the only door from a browser to the data. One file per noun.

pub mod about;
pub mod accounts;
pub mod board;
pub mod devices;
pub mod docs;
pub mod drafts;
pub mod openapi;
pub mod orders;
pub mod passkeys;
pub mod payments;
pub mod push;
pub mod quotes;
pub mod restaurants;
pub mod sessions;
pub mod stream;
pub mod sync;

use std::sync::Arc;

use axum::{
    http::{HeaderMap, HeaderValue, header::CACHE_CONTROL},
    response::Response,
};
use serde::Serialize;

use crate::{
    catalog::Edition,
    http::{cached_body::Cached, error::ApiError},
    state::AppState,
};

/// The paths of the pages that are thick unless the visitor wants otherwise, for clients that navigate by themselves.
const THICK: &str = "servery-thick";

/// Answers from memory, or makes the answer once for this edition.
async fn answer<T: Serialize>(
    app: &AppState,
    request: &HeaderMap,
    edition: Edition,
    address: String,
    make: impl Future<Output = Result<T, ApiError>>,
) -> Result<Response, ApiError> {
    let key = (edition, address);
    let made = app.answers.get_or_insert_async(&key, async {
        let body = serde_json::to_vec(&make.await?)
            .map_err(|error| ApiError::new(servery_domain::problem::Kind::Broken, error.to_string()))?;
        Ok::<Arc<Cached>, ApiError>(Cached::new("application/json", &tag(app, edition), body))
    });
    let mut response = made.await?.respond(request);
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(THICK, app.catalog.now().thick.clone());
    Ok(response)
}

/// The same on every node that runs this version and has this edition.
pub fn tag(app: &AppState, edition: Edition) -> String {
    let Edition { revisions, until } = edition;
    format!(
        "{}.{}.{}.{}",
        revisions.catalog.0, revisions.stock.0, until.0, app.assets.version
    )
}
