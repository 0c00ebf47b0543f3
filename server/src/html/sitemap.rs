//! The sitemap: every page that anybody may find.

use std::{fmt::Write as _, sync::Arc};

use axum::{
    extract::State,
    http::header::CONTENT_TYPE,
    response::{IntoResponse, Response},
};

use super::escape::escape;
use crate::state::AppState;

const OPENING: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
                       <urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n";

pub async fn get_sitemap(State(app): State<Arc<AppState>>) -> Response {
    let catalog = app.catalog.now();
    let slugs = catalog
        .restaurants()
        // A sitemap is of one site.
        .filter(|listing| listing.domain.is_none())
        .map(|listing| listing.restaurant.slug.as_str());
    let body = sitemap(&app.settings.public_url(), slugs);
    ([(CONTENT_TYPE, "application/xml")], body).into_response()
}

fn sitemap<'a>(base: &str, slugs: impl Iterator<Item = &'a str>) -> String {
    let restaurants = slugs.map(|slug| format!("/restaurants/{slug}"));
    let paths = ["/".to_owned(), "/about".to_owned()]
        .into_iter()
        .chain(restaurants);
    let mut map = String::from(OPENING);
    for path in paths {
        // Writing to a string does not fail.
        let _ = writeln!(map, "<url><loc>{}{}</loc></url>", escape(base), escape(&path));
    }
    map.push_str("</urlset>\n");
    map
}
