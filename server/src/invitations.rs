//! Invitations: the link of the first start, and those that operators give to owners.

use axum::http::{HeaderMap, HeaderValue};
use servery_domain::{
    account::{SignUp, normalized_email},
    invitation::{Invitation, InvitationKind, VALID_FOR},
    problem::ProblemType,
    time::Timestamp,
};
use servery_store::{
    Store, StoreError,
    invitations::{Acceptance, Invited, OpenInvitation, OpenPosition, StoredInvitation},
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
    Ok(path(&token))
}

/// The page of the invitation with this token.
pub fn path(token: &str) -> String {
    format!("/invitations/{token}")
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
    Ok(open.and_then(|open| view(app, &open)))
}

/// `None` for a restaurant that this node does not know: it was just made, or its time zone is not known.
fn view(app: &AppState, open: &OpenInvitation) -> Option<Invitation> {
    let position = match &open.position {
        Some(position) => Some(sessions::staff_position(
            app,
            (position.restaurant, position.role),
        )?),
        None => None,
    };
    Some(Invitation {
        kind: open.kind,
        position,
    })
}

/// Accepts it with a new account, and signs that in if its address counts as verified; otherwise a mail asks for that first.
pub async fn accept_as_new(
    app: &AppState,
    (client, headers): (&Client, &HeaderMap),
    token: &str,
    sign_up: SignUp,
) -> Result<(Invitation, Option<HeaderValue>), ApiError> {
    sign_up.check()?;
    app.rate_limiter
        .take_for_client(&rate_limit::SIGN_UPS_FROM, client)?;
    // Without an invitation nobody is to make the server hash passwords, or to learn which addresses have accounts.
    let open = app
        .store
        .open_invitation(&sessions::key(token), clock::now())
        .await?
        .ok_or_else(no_such_invitation)?;
    let invitation = view(app, &open).ok_or_else(no_such_invitation)?;
    let is_verified = app.settings.smtp.is_none() || vouches_for(&open, &sign_up.email);
    let new = accounts::new_account(app, &sign_up, is_verified).await?;
    accept(app, token, Invited::New(&new)).await?;
    if !is_verified {
        accounts::ask_to_verify(app, &new.account.email).await?;
        return Ok((invitation, None));
    }
    let (_, cookie) = accounts::start_session(app, headers, new.account, "invitation").await?;
    Ok((invitation, Some(cookie)))
}

/// The operator knows whom they invite. Anybody who runs a restaurant invites staff: their word counts for the mailbox that got the link.
fn vouches_for(open: &OpenInvitation, email: &str) -> bool {
    match &open.position {
        None => true,
        Some(OpenPosition { email: mailed_to, .. }) => mailed_to
            .as_deref()
            .is_some_and(|mailed_to| normalized_email(mailed_to) == normalized_email(email)),
    }
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
