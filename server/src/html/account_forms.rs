//! The forms of an account that work without a script: sign in, sign up, sign out, and its settings.

use axum::{
    http::{HeaderMap, HeaderValue, header::SET_COOKIE},
    response::Response,
};
use servery_app::{
    page_address::{PageAddress, address},
    pages::account::links::WEAK_PASSWORD,
};
use servery_domain::{
    account::{AccountChange, Password, PasswordChange, SignIn, SignUp, normalized_email},
    contact::DeliveryAddress,
    lang::Lang,
    problem::ProblemType,
};

use super::{
    order_forms::{Form, FormContext, redirect, respond},
    preferences::Preferences,
};
use crate::{
    accounts::{
        self, passkeys,
        sessions::{self, CurrentUser},
    },
    http::{
        client::Client,
        error::{ApiError, Text},
        visitor,
    },
    state::AppState,
};

pub fn with_cookie(mut response: Response, cookie: HeaderValue) -> Response {
    response.headers_mut().append(SET_COOKIE, cookie);
    response
}

fn redirect_with(path: &str, name: &str, value: &str) -> Response {
    redirect(&address(path, [(name, value)]))
}

/// Only to pages of this server: a link to another one would borrow its good name.
fn local_path(next: &str) -> &str {
    // Browsers remove tabs and line ends from addresses: "/<TAB>/" becomes "//".
    let plain = !next.contains(char::is_control)
        && next.starts_with('/')
        && !next.starts_with("//")
        && !next.contains('\\');
    if plain { next } else { "/account" }
}

/// `POST /account/sign-in`
pub async fn post_sign_in(context: FormContext, client: Client, form: Form) -> Response {
    let asked = SignIn {
        email: form.get("email").to_owned(),
        password: Password(form.raw("password").to_owned()),
    };
    let next = local_path(form.get("next"));
    let result = match accounts::sign_in(&context.0, &client, &context.2, &asked).await {
        Ok((_, cookie)) => Ok(with_cookie(redirect(next), cookie)),
        Err(error) if error.0.is(ProblemType::TooOften) => Ok(redirect_with(next, "wrong", "often")),
        Err(error) if error.0.status < 500 => Ok(redirect_with(next, "wrong", "credentials")),
        Err(error) => Err(error),
    };
    respond(result, &context).await
}

/// `POST /account/sign-up`
pub async fn post_sign_up(context: FormContext, client: Client, form: Form) -> Response {
    let lang = Preferences::usual_lang(&PageAddress::new("/account/sign-up", ""), &context.2);
    let (email, name) = (form.get("email").to_owned(), form.get("name").to_owned());
    let asked = SignUp {
        email,
        password: Password(form.raw("password").to_owned()),
        name,
        lang,
    };
    let result = match accounts::sign_up(&context.0, &client, asked).await {
        // Without a mail server no mail was sent, and the address is taken at its word.
        Ok(()) if context.0.settings.smtp.is_none() => Ok(redirect_with("/account", "done", "made")),
        Ok(()) => Ok(redirect_with("/account/sign-up", "done", "sent")),
        Err(error) if error.0.status < 500 => Ok(redirect_with("/account/sign-up", "wrong", "refused")),
        Err(error) => Err(error),
    };
    respond(result, &context).await
}

/// `POST /account/sign-out`
pub async fn post_sign_out(context: FormContext, form: Form) -> Response {
    let result = sign_out(&context.0, &context.2, &form).await;
    let signed_out = |cookie| with_cookie(with_cookie(redirect("/"), cookie), visitor::expired_cookie());
    respond(result.map(signed_out), &context).await
}

async fn sign_out(app: &AppState, headers: &HeaderMap, form: &Form) -> Result<HeaderValue, ApiError> {
    match sessions::session(app, headers).await? {
        Some(user) if form.get("where") == "everywhere" => accounts::sign_out_everywhere(app, &user).await,
        _ => accounts::sign_out(app, headers).await,
    }
}

/// `POST /account`
pub async fn post_account(context: FormContext, client: Client, user: CurrentUser, form: Form) -> Response {
    let result = match change(&context.0, &client, user, &form).await {
        Ok(()) => Ok(redirect_with("/account", "done", "saved")),
        Err(error) if error.0.status < 500 => Ok(redirect_with("/account", "wrong", &error.0.detail)),
        Err(error) => Err(error),
    };
    respond(result, &context).await
}

