//! What operators do with the installation.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Query, State},
    http::{StatusCode, header::CACHE_CONTROL},
    response::{IntoResponse, Response},
};
use servery_domain::{
    cursor::Cursor,
    id::InvitationId,
    installation::InstallationOverview,
    invitation::{InvitationLink, NewInstallationInvitation},
    problem::ProblemType,
};

use super::board::ids;
use crate::{
    accounts::sessions::CurrentUser,
    http::{
        client::Client,
        error::{AcceptsJson, ApiError, JsonBody, Pairs, Text, parameter},
    },
    installation, invitations,
    state::AppState,
};

/// Which restaurants there are, and who is invited. For operators
#[utoipa::path(
    get, path = "/api/v1/installation", tag = "installation",
    params(("after" = Option<Cursor>, Query, description = "What the page of restaurants before gave as next")),
    responses((status = 200, body = InstallationOverview), (status = 403)),
    security(("session" = [])),
)]
pub async fn get_installation(
    _: AcceptsJson,
    State(app): State<Arc<AppState>>,
    user: CurrentUser,
    Query(pairs): Pairs,
) -> Result<Response, ApiError> {
    let after = parameter(&pairs, "after").map(str::parse).transpose();
    let after: Option<Cursor> = after.map_err(|_| {
        ApiError::new(
            ProblemType::Malformed,
            "'after' is the cursor that the page before ended with",
        )
    })?;
    let installation = installation::installation(&app, &user, after.as_ref(), None).await?;
    Ok(([(CACHE_CONTROL, "private, no-store")], Json(installation)).into_response())
}

/// Invite an operator, or the owner of a restaurant to come. The same request again makes another link, unless it is mailed, and the one
/// before does not work any more
#[utoipa::path(
    put, path = "/api/v1/installation/invitations/{id}", tag = "installation",
    params(("id" = InvitationId, Path)), request_body = NewInstallationInvitation,
    responses(
        (status = 200, body = InvitationLink), (status = 403),
        (status = 409, description = "The id is taken, or too many invitations are open"),
    ),
    security(("session" = [])),
)]
pub async fn put_installation_invitation(
    _: AcceptsJson,
    State(app): State<Arc<AppState>>,
    user: CurrentUser,
    client: Client,
    Text(id): Text,
    JsonBody(new): JsonBody<NewInstallationInvitation>,
) -> Result<Response, ApiError> {
    let token = installation::invite(&app, (&user, &client), ids(&id)?, new).await?;
    let link = InvitationLink {
        path: token.as_deref().map(invitations::path),
    };
    Ok(([(CACHE_CONTROL, "private, no-store")], Json(link)).into_response())
}

/// Withdraw an invitation that nobody has accepted
#[utoipa::path(
    delete, path = "/api/v1/installation/invitations/{id}", tag = "installation", params(("id" = InvitationId, Path)),
    responses((status = 204, description = "Withdrawn"), (status = 403), (status = 404)),
    security(("session" = [])),
)]
pub async fn delete_installation_invitation(
    State(app): State<Arc<AppState>>,
    user: CurrentUser,
    Text(id): Text,
) -> Result<StatusCode, ApiError> {
    installation::withdraw(&app, &user, ids(&id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Delete the restaurants of the demo, with all that happened in them. Again it does nothing
#[utoipa::path(
    delete, path = "/api/v1/installation/demo", tag = "installation",
    responses(
        (status = 204, description = "Removed"), (status = 403),
        (status = 409, description = "A guest of the demo is paying, or gets money back"),
    ),
    security(("session" = [])),
)]
pub async fn delete_demo(
    State(app): State<Arc<AppState>>,
    user: CurrentUser,
) -> Result<StatusCode, ApiError> {
    installation::remove_demo(&app, &user).await?;
    Ok(StatusCode::NO_CONTENT)
}
