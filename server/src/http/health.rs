//! Liveness, readiness and metrics.

use std::sync::Arc;

use axum::{
    extract::State,
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use servery_domain::problem::ProblemType;

use crate::{http::error::ApiError, state::AppState};

pub async fn live() -> &'static str {
    "alive\n"
}

/// Not ready while the database does not answer or fails to write: other nodes may reach it.
pub async fn ready(State(app): State<Arc<AppState>>) -> Result<&'static str, ApiError> {
    let unavailable = |detail| Err(ApiError::new(ProblemType::Unavailable, detail));
    match (app.catalog.is_reachable(), app.group_commit.is_writing()) {
        (true, true) => Ok("ready\n"),
        (false, _) => unavailable("the database does not answer"),
        (_, false) => unavailable("the database fails to write"),
    }
}

pub async fn metrics(State(app): State<Arc<AppState>>) -> Response {
    match app.metrics.text() {
        Ok(text) => ([(CONTENT_TYPE, prometheus::TEXT_FORMAT)], text).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}
