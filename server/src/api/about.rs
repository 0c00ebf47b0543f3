use std::sync::Arc;

use axum::{extract::State, http::HeaderMap, response::Response};
use servery_domain::about::About;

use crate::{
    api::cached_answer::cached_answer,
    catalog::Edition,
    http::error::{AcceptsJson, ApiError},
    state::AppState,
};

/// The version of this server and its dependencies
#[utoipa::path(get, path = "/api/v1/about", tag = "about", responses((status = 200, body = About)))]
pub async fn get_about(
    _: AcceptsJson,
    State(app): State<Arc<AppState>>,
    request: HeaderMap,
) -> Result<Response, ApiError> {
    let edition = Edition::of_installation();
    cached_answer(
        &app,
        &request,
        edition,
        servery_app::api::ABOUT.to_owned(),
        async { Ok(app.about.clone()) },
    )
    .await
}
