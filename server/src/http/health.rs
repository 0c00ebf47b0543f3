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

/// Not ready while the database does not answer or fails to write, because other nodes may reach it, and when this node stops.
/// Without Redis it goes on by itself.
pub async fn ready(State(app): State<Arc<AppState>>) -> Result<&'static str, ApiError> {
    let unavailable = |detail| Err(ApiError::new(ProblemType::Unavailable, detail));
    if app.is_draining() {
        return unavailable("the server stops");
    }
    match (app.catalog.is_reachable(), app.group_commit.is_writing()) {
        (true, true) if app.is_redis_away() => {
            Ok("ready; Redis does not answer, so each node counts rate limits by itself\n")
        }
        (true, true) => Ok("ready\n"),
        (false, _) => unavailable("the database does not answer"),
        (_, false) => unavailable("the database fails to write"),
    }
}

pub async fn metrics(State(app): State<Arc<AppState>>) -> Response {
    if let Some(redis) = &app.redis {
        app.metrics.set_redis_up(!redis.is_away());
    }
    match app.metrics.text() {
        Ok(text) => ([(CONTENT_TYPE, prometheus::TEXT_FORMAT)], text).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}
