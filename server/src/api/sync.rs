use std::sync::Arc;

use axum::{
    Json,
    extract::{FromRequest, Request, State},
    http::{HeaderMap, header::CACHE_CONTROL},
    response::Response,
};
use servery_domain::{
    pos::visibility::PosSnapshot,
    slug::Slug,
    sync::{ImportedOps, SyncRequest, SyncResponse},
};

use crate::{
    accounts::sessions::CurrentUser,
    api::stream,
    catalog::restaurant_now::restaurant_called,
    http::{
        client::Client,
        error::{AcceptsJson, ApiError, JsonBody, Text},
        rate_limit,
    },
    state::AppState,
    sync::{self, devices::CurrentDevice},
};

/// Send what was done at a device, and get what changed. Needs no Idempotency-Key: an op's device and number are one, so a request may be sent as often as need be
#[utoipa::path(
    post, path = "/api/v1/restaurants/{slug}/sync", tag = "devices", params(("slug" = Slug, Path)), request_body = SyncRequest,
    responses(
        (status = 200, body = SyncResponse), (status = 401, description = "The device is not let in"),
        (status = 403, description = "It was signed out, or is another restaurant's"), (status = 404),
        (status = 413, description = "A body has 1 MiB at the most"), (status = 429),
    ),
    security(("device" = [])),
)]
pub async fn post_sync(
    _: AcceptsJson,
    State(app): State<Arc<AppState>>,
    current_device: CurrentDevice,
    client: Client,
    Text(slug): Text,
    JsonBody(request): JsonBody<sync::RawSyncRequest>,
) -> Result<Response, ApiError> {
    app.rate_limiter
        .take_for_device(&rate_limit::SYNCS, current_device.id(), &client)
        .await?;
    current_device.restaurant(&app, &slug).await?;
    let answer = sync::sync(&app, &current_device, request).await?;
    current_device
        .touched(&app, ([(CACHE_CONTROL, "private, no-store")], Json(answer)))
        .await
}

/// Send what a device saved as a file because it could not send it. For owners and managers, also after the device was signed out. Needs no Idempotency-Key: each op counts once
#[utoipa::path(
    post, path = "/api/v1/restaurants/{slug}/op-imports", tag = "devices", params(("slug" = Slug, Path)), request_body = Vec<SyncRequest>,
    responses(
        (status = 200, body = ImportedOps), (status = 403),
        (status = 404, description = "It is of a device that the restaurant never had"),
        (status = 409, description = "It is of a newer version than the server"),
        (status = 413, description = "A file has 8 MiB at the most"),
    ),
    security(("session" = [])),
)]
pub async fn post_op_imports(
    _: AcceptsJson,
    State(app): State<Arc<AppState>>,
    user: CurrentUser,
    Text(slug): Text,
    request: Request,
) -> Result<Json<ImportedOps>, ApiError> {
    // Before the body is read.
    sync::import_restaurant(&app, &user, &slug).await?;
    let JsonBody(requests) = JsonBody::<Vec<sync::RawSyncRequest>>::from_request(request, &app).await?;
    sync::import_ops(&app, &user, &slug, requests).await.map(Json)
}

/// All records that the device may see, for a page without storage. An app syncs instead
#[utoipa::path(
    get, path = "/api/v1/restaurants/{slug}/pos", tag = "devices", params(("slug" = Slug, Path)),
    responses(
        (status = 200, body = PosSnapshot), (status = 403), (status = 404),
        (status = 429),
    ),
    security(("device" = [])),
)]
pub async fn get_pos(
    _: AcceptsJson,
    State(app): State<Arc<AppState>>,
    current_device: CurrentDevice,
    client: Client,
    Text(slug): Text,
) -> Result<Response, ApiError> {
    app.rate_limiter
        .take_for_device(&rate_limit::SYNCS, current_device.id(), &client)
        .await?;
    current_device.restaurant(&app, &slug).await?;
    let look = sync::pos_snapshot(&app, &current_device.installed, &slug).await?;
    current_device
        .touched(&app, ([(CACHE_CONTROL, "private, no-store")], Json(look)))
        .await
}

/// The revision of the restaurant's records, first as it is and then whenever it rises: there is something to sync. And whenever the restaurant or its menu is published anew. As Server-Sent Events
#[utoipa::path(
    get, path = "/api/v1/restaurants/{slug}/sync/events", tag = "devices",
    params(("slug" = Slug, Path), ("Last-Event-ID" = Option<String>, Header, description = "The revision you have")),
    responses(
        (status = 200, content_type = "text/event-stream", body = String, description = "Events 'revision' and 'restaurant', each with the number"),
        (status = 403), (status = 404), (status = 503),
    ),
    security(("device" = [])),
)]
pub async fn get_sync_events(
    State(app): State<Arc<AppState>>,
    current_device: CurrentDevice,
    client: Client,
    Text(slug): Text,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let open_stream = app.open_streams.of_client(&client)?;
    let restaurant = current_device.restaurant(&app, &slug).await?;
    // Subscribes before it reads, so that no change is missed in between.
    let watching = app.broadcaster.watch_pos(app.store.as_ref(), restaurant).await?;
    let now = app.store.revision(restaurant).await?;
    let entry = restaurant_called(&app, &slug).await?;
    Ok(stream::revision_stream(
        app,
        (&entry, now),
        watching,
        current_device.key(),
        open_stream,
        &headers,
    ))
}
