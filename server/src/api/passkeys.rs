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
    account::SignedIn,
    passkey::{CreationOptions, NewPasskey, PasskeySignIn, PasskeyView, RequestOptions},
};

use crate::{
    accounts::{passkeys, sessions::CurrentUser},
    http::{
        client::Client,
        error::{AcceptsJson, ApiError, JsonBody, Text},
    },
    state::AppState,
};

/// The options with which a browser creates a passkey, valid for five minutes
#[utoipa::path(
    post, path = "/api/v1/account/passkeys/challenges", tag = "accounts",
    responses((status = 201, body = CreationOptions)),
    security(("session" = [])),
)]
pub async fn post_passkey_challenge(
    _: AcceptsJson,
    State(app): State<Arc<AppState>>,
    user: CurrentUser,
) -> Result<Response, ApiError> {
    let options = passkeys::creation_options(&app, &user).await?;
    Ok((StatusCode::CREATED, [(CACHE_CONTROL, "no-store")], Json(options)).into_response())
}

/// Register the passkey that the browser created
#[utoipa::path(
    post, path = "/api/v1/account/passkeys", tag = "accounts", request_body = NewPasskey,
    responses((status = 201, body = PasskeyView), (status = 409)),
    security(("session" = [])),
)]
pub async fn post_passkey(
    _: AcceptsJson,
    State(app): State<Arc<AppState>>,
    user: CurrentUser,
    JsonBody(new): JsonBody<NewPasskey>,
) -> Result<Response, ApiError> {
    Ok((StatusCode::CREATED, Json(passkeys::add(&app, &user, new).await?)).into_response())
}

/// The account's passkeys
#[utoipa::path(get, path = "/api/v1/account/passkeys", tag = "accounts", responses((status = 200, body = Vec<PasskeyView>)),
    security(("session" = [])),
)]
pub async fn list_passkeys(
    _: AcceptsJson,
    State(app): State<Arc<AppState>>,
    user: CurrentUser,
) -> Result<Response, ApiError> {
    Ok((
        [(CACHE_CONTROL, "private, no-store")],
        Json(passkeys::list(&app, &user).await?),
    )
        .into_response())
}

/// Delete a passkey
#[utoipa::path(
    delete, path = "/api/v1/account/passkeys/{id}", tag = "accounts", params(("id" = String, Path)),
    responses((status = 204, description = "It is gone"), (status = 404)),
    security(("session" = [])),
)]
pub async fn delete_passkey(
    State(app): State<Arc<AppState>>,
    user: CurrentUser,
    Text(id): Text,
) -> Result<StatusCode, ApiError> {
    passkeys::remove(&app, &user, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The options with which a browser signs in by passkey, valid for five minutes
#[utoipa::path(
    post, path = "/api/v1/sessions/challenges", tag = "accounts",
    responses((status = 201, body = RequestOptions), (status = 429)),
)]
pub async fn post_session_challenge(
    _: AcceptsJson,
    State(app): State<Arc<AppState>>,
    client: Client,
) -> Result<Response, ApiError> {
    let options = passkeys::request_options(&app, &client).await?;
    Ok((StatusCode::CREATED, [(CACHE_CONTROL, "no-store")], Json(options)).into_response())
}

/// Sign in with a passkey. The cookie in the answer is the session
#[utoipa::path(
    post, path = "/api/v1/sessions/passkeys", tag = "accounts", request_body = PasskeySignIn,
    responses((status = 201, body = SignedIn), (status = 401), (status = 409), (status = 429)),
)]
pub async fn post_passkey_session(
    _: AcceptsJson,
    State(app): State<Arc<AppState>>,
    client: Client,
    headers: HeaderMap,
    JsonBody(sent): JsonBody<PasskeySignIn>,
) -> Result<Response, ApiError> {
    let (signed_in, cookie) = passkeys::sign_in(&app, &client, &headers, &sent).await?;
    Ok((StatusCode::CREATED, [(SET_COOKIE, cookie)], Json(signed_in)).into_response())
}
