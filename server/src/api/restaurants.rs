use std::sync::Arc;

use axum::{
    extract::{Query, State},
    http::{HeaderMap, Uri},
    response::Response,
};
use servery_app::api as address;
use servery_domain::{
    cursor::{Cursor, Page},
    lang::Lang,
    legal::LegalFacts,
    menu::Menu,
    problem::ProblemType,
    restaurant::{Cuisine, Listing},
    search::Search,
    slug::Slug,
};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, OneOfBuilder, Ref, RefOr, Schema, Type},
};

use crate::{
    api::cached_answer::cached_answer,
    catalog::restaurant_now::restaurant_called,
    clock,
    http::{
        error::{AcceptsJson, ApiError, Pairs, Text, parameter},
        own_domain,
    },
    legal,
    state::AppState,
};

/// A cuisine, or nothing: a form sends the fields that are empty, too.
pub struct CuisineFilter;

impl PartialSchema for CuisineFilter {
    fn schema() -> RefOr<Schema> {
        let nothing = ObjectBuilder::new().schema_type(Type::String).max_length(Some(0));
        OneOfBuilder::new()
            .item(Ref::from_schema_name(Cuisine::name()))
            .item(nothing)
            .into()
    }
}

impl ToSchema for CuisineFilter {}

/// The restaurants, in the order of their slugs. Under the domain of one of them, only that one
#[utoipa::path(
    get, path = "/api/v1/restaurants", tag = "restaurants",
    params(
        ("q" = Option<String>, Query, max_length = 80, description = "Words that name, description, cuisine or street contain; at most 80 characters"),
        ("open" = Option<String>, Query, pattern = "^[01]?$", description = "1 for those that are open now"),
        ("cuisine" = Option<CuisineFilter>, Query, description = "Only this cuisine"),
        ("after" = Option<Cursor>, Query, description = "What the page before gave as next"),
        ("limit" = Option<u8>, Query, minimum = 1, maximum = 100, description = "Restaurants on a page, 1 to 100; 20 if it is not said"),
    ),
    responses((status = 200, body = Page<Listing>), (status = 304, description = "If-None-Match names what you have")),
)]
pub async fn list_restaurants(
    _: AcceptsJson,
    State(app): State<Arc<AppState>>,
    Query(pairs): Pairs,
    uri: Uri,
    request: HeaderMap,
) -> Result<Response, ApiError> {
    let mut pairs = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let search = Search::parse(&mut pairs)
        .map_err(|parameter| ApiError::new(ProblemType::Malformed, parameter.to_string()))?;
    let address = address::restaurants(&search);
    match own_domain::restaurant_at(&app, &uri, &request).await? {
        None => {
            let edition = app.catalog.now().edition(clock::now());
            let page = async { Ok(app.catalog.search(&search).await?) };
            cached_answer(&app, &request, edition, address, page).await
        }
        Some(own) => {
            let edition = app.catalog.now().edition_of(&own);
            let page = async { Ok(search.page(std::iter::once(Listing::clone(own.listing())))) };
            // Another host has another answer under the same path.
            let key = format!("{address} of {}", own.listing().restaurant.slug);
            cached_answer(&app, &request, edition, key, page).await
        }
    }
}

/// One restaurant
#[utoipa::path(
    get, path = "/api/v1/restaurants/{slug}", tag = "restaurants",
    params(("slug" = Slug, Path)),
    responses((status = 200, body = Listing), (status = 304, description = "If-None-Match names what you have"), (status = 404)),
)]
pub async fn get_restaurant(
    _: AcceptsJson,
    State(app): State<Arc<AppState>>,
    Text(slug): Text,
    request: HeaderMap,
) -> Result<Response, ApiError> {
    let entry = restaurant_called(&app, &slug).await?;
    let listing = entry.listing();
    cached_answer(
        &app,
        &request,
        app.catalog.now().edition_of(&entry),
        address::restaurant(&listing.restaurant.slug),
        async { Ok(listing) },
    )
    .await
}

/// The whole menu of a restaurant, in a language or as it is written. What is not translated stays as it is written: `translations` names
/// these texts
#[utoipa::path(
    get, path = "/api/v1/restaurants/{slug}/menu", tag = "restaurants",
    params(("slug" = Slug, Path), ("lang" = Option<Lang>, Query, description = "The language to show it in")),
    responses((status = 200, body = Menu), (status = 304, description = "If-None-Match names what you have"), (status = 404)),
)]
pub async fn get_menu(
    _: AcceptsJson,
    State(app): State<Arc<AppState>>,
    Text(slug): Text,
    Query(pairs): Pairs,
    request: HeaderMap,
) -> Result<Response, ApiError> {
    let lang = asked_lang(&pairs)?;
    let entry = restaurant_called(&app, &slug).await?;
    let listing = entry.listing();
    let menu = async {
        let menu = app.catalog.shown_menu(&listing.restaurant, lang).await?;
        menu.ok_or_else(|| ApiError::new(ProblemType::NotFound, &slug))
    };
    cached_answer(
        &app,
        &request,
        app.catalog.now().edition_of(&entry),
        address::menu(&listing.restaurant.slug, lang),
        menu,
    )
    .await
}

/// The language in which an answer is asked for.
pub fn asked_lang(pairs: &[(String, String)]) -> Result<Option<Lang>, ApiError> {
    let Some(tag) = parameter(pairs, "lang") else {
        return Ok(None);
    };
    let unknown = || {
        let tags = Lang::ALL.map(Lang::tag).join(", ");
        ApiError::new(ProblemType::Malformed, format!("'lang' takes {tags}"))
    };
    Lang::from_code(tag).map(Some).ok_or_else(unknown)
}

/// Who runs a restaurant, and what becomes of guests' data
#[utoipa::path(
    get, path = "/api/v1/restaurants/{slug}/legal", tag = "restaurants",
    params(("slug" = Slug, Path)),
    responses((status = 200, body = LegalFacts), (status = 304, description = "If-None-Match names what you have"), (status = 404)),
)]
pub async fn get_legal_facts(
    _: AcceptsJson,
    State(app): State<Arc<AppState>>,
    Text(slug): Text,
    request: HeaderMap,
) -> Result<Response, ApiError> {
    let entry = restaurant_called(&app, &slug).await?;
    let listing = entry.listing();
    cached_answer(
        &app,
        &request,
        app.catalog.now().edition_of(&entry),
        address::legal(&listing.restaurant.slug),
        legal::legal_facts(&app, &listing.restaurant),
    )
    .await
}
