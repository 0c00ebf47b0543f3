//! JSON answers that are made once per edition of the catalog. Their ETag changes only with their bytes.

use std::sync::Arc;

use axum::{
    http::{HeaderMap, HeaderValue, header::CACHE_CONTROL},
    response::Response,
};
use serde::Serialize;

use crate::{
    catalog::Edition,
    http::{cached_body::Cached, content_hash::content_hash, error::ApiError},
    state::AppState,
};

/// The paths of the pages that are thick by default, for clients that navigate by themselves.
const THICK: &str = "servery-thick";

pub async fn cached_answer<T: Serialize>(
    app: &AppState,
    request: &HeaderMap,
    edition: Edition,
    address: String,
    answer: impl Future<Output = Result<T, ApiError>>,
) -> Result<Response, ApiError> {
    let key = (edition, address);
    let cached = app.answer_cache.get_or_insert_async(&key, async {
        let body = serde_json::to_vec(&answer.await?).map_err(|error| ApiError::internal(&error))?;
        let tag = content_hash(&body);
        Ok::<Arc<Cached>, ApiError>(Cached::new("application/json", &tag, body))
    });
    let mut response = cached.await?.respond(request);
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(THICK, app.catalog.now().thick.clone());
    Ok(response)
}
