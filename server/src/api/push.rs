use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode, header::CACHE_CONTROL},
    response::{IntoResponse, Response},
};
use servery_domain::push::{PushState, RenewedSubscription, Subscription};

use crate::{
    accounts::customer::Customer,
    http::error::{AcceptsJson, ApiError, JsonBody, Text},
    jobs::push,
    state::AppState,
};

/// Whether this browser gets push notifications of the order. A cookie identifies the browser
#[utoipa::path(
    get, path = "/api/v1/orders/{token}/push", tag = "orders", params(("token" = String, Path)),
    responses((status = 200, body = PushState), (status = 404)),
    security((), ("session" = []), ("visitor" = [])),
)]
pub async fn get_push(
    _: AcceptsJson,
    State(app): State<Arc<AppState>>,
    Text(token): Text,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let state = push::state(
        &app,
        &token,
        app.visitor_cookies.read(app.store.as_ref(), &headers).await?,
    )
    .await?;
    Ok(([(CACHE_CONTROL, "private, no-store")], Json(state)).into_response())
}

/// Send push notifications of the order to this browser
#[utoipa::path(
    put, path = "/api/v1/orders/{token}/push", tag = "orders", params(("token" = String, Path)), request_body = Subscription,
    responses(
        (status = 204, description = "It is told"), (status = 404), (status = 409, description = "The order is over, or enough browsers are told of it"),
    ),
    security((), ("session" = []), ("visitor" = [])),
)]
pub async fn put_push(
    State(app): State<Arc<AppState>>,
    Text(token): Text,
    customer: Customer,
    JsonBody(subscription): JsonBody<Subscription>,
) -> Result<Response, ApiError> {
    let visitor = customer.browser(&app).await?;
    push::subscribe(&app, &token, visitor, &subscription).await?;
    app.visitor_cookies
        .write(app.store.as_ref(), StatusCode::NO_CONTENT, visitor)
        .await
}

/// Send no more push notifications of the order to this browser
#[utoipa::path(
    delete, path = "/api/v1/orders/{token}/push", tag = "orders", params(("token" = String, Path)),
    responses((status = 204, description = "It is told nothing"), (status = 404)),
    security((), ("session" = []), ("visitor" = [])),
)]
pub async fn delete_push(
    State(app): State<Arc<AppState>>,
    Text(token): Text,
    headers: HeaderMap,
) -> Result<StatusCode, ApiError> {
    push::unsubscribe(
        &app,
        &token,
        app.visitor_cookies.read(app.store.as_ref(), &headers).await?,
    )
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Send what this browser has subscribed to elsewhere: its push service has given it another address. A cookie identifies the browser
#[utoipa::path(
    put, path = "/api/v1/push", tag = "orders", request_body = RenewedSubscription,
    responses((status = 204, description = "What this browser has subscribed to, if anything, goes there")),
    security((), ("session" = []), ("visitor" = [])),
)]
pub async fn put_renewed_push(
    State(app): State<Arc<AppState>>,
    headers: HeaderMap,
    JsonBody(renewed): JsonBody<RenewedSubscription>,
) -> Result<StatusCode, ApiError> {
    let browser = app.visitor_cookies.read(app.store.as_ref(), &headers).await?;
    push::renew(&app, browser, &renewed).await?;
    Ok(StatusCode::NO_CONTENT)
}
