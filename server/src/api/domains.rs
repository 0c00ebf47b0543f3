use std::sync::Arc;

use axum::{
    Json,
    extract::{Query, State},
    http::StatusCode,
};
use servery_domain::{
    domain_name::{DomainName, NewDomain},
    problem::ProblemType,
    slug::Slug,
};

use crate::{
    accounts::sessions::CurrentUser,
    catalog::restaurant_now::listing_of,
    domains,
    http::error::{AcceptsJson, ApiError, JsonBody, Pairs, Text, parameter},
    state::AppState,
};

/// Give a restaurant a domain of its own, in place of the one that it has. Its name has to lead to this server, and a proxy has to have a certificate for it
#[utoipa::path(
    put, path = "/api/v1/restaurants/{slug}/domain", tag = "office",
    params(("slug" = Slug, Path)), request_body = NewDomain,
    responses(
        (status = 204, description = "Set"), (status = 403), (status = 404),
        (status = 409, description = "Another restaurant has this domain"),
        (status = 422, description = "It is no domain, or the installation's own"),
    ),
    security(("session" = [])),
)]
pub async fn put_domain(
    State(app): State<Arc<AppState>>,
    user: CurrentUser,
    Text(slug): Text,
    JsonBody(new): JsonBody<NewDomain>,
) -> Result<StatusCode, ApiError> {
    domains::set(&app, &user, &slug, Some(&new.domain)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take the domain of its own away from a restaurant
#[utoipa::path(
    delete, path = "/api/v1/restaurants/{slug}/domain", tag = "office",
    params(("slug" = Slug, Path)),
    responses((status = 204, description = "It has none"), (status = 403), (status = 404)),
    security(("session" = [])),
)]
pub async fn delete_domain(
    State(app): State<Arc<AppState>>,
    user: CurrentUser,
    Text(slug): Text,
) -> Result<StatusCode, ApiError> {
    domains::set(&app, &user, &slug, None).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Whether a domain is a restaurant's. A proxy that gets certificates by itself asks here first: Caddy's `on_demand_tls` with `ask`
#[utoipa::path(
    get, path = "/api/v1/domains", tag = "installation",
    params(("domain" = DomainName, Query)),
    responses((status = 200, body = Slug, description = "The slug of the restaurant"), (status = 400), (status = 404, description = "No restaurant has it")),
)]
pub async fn get_domain(
    _: AcceptsJson,
    State(app): State<Arc<AppState>>,
    Query(pairs): Pairs,
) -> Result<Json<Slug>, ApiError> {
    let domain = parameter(&pairs, "domain");
    let domain =
        domain.ok_or_else(|| ApiError::new(ProblemType::Malformed, "the parameter 'domain' is missing"))?;
    let domain = domain.parse::<DomainName>().ok();
    let restaurant = domain.and_then(|domain| app.catalog.now().at_domain(&domain));
    let restaurant =
        restaurant.ok_or_else(|| ApiError::new(ProblemType::NotFound, "no restaurant has this domain"))?;
    Ok(Json(listing_of(&app, restaurant).await?.restaurant.slug.clone()))
}
