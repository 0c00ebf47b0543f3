//! Cross-site request forgery: a browser says which site a request comes from, and a page cannot change that.

use axum::response::{IntoResponse, Response};
use reqwest::Url;
use servery_domain::problem::ProblemType;
use tower_http::csrf::{CsrfLayer, ProtectionError};

use crate::{http::error::ApiError, settings::Settings};

/// Other programs call these addresses, and sign what they send.
pub const WEBHOOKS: &str = "/api/v1/webhooks/";

pub fn layer(settings: &Settings) -> CsrfLayer<fn(ProtectionError) -> Response> {
    let layer = CsrfLayer::new()
        .with_insecure_bypass(|_, uri| uri.path().starts_with(WEBHOOKS))
        .with_rejection_response(refuse as fn(ProtectionError) -> Response);
    // A proxy may name another host than the browser did, and browsers older than 2023 say only what they call us.
    let own = Url::parse(&settings.public_url()).map(|url| url.origin().ascii_serialization());
    let trusting = own
        .ok()
        .and_then(|own| layer.clone().add_trusted_origin(own).ok());
    trusting.unwrap_or(layer)
}

fn refuse(error: ProtectionError) -> Response {
    tracing::warn!(%error, "a request of another site was refused");
    ApiError::new(ProblemType::Forbidden, "this came from another site's page").into_response()
}

#[cfg(test)]
mod tests {
    use axum::{
        Router,
        body::Body,
        http::{Request, StatusCode},
    };
    use tower::ServiceExt;

    use super::*;

    async fn status(request: axum::http::request::Builder) -> StatusCode {
        let settings = Settings {
            public_url: Some("https://EAT.example:443/".into()),
            ..Settings::default()
        };
        let router = Router::new().fallback(|| async {}).layer(layer(&settings));
        let answer = router.oneshot(request.body(Body::empty()).unwrap()).await;
        answer.unwrap().status()
    }

    #[tokio::test]
    async fn a_request_is_same_origin_if_the_browser_says_so() {
        let cookie = ("cookie", "__Host-session=x");
        let host = ("host", "eat.example");
        for (ours, headers) in [
            (true, vec![]),
            (true, vec![cookie, host]),
            (true, vec![cookie, host, ("sec-fetch-site", "same-origin")]),
            (true, vec![cookie, host, ("sec-fetch-site", "none")]),
            (false, vec![cookie, host, ("sec-fetch-site", "same-site")]),
            (false, vec![cookie, host, ("sec-fetch-site", "cross-site")]),
            (false, vec![host, ("sec-fetch-site", "cross-site")]),
            // What the newer field says goes before the older one.
            (
                true,
                vec![
                    cookie,
                    host,
                    ("sec-fetch-site", "same-origin"),
                    ("origin", "https://evil.example"),
                ],
            ),
            (true, vec![cookie, host, ("origin", "https://eat.example")]),
            (
                true,
                vec![
                    cookie,
                    ("host", "127.0.0.1:3000"),
                    ("origin", "http://127.0.0.1:3000"),
                ],
            ),
            (
                false,
                vec![
                    cookie,
                    ("host", "127.0.0.1:3000"),
                    ("origin", "http://127.0.0.1:3001"),
                ],
            ),
            (false, vec![cookie, host, ("origin", "https://evil.example")]),
            (
                false,
                vec![cookie, host, ("origin", "https://eat.example.evil.example")],
            ),
            (false, vec![cookie, host, ("origin", "null")]),
            // Without a cookie, a page could still sign the browser in to an account of its own.
            (false, vec![host, ("origin", "https://evil.example")]),
            // The proxy names its own host.
            (
                true,
                vec![cookie, ("host", "node-1"), ("origin", "https://eat.example")],
            ),
            (
                false,
                vec![cookie, ("host", "node-1"), ("origin", "https://evil.example")],
            ),
        ] {
            let request = Request::post("/api/v1/sessions");
            let request = headers
                .iter()
                .fold(request, |request, (name, value)| request.header(*name, *value));
            let expected = if ours {
                StatusCode::OK
            } else {
                StatusCode::FORBIDDEN
            };
            assert_eq!(status(request).await, expected, "{headers:?}");
        }
    }

    #[tokio::test]
    async fn what_changes_nothing_and_what_is_signed_may_come_from_anywhere() {
        for request in [Request::get("/"), Request::post("/api/v1/webhooks/cards")] {
            let request = request.header("sec-fetch-site", "cross-site");
            assert_eq!(status(request).await, StatusCode::OK);
        }
    }

    #[tokio::test]
    async fn http_2_names_the_host_in_its_address() {
        let request = Request::post("https://other.example/api/v1/sessions");
        let request = request.header("origin", "https://other.example");
        assert_eq!(status(request).await, StatusCode::OK);
    }
}
