//! The forms of the office.

use axum::response::Response;
use servery_app::{
    page_address::{PageAddress, address},
    pages::account::links::WEAK_PASSWORD,
};
use servery_domain::{
    account::{Password, SignUp},
    problem::ProblemType,
};

use super::{
    account_forms::with_cookie,
    order_forms::{Form, FormContext, redirect, respond},
    preferences::Preferences,
};
use crate::{
    accounts::sessions::{self, CurrentUser},
    http::{
        client::Client,
        error::{ApiError, Text},
    },
    invitations,
    new_restaurant::{self, Outcome},
};

const NEW_RESTAURANT: &str = "/new-restaurant";

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
        Err(error) if error.0.is(ProblemType::SignedOut) => Ok(redirect(&format!("/invitations/{token}"))),
        Err(error) if error.0.status < 500 => {
            let path = format!("/invitations/{token}");
            Ok(redirect(&address(&path, [("wrong", said(&error))])))
        }
        Err(error) => Err(error),
    };
    respond(result, &context).await
}

/// A link that is over needs no word: the page says so.
fn said(error: &ApiError) -> &'static str {
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
        invitations::accept_as(app, &user, token).await?;
        return Ok(redirect(NEW_RESTAURANT));
    }
    let sign_up = SignUp {
        email: form.get("email").to_owned(),
        password: Password(form.raw("password").to_owned()),
        name: form.get("name").to_owned(),
        lang: Preferences::usual_lang(&PageAddress::new(NEW_RESTAURANT, ""), headers),
    };
    let cookie = invitations::accept_as_new(app, (client, headers), token, sign_up).await?;
    Ok(with_cookie(redirect(NEW_RESTAURANT), cookie))
}

/// `POST /new-restaurant`: a form that is not accepted comes back as it was filled in.
pub async fn post_new_restaurant(
    context: FormContext,
    user: Result<CurrentUser, ApiError>,
    form: Result<Form, ApiError>,
) -> Response {
    respond(create(&context, user, form).await, &context).await
}

async fn create(
    (app, _, headers, _): &FormContext,
    user: Result<CurrentUser, ApiError>,
    form: Result<Form, ApiError>,
) -> Result<Response, ApiError> {
    let (user, form) = (user?, form?);
    let lang = Preferences::usual_lang(&PageAddress::new(NEW_RESTAURANT, ""), headers);
    Ok(
        match new_restaurant::create(app, &user, form.fields(), lang).await? {
            Outcome::Created(slug) => redirect(&address(NEW_RESTAURANT, [("done", slug.as_str())])),
            Outcome::Wrong(wrong) => {
                let wrong: Vec<&str> = wrong.iter().map(|field| field.code()).collect();
                let pairs = [("wrong", wrong.join(",")), ("form", form.to_query())];
                redirect(&address(NEW_RESTAURANT, pairs))
            }
        },
    )
}
