use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header::CACHE_CONTROL},
    response::{IntoResponse, Response},
};
use servery_domain::{
    id::{DeviceId, PaymentId},
    pos::reader_payment::{ReaderChoice, ReaderPayment, ReaderPaymentRequest},
    slug::Slug,
};

use super::board::ids;
use crate::{
    accounts::sessions::CurrentUser,
    http::{
        client::Client,
        error::{AcceptsJson, ApiError, JsonBody, Segments, Text},
        rate_limit,
    },
    payments::readers,
    state::AppState,
    sync::devices::CurrentDevice,
};

/// Put an amount on the till's card reader. Needs no Idempotency-Key: the same id is the same payment. The till sends its ops first
#[utoipa::path(
    post, path = "/api/v1/restaurants/{slug}/reader-payments", tag = "devices", params(("slug" = Slug, Path)),
    request_body = ReaderPaymentRequest,
    responses(
        (status = 200, body = ReaderPayment), (status = 403, description = "It is no till, or another restaurant's"), (status = 404),
        (status = 409, description = "The id is another payment's"), (status = 429),
        (status = 503, description = "The card provider does not answer; ask again what became of it"),
    ),
    security(("device" = [])),
)]
pub async fn post_reader_payment(
    _: AcceptsJson,
    State(app): State<Arc<AppState>>,
    current_device: CurrentDevice,
    client: Client,
    Text(slug): Text,
    JsonBody(request): JsonBody<ReaderPaymentRequest>,
) -> Result<Response, ApiError> {
    limit(&app, &current_device, &client).await?;
    let payment = readers::start(&app, &current_device, &slug, &request).await?;
    Ok(answer(payment))
}

/// What became of a payment on the till's card reader
#[utoipa::path(
    get, path = "/api/v1/restaurants/{slug}/reader-payments/{id}", tag = "devices",
    params(("slug" = Slug, Path), ("id" = PaymentId, Path)),
    responses(
        (status = 200, body = ReaderPayment), (status = 403), (status = 404), (status = 429),
        (status = 503, description = "The card provider does not answer; ask again"),
    ),
    security(("device" = [])),
)]
pub async fn get_reader_payment(
    _: AcceptsJson,
    State(app): State<Arc<AppState>>,
    current_device: CurrentDevice,
    client: Client,
    Segments((slug, id)): Segments<(String, String)>,
) -> Result<Response, ApiError> {
    limit(&app, &current_device, &client).await?;
    let payment = readers::state(&app, &current_device, (&slug, ids(&id)?)).await?;
    Ok(answer(payment))
}

/// Take a payment from the till's card reader. If a card is charged at this moment, the answer says so. May be repeated
#[utoipa::path(
    post, path = "/api/v1/restaurants/{slug}/reader-payments/{id}/cancel", tag = "devices",
    params(("slug" = Slug, Path), ("id" = PaymentId, Path)),
    responses(
        (status = 200, body = ReaderPayment), (status = 403), (status = 404), (status = 429),
        (status = 503, description = "The card provider does not answer; ask again"),
    ),
    security(("device" = [])),
)]
pub async fn cancel_reader_payment(
    _: AcceptsJson,
    State(app): State<Arc<AppState>>,
    current_device: CurrentDevice,
    client: Client,
    Segments((slug, id)): Segments<(String, String)>,
) -> Result<Response, ApiError> {
    limit(&app, &current_device, &client).await?;
    let payment = readers::cancel(&app, &current_device, (&slug, ids(&id)?)).await?;
    Ok(answer(payment))
}

async fn limit(app: &AppState, device: &CurrentDevice, client: &Client) -> Result<(), ApiError> {
    app.rate_limiter
        .take_for_device(&rate_limit::READER_PAYMENTS, device.id(), client)
        .await
}

fn answer(payment: ReaderPayment) -> Response {
    ([(CACHE_CONTROL, "private, no-store")], Json(payment)).into_response()
}

/// Choose the card reader of a till, among those of the restaurant's account with the card provider. For owners and managers
#[utoipa::path(
    put, path = "/api/v1/restaurants/{slug}/devices/{id}/reader", tag = "devices",
    params(("slug" = Slug, Path), ("id" = DeviceId, Path)), request_body = ReaderChoice,
    responses(
        (status = 204, description = "Chosen"), (status = 403), (status = 404),
        (status = 422, description = "The reader is none of this restaurant's"),
        (status = 503, description = "The card provider does not answer"),
    ),
    security(("session" = [])),
)]
pub async fn put_reader(
    _: AcceptsJson,
    State(app): State<Arc<AppState>>,
    user: CurrentUser,
    Segments((slug, id)): Segments<(String, String)>,
    JsonBody(choice): JsonBody<ReaderChoice>,
) -> Result<StatusCode, ApiError> {
    let chosen = (ids(&id)?, choice.reader.as_deref());
    readers::choose(&app, &user, &slug, chosen).await?;
    Ok(StatusCode::NO_CONTENT)
}
