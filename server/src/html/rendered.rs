//! A rendered page: its bytes and headers are the same for everybody who may see it.

use std::sync::Arc;

use axum::{
    http::{
        HeaderMap, HeaderName, HeaderValue, StatusCode,
        header::{CACHE_CONTROL, VARY},
    },
    response::Response,
};

use crate::http::cached_body::Cached;

pub const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
/// What pages ask a device for: the checkout for its location.
const FEATURES: &str = "camera=(), display-capture=(), geolocation=(self), microphone=(), payment=(), usb=()";

pub struct Rendered {
    pub status: StatusCode,
    /// What belongs to the page: language, mode, Content-Security-Policy.
    headers: HeaderMap,
    body: Arc<Cached>,
    /// Whether a browser that has this page may be answered with 304.
    has_etag: bool,
}

impl Rendered {
    /// `etag` is `None` for a page that only one visitor may see: it is stored nowhere.
    pub fn new(status: StatusCode, headers: HeaderMap, html: String, etag: Option<&str>) -> Self {
        Self {
            status,
            headers,
            body: Cached::new("text/html; charset=utf-8", etag.unwrap_or_default(), html),
            has_etag: etag.is_some() && status == StatusCode::OK,
        }
    }

    pub fn respond(&self, request: &HeaderMap) -> Response {
        let mut response = match self.has_etag {
            true => self.body.respond(request),
            false => self.body.respond_with(self.status, request),
        };
        let headers = response.headers_mut();
        headers.extend(self.headers.clone());
        headers.insert(
            VARY,
            HeaderValue::from_static("accept-encoding, accept-language, cookie, save-data"),
        );
        headers.insert("x-frame-options", HeaderValue::from_static("DENY"));
        headers.insert("referrer-policy", HeaderValue::from_static("same-origin"));
        // A page that uses one says so itself.
        headers
            .entry(PERMISSIONS_POLICY)
            .or_insert(HeaderValue::from_static(FEATURES));
        let control = if self.status == StatusCode::OK {
            "private, no-cache"
        } else {
            "no-store"
        };
        headers.insert(CACHE_CONTROL, HeaderValue::from_static(control));
        response
    }

    /// About how many bytes it takes in the cache.
    pub fn weight(&self) -> u64 {
        self.body.weight()
    }
}
