use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, header::CACHE_CONTROL},
    response::Response,
};
use servery_domain::{
    pos::visibility::Look,
    problem::Problem,
    slug::Slug,
    sync::{Answer, Request, WorkedIn},
};

use crate::{
    accounts::sessions::Signed,
    api::stream,
    http::{
        client::Caller,
        error::{AcceptsJson, Body, Refusal, Text},
        rate_limit,
    },
    state::App,
    sync::{self, devices::LetIn},
};

/// Send what was done at a device, and get what changed. Needs no Idempotency-Key: an op's device and number are one, so a request may be sent as often as need be
#[utoipa::path(
    post, path = "/api/v1/restaurants/{slug}/sync", tag = "devices", params(("slug" = Slug, Path)), request_body = Request,
    responses(
        (status = 200, body = Answer), (status = 401, body = Problem, description = "The device is not let in"),
        (status = 403, body = Problem, description = "It was signed out, or is another restaurant's"), (status = 404, body = Problem),
        (status = 413, body = Problem, description = "A body has 1 MiB at the most"), (status = 422, body = Problem), (status = 429, body = Problem),
    ),
)]
pub async fn post_sync(
    _: AcceptsJson,
    State(app): State<Arc<App>>,
    let_in: LetIn,
    caller: Caller,
    Text(slug): Text,
    Body(request): Body<sync::Request>,
) -> Result<Response, Refusal> {
    app.rates.of_device(&rate_limit::SYNCS, let_in.id(), &caller)?;
    let_in.restaurant(&app, &slug)?;
    let answer = sync::sync(&app, &let_in, request).await?;
    let_in
        .seen(&app, ([(CACHE_CONTROL, "private, no-store")], Json(answer)))
        .await
}

/// Send what a device saved as a file because it could not send it. For owners and managers, also after the device was signed out. Needs no Idempotency-Key: each op counts once
#[utoipa::path(
    post, path = "/api/v1/restaurants/{slug}/handed-over", tag = "devices", params(("slug" = Slug, Path)), request_body = Vec<Request>,
    responses(
        (status = 200, body = WorkedIn), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem, description = "It is of a device that the restaurant never had"),
        (status = 409, body = Problem, description = "It is of a newer version than the server"),
        (status = 413, body = Problem, description = "A file has 8 MiB at the most"), (status = 422, body = Problem),
    ),
)]
pub async fn post_handed_over(
    _: AcceptsJson,
    State(app): State<Arc<App>>,
    signed: Signed,
    Text(slug): Text,
    Body(requests): Body<Vec<sync::Request>>,
) -> Result<Json<WorkedIn>, Refusal> {
    sync::hand_over(&app, &signed, &slug, requests).await.map(Json)
}

/// All that the device sees, for a page that keeps nothing. An app syncs instead
#[utoipa::path(
    get, path = "/api/v1/restaurants/{slug}/house", tag = "devices", params(("slug" = Slug, Path)),
    responses(
        (status = 200, body = Look), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 429, body = Problem),
    ),
)]
pub async fn get_house(
    _: AcceptsJson,
    State(app): State<Arc<App>>,
    let_in: LetIn,
    caller: Caller,
    Text(slug): Text,
) -> Result<Response, Refusal> {
    app.rates.of_device(&rate_limit::SYNCS, let_in.id(), &caller)?;
    let_in.restaurant(&app, &slug)?;
    let look = sync::look(&app, &let_in.installed, &slug).await?;
    let_in
        .seen(&app, ([(CACHE_CONTROL, "private, no-store")], Json(look)))
        .await
}

/// The restaurant's revision, first as it is and then whenever it rises, as Server-Sent Events: there is something to sync
#[utoipa::path(
    get, path = "/api/v1/restaurants/{slug}/sync/events", tag = "devices",
    params(("slug" = Slug, Path), ("Last-Event-ID" = Option<i64>, Header, description = "The revision you have")),
    responses(
        (status = 200, description = "text/event-stream of events 'revision', each with the number"),
        (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
    ),
)]
pub async fn get_events(
    State(app): State<Arc<App>>,
    let_in: LetIn,
    Text(slug): Text,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let restaurant = let_in.restaurant(&app, &slug)?;
    // Watched first and read then, so that nothing falls between.
    let watching = app.live.watch_house(restaurant);
    let now = app.store.revision(restaurant).await?;
    Ok(stream::of_house(app, now, watching, let_in.key(), &headers))
}
