use std::sync::Arc;

use axum::{
    Json,
    extract::{Query, State},
    http::header::CACHE_CONTROL,
    response::{IntoResponse, Response},
};
use servery_domain::{place::PlaceSuggestion, slug::Slug};

use crate::{
    catalog::restaurant_now::restaurant_called,
    http::{
        client::Client,
        error::{AcceptsJson, ApiError, Pairs},
        rate_limit,
    },
    places,
    state::AppState,
};

/// Addresses of the town that begin with what was typed, at most eight; those to which the restaurant delivers come first
#[utoipa::path(
    get, path = "/api/v1/places", tag = "orders",
    params(
        ("q" = Option<String>, Query, max_length = 120, description = "The street as far as it was typed, and perhaps number, postcode and town; fewer than 3 characters find nothing"),
        ("near" = Option<Slug>, Query, description = "The restaurant that is to deliver"),
    ),
    responses((status = 200, body = Vec<PlaceSuggestion>), (status = 404, description = "No restaurant is called so"), (status = 429)),
)]
pub async fn list_places(
    _: AcceptsJson,
    State(app): State<Arc<AppState>>,
    client: Client,
    Query(pairs): Pairs,
) -> Result<Response, ApiError> {
    app.rate_limiter
        .take_for_diner(&rate_limit::PLACES, &client)
        .await?;
    let value = |name: &str| {
        pairs
            .iter()
            .rev()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    };
    let near = match value("near") {
        None => None,
        Some(slug) => Some(restaurant_called(&app, slug).await?),
    };
    let restaurant = near.as_ref().map(|entry| &entry.listing().restaurant);
    let found = places::suggestions(&app, value("q").unwrap_or_default(), restaurant).await?;
    Ok(([(CACHE_CONTROL, "no-store")], Json(found)).into_response())
}
