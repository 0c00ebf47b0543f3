//! Every page that anybody may find.

use std::sync::Arc;

use axum::{
    extract::State,
    http::header::CONTENT_TYPE,
    response::{IntoResponse, Response},
};

use super::structured_data::sitemap;
use crate::state::App;

pub async fn get_sitemap(State(app): State<Arc<App>>) -> Response {
    let town = app.town.now();
    let slugs = town.restaurants().map(|listed| listed.restaurant.slug.as_str());
    (
        [(CONTENT_TYPE, "application/xml")],
        sitemap(&app.settings.public_url(), slugs),
    )
        .into_response()
}
