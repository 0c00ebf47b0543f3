//! Cross-site request forgery: a browser says which site a request comes from, and a page cannot change that.

use axum::http::{
    HeaderMap, Method, Uri,
    header::{COOKIE, HOST, ORIGIN},
};

/// Other programs call these addresses, and sign what they send.
pub const WEBHOOKS: &str = "/api/v1/webhooks/";

/// Whether the request changes nothing, or was not made by a page of another site.
pub fn is_allowed(method: &Method, headers: &HeaderMap, uri: &Uri, behind_proxy: bool) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
        || uri.path().starts_with(WEBHOOKS)
        || is_same_origin(headers, uri, behind_proxy)
}

fn is_same_origin(headers: &HeaderMap, uri: &Uri, behind_proxy: bool) -> bool {
    if let Some(site) = headers.get("sec-fetch-site") {
        return matches!(site.as_bytes(), b"same-origin" | b"none");
    }
    // Browsers older than 2023 send only `Origin`. A request without a cookie has no rights that could be abused.
    let Some(origin) = headers.get(ORIGIN).filter(|_| headers.contains_key(COOKIE)) else {
        return true;
    };
    let origin = origin
        .to_str()
        .ok()
        .and_then(|origin| origin.split_once("://"))
        .map(|(_, host)| without_default_port(host));
    let named = |name: &str| {
        headers
            .get(name)
            .and_then(|host| host.to_str().ok())
            .map(without_default_port)
    };
    let host = named(HOST.as_str()).or_else(|| {
        uri.authority()
            .map(|authority| without_default_port(authority.as_str()))
    });
    let forwarded = named("x-forwarded-host").filter(|_| behind_proxy);
    origin.is_some() && (origin == host || origin == forwarded)
}

/// Without the scheme's default port.
fn without_default_port(host: &str) -> String {
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
    fn a_request_is_same_origin_if_the_browser_says_so() {
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
                is_same_origin(
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
            is_same_origin(
                &headers,
                &Uri::from_static("https://eat.example/api/v1/sessions"),
                false
            ),
            "HTTP/2 has no Host"
        );
    }
}
