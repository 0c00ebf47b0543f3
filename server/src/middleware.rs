//! What happens around every handler: request ids, logs, metrics, time limits, rate limit headers, panics.
//!
//! It is one layer, because for each request axum clones all layers that are inside of a layer.

use std::{any::Any, panic::AssertUnwindSafe, sync::Arc, time::Instant};

use axum::{
    extract::{MatchedPath, Request, State},
    http::{
        HeaderMap, HeaderValue, Method, Uri,
        header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY},
    },
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures::FutureExt;
use servery_domain::problem::ProblemType;

use crate::{
    http::{
        client::{Client, PeerAddress},
        error::ApiError,
        metrics::{InFlight, REQUEST_ID},
        own_domain, rate_limit_headers,
        time_limits::limit_time,
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

pub async fn around_handler(State(app): State<Arc<AppState>>, request: Request, next: Next) -> Response {
    let record = RequestRecord::begin(&app, &request);
    let answered = AssertUnwindSafe(answer(&app, request, next)).catch_unwind().await;
    let mut response = answered.unwrap_or_else(handler_panicked);
    record.end(&response);
    add_headers(&app, record.id, response.headers_mut());
    response
}

async fn answer(app: &AppState, mut request: Request, next: Next) -> Response {
    let size = header_bytes(request.headers());
    if size > MAX_HEADER_BYTES {
        return headers_too_large(size).into_response();
    }
    let client = identify_client(app, &mut request);
    let handle = async |request: Request| {
        if let Some(refused) = refuse_nul(request.uri()) {
            return refused;
        }
        let (method, uri, headers) = (request.method(), request.uri(), request.headers());
        match own_domain::redirect_elsewhere(app, method, uri, headers).await {
            Some(redirect) => redirect,
            None => next.run(request).await,
        }
    };
    let mut response = limit_time(request, handle).await;
    rate_limit_headers::write_headers(&client.take_levels(), response.headers_mut());
    response
}

/// What the log and the metrics say of a request.
struct RequestRecord<'a> {
    app: &'a AppState,
    id: HeaderValue,
    method: Method,
    route: Option<MatchedPath>,
    started: Instant,
    _in_flight: InFlight<'a>,
}

impl<'a> RequestRecord<'a> {
    fn begin(app: &'a AppState, request: &Request) -> Self {
        Self {
            started: Instant::now(),
            _in_flight: app.metrics.start_request(),
            id: app.metrics.request_id(request.headers()),
            method: request.method().clone(),
            route: request.extensions().get::<MatchedPath>().cloned(),
            app,
        }
    }

    fn end(&self, response: &Response) {
        let took = self.started.elapsed();
        let status = response.status();
        // All paths without a route share one label, so that made-up paths cannot fill the memory. The log has the route only, too:
        // the paths of orders and of mails contain tokens.
        let route = self.route.as_ref().map_or("other", MatchedPath::as_str);
        self.app.metrics.record(route, status, took);
        let (id, method) = (self.id.to_str().unwrap_or_default(), &self.method);
        let (status_code, microseconds) = (status.as_u16(), took.as_micros() as u64);
        if status.is_server_error() {
            tracing::error!(id, %method, route, status = status_code, microseconds, "request");
        } else {
            tracing::info!(id, %method, route, status = status_code, microseconds, "request");
        }
    }
}

fn add_headers(app: &AppState, id: HeaderValue, headers: &mut HeaderMap) {
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

fn identify_client(app: &AppState, request: &mut Request) -> Client {
    let peer = request.extensions().get::<PeerAddress>().copied();
    let behind_proxy = app.settings.behind_proxy();
    app.proxy_warning.check(request.headers(), behind_proxy);
    let client = Client::of_request(peer, request.headers(), behind_proxy);
    request.extensions_mut().insert(client.clone());
    client
}

/// No address contains a NUL, and PostgreSQL takes none.
fn refuse_nul(uri: &Uri) -> Option<Response> {
    let mut parts = [uri.path(), uri.query().unwrap_or_default()].into_iter();
    parts
        .any(|part| part.contains("%00"))
        .then(|| ApiError::new(ProblemType::Malformed, "the address contains a NUL").into_response())
}

fn handler_panicked(panic: Box<dyn Any + Send>) -> Response {
    let owned = panic.downcast_ref::<String>().map(String::as_str);
    let message = owned.or_else(|| panic.downcast_ref::<&str>().copied());
    tracing::error!(panic = message.unwrap_or("no message"), "a handler panicked");
    ApiError::new(
        ProblemType::Broken,
        "the request is logged under its x-request-id",
    )
    .into_response()
}
