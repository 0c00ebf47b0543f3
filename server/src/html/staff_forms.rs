//! The staff app's plain forms, by the device's cookie.

use axum::{
    http::header::SET_COOKIE,
    response::{IntoResponse, Response},
};
use servery_app::page_address::{Visit, address};
use servery_domain::{device::Pairing, problem::Kind};

use super::forms::{Form, Sent, lead, see};
use crate::{
    http::{
        error::{Refusal, Text},
        rate_limit,
    },
    sync::{
        self,
        devices::{self, LetIn},
    },
};

/// `POST /staff/{slug}`: a code that lets this browser in, or its sign-out.
pub async fn post_device(
    sent: Sent,
    let_in: Result<LetIn, Refusal>,
    Text(slug): Text,
    form: Form,
) -> Response {
    let led = match form.get("change") {
        "pair" => pair(&sent, &slug, &form).await,
        "sign-out" => sign_out(&sent, let_in, &slug).await,
        _ => Err(Refusal::new(
            Kind::NotAccepted,
            "'change' is not something that can be changed",
        )),
    };
    lead(led, &sent)
}

async fn pair((app, _, _, customer): &Sent, slug: &str, form: &Form) -> Result<Response, Refusal> {
    let device = form
        .get("device")
        .parse()
        .map_err(|_| Refusal::new(Kind::NotAccepted, "'device' is not the id of a device"))?;
    let pairing = Pairing {
        code: form.get("code").to_owned(),
        device,
    };
    let wrong = match devices::pair(app, &customer.caller, &pairing).await {
        Ok((paired, cookie)) => {
            return Ok(([(SET_COOKIE, cookie)], see(&format!("/staff/{}", paired.slug))).into_response());
        }
        Err(refusal) if refusal.0.is(Kind::NotAccepted) => "code",
        Err(refusal) if refusal.0.is(Kind::TooOften) => "often",
        Err(refusal) if refusal.0.is(Kind::Conflict) => "other",
        Err(refusal) => return Err(refusal),
    };
    Ok(see(&address(&format!("/staff/{slug}"), [("wrong", wrong)])))
}

async fn sign_out((app, ..): &Sent, let_in: Result<LetIn, Refusal>, slug: &str) -> Result<Response, Refusal> {
    match let_in {
        Ok(let_in) => devices::leave(app, &let_in).await?,
        // It is signed out already.
        Err(refusal) if refusal.0.is(Kind::SignedOut) || refusal.0.is(Kind::DeviceSignedOut) => {}
        Err(refusal) => return Err(refusal),
    }
    Ok(([(SET_COOKIE, devices::ended())], see(&format!("/staff/{slug}"))).into_response())
}

/// `POST /staff/{slug}/kitchen`: an op, with the name that it got when the page was made.
pub async fn post_kitchen(
    sent: Sent,
    let_in: Result<LetIn, Refusal>,
    Text(slug): Text,
    form: Form,
) -> Response {
    let led = match let_in {
        Ok(let_in) => ask(&sent, &let_in, &slug, &form).await,
        // The page says so, and takes a code.
        Err(refusal) if refusal.0.is(Kind::SignedOut) || refusal.0.is(Kind::DeviceSignedOut) => {
            Ok(see(&format!("/staff/{slug}")))
        }
        Err(refusal) => Err(refusal),
    };
    lead(led, &sent)
}

async fn ask(
    (app, uri, _, customer): &Sent,
    let_in: &LetIn,
    slug: &str,
    form: &Form,
) -> Result<Response, Refusal> {
    app.rates
        .of_device(&rate_limit::SYNCS, let_in.id(), &customer.caller)?;
    let_in.restaurant(app, slug)?;
    let op = form
        .get("op")
        .parse()
        .map_err(|_| Refusal::new(Kind::NotAccepted, "'op' is not the id of an op"))?;
    let action = serde_json::from_str(form.get("action"));
    let action =
        action.map_err(|error| Refusal::new(Kind::NotAccepted, format!("'action' is no action: {error}")))?;
    sync::ask(app, let_in, op, action).await?;
    let back = Visit::new(uri.path(), uri.query().unwrap_or_default()).address();
    let_in.seen(app, see(&back)).await
}
