//! The form of a new restaurant.

use axum::response::Response;
use servery_app::page_address::{PageAddress, address};

use super::{
    order_forms::{Form, FormContext, redirect, respond},
    preferences::Preferences,
};
use crate::{
    accounts::sessions::CurrentUser,
    http::error::ApiError,
    new_restaurant::{self, Outcome},
};
pub const NEW_RESTAURANT: &str = "/new-restaurant";

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
