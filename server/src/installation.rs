//! What operators do with an installation. The service behind the API and the plain forms.

use jiff::tz::TimeZone;
use servery_domain::{
    audit::Author,
    cursor::{Cursor, Page},
    id::InvitationId,
    installation::{InstallationOverview, InstalledRestaurant},
    invitation::{InstallationInvitation, InvitationKind, NewInstallationInvitation, VALID_FOR},
    limits,
    problem::ProblemType,
    time::Timestamp,
};
use servery_store::demo::DemoRemoval;

use crate::{
    accounts::sessions::{self, CurrentUser},
    clock,
    http::{client::Client, error::ApiError, visitor},
    invitations,
    state::AppState,
};

/// `made` is the token of the invitation that the browser made last.
pub async fn installation(
    app: &AppState,
    user: &CurrentUser,
    after: Option<&Cursor>,
    made: Option<&str>,
) -> Result<InstallationOverview, ApiError> {
    user.check_operator()?;
    let at = clock::now();
    let after = after.map(|after| &after.0);
    let directory = app.store.directory(after, limits::PAGE_MOST + 1).await?;
    let next = directory
        .get(limits::PAGE_MOST)
        .and(directory.get(limits::PAGE_MOST - 1));
    let next = next.map(|last| Cursor(last.slug.clone()));
    let installed = directory.into_iter().map(|entry| InstalledRestaurant {
        slug: entry.slug,
        name: entry.name,
        is_demo: entry.is_demo,
    });
    let restaurants = Page {
        items: installed.take(limits::PAGE_MOST).collect(),
        next,
    };
    Ok(InstallationOverview {
        at,
        now: clock::local(&TimeZone::UTC, at),
        restaurants,
        has_demo: app.store.has_demo().await?,
        invitations: app.store.installation_invitations(at).await?,
        sends_mails: app.settings.smtp.is_some(),
        link: invitations::own_link(app, user, made, None).await?,
        new_id: InvitationId(visitor::id()?),
    })
}

/// Without a mail server, or without an address, whoever invites gets the link: the answer is its token.
pub async fn invite(
    app: &AppState,
    (user, client): (&CurrentUser, &Client),
    id: InvitationId,
    new: NewInstallationInvitation,
) -> Result<Option<String>, ApiError> {
    new.check()?;
    user.check_operator()?;
    if new.kind == InvitationKind::Operator {
        user.check_fresh()?;
    }
    let mail = invitations::mail(app, (user, client), id, new.email.as_deref()).await?;
    let now = clock::now();
    let invitation = InstallationInvitation {
        id,
        kind: new.kind,
        email: new.email,
        expires_at: Timestamp(now.0 + VALID_FOR),
    };
    let token = sessions::token()?;
    let by = (Author::Account(user.account.id), now);
    let outcome = app
        .store
        .put_installation_invitation(&invitation, &sessions::key(&token), mail.as_ref(), by)
        .await?;
    tracing::info!(account = %user.account.id, kind = new.kind.code(), ?outcome, "an operator invites somebody");
    invitations::answer(app, outcome, token, mail.is_some())
}

pub async fn withdraw(app: &AppState, user: &CurrentUser, id: InvitationId) -> Result<(), ApiError> {
    user.check_operator()?;
    let by = (Author::Account(user.account.id), clock::now());
    match app.store.withdraw_installation_invitation(id, by).await? {
        true => {
            tracing::info!(account = %user.account.id, invitation = %id, "an operator withdraws an invitation");
            Ok(())
        }
        false => Err(ApiError::new(
            ProblemType::NotFound,
            "there is no such invitation that is open",
        )),
    }
}

/// All restaurants that `servery demo` has made, with all that happened in them. Without any it does nothing.
pub async fn remove_demo(app: &AppState, user: &CurrentUser) -> Result<(), ApiError> {
    user.check_operator()?;
    user.check_fresh()?;
    let removal = match app.store.remove_demo().await {
        // Somebody orders there in this moment.
        Err(error) if error.is_conflict() => app.store.remove_demo().await,
        removal => removal,
    };
    if removal? == DemoRemoval::MoneyUnderWay {
        return Err(ApiError::new(
            ProblemType::Conflict,
            "a guest of the demo is paying, or gets money back: try again when that has ended",
        ));
    }
    tracing::info!(account = %user.account.id, "the demo is removed");
    // The next page is about what is left.
    app.catalog.reload_if_changed().await?;
    Ok(())
}
