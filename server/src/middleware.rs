//! What happens around every handler: request ids, logs, metrics, rate limit headers.

use std::{sync::Arc, time::Instant};

use axum::{
    extract::{MatchedPath, Request, State},
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY},
    },
    middleware::Next,
    response::{IntoResponse, Response},
};
use servery_domain::problem::ProblemType;

use crate::{
    http::{
        client::{Client, PeerAddress},
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

/// Of an answer that has no policy of its own, should a browser take it for a page.
const POLICY: &str = "script-src 'none'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";
/// The same of a script: the service worker's own requests obey the policy of its file.
const POLICY_OF_SCRIPTS: &str = "object-src 'none'; base-uri 'none'; frame-ancestors 'none'";

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
    let is_script = headers
        .get(CONTENT_TYPE)
        .is_some_and(|media| media.as_bytes().starts_with(b"text/javascript"));
    let policy = if is_script { POLICY_OF_SCRIPTS } else { POLICY };
    headers
        .entry(CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static(policy));
    headers
        .entry(REFERRER_POLICY)
        .or_insert(HeaderValue::from_static("same-origin"));
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
        ProblemType::HeadersTooLarge,
        format!("{size} bytes of header fields; {MAX_HEADER_BYTES} are accepted"),
    )
}

pub async fn identify_client(State(app): State<Arc<AppState>>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<PeerAddress>().copied();
    app.proxy_warning
        .check(request.headers(), app.settings.behind_proxy());
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
        true => ApiError::new(ProblemType::Malformed, "the address contains a NUL").into_response(),
        false => next.run(request).await,
    }
}
