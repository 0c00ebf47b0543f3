use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{
        HeaderMap, HeaderValue, StatusCode, Uri,
        header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH, LOCATION},
    },
    response::{IntoResponse, Response},
};
use servery_domain::{
    basket::Basket,
    order::{Actor, Event, Order, Placement, Receipt},
    problem::{Kind, Problem},
    slug::Slug,
};
use servery_store::orders::Tracked;

use crate::{
    api::stream,
    app::App,
    idempotency,
    ordering::{self, Answered, Customer},
    refusal::{AcceptsJson, Raw, Refusal, Text, json_body},
    visitor,
};

/// Place an order. The price that counts is worked out here; if it is not what the diner saw, nothing is placed
#[utoipa::path(
    post, path = "/api/v1/restaurants/{slug}/orders", tag = "orders",
    params(("slug" = Slug, Path), ("Idempotency-Key" = String, Header, description = "Made anew for each order; kept for 90 days")),
    request_body = Placement,
    responses(
        (status = 201, body = Receipt), (status = 400, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "Something has changed; the member 'quote' says how things are now"),
        (status = 422, body = Problem),
    ),
)]
pub async fn post_order(
    _: AcceptsJson,
    State(app): State<Arc<App>>,
    Text(slug): Text,
    uri: Uri,
    headers: HeaderMap,
    Raw(body): Raw,
) -> Result<Response, Refusal> {
    let request = idempotency::request(&headers, uri.path(), &body)?;
    let placement: Placement = json_body(&headers, &body)?;
    let customer = Customer { account: None, visitor: visitor::visitor(&headers).map(|visitor| visitor.to_string()) };
    let Answered { status, body } = ordering::place(&app, &slug, placement, request, &customer).await?;
    let created = status == StatusCode::CREATED;
    let media = if created { "application/json" } else { "application/problem+json" };
    let mut response = (status, [(CONTENT_TYPE, media), (CACHE_CONTROL, "no-store")], body.clone()).into_response();
    let receipt = serde_json::from_str::<Receipt>(&body).ok().filter(|_| created);
    if let Some(location) = receipt.and_then(|receipt| HeaderValue::from_str(&format!("/api/v1/orders/{}", receipt.token)).ok()) {
        response.headers_mut().insert(LOCATION, location);
    }
    Ok(response)
}

async fn find(app: &App, token: &str) -> Result<Tracked, Refusal> {
    let unknown = || Refusal::new(Kind::NotFound, "there is no such order");
    if token.len() != 32 {
        return Err(unknown());
    }
    app.store.order_by_token(token).await?.ok_or_else(unknown)
}

/// An order as it is now, for who has its token
#[utoipa::path(
    get, path = "/api/v1/orders/{token}", tag = "orders", params(("token" = String, Path)),
    responses((status = 200, body = Order), (status = 304, description = "If-None-Match names what you have"), (status = 404, body = Problem)),
)]
pub async fn get_order(_: AcceptsJson, State(app): State<Arc<App>>, Text(token): Text, headers: HeaderMap) -> Result<Response, Refusal> {
    let order = find(&app, &token).await?.order;
    let etag = format!("\"{}\"", order.revision.0);
    let known = headers.get(IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == etag.as_bytes());
    let headers = [(ETAG, etag.as_str()), (CACHE_CONTROL, "private, no-cache")];
    Ok(if known { (StatusCode::NOT_MODIFIED, headers).into_response() } else { (headers, Json(order)).into_response() })
}

/// What was ordered as a basket, to order it once more
#[utoipa::path(
    get, path = "/api/v1/orders/{token}/basket", tag = "orders", params(("token" = String, Path)),
    responses((status = 200, body = Basket), (status = 404, body = Problem)),
)]
pub async fn get_basket(_: AcceptsJson, State(app): State<Arc<App>>, Text(token): Text) -> Result<Json<Basket>, Refusal> {
    Ok(Json(Basket::again(&find(&app, &token).await?.order.ordered.lines)))
}

/// What becomes of the order, as Server-Sent Events: one now, and one with each change
#[utoipa::path(
    get, path = "/api/v1/orders/{token}/events", tag = "orders",
    params(("token" = String, Path), ("Last-Event-ID" = Option<i64>, Header, description = "The revision you have")),
    responses((status = 200, description = "text/event-stream of events 'order', each with an Order"), (status = 404, body = Problem)),
)]
pub async fn get_events(State(app): State<Arc<App>>, Text(token): Text, headers: HeaderMap) -> Result<Response, Refusal> {
    // Watched first and read then, so that nothing falls between.
    let order = find(&app, &token).await?.order.id;
    let watching = app.live.watch_order(order);
    let now = find(&app, &token).await?.order;
    Ok(stream::of_order(&app, &now, watching, &headers))
}

/// Cancel an order that nobody has accepted yet. Cancelled again, it stays cancelled
#[utoipa::path(
    post, path = "/api/v1/orders/{token}/cancel", tag = "orders", params(("token" = String, Path)),
    responses((status = 200, body = Order), (status = 404, body = Problem), (status = 409, body = Problem)),
)]
pub async fn cancel_order(_: AcceptsJson, State(app): State<Arc<App>>, Text(token): Text) -> Result<Json<Order>, Refusal> {
    Ok(Json(cancel(&app, &token).await?))
}

pub async fn cancel(app: &App, token: &str) -> Result<Order, Refusal> {
    let order = find(app, token).await?.order;
    if order.progress.state == servery_domain::order::State::Cancelled {
        return Ok(order);
    }
    ordering::advance(app, order.id, Event::Cancelled { reason: String::new() }, Actor::Diner).await
}
