//! What owners change in the office.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Query, State},
    http::{StatusCode, header::CACHE_CONTROL},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use servery_domain::{
    edit::{Edit, EditedRestaurant, NewEditSchedule, PartChange, PublicationLog},
    id::EditId,
    slug::Slug,
};
use utoipa::ToSchema;

use super::{audit_log::before, board::ids};
use crate::{
    accounts::sessions::CurrentUser,
    edits,
    http::error::{AcceptsJson, ApiError, JsonBody, Pairs, Segments, Text},
    state::AppState,
};

/// The restaurant with the edits that are not published yet. For owners and managers
#[utoipa::path(
    get, path = "/api/v1/restaurants/{slug}/edits", tag = "office", params(("slug" = Slug, Path)),
    responses((status = 200, body = EditedRestaurant), (status = 403), (status = 404)),
    security(("session" = [])),
)]
pub async fn get_edits(
    _: AcceptsJson,
    State(app): State<Arc<AppState>>,
    user: CurrentUser,
    Text(slug): Text,
) -> Result<Response, ApiError> {
    let edited = edits::edited_restaurant(&app, &user, &slug).await?;
    Ok(([(CACHE_CONTROL, "private, no-store")], Json(edited)).into_response())
}

/// Change the restaurant. Nobody else sees the edit until it is published. The same edit again changes nothing
#[utoipa::path(
    put, path = "/api/v1/restaurants/{slug}/edits/{id}", tag = "office",
    params(("slug" = Slug, Path), ("id" = EditId, Path)), request_body = Vec<PartChange>,
    responses(
        (status = 204, description = "Noted"), (status = 403), (status = 404),
        (status = 409, description = "Somebody else has changed the same meanwhile"),
    ),
    security(("session" = [])),
)]
pub async fn put_edit(
    State(app): State<Arc<AppState>>,
    user: CurrentUser,
    Segments((slug, id)): Segments<(String, String)>,
    JsonBody(changes): JsonBody<Vec<PartChange>>,
) -> Result<StatusCode, ApiError> {
    let edit = Edit {
        id: ids(&id)?,
        changes,
    };
    edits::put_edit(&app, &user, &slug, &edit).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take back an edit that cannot be made any more, because the restaurant was changed otherwise. Others are taken back by their inverse
#[utoipa::path(
    delete, path = "/api/v1/restaurants/{slug}/edits/{id}", tag = "office",
    params(("slug" = Slug, Path), ("id" = EditId, Path)),
    responses((status = 204, description = "Taken back"), (status = 403), (status = 404)),
    security(("session" = [])),
)]
pub async fn delete_edit(
    State(app): State<Arc<AppState>>,
    user: CurrentUser,
    Segments((slug, id)): Segments<(String, String)>,
) -> Result<StatusCode, ApiError> {
    edits::discard_edit(&app, &user, &slug, ids(&id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Serialize, ToSchema)]
pub struct PublicationNumber {
    number: u32,
}

/// Publish the edits up to this one. Once published, the answer stays the same
#[utoipa::path(
    put, path = "/api/v1/restaurants/{slug}/edits/{id}/publication", tag = "office",
    params(("slug" = Slug, Path), ("id" = EditId, Path)),
    responses(
        (status = 200, body = PublicationNumber), (status = 403), (status = 404),
        (status = 409, description = "An edit cannot be made any more"),
    ),
    security(("session" = [])),
)]
pub async fn put_publication(
    _: AcceptsJson,
    State(app): State<Arc<AppState>>,
    user: CurrentUser,
    Segments((slug, id)): Segments<(String, String)>,
) -> Result<Json<PublicationNumber>, ApiError> {
    let number = edits::publish(&app, &user, &slug, ids(&id)?).await?;
    Ok(Json(PublicationNumber { number }))
}

/// Publish the edits up to this one together at a later time, by themselves. What cannot be made any more then waits for somebody
#[utoipa::path(
    put, path = "/api/v1/restaurants/{slug}/edits/{id}/schedule", tag = "office",
    params(("slug" = Slug, Path), ("id" = EditId, Path)), request_body = NewEditSchedule,
    responses(
        (status = 204, description = "Noted"), (status = 403), (status = 404),
        (status = 409, description = "An edit cannot be made then, or another could not be made any more; or they are scheduled for another time"),
    ),
    security(("session" = [])),
)]
pub async fn put_schedule(
    State(app): State<Arc<AppState>>,
    user: CurrentUser,
    Segments((slug, id)): Segments<(String, String)>,
    JsonBody(new): JsonBody<NewEditSchedule>,
) -> Result<StatusCode, ApiError> {
    edits::schedule(&app, &user, &slug, ids(&id)?, new).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Let an edit, and those that are scheduled with it, wait again for somebody to publish them
#[utoipa::path(
    delete, path = "/api/v1/restaurants/{slug}/edits/{id}/schedule", tag = "office",
    params(("slug" = Slug, Path), ("id" = EditId, Path)),
    responses((status = 204, description = "Noted"), (status = 403), (status = 404)),
    security(("session" = [])),
)]
pub async fn delete_schedule(
    State(app): State<Arc<AppState>>,
    user: CurrentUser,
    Segments((slug, id)): Segments<(String, String)>,
) -> Result<StatusCode, ApiError> {
    edits::unschedule(&app, &user, &slug, ids(&id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What was published, the newest first, in pages of 20
#[utoipa::path(
    get, path = "/api/v1/restaurants/{slug}/publications", tag = "office",
    params(
        ("slug" = Slug, Path),
        ("before" = Option<u32>, Query, description = "Publications before this number; without it, the newest"),
    ),
    responses((status = 200, body = PublicationLog), (status = 403), (status = 404)),
    security(("session" = [])),
)]
pub async fn list_publications(
    _: AcceptsJson,
    State(app): State<Arc<AppState>>,
    user: CurrentUser,
    Text(slug): Text,
    Query(pairs): Pairs,
) -> Result<Response, ApiError> {
    let before: Option<u64> = before(&pairs, "'before' is a number")?;
    // No publication has so high a number: before it are all of them.
    let before = before.map(|number| u32::try_from(number).unwrap_or(u32::MAX));
    let publications = edits::publications(&app, &user, &slug, before).await?;
    Ok(([(CACHE_CONTROL, "private, no-store")], Json(publications)).into_response())
}
