//! What the page of the operators sends.

use axum::response::Response;
use servery_app::page_address::address;
use servery_domain::{
    invitation::{InvitationKind, NewInstallationInvitation},
    problem::ProblemType,
};

use super::{
    account_forms::with_cookie,
    invitation_forms::invitation_refusal,
    order_forms::{Form, FormContext, redirect, respond},
};
use crate::{
    accounts::sessions::CurrentUser,
    http::{client::Client, error::ApiError, invitation_cookie},
    installation,
    state::AppState,
};

const HERE: &str = "/operator";

/// `POST /operator`: invites somebody, withdraws an invitation, or removes the demo.
pub async fn post_operator(
    context: FormContext,
    client: Client,
    user: Result<CurrentUser, ApiError>,
    form: Form,
) -> Response {
    let result = match change(&context.0, user, &client, &form).await {
        Err(error) => match refusal(&error, form.get("act")) {
            Some(wrong) => Ok(redirect(&address(HERE, [("wrong", wrong)]))),
            None => Err(error),
        },
        done => done,
    };
    respond(result, &context).await
}

fn refusal(error: &ApiError, act: &str) -> Option<&'static str> {
    match invitation_refusal(error) {
        Some("invitations") if act == "remove-demo" => Some("money"),
        wrong => wrong,
    }
}

async fn change(
    app: &AppState,
    user: Result<CurrentUser, ApiError>,
    client: &Client,
    form: &Form,
) -> Result<Response, ApiError> {
    let user = user?;
    user.check_operator()?;
    let not_accepted = |what: &str| ApiError::new(ProblemType::NotAccepted, what.to_owned());
    let id = || {
        let id = form.get("id").parse();
        id.map_err(|_| not_accepted("'id' is not the id of an invitation: open the page again"))
    };
    let done = |what: &str| Ok(redirect(&address(HERE, [("done", what)])));
    match form.get("act") {
        "invite" => {
            let kind = InvitationKind::from_code(form.get("kind"));
            let new = NewInstallationInvitation {
                kind: kind.ok_or_else(|| not_accepted("'kind' is no kind of invitation"))?,
                email: Some(form.get("email").to_owned()).filter(|email| !email.is_empty()),
            };
            match installation::invite(app, (&user, client), id()?, new).await? {
                Some(token) => Ok(with_cookie(redirect(HERE), invitation_cookie::write(&token)?)),
                None => done("mailed"),
            }
        }
        "withdraw" => {
            installation::withdraw(app, &user, id()?).await?;
            done("withdrawn")
        }
        "remove-demo" => {
            installation::remove_demo(app, &user).await?;
            done("demo-removed")
        }
        _ => Err(not_accepted("'act' is not something that can be done")),
    }
}