async fn change(app: &AppState, client: &Client, user: CurrentUser, form: &Form) -> Result<(), ApiError> {
    if form.get("change") == "remove-passkey" {
        return passkeys::remove(app, &user, form.get("passkey")).await;
    }
    let change = changed(&user, form)?;
    accounts::change(app, client, user, change).await.map(drop)
}

fn changed(user: &CurrentUser, form: &Form) -> Result<AccountChange, ApiError> {
    let mut addresses = user.account.addresses.clone();
    let nothing = AccountChange::default();
    Ok(match form.get("change") {
        "profile" => AccountChange {
            name: Some(form.get("name").to_owned()),
            lang: Lang::from_tag(form.get("lang")),
            ..nothing
        },
        "add-address" => {
            let [street, postcode, city, hint] =
                ["street", "postcode", "city", "hint"].map(|field| form.get(field).to_owned());
            addresses.push(DeliveryAddress {
                street,
                postcode,
                city,
                hint,
                location: None,
            });
            AccountChange {
                addresses: Some(addresses),
                ..nothing
            }
        }
        "remove-address" => {
            let at = form
                .get("address")
                .parse()
                .ok()
                .filter(|at: &usize| *at < addresses.len());
            at.map(|at| addresses.remove(at));
            AccountChange {
                addresses: Some(addresses),
                ..nothing
            }
        }
        "password" => {
            let [current, new] = ["current", "new"].map(|field| Password(form.raw(field).to_owned()));
            AccountChange {
                password: Some(PasswordChange { current, new }),
                ..nothing
            }
        }
        _ => {
            return Err(ApiError::new(
                ProblemType::NotAccepted,
                "'change' is not something that can be changed",
            ));
        }
    })
}

/// `POST /account/delete`: who types the address means it.
pub async fn post_delete(context: FormContext, user: CurrentUser, form: Form) -> Response {
    if normalized_email(form.get("email")) != normalized_email(&user.account.email) {
        return redirect_with("/account", "wrong", "email");
    }
    let result = match accounts::delete_account(&context.0, &user).await {
        Ok(cookie) => Ok(with_cookie(redirect_with("/account", "done", "deleted"), cookie)),
        Err(error) if error.0.status < 500 => Ok(redirect_with("/account", "wrong", &error.0.detail)),
        Err(error) => Err(error),
    };
    respond(result, &context).await
}

/// `POST /account/reset`: the same answer whether or not there is such an account.
pub async fn post_reset_request(context: FormContext, client: Client, form: Form) -> Response {
    let result = match accounts::request_password_reset(&context.0, &client, form.get("email")).await {
        Ok(()) => Ok(redirect_with("/account/reset", "done", "sent")),
        Err(error) if error.0.status < 500 => Ok(redirect_with("/account/reset", "wrong", "often")),
        Err(error) => Err(error),
    };
    respond(result, &context).await
}

/// `POST /account/reset/{token}`
pub async fn post_reset(context: FormContext, Text(token): Text, form: Form) -> Response {
    let password = Password(form.raw("password").to_owned());
    let result = match accounts::reset_password(&context.0, &token, &password).await {
        Ok(()) => Ok(redirect_with("/account", "done", "reset")),
        Err(error) if error.0.status < 500 => {
            let of_password = [ProblemType::NotAccepted, ProblemType::WeakPassword];
            let wrong = match of_password.into_iter().any(|kind| error.0.is(kind)) {
                true => WEAK_PASSWORD,
                false => "link",
            };
            Ok(redirect_with(&format!("/account/reset/{token}"), "wrong", wrong))
        }
        Err(error) => Err(error),
    };
    respond(result, &context).await
}

/// `POST /account/verify/{token}`
pub async fn post_verify(context: FormContext, Text(token): Text) -> Response {
    let path = format!("/account/verify/{token}");
    let result = match accounts::verify(&context.0, &token).await {
        Ok(()) => Ok(redirect_with(&path, "done", "verified")),
        Err(error) if error.0.status < 500 => Ok(redirect_with(&path, "wrong", "link")),
        Err(error) => Err(error),
    };
    respond(result, &context).await
}
