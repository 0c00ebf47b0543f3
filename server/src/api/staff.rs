//! Who works in a restaurant.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header::CACHE_CONTROL},
    response::{IntoResponse, Response},
};
use servery_domain::{
    id::{AccountId, InvitationId},
    invitation::{InvitationLink, NewStaffInvitation},
    slug::Slug,
    staff::{NewRole, StaffList},
};

use super::board::ids;
use crate::{
    accounts::sessions::CurrentUser,
    http::{
        client::Client,
        error::{AcceptsJson, ApiError, JsonBody, Segments, Text},
    },
    invitations, staff,
    state::AppState,
};

/// Who works here, and who is invited to. For owners and managers
#[utoipa::path(
    get, path = "/api/v1/restaurants/{slug}/staff", tag = "office", params(("slug" = Slug, Path)),
    responses((status = 200, body = StaffList), (status = 403), (status = 404)),
    security(("session" = [])),
)]
pub async fn list_staff(
    _: AcceptsJson,
    State(app): State<Arc<AppState>>,
    user: CurrentUser,
    Text(slug): Text,
) -> Result<Response, ApiError> {
    let list = staff::list(&app, &user, &slug, None).await?;
    Ok(([(CACHE_CONTROL, "private, no-store")], Json(list)).into_response())
}

/// Give somebody who works here another role. Owners give every role, managers those below theirs
#[utoipa::path(
    put, path = "/api/v1/restaurants/{slug}/staff/{account}", tag = "office",
    params(("slug" = Slug, Path), ("account" = AccountId, Path)), request_body = NewRole,
    responses(
        (status = 204, description = "Noted"), (status = 403), (status = 404),
        (status = 409, description = "There would be no owner left"),
    ),
    security(("session" = [])),
)]
pub async fn put_role(
    State(app): State<Arc<AppState>>,
    user: CurrentUser,
    Segments((slug, account)): Segments<(String, String)>,
    JsonBody(NewRole { role }): JsonBody<NewRole>,
) -> Result<StatusCode, ApiError> {
    staff::change_role(&app, &user, &slug, ids(&account)?, role).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take somebody's role from them; their open pages end. Everybody may leave by themselves
#[utoipa::path(
    delete, path = "/api/v1/restaurants/{slug}/staff/{account}", tag = "office",
    params(("slug" = Slug, Path), ("account" = AccountId, Path)),
    responses(
        (status = 204, description = "Removed"), (status = 403), (status = 404),
        (status = 409, description = "There would be no owner left"),
    ),
    security(("session" = [])),
)]
pub async fn delete_staff(
    State(app): State<Arc<AppState>>,
    user: CurrentUser,
    Segments((slug, account)): Segments<(String, String)>,
) -> Result<StatusCode, ApiError> {
    staff::remove(&app, &user, &slug, ids(&account)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Invite somebody to work here. The same request again makes another link, unless it is mailed, and the one before does not work any more
#[utoipa::path(
    put, path = "/api/v1/restaurants/{slug}/invitations/{id}", tag = "office",
    params(("slug" = Slug, Path), ("id" = InvitationId, Path)), request_body = NewStaffInvitation,
    responses(
        (status = 200, body = InvitationLink), (status = 403), (status = 404),
        (status = 409, description = "The id is taken, or too many invitations are open"),
    ),
    security(("session" = [])),
)]
pub async fn put_invitation(
    _: AcceptsJson,
    State(app): State<Arc<AppState>>,
    user: CurrentUser,
    client: Client,
    Segments((slug, id)): Segments<(String, String)>,
    JsonBody(new): JsonBody<NewStaffInvitation>,
) -> Result<Response, ApiError> {
    let token = staff::invite(&app, (&user, &client), &slug, ids(&id)?, new).await?;
    let link = InvitationLink {
        path: token.as_deref().map(invitations::path),
    };
    Ok(([(CACHE_CONTROL, "private, no-store")], Json(link)).into_response())
}

/// Withdraw an invitation that nobody has accepted
#[utoipa::path(
    delete, path = "/api/v1/restaurants/{slug}/invitations/{id}", tag = "office",
    params(("slug" = Slug, Path), ("id" = InvitationId, Path)),
    responses((status = 204, description = "Withdrawn"), (status = 403), (status = 404)),
    security(("session" = [])),
)]
pub async fn delete_invitation(
    State(app): State<Arc<AppState>>,
    user: CurrentUser,
    Segments((slug, id)): Segments<(String, String)>,
) -> Result<StatusCode, ApiError> {
    staff::withdraw(&app, &user, &slug, ids(&id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}
