//! Every page that anybody may find.

use std::sync::Arc;

use axum::{
    extract::State,
    http::header::CONTENT_TYPE,
    response::{IntoResponse, Response},
};

use super::structured_data::sitemap;
use crate::state::AppState;

pub async fn get_sitemap(State(app): State<Arc<AppState>>) -> Response {
    let catalog = app.catalog.now();
    let slugs = catalog
        .restaurants()
        .map(|listing| listing.restaurant.slug.as_str());
    (
        [(CONTENT_TYPE, "application/xml")],
        sitemap(&app.settings.public_url(), slugs),
    )
        .into_response()
}
