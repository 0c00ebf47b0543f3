//! The OpenAPI document as it is served.

use std::sync::LazyLock;

use axum::{
    http::header::CONTENT_TYPE,
    response::{IntoResponse, Response},
};

use super::routes::routes;

/// Made from the table of routes. A document of plain structs is always JSON.
pub static DOCUMENT: LazyLock<String> =
    LazyLock::new(|| routes().into_openapi().to_pretty_json().unwrap_or_default());

pub async fn get_openapi() -> Response {
    ([(CONTENT_TYPE, "application/json")], DOCUMENT.as_str()).into_response()
}
