use std::sync::Arc;

use axum::{extract::State, http::HeaderMap, response::Response};
use servery_domain::delivery_map::DeliveryMap;

use crate::{
    api::cached_answer::cached_answer,
    catalog::Edition,
    http::error::{AcceptsJson, ApiError},
    state::AppState,
};

/// The map on which diners set the point of an address; `null` if this installation has none
#[utoipa::path(get, path = "/api/v1/map", tag = "orders", responses((status = 200, body = Option<DeliveryMap>)))]
pub async fn get_map(
    _: AcceptsJson,
    State(app): State<Arc<AppState>>,
    request: HeaderMap,
) -> Result<Response, ApiError> {
    let edition = Edition::of_installation();
    let map = async { Ok(app.assets.delivery_map()) };
    cached_answer(&app, &request, edition, servery_app::api::MAP.to_owned(), map).await
}
