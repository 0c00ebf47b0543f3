//! Prometheus metrics of the requests, and the id of each request.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use axum::http::{HeaderMap, HeaderValue, StatusCode};
use prometheus::{
    HistogramOpts, HistogramVec, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry, TextEncoder,
};

pub const REQUEST_ID: &str = "x-request-id";

pub struct Metrics {
    registry: Registry,
    requests: IntCounterVec,
    seconds: HistogramVec,
    in_flight: IntGauge,
    /// Has a value where there is a Redis.
    redis_up: IntGaugeVec,
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
        let in_flight =
            IntGauge::new("servery_requests_under_way", "Requests that are being answered").expect(known);
        let redis_up =
            IntGaugeVec::new(Opts::new("servery_redis_up", "Whether Redis has answered"), &[]).expect(known);
        registry.register(Box::new(redis_up.clone())).expect(known);
        registry.register(Box::new(requests.clone())).expect(known);
        registry.register(Box::new(seconds.clone())).expect(known);
        registry.register(Box::new(in_flight.clone())).expect(known);
        let mut seed = [0_u8; 4];
        // Ids are for finding a line in a log; without randomness they may repeat between processes.
        let _ = getrandom::fill(&mut seed);
        Self {
            registry,
            requests,
            seconds,
            in_flight,
            redis_up,
            process: format!("{:08x}", u32::from_be_bytes(seed)),
            next: AtomicU64::new(1),
        }
    }

    pub fn text(&self) -> prometheus::Result<String> {
        TextEncoder::new().encode_to_string(&self.registry.gather())
    }

    pub fn set_redis_up(&self, is_up: bool) {
        self.redis_up.with_label_values::<&str>(&[]).set(is_up.into());
    }

    pub fn record(&self, route: &str, status: StatusCode, took: Duration) {
        self.requests.with_label_values(&[route, status.as_str()]).inc();
        self.seconds
            .with_label_values(&[route])
            .observe(took.as_secs_f64());
    }

    pub fn start_request(&self) -> InFlight<'_> {
        self.in_flight.inc();
        InFlight(&self.in_flight)
    }

    /// The client's own id if it consists of plain characters, else a new one.
    pub fn request_id(&self, headers: &HeaderMap) -> HeaderValue {
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

/// Counts a request as in flight until it is dropped, also when the client closes the connection.
pub struct InFlight<'a>(&'a IntGauge);

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.dec();
    }
}
