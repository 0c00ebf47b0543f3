//! Errors leave through here, as problem+json.

use axum::{
    extract::{FromRequestParts, Path, Query},
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE},
        request::Parts,
    },
    response::{IntoResponse, Response},
};
use servery_domain::problem::{Kind, Problem};
use servery_store::StoreError;

#[derive(Debug)]
pub struct Refusal(pub Problem);

impl Refusal {
    pub fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Self(Problem::new(kind, detail))
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        // A struct of four texts and numbers is always JSON.
        let body = serde_json::to_vec(&self.0).unwrap_or_default();
        let headers =
            [(CONTENT_TYPE, HeaderValue::from_static("application/problem+json")), (CACHE_CONTROL, HeaderValue::from_static("no-store"))];
        (status, headers, body).into_response()
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "the store failed");
        Self::new(Kind::Broken, "the request is logged under its x-request-id")
    }
}

/// Whether `Accept` lets us answer in this type: `text/html`, `application/json`.
pub fn accepts(headers: &HeaderMap, wanted: &str) -> bool {
    let mut accepted = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(',')).peekable();
    let group = wanted.split('/').next().unwrap_or_default();
    accepted.peek().is_none()
        || accepted.any(|range| {
            let mut fields = range.split(';').map(str::trim);
            let media = fields.next().unwrap_or_default();
            let refused = fields.any(|field| matches!(field, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"));
            !refused && (media == "*/*" || media == wanted || media.strip_suffix("/*") == Some(group))
        })
}

/// For handlers that answer in JSON.
pub struct AcceptsJson;

impl<S: Sync> FromRequestParts<S> for AcceptsJson {
    type Rejection = Refusal;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        if accepts(&parts.headers, "application/json") {
            Ok(Self)
        } else {
            Err(Refusal::new(Kind::NotAcceptable, "this address answers in application/json"))
        }
    }
}

/// The one parameter of a path; what is no text is nobody's name.
pub struct Text(pub String);

impl<S: Send + Sync> FromRequestParts<S> for Text {
    type Rejection = Refusal;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let text = Path::<String>::from_request_parts(parts, state).await;
        text.map(|Path(text)| Self(text)).map_err(|_| Refusal::new(Kind::NotFound, parts.uri.path()))
    }
}

/// The parameters in their order.
pub type Pairs = Query<Vec<(String, String)>>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accept_is_read_as_it_is_meant() {
        for (accept, json) in [
            ("application/json", true),
            ("text/html, application/*;q=0.5", true),
            ("*/*", true),
            ("application/json;q=0", false),
            ("text/html", false),
            ("application/jsonp", false),
        ] {
            let headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static(accept))]);
            assert_eq!(accepts(&headers, "application/json"), json, "{accept}");
        }
        assert!(accepts(&HeaderMap::new(), "application/json"));
    }
}
