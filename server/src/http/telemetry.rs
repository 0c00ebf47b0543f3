//! What is said about each request: an id, a line in the log, a count and a duration.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode},
    middleware::Next,
    response::{IntoResponse, Response},
};
use prometheus::{HistogramOpts, HistogramVec, IntCounterVec, IntGauge, Opts, Registry, TextEncoder};
use servery_domain::problem::Kind;
use tracing_appender::non_blocking::WorkerGuard;
use tracing_subscriber::{EnvFilter, filter::ParseError};

use crate::{http::error::ApiError, state::AppState};

const REQUEST_ID: &str = "x-request-id";
/// All header fields together. Larger ones are refused before a handler sees them.
const MOST_HEADERS: usize = 32 * 1024;

/// Lines of JSON, written by a thread of its own, so that no request waits for a terminal. It ends when the guard is dropped.
pub fn log(level: &str, group_commit: impl io::Write + Send + 'static) -> Result<WorkerGuard, ParseError> {
    let filter = EnvFilter::try_new(level)?;
    let (group_commit, guard) = tracing_appender::non_blocking(group_commit);
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_env_filter(filter)
        .with_writer(group_commit)
        .init();
    Ok(guard)
}

pub struct Metrics {
    registry: Registry,
    requests: IntCounterVec,
    seconds: HistogramVec,
    under_way: IntGauge,
    /// Differs between processes, so that ids do too.
    process: String,
    next: AtomicU64,
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    pub fn new() -> Self {
        let registry = Registry::new();
        // The names are constants and registered once, in a registry of their own.
        let known = "metrics with constant names can be made";
        let requests = IntCounterVec::new(
            Opts::new("servery_requests_total", "Requests answered"),
            &["route", "status"],
        )
        .expect(known);
        let buckets = vec![
            0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5,
        ];
        let seconds = HistogramVec::new(
            HistogramOpts::new("servery_request_seconds", "From request to response").buckets(buckets),
            &["route"],
        )
        .expect(known);
        let under_way =
            IntGauge::new("servery_requests_under_way", "Requests that are being answered").expect(known);
        registry.register(Box::new(requests.clone())).expect(known);
        registry.register(Box::new(seconds.clone())).expect(known);
        registry.register(Box::new(under_way.clone())).expect(known);
        let mut seed = [0_u8; 4];
        // Ids are for finding a line in a log; without randomness they may repeat between processes.
        let _ = getrandom::fill(&mut seed);
        Self {
            registry,
            requests,
            seconds,
            under_way,
            process: format!("{:08x}", u32::from_be_bytes(seed)),
            next: AtomicU64::new(1),
        }
    }

    pub fn text(&self) -> prometheus::Result<String> {
        TextEncoder::new().encode_to_string(&self.registry.gather())
    }

    /// The caller's id if it is a plain one, else our own.
    fn id(&self, headers: &HeaderMap) -> HeaderValue {
        let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        let given = headers
            .get(REQUEST_ID)
            .filter(|id| id.len() <= 64 && !id.is_empty() && id.as_bytes().iter().all(plain));
        given.cloned().unwrap_or_else(|| {
            let id = format!("{}-{}", self.process, self.next.fetch_add(1, Ordering::Relaxed));
            HeaderValue::from_str(&id).unwrap_or(HeaderValue::from_static("none"))
        })
    }
}

/// Counts a request as under way until it is dropped, also when the caller hangs up.
struct UnderWay<'a>(&'a IntGauge);

impl<'a> UnderWay<'a> {
    fn new(gauge: &'a IntGauge) -> Self {
        gauge.inc();
        Self(gauge)
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.dec();
    }
}

pub async fn observe(State(app): State<Arc<AppState>>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let _under_way = UnderWay::new(&app.metrics.under_way);
    let id = app.metrics.id(request.headers());
    let method = request.method().clone();
    let uri = request.uri().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let size: usize = request
        .headers()
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len() + 4)
        .sum();
    let mut response = if size > MOST_HEADERS {
        ApiError::new(
            Kind::HeadersTooLarge,
            format!("{size} bytes of header fields; {MOST_HEADERS} are accepted"),
        )
        .into_response()
    } else {
        next.run(request).await
    };
    let took = started.elapsed();
    let status = response.status();
    // Paths that match no row are one, lest anybody fill the memory with made-up ones.
    let route = route.as_ref().map_or("other", MatchedPath::as_str);
    app.metrics
        .requests
        .with_label_values(&[route, status.as_str()])
        .inc();
    app.metrics
        .seconds
        .with_label_values(&[route])
        .observe(took.as_secs_f64());
    let id_text = id.to_str().unwrap_or_default();
    let microseconds = took.as_micros() as u64;
    if status >= StatusCode::INTERNAL_SERVER_ERROR {
        tracing::error!(id = id_text, %method, path = uri.path(), status = status.as_u16(), microseconds, "request");
    } else {
        tracing::info!(id = id_text, %method, path = uri.path(), status = status.as_u16(), microseconds, "request");
    }
    let headers = response.headers_mut();
    headers.insert(REQUEST_ID, id);
    headers.insert("x-content-type-options", HeaderValue::from_static("nosniff"));
    response
}
