//! Accepting an invitation, and what pages with invitations say about their forms.

use axum::response::Response;
use servery_app::{
    page_address::{PageAddress, address},
    pages::account::links::WEAK_PASSWORD,
};
use servery_domain::{
    account::{Password, Permission, SignUp, StaffPosition},
    invitation::Invitation,
    problem::ProblemType,
};

use super::{
    account_forms::with_cookie,
    new_restaurant_forms::NEW_RESTAURANT,
    order_forms::{Form, FormContext, redirect, respond},
    preferences::Preferences,
};
use crate::{
    accounts::sessions,
    http::{
        client::Client,
        error::{ApiError, Text},
    },
    invitations,
};
/// `POST /invitations/{token}`: accepts it with a new account, or with the one that is signed in.
pub async fn post_invitation(
    context: FormContext,
    client: Client,
    Text(token): Text,
    form: Form,
) -> Response {
    let result = match accept(&context, &client, &token, &form).await {
        Ok(response) => Ok(response),
        // The page then asks for an account.
        Err(error) if error.0.is(ProblemType::SignedOut) => Ok(redirect(&invitations::path(&token))),
        Err(error) if error.0.status < 500 => {
            let path = invitations::path(&token);
            Ok(redirect(&address(&path, [("wrong", refusal_code(&error))])))
        }
        Err(error) => Err(error),
    };
    respond(result, &context).await
}

/// A link that is over needs no word: the page says so.
fn refusal_code(error: &ApiError) -> &'static str {
    let problem = &error.0;
    if problem.is(ProblemType::Conflict) {
        "email-taken"
    } else if problem.is(ProblemType::TooOften) {
        "often"
    } else if problem.is(ProblemType::WeakPassword) {
        WEAK_PASSWORD
    } else {
        "refused"
    }
}

async fn accept(
    context: &FormContext,
    client: &Client,
    token: &str,
    form: &Form,
) -> Result<Response, ApiError> {
    let (app, headers) = (&context.0, &context.2);
    if !form.get("signed-in").is_empty() {
        let user = sessions::session(app, headers).await?;
        let user = user.ok_or_else(|| ApiError::new(ProblemType::SignedOut, "sign in first"))?;
        let accepted = invitations::accept_as(app, &user, token).await?;
        return Ok(redirect(&next_page(&accepted)));
    }
    let sign_up = SignUp {
        email: form.get("email").to_owned(),
        password: Password(form.raw("password").to_owned()),
        name: form.get("name").to_owned(),
        lang: Preferences::usual_lang(&PageAddress::new(NEW_RESTAURANT, ""), headers),
    };
    let (accepted, cookie) = invitations::accept_as_new(app, (client, headers), token, sign_up).await?;
    Ok(match cookie {
        Some(cookie) => with_cookie(redirect(&next_page(&accepted)), cookie),
        None => redirect(&address("/account/sign-up", [("done", "sent")])),
    })
}

/// Where the work begins.
fn next_page(accepted: &Invitation) -> String {
    match &accepted.position {
        None => NEW_RESTAURANT.to_owned(),
        Some(StaffPosition { slug, role, .. }) => match role.may(Permission::Edit) {
            true => format!("/office/{slug}"),
            false => format!("/board/{slug}"),
        },
    }
}

/// What a page with invitations says about it; `None` for what needs a page of its own.
pub fn invitation_refusal(error: &ApiError) -> Option<&'static str> {
    let refusals = [
        (ProblemType::Conflict, "invitations"),
        (ProblemType::TooOften, "often"),
        (ProblemType::NotAccepted, "email"),
        // Another person was faster: the list shows the current state.
        (ProblemType::NotFound, "gone"),
    ];
    refusals
        .into_iter()
        .find(|(kind, _)| error.0.is(*kind))
        .map(|(_, wrong)| wrong)
}
