//! Invitations: the link of the first start, and those that operators give to owners.

use axum::http::{HeaderMap, HeaderValue};
use servery_domain::{
    account::SignUp,
    invitation::{Invitation, InvitationKind, VALID_FOR},
    problem::ProblemType,
    time::Timestamp,
};
use servery_store::{
    Store, StoreError,
    invitations::{Acceptance, Invited, OpenInvitation, StoredInvitation},
};

use crate::{
    accounts::{
        self,
        sessions::{self, CurrentUser},
    },
    clock,
    http::{client::Client, error::ApiError, rate_limit},
    state::AppState,
};

/// Why an invitation was not made.
#[derive(Debug, thiserror::Error)]
pub enum InviteError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("there are no random numbers: {0}")]
    Random(#[from] getrandom::Error),
}

/// Makes an invitation; the path of its link is told once.
pub async fn invite(store: &dyn Store, kind: InvitationKind) -> Result<String, InviteError> {
    let token = sessions::token()?;
    let invitation = StoredInvitation {
        key: sessions::key(&token),
        kind,
        expires_at: Timestamp(clock::now().0 + VALID_FOR),
    };
    store.put_invitation(&invitation).await?;
    Ok(format!("/invitations/{token}"))
}

/// The path of a link for the first operator, if nobody is here yet. Each start makes one; the first that is used ends all.
pub async fn first_start(store: &dyn Store) -> Result<Option<String>, InviteError> {
    match store.is_new_installation().await? {
        true => invite(store, InvitationKind::Operator).await.map(Some),
        false => Ok(None),
    }
}

pub async fn invitation(app: &AppState, token: &str) -> Result<Option<Invitation>, ApiError> {
    let open = app
        .store
        .open_invitation(&sessions::key(token), clock::now())
        .await?;
    Ok(open.map(|OpenInvitation { kind, position }| Invitation {
        kind,
        position: position.and_then(|position| sessions::staff_position(app, position)),
    }))
}

/// Accepts it with a new account, and signs that in. Its address counts as verified: whoever was invited is known.
pub async fn accept_as_new(
    app: &AppState,
    (client, headers): (&Client, &HeaderMap),
    token: &str,
    sign_up: SignUp,
) -> Result<(Invitation, HeaderValue), ApiError> {
    sign_up.check()?;
    app.rate_limiter
        .take_for_client(&rate_limit::SIGN_UPS_FROM, client)?;
    // Without an invitation nobody is to make the server hash passwords, or to learn which addresses have accounts.
    let invitation = invitation(app, token).await?.ok_or_else(no_such_invitation)?;
    let new = accounts::new_account(app, &sign_up, true).await?;
    accept(app, token, Invited::New(&new)).await?;
    let (_, cookie) = accounts::start_session(app, headers, new.account, "invitation").await?;
    Ok((invitation, cookie))
}

pub async fn accept_as(app: &AppState, user: &CurrentUser, token: &str) -> Result<Invitation, ApiError> {
    let invitation = invitation(app, token).await?.ok_or_else(no_such_invitation)?;
    accept(app, token, Invited::Known(user.account.id)).await?;
    Ok(invitation)
}

async fn accept(app: &AppState, token: &str, invited: Invited<'_>) -> Result<(), ApiError> {
    let (key, now) = (sessions::key(token), clock::now());
    match app.store.accept_invitation(&key, invited, now).await? {
        Acceptance::Accepted => Ok(()),
        Acceptance::NoSuchInvitation => Err(no_such_invitation()),
        Acceptance::EmailTaken => Err(ApiError::new(
            ProblemType::Conflict,
            "this e-mail address has an account: sign in with it, and accept then",
        )),
    }
}

fn no_such_invitation() -> ApiError {
    ApiError::new(
        ProblemType::NotFound,
        "there is no such invitation, or it has been used, or it has expired",
    )
}
