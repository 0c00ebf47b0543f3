//! The sitemap: every page that anybody may find. A file may name 50,000 pages; a larger town has an index of such files.

use std::{fmt::Write as _, sync::Arc};

use axum::{
    extract::{Query, State},
    http::{HeaderMap, Uri, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};

use servery_domain::{problem::ProblemType, slug::Slug};

use super::escape::escape;
use crate::{
    http::{
        error::{ApiError, Pairs, parameter},
        own_domain,
    },
    state::AppState,
};

const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
const SCHEMA: &str = "http://www.sitemaps.org/schemas/sitemap/0.9";
/// Before all slugs.
const FIRST_PART: &str = "0";
/// Pages of restaurants in a file. There is room for the installation's own.
const PART: usize = 49_000;

/// Of the installation, or of the restaurant whose domain was asked: a sitemap is of one site.
pub async fn get_sitemap(
    State(app): State<Arc<AppState>>,
    Query(pairs): Pairs,
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
            let part = parameter(&pairs, "part").map(str::parse).transpose();
            let part = part.map_err(|_| ApiError::new(ProblemType::NotFound, "there is no such part"))?;
            of_installation(&app, part).await?
        }
    };
    Ok(([(CONTENT_TYPE, "application/xml")], body).into_response())
}

/// A part is named by the last restaurant of the part before, the first one by [`FIRST_PART`].
async fn of_installation(app: &AppState, part: Option<Slug>) -> Result<String, ApiError> {
    let base = app.settings.public_url();
    let is_first = part.as_ref().is_none_or(|part| part.as_str() == FIRST_PART);
    if part.is_none() {
        let parts = app.store.directory_parts(PART).await?;
        if !parts.is_empty() {
            return Ok(index(&base, &parts));
        }
    }
    let after = part.filter(|_| !is_first);
    let restaurants = app.store.directory(after.as_ref(), PART).await?.into_iter();
    let here = restaurants.filter(|entry| entry.domain.is_none());
    let slugs: Vec<Slug> = here.map(|entry| entry.slug).collect();
    let own: &[&str] = if is_first { &["/", "/about"] } else { &[] };
    Ok(sitemap(&base, own, &slugs))
}

fn index(base: &str, parts: &[Slug]) -> String {
    let parts = std::iter::once(FIRST_PART).chain(parts.iter().map(Slug::as_str));
    let paths = parts.map(|part| format!("/sitemap.xml?part={part}"));
    file(base, ("sitemapindex", "sitemap"), paths)
}

fn sitemap(base: &str, pages: &[&str], slugs: &[Slug]) -> String {
    let restaurants = slugs.iter().map(|slug| format!("/restaurants/{slug}"));
    let paths = pages.iter().map(|path| (*path).to_owned()).chain(restaurants);
    file(base, ("urlset", "url"), paths)
}

fn file(base: &str, (list, item): (&str, &str), paths: impl Iterator<Item = String>) -> String {
    let mut file = format!("{DECLARATION}<{list} xmlns=\"{SCHEMA}\">\n");
    for path in paths {
        // Writing to a string does not fail.
        let _ = writeln!(
            file,
            "<{item}><loc>{}{}</loc></{item}>",
            escape(base),
            escape(&path)
        );
    }
    let _ = writeln!(file, "</{list}>");
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_town_has_an_index_of_parts() {
        let parts = ["mesob-house", "town-7"].map(|slug| slug.parse().unwrap());
        assert_eq!(
            index("https://town.example", &parts),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <sitemapindex xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n\
             <sitemap><loc>https://town.example/sitemap.xml?part=0</loc></sitemap>\n\
             <sitemap><loc>https://town.example/sitemap.xml?part=mesob-house</loc></sitemap>\n\
             <sitemap><loc>https://town.example/sitemap.xml?part=town-7</loc></sitemap>\n\
             </sitemapindex>\n"
        );
    }
}
