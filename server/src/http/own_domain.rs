//! A restaurant's own domain has the pages of that restaurant. What else somebody looks for there is at the installation's address.

use std::sync::Arc;

use axum::{
    http::{
        HeaderMap, Method, StatusCode, Uri,
        header::{CACHE_CONTROL, HOST, LOCATION},
    },
    response::{IntoResponse, Response},
};
use servery_domain::{domain_name::DomainName, id::RestaurantId, slug::Slug};
use servery_store::StoreError;

use crate::{catalog::CatalogEntry, http::error::ApiError, state::AppState};

/// What begins with one of these is for people who work here, or about all restaurants.
const ELSEWHERE: [&str; 7] = [
    "account",
    "board",
    "invitations",
    "new-restaurant",
    "office",
    "operator",
    "staff",
];

pub async fn redirect_elsewhere(
    app: &AppState,
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
) -> Option<Response> {
    if !matches!(*method, Method::GET | Method::HEAD) {
        return None;
    }
    let own = match restaurant_at(app, uri, headers).await {
        Ok(own) => own?,
        Err(error) => return Some(ApiError::from(error).into_response()),
    };
    let place = redirect(&own.listing().restaurant.slug, uri, &app.settings.public_url())?;
    // For as long as the restaurant has this domain.
    let headers = [(LOCATION, place), (CACHE_CONTROL, "no-store".to_owned())];
    Some((StatusCode::TEMPORARY_REDIRECT, headers).into_response())
}

/// The restaurant whose own domain was asked.
pub async fn restaurant_at(
    app: &AppState,
    uri: &Uri,
    headers: &HeaderMap,
) -> Result<Option<Arc<CatalogEntry>>, StoreError> {
    match restaurant_id_at(app, uri, headers) {
        Some(restaurant) => app.catalog.by_id(restaurant).await,
        None => Ok(None),
    }
}

fn restaurant_id_at(app: &AppState, uri: &Uri, headers: &HeaderMap) -> Option<RestaurantId> {
    let catalog = app.catalog.now();
    if !catalog.has_domains() {
        return None;
    }
    let host = host(uri, headers)?;
    // Somebody may have changed the installation's address to that of a restaurant.
    match app.settings.is_public_host(&host) {
        true => None,
        false => catalog.at_domain(&host),
    }
}

/// HTTP/2 names the host in the address.
fn host(uri: &Uri, headers: &HeaderMap) -> Option<DomainName> {
    let named = uri.host().or_else(|| headers.get(HOST)?.to_str().ok());
    DomainName::of_host(named?)
}

/// `None` for what is shown on the domain itself.
fn redirect(own: &Slug, uri: &Uri, public_url: &str) -> Option<String> {
    let address = uri.path_and_query().map_or("/", |address| address.as_str());
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    let mut segments = uri.path().trim_start_matches('/').split('/');
    match (segments.next().unwrap_or_default(), segments.next()) {
        ("", _) => Some(format!("/restaurants/{own}{query}")),
        ("restaurants", Some(slug)) if slug != own.as_str() => Some(format!("{public_url}{address}")),
        (first, _) if ELSEWHERE.contains(&first) => Some(format!("{public_url}{address}")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_has_the_pages_of_its_restaurant() {
        let own: Slug = "trattoria".parse().unwrap();
        let to = |path: &str| redirect(&own, &path.parse().unwrap(), "https://eat.example");
        assert_eq!(to("/").as_deref(), Some("/restaurants/trattoria"));
        assert_eq!(to("/?lang=de").as_deref(), Some("/restaurants/trattoria?lang=de"));
        for here in [
            "/restaurants/trattoria",
            "/restaurants/trattoria/basket?x=1",
            "/orders",
            "/orders/abc",
            "/t/K7QX2M",
            "/api/v1/restaurants/other",
            "/assets/style.css",
            "/service-worker.js",
            "/sitemap.xml",
            "/shell/browse/en",
        ] {
            assert_eq!(to(here), None, "{here}");
        }
        for elsewhere in [
            "/restaurants/other/dishes/1",
            "/account?next=%2F",
            "/staff/trattoria",
            "/office/trattoria",
            "/board/trattoria",
            "/operator",
        ] {
            assert_eq!(
                to(elsewhere),
                Some(format!("https://eat.example{elsewhere}")),
                "{elsewhere}"
            );
        }
    }

    #[test]
    fn the_host_is_in_a_header_or_in_the_address() {
        let headers = HeaderMap::from_iter([(HOST, "order.example:8080".parse().unwrap())]);
        let of = |uri: &str, headers: &HeaderMap| host(&uri.parse().unwrap(), headers).map(String::from);
        assert_eq!(of("/", &headers).as_deref(), Some("order.example"));
        assert_eq!(
            of("https://menu.example/", &headers).as_deref(),
            Some("menu.example")
        );
        assert_eq!(of("/", &HeaderMap::new()), None);
    }
}
