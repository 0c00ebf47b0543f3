use std::sync::Arc;

use axum::{
    Json,
    extract::{Query, State},
    http::header::CACHE_CONTROL,
    response::{IntoResponse, Response},
};
use servery_domain::{
    id::OrderId,
    order_search::{OrderFilter, OrderList, OrderRecord, OrderSearch},
    problem::ProblemType,
    slug::Slug,
    time::Day,
};

use super::board::ids;
use crate::{
    accounts::sessions::CurrentUser,
    http::error::{AcceptsJson, ApiError, Pairs, Segments, Text},
    orders::order_search,
    state::AppState,
};

/// All orders of a restaurant, the newest first. For staff who may see whole orders
#[utoipa::path(
    get, path = "/api/v1/restaurants/{slug}/orders", tag = "staff",
    params(
        ("slug" = Slug, Path),
        ("q" = Option<String>, Query, max_length = 80, description = "Words of the guest's name, a phone number or its last digits, or the order's number"),
        ("from" = Option<Day>, Query, description = "The first day on which they were placed, in the restaurant's time"),
        ("to" = Option<Day>, Query, description = "The last day"),
        ("show" = Option<OrderFilter>, Query, description = "Only those in these states"),
        ("before" = Option<String>, Query, pattern = "^[0-9]{1,12}-[0-9]{1,9}$", description = "What the page before gave as next"),
    ),
    responses((status = 200, body = OrderList), (status = 403), (status = 404)),
    security(("session" = [])),
)]
pub async fn search_orders(
    _: AcceptsJson,
    State(app): State<Arc<AppState>>,
    user: CurrentUser,
    Text(slug): Text,
    Query(pairs): Pairs,
) -> Result<Response, ApiError> {
    let mut pairs = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let search = OrderSearch::parse(&mut pairs)
        .map_err(|parameter| ApiError::new(ProblemType::Malformed, parameter.to_string()))?;
    let list = order_search::list(&app, &user, &slug, &search).await?;
    Ok(([(CACHE_CONTROL, "private, no-store")], Json(list)).into_response())
}

/// An order with all that has happened to it. For staff who may see whole orders
#[utoipa::path(
    get, path = "/api/v1/restaurants/{slug}/orders/{id}", tag = "staff",
    params(("slug" = Slug, Path), ("id" = OrderId, Path)),
    responses((status = 200, body = OrderRecord), (status = 403), (status = 404)),
    security(("session" = [])),
)]
pub async fn get_order_record(
    _: AcceptsJson,
    State(app): State<Arc<AppState>>,
    user: CurrentUser,
    Segments((slug, id)): Segments<(String, String)>,
) -> Result<Response, ApiError> {
    let record = order_search::record(&app, &user, &slug, ids(&id)?).await?;
    Ok(([(CACHE_CONTROL, "private, no-store")], Json(record)).into_response())
}
