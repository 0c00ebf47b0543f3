//! Errors of handlers, answered as problem+json (RFC 9457), and the extractors that return them.

use axum::{
    Extension,
    body::{Bytes, HttpBody},
    extract::{
        DefaultBodyLimit, FromRequest, FromRequestParts, Path, Query, Request,
        rejection::{BytesRejection, FailedToBufferBody},
    },
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER},
        request::Parts,
    },
    response::{IntoResponse, Response},
};
use serde::de::DeserializeOwned;
use servery_domain::{
    contact::InvalidField,
    problem::{Problem, ProblemType},
};
use servery_store::StoreError;

use super::strict_json;

#[derive(Debug)]
pub struct ApiError(pub Problem);

impl ApiError {
    pub fn new(kind: ProblemType, detail: impl Into<String>) -> Self {
        Self(Problem::new(kind, detail))
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        // A struct of texts and numbers can always be written as JSON.
        let body = serde_json::to_vec(&self.0).unwrap_or_default();
        let headers = [
            (CONTENT_TYPE, HeaderValue::from_static("application/problem+json")),
            (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        ];
        let mut response = (status, headers, body).into_response();
        if status == StatusCode::SERVICE_UNAVAILABLE {
            let soon = HeaderValue::from_static("1");
            response.headers_mut().insert(RETRY_AFTER, soon);
        }
        response
    }
}

impl ApiError {
    /// An internal error: the details go to the log, and the client gets the request id.
    pub fn internal(error: &dyn std::error::Error) -> Self {
        tracing::error!(%error, "a request failed");
        Self::new(
            ProblemType::Broken,
            "the request is logged under its x-request-id",
        )
    }
}

impl ApiError {
    pub fn of_store(error: &StoreError) -> Self {
        if !error.is_unavailable() {
            return Self::internal(error);
        }
        tracing::warn!(%error, "the database did not answer a request");
        Self::new(
            ProblemType::Unavailable,
            "the database does not answer; try again in a moment, with the same Idempotency-Key",
        )
    }
}

impl From<ApiError> for Problem {
    fn from(error: ApiError) -> Self {
        error.0
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        Self::of_store(&error)
    }
}

impl From<getrandom::Error> for ApiError {
    fn from(error: getrandom::Error) -> Self {
        Self::internal(&error)
    }
}

impl From<InvalidField> for ApiError {
    fn from(malformed: InvalidField) -> Self {
        Self::new(ProblemType::NotAccepted, malformed.to_string())
    }
}

/// Whether `Accept` allows this media type: `text/html`, `application/json`.
pub fn accepts(headers: &HeaderMap, wanted: &str) -> bool {
    let mut accepted = headers
        .get_all(ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .peekable();
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
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        if accepts(&parts.headers, "application/json") {
            Ok(Self)
        } else {
            Err(ApiError::new(
                ProblemType::NotAcceptable,
                "this address answers in application/json",
            ))
        }
    }
}

/// A JSON body.
pub struct JsonBody<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for JsonBody<T> {
    type Rejection = ApiError;
    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let headers = request.headers().clone();
        let Raw(body) = Raw::from_request(request, state).await?;
        json_body(&headers, &body).map(Self)
    }
}

/// How many bytes of a body a route reads.
#[derive(Debug, Clone, Copy)]
pub struct BodyLimit(usize);

/// axum's own limit: tower-http's layer answers without a problem.
pub fn body_limit(bytes: usize) -> (DefaultBodyLimit, Extension<BodyLimit>) {
    (DefaultBodyLimit::max(bytes), Extension(BodyLimit(bytes)))
}

/// A raw body, up to the limit of the route.
pub struct Raw(pub Bytes);

impl<S: Send + Sync> FromRequest<S> for Raw {
    type Rejection = ApiError;
    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let too_large = || ApiError::new(ProblemType::TooLarge, "the body is larger than is accepted here");
        let most = request.extensions().get::<BodyLimit>().map(|limit| limit.0);
        // By its Content-Length: a client that sends `Expect: 100-continue` is told before it sends the body.
        if most.is_some_and(|most| request.body().size_hint().lower() > most as u64) {
            return Err(too_large());
        }
        let body = Bytes::from_request(request, state).await;
        body.map(Self).map_err(|error| match error {
            BytesRejection::FailedToBufferBody(FailedToBufferBody::LengthLimitError(_)) => too_large(),
            error => ApiError::new(ProblemType::Malformed, error.body_text()),
        })
    }
}

pub fn json_body<T: DeserializeOwned>(headers: &HeaderMap, body: &[u8]) -> Result<T, ApiError> {
    let media = headers
        .get(CONTENT_TYPE)
        .and_then(|media| media.to_str().ok())
        .unwrap_or_default();
    if !media
        .split(';')
        .next()
        .is_some_and(|media| media.trim().eq_ignore_ascii_case("application/json"))
    {
        return Err(ApiError::new(ProblemType::WrongMedia, "send application/json"));
    }
    parse_json(body).map_err(|error| match error.classify() {
        serde_json::error::Category::Data => ApiError::new(ProblemType::NotAccepted, error.to_string()),
        _ => ApiError::new(ProblemType::Malformed, format!("the body is not JSON: {error}")),
    })
}

/// The parameters of a path, which are UTF-8.
pub struct Segments<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Segments<T> {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let segments = Path::<T>::from_request_parts(parts, state).await;
        segments
            .map(|Path(segments)| Self(segments))
            .map_err(|error| ApiError::new(ProblemType::Malformed, error.body_text()))
    }
}

/// JSON without a NUL in any of its texts: PostgreSQL takes none.
pub fn parse_json<T: DeserializeOwned>(body: &[u8]) -> Result<T, serde_json::Error> {
    if contains_nul(body) {
        return Err(serde::de::Error::custom("a text contains a NUL"));
    }
    strict_json::from_slice(body)
}

/// Whether a text in this JSON contains `\u0000`. In JSON a NUL is always written so.
fn contains_nul(json: &[u8]) -> bool {
    let mut rest = json;
    while let Some(at) = rest.iter().position(|byte| *byte == b'\\') {
        let escaped = &rest[at + 1..];
        if escaped.starts_with(b"u0000") {
            return true;
        }
        // What is escaped may be a backslash.
        rest = escaped.get(1..).unwrap_or_default();
    }
    false
}

/// The only parameter of a path.
pub struct Text(pub String);

impl<S: Send + Sync> FromRequestParts<S> for Text {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Segments(text) = Segments::from_request_parts(parts, state).await?;
        Ok(Self(text))
    }
}

/// Query parameters in their order.
pub type Pairs = Query<Vec<(String, String)>>;

/// A parameter of the address, as it stands there.
pub fn parameter<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let found = pairs.iter().find(|(known, _)| known == name);
    found.map(|(_, value)| value.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nul_is_found_in_json() {
        for (json, found) in [
            (r#"{"name":"Ada"}"#, false),
            (r#"{"name":"a\u0000b"}"#, true),
            (r#"{"name":"a\\u0000b"}"#, false),
            (r#"{"name":"a\\\u0000b"}"#, true),
            (r#"{"name":"\u0001\n"}"#, false),
            ("\\", false),
        ] {
            assert_eq!(contains_nul(json.as_bytes()), found, "{json}");
        }
    }

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
