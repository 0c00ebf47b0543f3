use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
    http::{
        StatusCode,
        header::{CACHE_CONTROL, SET_COOKIE},
    },
    response::{IntoResponse, Response},
};
use servery_domain::{
    device::{DeviceList, NewDevice, Paired, Pairing, PairingCode},
    id::DeviceId,
    problem::Problem,
    slug::Slug,
};

use super::board::ids;
use crate::{
    accounts::sessions::Signed,
    http::{
        client::Caller,
        error::{AcceptsJson, Body, Refusal, Text},
    },
    state::App,
    sync::devices::{self, LetIn},
};

/// Let this device in by a code. The cookie that comes back is what it is known by. The same device may ask again while the code is good
#[utoipa::path(
    post, path = "/api/v1/devices", tag = "devices", request_body = Pairing,
    responses(
        (status = 201, body = Paired), (status = 409, body = Problem, description = "The id is a device's of another restaurant"),
        (status = 422, body = Problem, description = "No such code, or it has run out, or has let another device in"), (status = 429, body = Problem),
    ),
)]
pub async fn post_device(
    _: AcceptsJson,
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(pairing): Body<Pairing>,
) -> Result<Response, Refusal> {
    let (paired, cookie) = devices::pair(&app, &caller, &pairing).await?;
    Ok((StatusCode::CREATED, [(SET_COOKIE, cookie)], Json(paired)).into_response())
}

/// What this device is
#[utoipa::path(
    get, path = "/api/v1/device", tag = "devices",
    responses(
        (status = 200, body = Paired), (status = 401, body = Problem, description = "It is not let in"),
        (status = 403, body = Problem, description = "It was signed out"),
    ),
)]
pub async fn get_device(
    _: AcceptsJson,
    State(app): State<Arc<App>>,
    let_in: LetIn,
) -> Result<Response, Refusal> {
    let paired = let_in.paired(&app)?;
    let_in
        .seen(&app, ([(CACHE_CONTROL, "private, no-store")], Json(paired)))
        .await
}

/// Sign this device out
#[utoipa::path(
    delete, path = "/api/v1/device", tag = "devices",
    responses((status = 204, description = "Signed out"), (status = 401, body = Problem), (status = 403, body = Problem)),
)]
pub async fn delete_device(State(app): State<Arc<App>>, let_in: LetIn) -> Result<Response, Refusal> {
    devices::leave(&app, &let_in).await?;
    Ok((StatusCode::NO_CONTENT, [(SET_COOKIE, devices::ended())]).into_response())
}

/// The devices that are let in. For owners and managers
#[utoipa::path(
    get, path = "/api/v1/restaurants/{slug}/devices", tag = "devices", params(("slug" = Slug, Path)),
    responses((status = 200, body = DeviceList), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)),
)]
pub async fn list_devices(
    _: AcceptsJson,
    State(app): State<Arc<App>>,
    signed: Signed,
    Text(slug): Text,
) -> Result<Response, Refusal> {
    Ok((
        [(CACHE_CONTROL, "private, no-store")],
        Json(devices::list(&app, &signed, &slug).await?),
    )
        .into_response())
}

/// A code that lets one device in, once and within ten minutes
#[utoipa::path(
    post, path = "/api/v1/restaurants/{slug}/devices", tag = "devices", params(("slug" = Slug, Path)), request_body = NewDevice,
    responses(
        (status = 201, body = PairingCode), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 422, body = Problem),
    ),
)]
pub async fn post_code(
    _: AcceptsJson,
    State(app): State<Arc<App>>,
    signed: Signed,
    Text(slug): Text,
    Body(new): Body<NewDevice>,
) -> Result<Response, Refusal> {
    let code = devices::make_code(&app, &signed, &slug, new).await?;
    Ok((StatusCode::CREATED, [(CACHE_CONTROL, "no-store")], Json(code)).into_response())
}

/// Sign a device out. What it has not sent yet stays on it, and is sent once it is let in again
#[utoipa::path(
    delete, path = "/api/v1/restaurants/{slug}/devices/{id}", tag = "devices", params(("slug" = Slug, Path), ("id" = DeviceId, Path)),
    responses((status = 204, description = "Signed out"), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)),
)]
pub async fn revoke_device(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path((slug, id)): Path<(String, String)>,
) -> Result<StatusCode, Refusal> {
    devices::revoke(&app, &signed, &slug, ids(&id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}
