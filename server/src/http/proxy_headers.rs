//! What a proxy in front says of a client.

use std::sync::atomic::{AtomicBool, Ordering};

use axum::http::HeaderMap;

/// What proxies say of the client. Only the first is read, and only behind a proxy.
const FORWARDED: [&str; 3] = ["x-forwarded-for", "x-forwarded-proto", "forwarded"];

/// The names of those that have arrived.
pub fn forwarded(headers: &HeaderMap) -> impl Iterator<Item = &'static str> + '_ {
    FORWARDED.into_iter().filter(|name| headers.contains_key(*name))
}

/// Says once that a header of a proxy has arrived which the settings say nothing of.
#[derive(Default)]
pub struct ProxyWarning(AtomicBool);

impl ProxyWarning {
    pub fn check(&self, headers: &HeaderMap, behind_proxy: bool) {
        if behind_proxy {
            return;
        }
        let Some(header) = forwarded(headers).next() else {
            return;
        };
        if !self.0.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                header,
                "a proxy's header has arrived, and --behind-proxy is not set: if a proxy is in front, all who come through it are one \
                 client for the limits, so set --behind-proxy and --public-url; if none is, a client has made this up and nothing is to do"
            );
        }
    }
}
