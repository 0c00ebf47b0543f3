//! The plain forms of the staff app; the device's cookie authorises them.

use axum::{
    http::header::SET_COOKIE,
    response::{IntoResponse, Response},
};
use servery_app::page_address::{PageAddress, address};
use servery_domain::{device::Pairing, problem::ProblemType};

use super::order_forms::{Form, FormContext, redirect, respond};
use crate::{
    http::{
        error::{ApiError, Text},
        rate_limit,
    },
    sync::{
        self,
        devices::{self, CurrentDevice},
    },
};

/// `POST /staff/{slug}`: pairs this browser by a code, or signs it out.
pub async fn post_device(
    context: FormContext,
    current_device: Result<CurrentDevice, ApiError>,
    Text(slug): Text,
    form: Form,
) -> Response {
    let result = match form.get("change") {
        "pair" => pair(&context, &slug, &form).await,
        "sign-out" => sign_out(&context, current_device, &slug).await,
        _ => Err(ApiError::new(
            ProblemType::NotAccepted,
            "'change' is not something that can be changed",
        )),
    };
    respond(result, &context).await
}

async fn pair((app, _, _, customer): &FormContext, slug: &str, form: &Form) -> Result<Response, ApiError> {
    let device = form
        .get("device")
        .parse()
        .map_err(|_| ApiError::new(ProblemType::NotAccepted, "'device' is not the id of a device"))?;
    let pairing = Pairing {
        code: form.get("code").to_owned(),
        device,
    };
    let wrong = match devices::pair(app, &customer.client, &pairing).await {
        Ok((paired, cookie)) => {
            return Ok((
                [(SET_COOKIE, cookie)],
                redirect(&format!("/staff/{}", paired.slug)),
            )
                .into_response());
        }
        Err(error) if error.0.is(ProblemType::NotAccepted) => "code",
        Err(error) if error.0.is(ProblemType::TooOften) => "often",
        Err(error) if error.0.is(ProblemType::Conflict) => "other",
        Err(error) => return Err(error),
    };
    Ok(redirect(&address(&format!("/staff/{slug}"), [("wrong", wrong)])))
}

async fn sign_out(
    (app, ..): &FormContext,
    current_device: Result<CurrentDevice, ApiError>,
    slug: &str,
) -> Result<Response, ApiError> {
    match current_device {
        Ok(current_device) => devices::sign_out(app, &current_device).await?,
        // The device was signed out before.
        Err(error) if error.0.is(ProblemType::SignedOut) || error.0.is(ProblemType::DeviceSignedOut) => {}
        Err(error) => return Err(error),
    }
    Ok((
        [(SET_COOKIE, devices::expired_cookie())],
        redirect(&format!("/staff/{slug}")),
    )
        .into_response())
}

/// `POST /staff/{slug}/kitchen`: an op, with the id that the page was rendered with.
pub async fn post_kitchen(
    context: FormContext,
    current_device: Result<CurrentDevice, ApiError>,
    Text(slug): Text,
    form: Form,
) -> Response {
    let result = match current_device {
        Ok(current_device) => ask(&context, &current_device, &slug, &form).await,
        // The page shows the reason and asks for a code.
        Err(error) if error.0.is(ProblemType::SignedOut) || error.0.is(ProblemType::DeviceSignedOut) => {
            Ok(redirect(&format!("/staff/{slug}")))
        }
        Err(error) => Err(error),
    };
    respond(result, &context).await
}

async fn ask(
    (app, uri, _, customer): &FormContext,
    current_device: &CurrentDevice,
    slug: &str,
    form: &Form,
) -> Result<Response, ApiError> {
    app.rate_limiter
        .take_for_device(&rate_limit::SYNCS, current_device.id(), &customer.client)
        .await?;
    current_device.restaurant(app, slug).await?;
    let op = form
        .get("op")
        .parse()
        .map_err(|_| ApiError::new(ProblemType::NotAccepted, "'op' is not the id of an op"))?;
    let action = serde_json::from_str(form.get("action"));
    let action = action.map_err(|error| {
        ApiError::new(
            ProblemType::NotAccepted,
            format!("'action' is no action: {error}"),
        )
    })?;
    sync::submit_action(app, current_device, op, action).await?;
    let back = PageAddress::new(uri.path(), uri.query().unwrap_or_default()).address();
    current_device.touched(app, redirect(&back)).await
}
