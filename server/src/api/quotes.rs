use std::sync::Arc;

use axum::{
    Json,
    extract::{Query, State},
};
use servery_domain::{basket::Basket, coupon::CouponOffer, lang::Lang, quote::Quote, slug::Slug};

use crate::{
    accounts::customer::Customer,
    api::restaurants::asked_lang,
    http::error::{AcceptsJson, ApiError, JsonBody, Pairs, Segments, Text},
    orders::quotes,
    state::AppState,
};

/// What a basket costs now, line by line, and what blocks it from being ordered
#[utoipa::path(
    post, path = "/api/v1/restaurants/{slug}/quotes", tag = "orders",
    params(("slug" = Slug, Path), ("lang" = Option<Lang>, Query, description = "The language of the dishes' names")),
    request_body = Basket,
    responses((status = 200, body = Quote), (status = 404), (status = 429, description = "Too many codes that are none")),
    security((), ("session" = []), ("visitor" = [])),
)]
pub async fn post_quote(
    _: AcceptsJson,
    State(app): State<Arc<AppState>>,
    Text(slug): Text,
    Query(pairs): Pairs,
    customer: Customer,
    JsonBody(basket): JsonBody<Basket>,
) -> Result<Json<Quote>, ApiError> {
    let lang = asked_lang(&pairs)?;
    Ok(Json(
        quotes::quote_basket(&app, &slug, (&basket, lang), &customer).await?,
    ))
}

/// What a coupon would take off. Unknown codes count towards a rate limit
#[utoipa::path(
    get, path = "/api/v1/restaurants/{slug}/coupons/{code}", tag = "orders", params(("slug" = Slug, Path), ("code" = String, Path)),
    responses((status = 200, body = CouponOffer), (status = 404), (status = 429)),
    security((), ("session" = []), ("visitor" = [])),
)]
pub async fn get_coupon(
    _: AcceptsJson,
    State(app): State<Arc<AppState>>,
    Segments((slug, code)): Segments<(String, String)>,
    customer: Customer,
) -> Result<Json<CouponOffer>, ApiError> {
    Ok(Json(quotes::check_coupon(&app, &slug, &code, &customer).await?))
}
