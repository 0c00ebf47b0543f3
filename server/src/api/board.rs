use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header::CACHE_CONTROL},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use servery_domain::{
    board::Board,
    id::{DishId, OrderId},
    order::{Event, Order},
    order_intake::IntakeChange,
    problem::ProblemType,
    slug::Slug,
};
use utoipa::ToSchema;

use crate::{
    accounts::sessions::CurrentUser,
    api::stream,
    http::{
        client::Client,
        error::{AcceptsJson, ApiError, JsonBody, Segments, Text},
    },
    orders::board,
    state::AppState,
};

/// The orders under way, and what is left of each dish. For the restaurant's staff
#[utoipa::path(
    get, path = "/api/v1/restaurants/{slug}/board", tag = "staff", params(("slug" = Slug, Path)),
    responses((status = 200, body = Board), (status = 403), (status = 404)),
    security(("session" = [])),
)]
pub async fn get_board(
    _: AcceptsJson,
    State(app): State<Arc<AppState>>,
    user: CurrentUser,
    Text(slug): Text,
) -> Result<Response, ApiError> {
    Ok((
        [(CACHE_CONTROL, "private, no-store")],
        Json(board::board(&app, &user, &slug).await?),
    )
        .into_response())
}

/// Every change of an order, as Server-Sent Events: first all that the board shows; the stream ends when the session does
#[utoipa::path(
    get, path = "/api/v1/restaurants/{slug}/board/events", tag = "staff", params(("slug" = Slug, Path)),
    responses(
        (status = 200, content_type = "text/event-stream", body = String, description = "Events 'order', each with an Order"),
        (status = 403), (status = 404), (status = 503),
    ),
    security(("session" = [])),
)]
pub async fn get_board_events(
    State(app): State<Arc<AppState>>,
    user: CurrentUser,
    client: Client,
    Text(slug): Text,
) -> Result<Response, ApiError> {
    let open_stream = app.open_streams.of_client(&client)?;
    let (restaurant, role) = board::watchable_restaurant(&app, &user, &slug).await?;
    let id = restaurant.listing().restaurant.id;
    // Subscribes before it reads, so that no change is missed in between.
    let watching = app.broadcaster.watch_board(app.store.as_ref(), id).await?;
    let open = board::orders(&app, id, role).await?;
    Ok(stream::board_stream(
        app,
        &open,
        watching,
        (&restaurant, role, user.session),
        open_stream,
    ))
}

#[derive(Deserialize, ToSchema)]
pub struct Step {
    event: Event,
}

pub(super) fn ids<T: std::str::FromStr>(text: &str) -> Result<T, ApiError> {
    text.parse()
        .map_err(|_| ApiError::new(ProblemType::NotFound, "there is nothing with this id"))
}

/// Add an event to an order: accepted, ready, collected and so on
#[utoipa::path(
    post, path = "/api/v1/restaurants/{slug}/orders/{id}/events", tag = "staff",
    params(("slug" = Slug, Path), ("id" = OrderId, Path)), request_body = Step,
    responses(
        (status = 200, body = Order), (status = 403), (status = 404),
        (status = 409, description = "The order's state does not allow it"),
    ),
    security(("session" = [])),
)]
pub async fn post_order_event(
    _: AcceptsJson,
    State(app): State<Arc<AppState>>,
    user: CurrentUser,
    Segments((slug, id)): Segments<(String, String)>,
    JsonBody(step): JsonBody<Step>,
) -> Result<Json<Order>, ApiError> {
    let order: OrderId = ids(&id)?;
    Ok(Json(board::advance(&app, &user, &slug, order, step.event).await?))
}

/// Pause orders, take them again, or say that the kitchen is busy: `{"pause": {}}`, `{"pause": null}`, `{"busy": …}`. It holds at once
#[utoipa::path(
    put, path = "/api/v1/restaurants/{slug}/intake", tag = "staff", params(("slug" = Slug, Path)), request_body = IntakeChange,
    responses((status = 204, description = "Noted"), (status = 403), (status = 404)),
    security(("session" = [])),
)]
pub async fn put_intake(
    State(app): State<Arc<AppState>>,
    user: CurrentUser,
    Text(slug): Text,
    JsonBody(change): JsonBody<IntakeChange>,
) -> Result<StatusCode, ApiError> {
    board::change_intake(&app, &user, &slug, change).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize, ToSchema)]
pub struct Portions {
    /// 0 means sold out; without a number the dish is not counted.
    portions: Option<u32>,
}

/// Set how many portions of a dish are left
#[utoipa::path(
    put, path = "/api/v1/restaurants/{slug}/stock/{dish}", tag = "staff",
    params(("slug" = Slug, Path), ("dish" = DishId, Path)), request_body = Portions,
    responses((status = 204, description = "Noted"), (status = 403), (status = 404)),
    security(("session" = [])),
)]
pub async fn put_stock(
    State(app): State<Arc<AppState>>,
    user: CurrentUser,
    Segments((slug, dish)): Segments<(String, String)>,
    JsonBody(left): JsonBody<Portions>,
) -> Result<StatusCode, ApiError> {
    let dish: DishId = ids(&dish)?;
    board::set_stock(&app, &user, &slug, dish, left.portions).await?;
    Ok(StatusCode::NO_CONTENT)
}
