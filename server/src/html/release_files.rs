//! The files of a release that a device keeps: its shells and its service worker.

use std::sync::Arc;

use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, Uri, header::CACHE_CONTROL},
    response::Response,
};
use servery_domain::problem::ProblemType;

use crate::{http::error::ApiError, state::AppState};

pub async fn get_shell(
    State(app): State<Arc<AppState>>,
    uri: Uri,
    request: HeaderMap,
) -> Result<Response, ApiError> {
    let shell = app.release.shell(uri.path());
    let shell = shell.ok_or_else(|| ApiError::new(ProblemType::NotFound, uri.path()))?;
    let mut response = shell.respond(&request);
    // Made of hexadecimal digits.
    if let Ok(version) = HeaderValue::from_str(&app.release.version) {
        response.headers_mut().insert("servery-version", version);
    }
    Ok(response)
}

pub async fn get_service_worker(State(app): State<Arc<AppState>>, request: HeaderMap) -> Response {
    let mut response = app.release.service_worker.respond(&request);
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}
