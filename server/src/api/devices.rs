use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{
        HeaderMap, StatusCode,
        header::{CACHE_CONTROL, SET_COOKIE},
    },
    response::{IntoResponse, Response},
};
use servery_domain::{
    device::{DeviceList, NewDevice, Paired, Pairing, PairingCode},
    id::DeviceId,
    slug::Slug,
};

use super::board::ids;
use crate::{
    accounts::sessions::CurrentUser,
    http::{
        client::Client,
        error::{AcceptsJson, ApiError, JsonBody, Segments, Text},
    },
    payments::readers,
    state::AppState,
    sync::devices::{self, CurrentDevice},
};

/// Pair this device by a code. The cookie in the answer identifies it. The same device may repeat the request while the code is valid
#[utoipa::path(
    post, path = "/api/v1/devices", tag = "devices", request_body = Pairing,
    responses(
        (status = 201, body = Paired), (status = 409, description = "The id is a device's of another restaurant"),
        (status = 422, description = "No such code, or it has run out, or has let another device in"), (status = 429),
    ),
)]
pub async fn post_device(
    _: AcceptsJson,
    State(app): State<Arc<AppState>>,
    client: Client,
    JsonBody(pairing): JsonBody<Pairing>,
) -> Result<Response, ApiError> {
    let (paired, cookie) = devices::pair(&app, &client, &pairing).await?;
    Ok((StatusCode::CREATED, [(SET_COOKIE, cookie)], Json(paired)).into_response())
}

/// This device
#[utoipa::path(
    get, path = "/api/v1/device", tag = "devices",
    responses(
        (status = 200, body = Paired), (status = 401, description = "It is not let in"),
        (status = 403, description = "It was signed out"),
    ),
    security(("device" = [])),
)]
pub async fn get_device(
    _: AcceptsJson,
    State(app): State<Arc<AppState>>,
    current_device: CurrentDevice,
) -> Result<Response, ApiError> {
    let paired = current_device.paired(&app).await?;
    current_device
        .touched(&app, ([(CACHE_CONTROL, "private, no-store")], Json(paired)))
        .await
}

/// Sign this device out
#[utoipa::path(
    delete, path = "/api/v1/device", tag = "devices",
    responses((status = 204, description = "Signed out"), (status = 403)),
    security(("device" = [])),
)]
pub async fn delete_device(
    State(app): State<Arc<AppState>>,
    current_device: CurrentDevice,
) -> Result<Response, ApiError> {
    devices::sign_out(&app, &current_device).await?;
    Ok((StatusCode::NO_CONTENT, [(SET_COOKIE, devices::expired_cookie())]).into_response())
}

/// The paired devices. For owners and managers
#[utoipa::path(
    get, path = "/api/v1/restaurants/{slug}/devices", tag = "devices", params(("slug" = Slug, Path)),
    responses((status = 200, body = DeviceList), (status = 403), (status = 404)),
    security(("session" = [])),
)]
pub async fn list_devices(
    _: AcceptsJson,
    State(app): State<Arc<AppState>>,
    user: CurrentUser,
    Text(slug): Text,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let code = devices::made_code(&headers);
    Ok((
        [(CACHE_CONTROL, "private, no-store")],
        Json(readers::list_devices(&app, &user, &slug, code.as_deref()).await?),
    )
        .into_response())
}

/// Make a code that pairs one device, once and within ten minutes
#[utoipa::path(
    post, path = "/api/v1/restaurants/{slug}/devices", tag = "devices", params(("slug" = Slug, Path)), request_body = NewDevice,
    responses(
        (status = 201, body = PairingCode), (status = 403), (status = 404),
    ),
    security(("session" = [])),
)]
pub async fn post_code(
    _: AcceptsJson,
    State(app): State<Arc<AppState>>,
    user: CurrentUser,
    Text(slug): Text,
    JsonBody(new): JsonBody<NewDevice>,
) -> Result<Response, ApiError> {
    let code = devices::make_code(&app, &user, &slug, new).await?;
    Ok((StatusCode::CREATED, [(CACHE_CONTROL, "no-store")], Json(code)).into_response())
}

/// Revoke a device. What it has not sent yet stays on it and is sent once it is paired again
#[utoipa::path(
    delete, path = "/api/v1/restaurants/{slug}/devices/{id}", tag = "devices", params(("slug" = Slug, Path), ("id" = DeviceId, Path)),
    responses((status = 204, description = "Signed out"), (status = 403), (status = 404)),
    security(("session" = [])),
)]
pub async fn revoke_device(
    State(app): State<Arc<AppState>>,
    user: CurrentUser,
    Segments((slug, id)): Segments<(String, String)>,
) -> Result<StatusCode, ApiError> {
    devices::revoke(&app, &user, &slug, ids(&id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}
