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
    order::{Order, PlacedOrder, Placement, TrackedOrder},
    reorder::basket_from,
    slug::Slug,
};

use crate::{
    accounts::customer::Customer,
    api::stream,
    http::{
        client::Client,
        error::{AcceptsJson, ApiError, Raw, Text, json_body},
        idempotency,
    },
    orders::{
        self,
        placement::{self, ChangedProblem, StoredResponse},
    },
    state::AppState,
};

/// Place an order. The server calculates the price; if it differs from what the diner saw, nothing is placed
#[utoipa::path(
    post, path = "/api/v1/restaurants/{slug}/orders", tag = "orders",
    params(("slug" = Slug, Path), ("Idempotency-Key" = String, Header, pattern = "^[!#-[^-~\\]]{16,64}$", description = "Made anew for each order; kept for 90 days")),
    request_body = Placement,
    responses(
        (status = 201, body = PlacedOrder), (status = 404),
        (status = 409, body = ChangedProblem, description = "Something has changed, or the id is another order's; where something has changed, the member 'quote' says how things are now"),
    ),
    security((), ("session" = []), ("visitor" = [])),
)]
pub async fn post_order(
    _: AcceptsJson,
    State(app): State<Arc<AppState>>,
    Text(slug): Text,
    uri: Uri,
    customer: Customer,
    headers: HeaderMap,
    Raw(body): Raw,
) -> Result<Response, ApiError> {
    let request = idempotency::request(&headers, uri.path(), &body)?;
    let placement: Placement = json_body(&headers, &body)?;
    let answer = placement::place(&app, &slug, placement, request, &customer).await?;
    let StoredResponse { status, body, placed } = answer;
    let media = match placed {
        Some(_) => "application/json",
        None => "application/problem+json",
    };
    let headers = [(CONTENT_TYPE, media), (CACHE_CONTROL, "no-store")];
    let mut response = (status, headers, body).into_response();
    if let Some(placed) = placed {
        let location = format!("/api/v1/orders/{}", placed.token);
        let location = HeaderValue::from_str(&location).map_err(|error| ApiError::internal(&error))?;
        response.headers_mut().insert(LOCATION, location);
    }
    Ok(response)
}

/// An order, for whoever has its token
#[utoipa::path(
    get, path = "/api/v1/orders/{token}", tag = "orders", params(("token" = String, Path)),
    responses((status = 200, body = TrackedOrder), (status = 304, description = "If-None-Match names what you have"), (status = 404)),
)]
pub async fn get_order(
    _: AcceptsJson,
    State(app): State<Arc<AppState>>,
    Text(token): Text,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let order = orders::tracked(&app, &token).await?;
    let etag = format!("\"{}\"", order.order.revision.0);
    let known = headers
        .get(IF_NONE_MATCH)
        .is_some_and(|known| known.as_bytes() == etag.as_bytes());
    let headers = [(ETAG, etag.as_str()), (CACHE_CONTROL, "private, no-cache")];
    Ok(if known {
        (StatusCode::NOT_MODIFIED, headers).into_response()
    } else {
        (headers, Json(order)).into_response()
    })
}

/// The lines of an order as a basket, to order them again
#[utoipa::path(
    get, path = "/api/v1/orders/{token}/basket", tag = "orders", params(("token" = String, Path)),
    responses((status = 200, body = Basket), (status = 404)),
)]
pub async fn get_basket(
    _: AcceptsJson,
    State(app): State<Arc<AppState>>,
    Text(token): Text,
) -> Result<Json<Basket>, ApiError> {
    Ok(Json(basket_from(
        &orders::find(&app, &token).await?.order.ordered.lines,
    )))
}

/// The order as Server-Sent Events: one now, and one with each change
#[utoipa::path(
    get, path = "/api/v1/orders/{token}/events", tag = "orders",
    params(("token" = String, Path), ("Last-Event-ID" = Option<String>, Header, description = "The revision you have")),
    responses((status = 200, content_type = "text/event-stream", body = String, description = "Events 'order', each with an Order"), (status = 404), (status = 503)),
)]
pub async fn get_order_events(
    State(app): State<Arc<AppState>>,
    client: Client,
    Text(token): Text,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let order = orders::find(&app, &token).await?.order;
    let open = app.open_streams.of_order(&client, order.id)?;
    // Subscribes before it reads, so that no change is missed in between.
    let watching = app.broadcaster.watch_order(app.store.as_ref(), &order).await?;
    let now = orders::find(&app, &token).await?.order;
    Ok(stream::order_stream(&app, &now, watching, open, &headers))
}

/// Cancel an order that has not been accepted yet. Repeating it changes nothing
#[utoipa::path(
    post, path = "/api/v1/orders/{token}/cancel", tag = "orders", params(("token" = String, Path)),
    responses((status = 200, body = Order), (status = 404), (status = 409)),
)]
pub async fn cancel_order(
    _: AcceptsJson,
    State(app): State<Arc<AppState>>,
    Text(token): Text,
) -> Result<Json<Order>, ApiError> {
    Ok(Json(orders::cancel(&app, &token).await?))
}

/// The latest orders of this browser or of the account, newest first
#[utoipa::path(get, path = "/api/v1/orders", tag = "orders", responses((status = 200, body = Vec<TrackedOrder>)), security((), ("session" = []), ("visitor" = [])))]
pub async fn list_orders(
    _: AcceptsJson,
    State(app): State<Arc<AppState>>,
    customer: Customer,
) -> Result<Response, ApiError> {
    let orders = orders::customer_orders(&app, &customer).await?;
    Ok(([(CACHE_CONTROL, "private, no-store")], Json(orders)).into_response())
}
