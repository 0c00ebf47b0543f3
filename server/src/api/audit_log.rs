use std::{str::FromStr, sync::Arc};

use axum::{
    Json,
    extract::{Query, State},
    http::header::CACHE_CONTROL,
    response::{IntoResponse, Response},
};
use servery_domain::{
    audit::{AuditEntry, AuditLog},
    problem::ProblemType,
    slug::Slug,
    time::Timestamp,
};

use crate::{
    accounts::sessions::CurrentUser,
    audit_log,
    http::error::{AcceptsJson, ApiError, Pairs, Text},
    state::AppState,
};

/// What staff did in a restaurant, the newest first. For owners and managers
#[utoipa::path(
    get, path = "/api/v1/restaurants/{slug}/log", tag = "staff",
    params(
        ("slug" = Slug, Path),
        ("before" = Option<Timestamp>, Query, description = "Entries from before this moment, such as the last of a page"),
    ),
    responses((status = 200, body = AuditLog), (status = 403), (status = 404)),
    security(("session" = [])),
)]
pub async fn get_restaurant_log(
    _: AcceptsJson,
    State(app): State<Arc<AppState>>,
    user: CurrentUser,
    Text(slug): Text,
    Query(pairs): Pairs,
) -> Result<Response, ApiError> {
    let before = before(&pairs, "'before' is a number of seconds")?.map(Timestamp);
    let log = audit_log::of_restaurant(&app, &user, &slug, before).await?;
    Ok(([(CACHE_CONTROL, "private, no-store")], Json(log)).into_response())
}

/// Where a page of a list begins: with what is before it.
pub(super) fn before<T: FromStr>(pairs: &[(String, String)], wants: &str) -> Result<Option<T>, ApiError> {
    let before = pairs.iter().find(|(name, _)| name == "before");
    let before = before.map(|(_, value)| value.parse()).transpose();
    before.map_err(|_| ApiError::new(ProblemType::Malformed, wants))
}

/// Sign-ins and changes of the account, the newest first
#[utoipa::path(
    get, path = "/api/v1/account/log", tag = "accounts",
    responses((status = 200, body = Vec<AuditEntry>)),
    security(("session" = [])),
)]
pub async fn get_account_log(
    _: AcceptsJson,
    State(app): State<Arc<AppState>>,
    user: CurrentUser,
) -> Result<Response, ApiError> {
    let log = audit_log::of_account(&app, &user).await?;
    Ok(([(CACHE_CONTROL, "private, no-store")], Json(log)).into_response())
}
