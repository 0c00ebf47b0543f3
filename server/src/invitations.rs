//! Invitations: the link of the first start, those of operators, and what all of them share.

use axum::http::{HeaderMap, HeaderValue};
use servery_domain::{
    account::{SignUp, normalized_email},
    audit::Author,
    id::{AccountId, InvitationId, RestaurantId},
    invitation::{InstallationInvitation, Invitation, InvitationKind, VALID_FOR},
    job::Job,
    problem::ProblemType,
    time::Timestamp,
};
use servery_store::{
    Store, StoreError,
    accounts::NewJob,
    invitations::{Acceptance, InvitationOutcome, Invited, OpenInvitation},
};

use crate::{
    accounts::{
        self,
        sessions::{self, CurrentUser},
    },
    clock,
    http::{client::Client, error::ApiError, rate_limit, visitor},
    state::AppState,
};

/// Why an invitation was not made.
#[derive(Debug, thiserror::Error)]
pub enum InviteError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("there are no random numbers: {0}")]
    Random(#[from] getrandom::Error),
    #[error("the store did not take the invitation: {0:?}")]
    Refused(InvitationOutcome),
    #[error("the invitation cannot be accepted: {0:?}")]
    NotAccepted(Acceptance),
}

/// Makes an invitation at a terminal; the path of its link is told once.
pub async fn invite(store: &dyn Store, kind: InvitationKind) -> Result<String, InviteError> {
    Ok(path(&invitation_token(store, kind).await?))
}

/// Makes an account an operator, at a terminal.
pub async fn make_operator(store: &dyn Store, account: AccountId) -> Result<(), InviteError> {
    let token = invitation_token(store, InvitationKind::Operator).await?;
    let invited = Invited::Known(account);
    match store
        .accept_invitation(&sessions::key(&token), invited, clock::now())
        .await?
    {
        Acceptance::Accepted => Ok(()),
        refused => Err(InviteError::NotAccepted(refused)),
    }
}

async fn invitation_token(store: &dyn Store, kind: InvitationKind) -> Result<String, InviteError> {
    let (token, now) = (sessions::token()?, clock::now());
    let invitation = InstallationInvitation {
        id: InvitationId(visitor::id()?),
        kind,
        email: None,
        expires_at: Timestamp(now.0 + VALID_FOR),
    };
    let stored = store
        .put_installation_invitation(&invitation, &sessions::key(&token), None, (Author::Operator, now))
        .await?;
    match stored {
        InvitationOutcome::Stored => Ok(token),
        refused => Err(InviteError::Refused(refused)),
    }
}

/// The page of the invitation with this token.
pub fn path(token: &str) -> String {
    format!("/invitations/{token}")
}

pub fn link(app: &AppState, token: &str) -> String {
    app.settings.public_url() + &path(token)
}

/// What the token is for, if this account has made the invitation: the next one at the same browser is not shown its link.
pub async fn own(
    app: &AppState,
    user: &CurrentUser,
    token: &str,
) -> Result<Option<OpenInvitation>, ApiError> {
    let open = app
        .store
        .open_invitation(&sessions::key(token), clock::now())
        .await?;
    Ok(open.filter(|open| open.author == Author::Account(user.account.id)))
}

/// The link of the invitation that this browser has made last, if this account has, and it is to this restaurant, or to the installation.
pub async fn own_link(
    app: &AppState,
    user: &CurrentUser,
    made: Option<&str>,
    restaurant: Option<RestaurantId>,
) -> Result<Option<String>, ApiError> {
    let Some(token) = made else { return Ok(None) };
    let open = own(app, user, token).await?;
    let is_to_this = open.is_some_and(|open| open.position.map(|(of, _)| of) == restaurant);
    Ok(is_to_this.then(|| link(app, token)))
}

/// The job that mails the link. `None` without a mail server or an address: whoever invites gets the link then.
pub async fn mail(
    app: &AppState,
    (user, client): (&CurrentUser, &Client),
    invitation: InvitationId,
    email: Option<&str>,
) -> Result<Option<NewJob>, ApiError> {
    let Some(email) = email.filter(|_| app.settings.smtp.is_some()) else {
        return Ok(None);
    };
    app.rate_limiter
        .take_for_client(&rate_limit::INVITATIONS_FROM, client)
        .await?;
    app.rate_limiter
        .take_for_email(&rate_limit::INVITATIONS_TO, email, client)
        .await?;
    let mail = Job::InvitationMail {
        invitation,
        lang: user.account.lang,
    };
    Ok(Some((format!("{}-{invitation}", mail.kind()), mail)))
}

/// The answer to whoever invites: the token, unless it is mailed.
pub fn answer(
    app: &AppState,
    outcome: InvitationOutcome,
    token: String,
    is_mailed: bool,
) -> Result<Option<String>, ApiError> {
    let refused = |kind, detail| Err(ApiError::new(kind, detail));
    match outcome {
        InvitationOutcome::Stored if is_mailed => {
            app.job_signal.notify_one();
            Ok(None)
        }
        InvitationOutcome::Stored => Ok(Some(token)),
        InvitationOutcome::NotAllowed => refused(
            ProblemType::Forbidden,
            "your role does not let you give or take this role",
        ),
        InvitationOutcome::IdTaken => refused(ProblemType::Conflict, "the id is that of another invitation"),
        InvitationOutcome::TooMany => refused(
            ProblemType::Conflict,
            "so many invitations are open that no more are made: withdraw some",
        ),
    }
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
    match open {
        Some(open) => view(app, &open).await,
        None => Ok(None),
    }
}

/// `None` for a restaurant that is gone, or whose time zone is not known.
async fn view(app: &AppState, open: &OpenInvitation) -> Result<Option<Invitation>, ApiError> {
    let kind = open.kind;
    let Some((restaurant, role)) = open.position else {
        return Ok(Some(Invitation { kind, position: None }));
    };
    let entry = app.catalog.by_id(restaurant).await?;
    Ok(entry.map(|entry| Invitation {
        kind,
        position: Some(sessions::staff_position(&entry.listing().restaurant, role)),
    }))
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
        .take_for_client(&rate_limit::SIGN_UPS_FROM, client)
        .await?;
    // Without an invitation nobody is to make the server hash passwords, or to learn which addresses have accounts.
    let open = app
        .store
        .open_invitation(&sessions::key(token), clock::now())
        .await?
        .ok_or_else(no_such_invitation)?;
    let invitation = view(app, &open).await?.ok_or_else(no_such_invitation)?;
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
    let is_mailed_there = |to: &str| normalized_email(to) == normalized_email(email);
    open.position.is_none() || open.email.as_deref().is_some_and(is_mailed_there)
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
