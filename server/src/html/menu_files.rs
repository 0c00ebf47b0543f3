//! The menu as files, to be kept, or changed in a spreadsheet and imported again.

use std::sync::Arc;

use axum::{
    extract::State,
    http::{
        HeaderMap, HeaderValue,
        header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE},
    },
    response::{IntoResponse, Response},
};
use servery_app::page_address::PageAddress;
use servery_domain::restaurant_file::RestaurantFile;

use super::preferences::Preferences;
use crate::{
    accounts::sessions::CurrentUser,
    edits,
    http::error::{ApiError, Text},
    menu_file, restaurant_file,
    state::AppState,
};

/// `GET /office/{slug}/menu.csv`: with the edits that are not published.
pub async fn get_menu_csv(
    State(app): State<Arc<AppState>>,
    user: CurrentUser,
    headers: HeaderMap,
    Text(slug): Text,
) -> Result<Response, ApiError> {
    let lang = Preferences::usual_lang(&PageAddress::new("/", ""), &headers);
    let write = move |file: &RestaurantFile| {
        menu_file::write::csv(file, lang).map_err(|error| ApiError::internal(&error))
    };
    download(&app, &user, &slug, ("menu.csv", "text/csv; charset=utf-8"), write).await
}

/// `GET /office/{slug}/menu.xlsx`
pub async fn get_menu_xlsx(
    State(app): State<Arc<AppState>>,
    user: CurrentUser,
    Text(slug): Text,
) -> Result<Response, ApiError> {
    const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    let write =
        |file: &RestaurantFile| menu_file::write::xlsx(file).map_err(|error| ApiError::internal(&error));
    download(&app, &user, &slug, ("menu.xlsx", XLSX), write).await
}

/// `GET /office/{slug}/restaurant.json`: everything that an owner sets.
pub async fn get_restaurant_file(
    State(app): State<Arc<AppState>>,
    user: CurrentUser,
    Text(slug): Text,
) -> Result<Response, ApiError> {
    let write = |file: &RestaurantFile| match restaurant_file::write(file) {
        Ok(text) => Ok(text.into_bytes()),
        Err(error) => Err(ApiError::internal(&error)),
    };
    download(&app, &user, &slug, ("restaurant.json", "application/json"), write).await
}

async fn download(
    app: &AppState,
    user: &CurrentUser,
    slug: &str,
    (name, media_type): (&str, &'static str),
    write: impl FnOnce(&RestaurantFile) -> Result<Vec<u8>, ApiError> + Send + 'static,
) -> Result<Response, ApiError> {
    let office = edits::edited_restaurant(app, user, slug).await?;
    let written = tokio::task::spawn_blocking(move || write(&office.edited));
    let bytes = written.await.map_err(|error| ApiError::internal(&error))??;
    attachment(slug, (name, media_type), bytes)
}

/// A file that a browser saves under the restaurant's name.
pub fn attachment(
    slug: &str,
    (name, media_type): (&str, &'static str),
    bytes: Vec<u8>,
) -> Result<Response, ApiError> {
    // A slug has letters, digits and hyphens.
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{slug}-{name}\""));
    let disposition = disposition.map_err(|error| ApiError::internal(&error))?;
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(media_type)),
        (CONTENT_DISPOSITION, disposition),
        (CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
    ];
    Ok((headers, bytes).into_response())
}
