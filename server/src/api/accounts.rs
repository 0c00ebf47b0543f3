use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{
        StatusCode,
        header::{CACHE_CONTROL, CONTENT_DISPOSITION, SET_COOKIE},
    },
    response::{IntoResponse, Response},
};
use serde::Serialize;
use servery_domain::account::{AccountChange, NewPassword, ResetRequest, SignUp, SignedIn, Verification};

use crate::{
    accounts::{self, Export, sessions::CurrentUser},
    http::{
        client::Client,
        error::{AcceptsJson, ApiError, JsonBody, Text},
    },
    state::AppState,
};

/// An answer that no cache may store.
fn private<T: Serialize>(body: T) -> Response {
    ([(CACHE_CONTROL, "private, no-store")], Json(body)).into_response()
}

/// Sign up. The answer is the same whether or not the address has an account; a mail to it tells. Asked again, it changes nothing
#[utoipa::path(
    post, path = "/api/v1/accounts", tag = "accounts", request_body = SignUp,
    responses((status = 202, description = "A mail is on its way"), (status = 429)),
)]
pub async fn post_account(
    State(app): State<Arc<AppState>>,
    client: Client,
    JsonBody(sign_up): JsonBody<SignUp>,
) -> Result<StatusCode, ApiError> {
    accounts::sign_up(&app, &client, sign_up).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Who is signed in, and where they work
#[utoipa::path(get, path = "/api/v1/account", tag = "accounts", responses((status = 200, body = SignedIn)),
    security(("session" = [])),
)]
pub async fn get_account(
    _: AcceptsJson,
    State(app): State<Arc<AppState>>,
    user: CurrentUser,
) -> Result<Response, ApiError> {
    Ok(private(user.signed_in(&app).await?))
}

/// Change name, language, addresses or password; a new password ends all other sessions
#[utoipa::path(
    patch, path = "/api/v1/account", tag = "accounts", request_body = AccountChange,
    responses((status = 200, body = SignedIn), (status = 429)),
    security(("session" = [])),
)]
pub async fn patch_account(
    _: AcceptsJson,
    State(app): State<Arc<AppState>>,
    client: Client,
    user: CurrentUser,
    JsonBody(change): JsonBody<AccountChange>,
) -> Result<Response, ApiError> {
    Ok(private(accounts::change(&app, &client, user, change).await?))
}

/// Delete the account. Its orders stay in the books without name, phone, e-mail and address
#[utoipa::path(
    delete, path = "/api/v1/account", tag = "accounts",
    responses((status = 204, description = "It is gone"), (status = 409, description = "An order is under way")),
    security(("session" = [])),
)]
pub async fn delete_account(
    State(app): State<Arc<AppState>>,
    user: CurrentUser,
) -> Result<Response, ApiError> {
    Ok((
        StatusCode::NO_CONTENT,
        [(SET_COOKIE, accounts::delete_account(&app, &user).await?)],
    )
        .into_response())
}

/// Everything that is kept about the account holder
#[utoipa::path(get, path = "/api/v1/account/export", tag = "accounts", responses((status = 200, body = Export)),
    security(("session" = [])),
)]
pub async fn get_export(
    _: AcceptsJson,
    State(app): State<Arc<AppState>>,
    user: CurrentUser,
) -> Result<Response, ApiError> {
    let export = private(accounts::export(&app, &user).await?);
    Ok((
        [(
            CONTENT_DISPOSITION,
            "attachment; filename=\"servery-account.json\"",
        )],
        export,
    )
        .into_response())
}

/// Show that the address is one's own, with the token of a mail
#[utoipa::path(
    post, path = "/api/v1/account/verifications", tag = "accounts", request_body = Verification,
    responses((status = 204, description = "Sign in now"), (status = 404, description = "Used, or too old")),
)]
pub async fn post_verification(
    State(app): State<Arc<AppState>>,
    JsonBody(sent): JsonBody<Verification>,
) -> Result<StatusCode, ApiError> {
    accounts::verify(&app, &sent.token).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ask for a mail with which a new password can be set. The answer is the same whether or not the address has an account
#[utoipa::path(
    post, path = "/api/v1/password-resets", tag = "accounts", request_body = ResetRequest,
    responses((status = 202, description = "If there is an account, a mail is on its way"), (status = 429)),
)]
pub async fn post_reset(
    State(app): State<Arc<AppState>>,
    client: Client,
    JsonBody(asked): JsonBody<ResetRequest>,
) -> Result<StatusCode, ApiError> {
    accounts::request_password_reset(&app, &client, &asked.email).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Set a new password, with the token of a mail. Every session of the account ends
#[utoipa::path(
    post, path = "/api/v1/password-resets/{token}", tag = "accounts", params(("token" = String, Path)), request_body = NewPassword,
    responses((status = 204, description = "Sign in now"), (status = 404, description = "Used, or too old")),
)]
pub async fn post_new_password(
    State(app): State<Arc<AppState>>,
    Text(token): Text,
    JsonBody(new): JsonBody<NewPassword>,
) -> Result<StatusCode, ApiError> {
    accounts::reset_password(&app, &token, &new.password).await?;
    Ok(StatusCode::NO_CONTENT)
}
