//! Who works in a restaurant, and who is invited to. The service behind the API and the plain forms.

use servery_domain::{
    account::{Permission, Role},
    audit::Author,
    id::{AccountId, CashierId, InvitationId, RestaurantId},
    invitation::{NewStaffInvitation, StaffInvitation, VALID_FOR},
    pos::cashier::{Cashier, CashierName},
    problem::ProblemType,
    staff::StaffList,
    time::Timestamp,
};
use servery_store::accounts::RoleOutcome;

use crate::{
    accounts::sessions::{self, CurrentUser},
    catalog::restaurant_now::{RestaurantNow, restaurant_id, restaurant_now},
    clock,
    http::{client::Client, error::ApiError, visitor},
    invitations,
    state::AppState,
};

/// How many sign-ins of each person the list shows.
const SIGN_INS: u32 = 5;

/// `made` is the token of the invitation that the browser made last.
pub async fn list(
    app: &AppState,
    user: &CurrentUser,
    slug: &str,
    made: Option<&str>,
) -> Result<StaffList, ApiError> {
    let RestaurantNow { listing, now, .. } = restaurant_now(app, slug).await?;
    let restaurant = listing.restaurant.id;
    let role = user.check(restaurant, Permission::Staff)?;
    Ok(StaffList {
        name: listing.restaurant.name.clone(),
        at: now.0,
        now: now.1,
        account: user.account.id,
        role,
        members: app.store.staff(restaurant, SIGN_INS).await?,
        cashiers: cashier_names(app.store.cashiers(restaurant).await?),
        new_cashier: CashierId(visitor::id()?),
        invitations: app.store.staff_invitations(restaurant, now.0).await?,
        sends_mails: app.settings.smtp.is_some(),
        link: invitations::own_link(app, user, made, Some(restaurant)).await?,
        new_id: InvitationId(visitor::id()?),
    })
}

fn cashier_names(cashiers: Vec<Cashier>) -> Vec<CashierName> {
    let name = |Cashier { id, name, role, .. }| CashierName { id, name, role };
    cashiers.into_iter().map(name).collect()
}

/// Gives somebody who works there another role.
pub async fn change_role(
    app: &AppState,
    user: &CurrentUser,
    slug: &str,
    account: AccountId,
    to: Role,
) -> Result<(), ApiError> {
    let restaurant = restaurant_id(app, slug).await?;
    let own = user.check(restaurant, Permission::Staff)?;
    let from = role_of(app, account, restaurant).await?;
    match own.may_change(from, Some(to)) {
        true => change(app, user, restaurant, account, (from, Some(to))).await,
        false => Err(above_own_role()),
    }
}

/// Takes somebody's role from them. Everybody may leave.
pub async fn remove(
    app: &AppState,
    user: &CurrentUser,
    slug: &str,
    account: AccountId,
) -> Result<(), ApiError> {
    let restaurant = restaurant_id(app, slug).await?;
    let own = user.check(restaurant, Permission::See)?;
    let leaves = account == user.account.id;
    if !leaves {
        user.check(restaurant, Permission::Staff)?;
    }
    let from = role_of(app, account, restaurant).await?;
    match leaves || own.may_change(from, None) {
        true => change(app, user, restaurant, account, (from, None)).await,
        false => Err(above_own_role()),
    }
}

async fn change(
    app: &AppState,
    user: &CurrentUser,
    restaurant: RestaurantId,
    account: AccountId,
    (from, to): (Role, Option<Role>),
) -> Result<(), ApiError> {
    if to == Some(from) {
        return Ok(());
    }
    let by = (Author::Account(user.account.id), clock::now());
    match app.store.change_role(account, restaurant, (from, to), by).await? {
        RoleOutcome::Changed => Ok(()),
        RoleOutcome::NotInRole => Err(not_staff()),
        RoleOutcome::NotAllowed => Err(above_own_role()),
        RoleOutcome::LastOwner => Err(ApiError::new(
            ProblemType::Conflict,
            "a restaurant has an owner: make somebody else its owner first",
        )),
    }
}

/// Invites a colleague. Without a mail server, or without an address, whoever invites gets the link: the answer is its token.
pub async fn invite(
    app: &AppState,
    (user, client): (&CurrentUser, &Client),
    slug: &str,
    id: InvitationId,
    new: NewStaffInvitation,
) -> Result<Option<String>, ApiError> {
    new.check()?;
    let restaurant = restaurant_id(app, slug).await?;
    user.check(restaurant, Permission::Appoint(new.role))?;
    let mail = invitations::mail(app, (user, client), id, new.email.as_deref()).await?;
    let now = clock::now();
    let invitation = StaffInvitation {
        id,
        role: new.role,
        email: new.email,
        expires_at: Timestamp(now.0 + VALID_FOR),
    };
    let token = sessions::token()?;
    let by = (Author::Account(user.account.id), now);
    let outcome = app
        .store
        .put_staff_invitation(restaurant, &invitation, &sessions::key(&token), mail.as_ref(), by)
        .await?;
    invitations::answer(app, outcome, token, mail.is_some())
}

pub async fn withdraw(
    app: &AppState,
    user: &CurrentUser,
    slug: &str,
    id: InvitationId,
) -> Result<(), ApiError> {
    let restaurant = restaurant_id(app, slug).await?;
    user.check(restaurant, Permission::Staff)?;
    let open = app.store.staff_invitations(restaurant, clock::now()).await?;
    let no_such_invitation =
        || ApiError::new(ProblemType::NotFound, "there is no such invitation that is open");
    let invitation = open
        .iter()
        .find(|known| known.id == id)
        .ok_or_else(no_such_invitation)?;
    user.check(restaurant, Permission::Appoint(invitation.role))?;
    let by = (Author::Account(user.account.id), clock::now());
    match app.store.withdraw_staff_invitation(restaurant, id, by).await? {
        true => Ok(()),
        false => Err(no_such_invitation()),
    }
}

async fn role_of(app: &AppState, account: AccountId, restaurant: RestaurantId) -> Result<Role, ApiError> {
    let roles = app.store.account_roles(account).await?.staff;
    let role = roles.into_iter().find(|(of, _)| *of == restaurant);
    role.map(|(_, role)| role).ok_or_else(not_staff)
}

fn not_staff() -> ApiError {
    ApiError::new(ProblemType::NotFound, "this account does not work here")
}

fn above_own_role() -> ApiError {
    ApiError::new(
        ProblemType::Forbidden,
        "your role does not let you give or take this role",
    )
}
