//! Finds a restaurant for a request.

use std::sync::Arc;

use jiff::tz::TimeZone;
use servery_domain::{
    id::RestaurantId,
    menu::Menu,
    order_intake::{LocalPause, OrderIntake},
    problem::ProblemType,
    restaurant::Listing,
    slug::Slug,
    time::{LocalMinute, Timestamp},
};

use crate::{
    catalog::{CatalogEntry, local_pause},
    clock,
    http::error::ApiError,
    state::AppState,
};

/// A restaurant, its menu and its local time at one moment.
pub struct RestaurantNow {
    pub listing: Arc<Listing>,
    pub menu: Arc<Menu>,
    pub now: (Timestamp, LocalMinute),
    pub zone: TimeZone,
    pub intake: OrderIntake,
}

impl RestaurantNow {
    pub fn pause(&self) -> Option<LocalPause> {
        self.intake.pause.map(|pause| local_pause(&self.zone, pause))
    }
}

pub async fn restaurant_now(app: &AppState, slug: &str) -> Result<RestaurantNow, ApiError> {
    let entry = restaurant_called(app, slug).await?;
    let (listing, zone, now) = (entry.listing().clone(), entry.zone().clone(), clock::now());
    let menu = app.catalog.menu(&listing.restaurant).await?;
    Ok(RestaurantNow {
        intake: entry.intake(now),
        listing,
        menu: menu.ok_or_else(|| unknown(slug))?,
        now: (now, clock::local(&zone, now)),
        zone,
    })
}

pub async fn restaurant_called(app: &AppState, slug: &str) -> Result<Arc<CatalogEntry>, ApiError> {
    let parsed: Slug = slug.parse().map_err(|_| unknown(slug))?;
    let entry = app.catalog.by_slug(&parsed).await?;
    entry.ok_or_else(|| unknown(slug))
}

pub async fn restaurant_id(app: &AppState, slug: &str) -> Result<RestaurantId, ApiError> {
    Ok(restaurant_called(app, slug).await?.listing().restaurant.id)
}

pub async fn entry_of(app: &AppState, id: RestaurantId) -> Result<Arc<CatalogEntry>, ApiError> {
    let entry = app.catalog.by_id(id).await?;
    entry.ok_or_else(|| ApiError::new(ProblemType::NotFound, "the restaurant is gone"))
}

pub async fn listing_of(app: &AppState, id: RestaurantId) -> Result<Arc<Listing>, ApiError> {
    Ok(entry_of(app, id).await?.listing().clone())
}

fn unknown(slug: &str) -> ApiError {
    ApiError::new(ProblemType::NotFound, format!("no restaurant is called '{slug}'"))
}
