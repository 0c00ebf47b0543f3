//! The sitemap: every page that anybody may find.

use std::{fmt::Write as _, sync::Arc};

use axum::{
    extract::State,
    http::{HeaderMap, Uri, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};

use servery_domain::restaurant::Listing;

use super::escape::escape;
use crate::{http::own_domain, state::AppState};

const OPENING: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
                       <urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n";

/// Of the installation, or of the restaurant whose domain was asked: a sitemap is of one site.
pub async fn get_sitemap(State(app): State<Arc<AppState>>, uri: Uri, headers: HeaderMap) -> Response {
    let catalog = app.catalog.now();
    let slug = |listing: &Listing| listing.restaurant.slug.to_string();
    let body = match own_domain::restaurant_at(&app, &catalog, &uri, &headers) {
        Some(listing) => sitemap(&app.settings.base_url(listing), &[], &[slug(listing)]),
        None => {
            let here = catalog.restaurants().filter(|listing| listing.domain.is_none());
            let slugs: Vec<String> = here.map(slug).collect();
            sitemap(&app.settings.public_url(), &["/", "/about"], &slugs)
        }
    };
    ([(CONTENT_TYPE, "application/xml")], body).into_response()
}

fn sitemap(base: &str, pages: &[&str], slugs: &[String]) -> String {
    let restaurants = slugs.iter().map(|slug| format!("/restaurants/{slug}"));
    let paths = pages.iter().map(|path| (*path).to_owned()).chain(restaurants);
    let mut map = String::from(OPENING);
    for path in paths {
        // Writing to a string does not fail.
        let _ = writeln!(map, "<url><loc>{}{}</loc></url>", escape(base), escape(&path));
    }
    map.push_str("</urlset>\n");
    map
}
