//! Refuses what another site has a browser send. A browser says where a request comes from, and pages cannot change that.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{
        HeaderMap, Method, Uri,
        header::{COOKIE, HOST, ORIGIN},
    },
    middleware::Next,
    response::{IntoResponse, Response},
};
use servery_domain::problem::Kind;

use crate::{http::error::ApiError, state::AppState};

/// Programs of others call here, and sign what they send.
const WEBHOOKS: &str = "/api/v1/webhooks/";

pub async fn guard(State(app): State<Arc<AppState>>, request: Request, next: Next) -> Response {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS)
        || request.uri().path().starts_with(WEBHOOKS);
    if safe || is_ours(request.headers(), request.uri(), app.settings.behind_proxy()) {
        next.run(request).await
    } else {
        ApiError::new(Kind::Forbidden, "this came from another site's page").into_response()
    }
}

fn is_ours(headers: &HeaderMap, uri: &Uri, behind_proxy: bool) -> bool {
    if let Some(site) = headers.get("sec-fetch-site") {
        return matches!(site.as_bytes(), b"same-origin" | b"none");
    }
    // Browsers of before 2023 say only this; a program that has no cookie could not be abused.
    let Some(origin) = headers.get(ORIGIN).filter(|_| headers.contains_key(COOKIE)) else {
        return true;
    };
    let origin = origin
        .to_str()
        .ok()
        .and_then(|origin| origin.split_once("://"))
        .map(|(_, host)| plain(host));
    let named = |name: &str| headers.get(name).and_then(|host| host.to_str().ok()).map(plain);
    let host = named(HOST.as_str()).or_else(|| uri.authority().map(|authority| plain(authority.as_str())));
    let forwarded = named("x-forwarded-host").filter(|_| behind_proxy);
    origin.is_some() && (origin == host || origin == forwarded)
}

/// Without the port that goes without saying.
fn plain(host: &str) -> String {
    let host = host.trim().to_ascii_lowercase();
    host.strip_suffix(":443")
        .or(host.strip_suffix(":80"))
        .map_or(host.clone(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    #[test]
    fn who_sends_what_is_told_by_the_browser() {
        let cookie = ("cookie", "__Host-session=x");
        let host = ("host", "eat.example");
        for (behind_proxy, ours, headers) in [
            (false, true, vec![]),
            (false, true, vec![cookie, host]),
            (false, true, vec![cookie, host, ("sec-fetch-site", "same-origin")]),
            (false, true, vec![cookie, host, ("sec-fetch-site", "none")]),
            (false, false, vec![cookie, host, ("sec-fetch-site", "same-site")]),
            (false, false, vec![cookie, host, ("sec-fetch-site", "cross-site")]),
            (false, false, vec![host, ("sec-fetch-site", "cross-site")]),
            // What the newer field says goes before the older one.
            (
                false,
                true,
                vec![
                    cookie,
                    host,
                    ("sec-fetch-site", "same-origin"),
                    ("origin", "https://evil.example"),
                ],
            ),
            (false, true, vec![cookie, host, ("origin", "https://eat.example")]),
            (
                false,
                true,
                vec![
                    cookie,
                    ("host", "eat.example:443"),
                    ("origin", "https://EAT.example"),
                ],
            ),
            (
                false,
                true,
                vec![
                    cookie,
                    ("host", "127.0.0.1:3000"),
                    ("origin", "http://127.0.0.1:3000"),
                ],
            ),
            (
                false,
                false,
                vec![
                    cookie,
                    ("host", "127.0.0.1:3000"),
                    ("origin", "http://127.0.0.1:3001"),
                ],
            ),
            (
                false,
                false,
                vec![cookie, host, ("origin", "https://evil.example")],
            ),
            (
                false,
                false,
                vec![cookie, host, ("origin", "https://eat.example.evil.example")],
            ),
            (false, false, vec![cookie, host, ("origin", "null")]),
            (false, false, vec![cookie, ("origin", "null")]),
            (false, true, vec![host, ("origin", "https://evil.example")]),
            (
                false,
                false,
                vec![
                    cookie,
                    ("host", "node-1"),
                    ("x-forwarded-host", "eat.example"),
                    ("origin", "https://eat.example"),
                ],
            ),
            (
                true,
                true,
                vec![
                    cookie,
                    ("host", "node-1"),
                    ("x-forwarded-host", "eat.example"),
                    ("origin", "https://eat.example"),
                ],
            ),
            (
                true,
                false,
                vec![
                    cookie,
                    ("host", "node-1"),
                    ("x-forwarded-host", "eat.example"),
                    ("origin", "https://evil.example"),
                ],
            ),
        ] {
            let sent = headers
                .iter()
                .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
            assert_eq!(
                is_ours(
                    &sent.collect(),
                    &Uri::from_static("/api/v1/sessions"),
                    behind_proxy
                ),
                ours,
                "{headers:?}"
            );
        }
        let headers = [("cookie", "a=b"), ("origin", "https://eat.example")];
        let headers = headers
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .into_iter()
            .collect();
        assert!(
            is_ours(
                &headers,
                &Uri::from_static("https://eat.example/api/v1/sessions"),
                false
            ),
            "HTTP/2 has no Host"
        );
    }
}
