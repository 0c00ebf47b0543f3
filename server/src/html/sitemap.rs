//! The sitemap: every page that anybody may find.

use std::{fmt::Write as _, sync::Arc};

use axum::{
    extract::State,
    http::{HeaderMap, Uri, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};

use servery_domain::slug::Slug;

use super::escape::escape;
use crate::{
    http::{error::ApiError, own_domain},
    state::AppState,
};

const OPENING: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
                       <urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n";

/// Of the installation, or of the restaurant whose domain was asked: a sitemap is of one site.
pub async fn get_sitemap(
    State(app): State<Arc<AppState>>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let body = match own_domain::restaurant_at(&app, &uri, &headers).await? {
        Some(own) => {
            let listing = own.listing();
            let slug = listing.restaurant.slug.clone();
            sitemap(&app.settings.base_url(listing), &[], &[slug])
        }
        None => {
            let all = app.store.directory().await?.into_iter();
            let here = all.filter(|entry| entry.domain.is_none());
            let slugs: Vec<Slug> = here.map(|entry| entry.slug).collect();
            sitemap(&app.settings.public_url(), &["/", "/about"], &slugs)
        }
    };
    Ok(([(CONTENT_TYPE, "application/xml")], body).into_response())
}

fn sitemap(base: &str, pages: &[&str], slugs: &[Slug]) -> String {
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
