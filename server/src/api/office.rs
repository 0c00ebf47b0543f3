//! What the office's pages ask.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::header::CACHE_CONTROL,
    response::{IntoResponse, Response},
};
use servery_domain::{invitation::Invitation, new_restaurant::NewRestaurantChoices};

use crate::{
    accounts::sessions::CurrentUser,
    http::error::{AcceptsJson, ApiError, Text},
    invitations, new_restaurant,
    state::AppState,
};

/// What an invitation is for; null if nobody made it, somebody has accepted it, or it has expired
#[utoipa::path(
    get, path = "/api/v1/invitations/{token}", tag = "office", params(("token" = String, Path)),
    responses((status = 200, body = Option<Invitation>)),
)]
pub async fn get_invitation(
    _: AcceptsJson,
    State(app): State<Arc<AppState>>,
    Text(token): Text,
) -> Result<Response, ApiError> {
    let invitation = invitations::invitation(&app, &token).await?;
    Ok(([(CACHE_CONTROL, "private, no-store")], Json(invitation)).into_response())
}

/// What a new restaurant can be made from. For operators, and for whoever has accepted an invitation
#[utoipa::path(
    get, path = "/api/v1/new-restaurant", tag = "office",
    responses((status = 200, body = NewRestaurantChoices), (status = 403, description = "Nobody has invited this account")),
    security(("session" = [])),
)]
pub async fn get_new_restaurant(
    _: AcceptsJson,
    State(app): State<Arc<AppState>>,
    user: CurrentUser,
) -> Result<Response, ApiError> {
    let choices = new_restaurant::choices(&app, &user).await?;
    Ok(([(CACHE_CONTROL, "private, no-store")], Json(choices)).into_response())
}
