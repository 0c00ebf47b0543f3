use std::sync::Arc;

use axum::{extract::State, http::StatusCode};
use servery_domain::{id::CashierId, pos::cashier::NewCashier, slug::Slug};

use super::board::ids;
use crate::{
    accounts::sessions::CurrentUser,
    cashiers,
    http::{
        client::Client,
        error::{ApiError, JsonBody, Segments},
    },
    state::AppState,
};

/// Add a cashier, or set another name and PIN. The tills know it as soon as they are reached
#[utoipa::path(
    put, path = "/api/v1/restaurants/{slug}/cashiers/{id}", tag = "office",
    params(("slug" = Slug, Path), ("id" = CashierId, Path)), request_body = NewCashier,
    responses(
        (status = 204, description = "Noted"), (status = 403), (status = 404),
        (status = 409, description = "There are as many cashiers as there may be"),
    ),
    security(("session" = [])),
)]
pub async fn put_cashier(
    State(app): State<Arc<AppState>>,
    user: CurrentUser,
    client: Client,
    Segments((slug, id)): Segments<(String, String)>,
    JsonBody(new): JsonBody<NewCashier>,
) -> Result<StatusCode, ApiError> {
    cashiers::put(&app, (&user, &client), &slug, ids(&id)?, new).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Remove a cashier from the tills. Who is signed in there as this cashier is signed out
#[utoipa::path(
    delete, path = "/api/v1/restaurants/{slug}/cashiers/{id}", tag = "office",
    params(("slug" = Slug, Path), ("id" = CashierId, Path)),
    responses((status = 204, description = "Removed"), (status = 403), (status = 404)),
    security(("session" = [])),
)]
pub async fn delete_cashier(
    State(app): State<Arc<AppState>>,
    user: CurrentUser,
    Segments((slug, id)): Segments<(String, String)>,
) -> Result<StatusCode, ApiError> {
    cashiers::remove(&app, &user, &slug, ids(&id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}
