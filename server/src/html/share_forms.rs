//! The form of the office's page about the restaurant elsewhere.

use axum::response::Response;
use servery_app::page_address::address;
use servery_domain::problem::ProblemType;

use super::order_forms::{Form, FormContext, redirect, respond};
use crate::{
    accounts::sessions::CurrentUser,
    domains,
    http::error::{ApiError, Text},
    state::AppState,
};

/// `POST /office/{slug}/share`: sets the restaurant's own domain; an empty one takes it away.
pub async fn post_domain(
    context: FormContext,
    user: Result<CurrentUser, ApiError>,
    Text(slug): Text,
    form: Form,
) -> Response {
    let said = set(&context.0, user, &slug, form.get("domain")).await;
    let here = format!("/office/{slug}/share");
    // What was refused is still there to be corrected.
    let place = said.map(|said| match said {
        ("wrong", _) => address(&here, [said, ("typed", form.get("domain"))]),
        done => address(&here, [done]),
    });
    respond(place.map(|place| redirect(&place)), &context).await
}

/// What the page says about it.
async fn set(
    app: &AppState,
    user: Result<CurrentUser, ApiError>,
    slug: &str,
    typed: &str,
) -> Result<(&'static str, &'static str), ApiError> {
    let user = user?;
    let domain = match typed.trim() {
        "" => None,
        typed => match domains::typed(typed) {
            None => return Ok(("wrong", "domain")),
            domain => domain,
        },
    };
    match domains::set(app, &user, slug, domain.as_ref()).await {
        Ok(()) if domain.is_some() => Ok(("done", "domain")),
        Ok(()) => Ok(("done", "domain-removed")),
        Err(error) if error.0.is(ProblemType::Conflict) => Ok(("wrong", "taken")),
        Err(error) if error.0.is(ProblemType::NotAccepted) => Ok(("wrong", "installation")),
        Err(error) => Err(error),
    }
}
