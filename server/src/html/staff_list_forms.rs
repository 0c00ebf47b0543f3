//! The forms of the office's page about staff.

use axum::response::Response;
use servery_app::page_address::address;
use servery_domain::{
    account::{Permission, Role},
    invitation::NewStaffInvitation,
    pos::{cashier::NewCashier, right::TillRole},
    problem::ProblemType,
};

use super::{
    account_forms::with_cookie,
    invitation_forms::invitation_refusal,
    order_forms::{Form, FormContext, redirect, respond},
};
use crate::{
    accounts::sessions::CurrentUser,
    cashiers,
    http::{
        client::Client,
        error::{ApiError, Text},
        invitation_cookie,
    },
    staff,
    state::AppState,
};
/// `POST /office/{slug}/staff`: invites somebody, and changes roles.
pub async fn post_staff(
    context: FormContext,
    client: Client,
    user: Result<CurrentUser, ApiError>,
    Text(slug): Text,
    form: Form,
) -> Response {
    let here = format!("/office/{slug}/staff");
    let result = match change_staff(&context.0, user, &client, (&slug, &here), &form).await {
        Err(error) => match staff_refusal(&error, form.get("act")) {
            Some(wrong) => Ok(redirect(&address(&here, [("wrong", wrong)]))),
            None => Err(error),
        },
        done => done,
    };
    respond(result, &context).await
}

/// What the page says about it; `None` for what needs a page of its own.
fn staff_refusal(error: &ApiError, act: &str) -> Option<&'static str> {
    match (invitation_refusal(error), act) {
        (wrong, "invite" | "withdraw") => wrong,
        (Some("email"), "pin") => Some("pin"),
        (Some("invitations"), "pin") => Some("cashiers"),
        (Some("invitations"), _) => Some("last-owner"),
        (Some("email"), _) => Some("refused"),
        (wrong, _) => wrong,
    }
}

async fn change_staff(
    app: &AppState,
    user: Result<CurrentUser, ApiError>,
    client: &Client,
    (slug, here): (&str, &str),
    form: &Form,
) -> Result<Response, ApiError> {
    let user = user?;
    let not_accepted = |what: &str| ApiError::new(ProblemType::NotAccepted, what.to_owned());
    let role = || Role::from_code(form.get("role")).ok_or_else(|| not_accepted("'role' is not a role"));
    let id = || {
        let id = form.get("id").parse();
        id.map_err(|_| not_accepted("'id' is not the id of an invitation: open the page again"))
    };
    let account = || {
        let account = form.get("account").parse();
        account.map_err(|_| not_accepted("'account' is not the id of an account"))
    };
    let cashier = || {
        let cashier = form.get("cashier").parse();
        cashier.map_err(|_| not_accepted("'cashier' is not the id of a cashier"))
    };
    let done = |what: &str| Ok(redirect(&address(here, [("done", what)])));
    match form.get("act") {
        "invite" => {
            let email = Some(form.get("email").to_owned()).filter(|email| !email.is_empty());
            let new = NewStaffInvitation { role: role()?, email };
            match staff::invite(app, (&user, client), slug, id()?, new).await? {
                Some(token) => Ok(with_cookie(redirect(here), invitation_cookie::write(&token)?)),
                None => done("mailed"),
            }
        }
        "withdraw" => {
            staff::withdraw(app, &user, slug, id()?).await?;
            done("withdrawn")
        }
        "role" => {
            let (account, role) = (account()?, role()?);
            staff::change_role(app, &user, slug, account, role).await?;
            match account == user.account.id && !role.may(Permission::Staff) {
                true => Ok(redirect(&format!("/board/{slug}"))),
                false => done("role"),
            }
        }
        "pin" => {
            let new = NewCashier {
                name: form.get("name").to_owned(),
                pin: Some(form.get("pin").to_owned()).filter(|pin| !pin.is_empty()),
                role: TillRole::from_code(form.get("till-role")),
            };
            cashiers::put(app, (&user, client), slug, cashier()?, new).await?;
            done("pin")
        }
        "remove-cashier" => {
            cashiers::remove(app, &user, slug, cashier()?).await?;
            done("cashier-removed")
        }
        "remove" => {
            let account = account()?;
            staff::remove(app, &user, slug, account).await?;
            match account == user.account.id {
                true => Ok(redirect("/account")),
                false => done("left"),
            }
        }
        _ => Err(not_accepted("'act' is not something that can be done")),
    }
}
