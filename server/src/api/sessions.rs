use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode, header::SET_COOKIE},
    response::{IntoResponse, Response},
};
use servery_domain::account::{SignIn, SignedIn};

use crate::{
    accounts::{self, sessions::CurrentUser},
    http::{
        client::Client,
        error::{AcceptsJson, ApiError, JsonBody},
    },
    state::AppState,
};

/// Sign in. The cookie in the answer is the session; the session of the request ends
#[utoipa::path(
    post, path = "/api/v1/sessions", tag = "accounts", request_body = SignIn,
    responses(
        (status = 201, body = SignedIn),
        (status = 401, description = "No confirmed account has this address and this password; which of them is wrong is not told"),
        (status = 429),
    ),
)]
pub async fn post_session(
    _: AcceptsJson,
    State(app): State<Arc<AppState>>,
    client: Client,
    headers: HeaderMap,
    JsonBody(sign_in): JsonBody<SignIn>,
) -> Result<Response, ApiError> {
    let (signed_in, cookie) = accounts::sign_in(&app, &client, &headers, &sign_in).await?;
    Ok((StatusCode::CREATED, [(SET_COOKIE, cookie)], Json(signed_in)).into_response())
}

/// Sign out this browser
#[utoipa::path(delete, path = "/api/v1/sessions/current", tag = "accounts", responses((status = 204, description = "Signed out")))]
pub async fn delete_session(
    State(app): State<Arc<AppState>>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    Ok((
        StatusCode::NO_CONTENT,
        [(SET_COOKIE, accounts::sign_out(&app, &headers).await?)],
    )
        .into_response())
}

/// Sign out everywhere
#[utoipa::path(
    delete, path = "/api/v1/sessions", tag = "accounts",
    responses((status = 204, description = "Every session of the account has ended")),
    security(("session" = [])),
)]
pub async fn delete_sessions(
    State(app): State<Arc<AppState>>,
    user: CurrentUser,
) -> Result<Response, ApiError> {
    Ok((
        StatusCode::NO_CONTENT,
        [(SET_COOKIE, accounts::sign_out_everywhere(&app, &user).await?)],
    )
        .into_response())
}
