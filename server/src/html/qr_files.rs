//! QR codes for print and for the camera of a colleague's phone.

use std::sync::Arc;

use axum::{
    extract::State,
    http::{
        HeaderMap,
        header::{CACHE_CONTROL, CONTENT_TYPE},
    },
    response::{IntoResponse, Response},
};
use servery_app::{
    page_address::PageAddress,
    text::{Texts, office::Key},
};
use servery_domain::{account::Permission, problem::ProblemType, restaurant::Listing};

use super::preferences::Preferences;
use crate::{
    accounts::sessions::CurrentUser,
    catalog::restaurant_now::{listing_of, restaurant_id},
    http::{
        error::{ApiError, Segments, Text},
        invitation_cookie,
    },
    invitations,
    qr_code::QrCode,
    qr_sheet::{self, QrCard},
    state::AppState,
};

/// `GET /office/{slug}/qr.svg`: leads to the restaurant's page.
pub async fn get_page_code(
    State(app): State<Arc<AppState>>,
    user: CurrentUser,
    Text(slug): Text,
) -> Result<Response, ApiError> {
    let restaurant = restaurant_id(&app, &slug).await?;
    user.check(restaurant, Permission::Edit)?;
    svg(&app.settings.page_url(&*listing_of(&app, restaurant).await?))
}

/// `GET /office/{slug}/tables/{code}/qr.svg`: leads to the menu, for orders at this table.
pub async fn get_table_code(
    State(app): State<Arc<AppState>>,
    user: CurrentUser,
    Segments((slug, code)): Segments<(String, String)>,
) -> Result<Response, ApiError> {
    let restaurant = restaurant_id(&app, &slug).await?;
    user.check(restaurant, Permission::Edit)?;
    let table = app.store.table(&code).await?;
    match table.is_some_and(|(of, _)| of == restaurant) {
        true => svg(&table_url(&app, &*listing_of(&app, restaurant).await?, &code)),
        false => Err(ApiError::new(
            ProblemType::NotFound,
            "no table of this restaurant has this code",
        )),
    }
}

/// `GET /office/{slug}/tables/sheet.pdf`: the codes of all tables, to be cut.
pub async fn get_table_sheet(
    State(app): State<Arc<AppState>>,
    user: CurrentUser,
    headers: HeaderMap,
    Text(slug): Text,
) -> Result<Response, ApiError> {
    let restaurant = restaurant_id(&app, &slug).await?;
    user.check(restaurant, Permission::Edit)?;
    let listing = listing_of(&app, restaurant).await?;
    let name = listing.restaurant.name.clone();
    let lang = Preferences::usual_lang(&PageAddress::new("/", ""), &headers);
    let call = Texts::of(lang).get(Key::TablesScan);
    let cards: Vec<QrCard> = app
        .store
        .tables(restaurant)
        .await?
        .into_iter()
        .map(|(code, name)| QrCard {
            address: table_url(&app, &listing, &code),
            name,
        })
        .collect();
    // A thousand tables take most of a second.
    let pdf = tokio::task::spawn_blocking(move || qr_sheet::pdf(&name, call, &cards));
    let pdf = pdf.await.map_err(|error| ApiError::internal(&error))?;
    let pdf = pdf.map_err(|error| ApiError::internal(&error))?;
    let headers = [
        (CONTENT_TYPE, "application/pdf"),
        (CACHE_CONTROL, "private, no-store"),
    ];
    Ok((headers, pdf).into_response())
}

/// `GET /operator/invitation.svg` and `GET /office/{slug}/staff/invitation.svg`: the link that this browser has made last.
pub async fn get_invitation_code(
    State(app): State<Arc<AppState>>,
    user: CurrentUser,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let none = || ApiError::new(ProblemType::NotFound, "this account has made no invitation here");
    let token = invitation_cookie::read(&headers).ok_or_else(none)?;
    invitations::own(&app, &user, &token).await?.ok_or_else(none)?;
    svg(&invitations::link(&app, &token))
}

fn table_url(app: &AppState, listing: &Listing, code: &str) -> String {
    format!("{}/t/{code}", app.settings.base_url(listing))
}

fn svg(address: &str) -> Result<Response, ApiError> {
    let code = QrCode::new(address).map_err(|error| ApiError::internal(&error))?;
    let headers = [
        (CONTENT_TYPE, "image/svg+xml"),
        (CACHE_CONTROL, "private, no-store"),
    ];
    Ok((headers, code.svg()).into_response())
}
