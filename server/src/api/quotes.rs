use std::sync::Arc;

use axum::{Json, extract::State, http::HeaderMap};
use servery_domain::{basket::Basket, problem::Problem, quote::Quote, slug::Slug};

use crate::{
    app::App,
    ordering::{self, Customer},
    refusal::{AcceptsJson, Body, Refusal, Text},
};

/// What a basket costs now, line by line, and what keeps it from being ordered
#[utoipa::path(
    post, path = "/api/v1/restaurants/{slug}/quotes", tag = "orders",
    params(("slug" = Slug, Path)),
    request_body = Basket,
    responses((status = 200, body = Quote), (status = 404, body = Problem), (status = 422, body = Problem)),
)]
pub async fn post_quote(
    _: AcceptsJson,
    State(app): State<Arc<App>>,
    Text(slug): Text,
    headers: HeaderMap,
    Body(basket): Body<Basket>,
) -> Result<Json<Quote>, Refusal> {
    Ok(Json(ordering::quote_basket(&app, &slug, &basket, &Customer::of(&headers)).await?))
}
