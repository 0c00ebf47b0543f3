//! What happens around every handler: request ids, logs, metrics, rate limit headers and the check against cross-site requests.

use std::{sync::Arc, time::Instant};

use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header::STRICT_TRANSPORT_SECURITY},
    middleware::Next,
    response::{IntoResponse, Response},
};
use servery_domain::problem::Kind;

use crate::{
    http::{
        client::{Client, PeerAddress},
        csrf,
        error::ApiError,
        metrics::REQUEST_ID,
        rate_limit_headers,
    },
    state::AppState,
};

/// Bytes of all header fields together. Larger requests are refused before a handler sees them.
const MAX_HEADER_BYTES: usize = 32 * 1024;

/// A year.
const HSTS: &str = "max-age=31536000";

pub async fn record_request(State(app): State<Arc<AppState>>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let _in_flight = app.metrics.start_request();
    let id = app.metrics.request_id(request.headers());
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let mut response = match header_bytes(request.headers()) {
        size if size > MAX_HEADER_BYTES => headers_too_large(size).into_response(),
        _ => next.run(request).await,
    };
    let took = started.elapsed();
    let status = response.status();
    // All paths without a route share one label, so that made-up paths cannot fill the memory. The log has the route only, too:
    // the paths of orders and of mails contain tokens.
    let route = route.as_ref().map_or("other", MatchedPath::as_str);
    app.metrics.record(route, status, took);
    let request_id = id.to_str().unwrap_or_default();
    let (status_code, microseconds) = (status.as_u16(), took.as_micros() as u64);
    if status >= StatusCode::INTERNAL_SERVER_ERROR {
        tracing::error!(id = request_id, %method, route, status = status_code, microseconds, "request");
    } else {
        tracing::info!(id = request_id, %method, route, status = status_code, microseconds, "request");
    }
    let headers = response.headers_mut();
    headers.insert(REQUEST_ID, id);
    headers.insert("x-content-type-options", HeaderValue::from_static("nosniff"));
    if app.settings.is_https() {
        headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(HSTS));
    }
    response
}

fn header_bytes(headers: &HeaderMap) -> usize {
    headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len() + 4)
        .sum()
}

fn headers_too_large(size: usize) -> ApiError {
    ApiError::new(
        Kind::HeadersTooLarge,
        format!("{size} bytes of header fields; {MAX_HEADER_BYTES} are accepted"),
    )
}

pub async fn identify_client(State(app): State<Arc<AppState>>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<PeerAddress>().copied();
    let client = Client::of_request(peer, request.headers(), app.settings.behind_proxy());
    request.extensions_mut().insert(client.clone());
    let mut response = next.run(request).await;
    rate_limit_headers::write_headers(&client.take_levels(), response.headers_mut());
    response
}

/// No address contains a NUL, and PostgreSQL takes none.
pub async fn refuse_nul(request: Request, next: Next) -> Response {
    let uri = request.uri();
    match [uri.path(), uri.query().unwrap_or_default()]
        .iter()
        .any(|part| part.contains("%00"))
    {
        true => ApiError::new(Kind::Malformed, "the address contains a NUL").into_response(),
        false => next.run(request).await,
    }
}

pub async fn refuse_cross_site(State(app): State<Arc<AppState>>, request: Request, next: Next) -> Response {
    let (method, headers, uri) = (request.method(), request.headers(), request.uri());
    match csrf::is_allowed(method, headers, uri, app.settings.behind_proxy()) {
        true => next.run(request).await,
        false => ApiError::new(Kind::Forbidden, "this came from another site's page").into_response(),
    }
}
