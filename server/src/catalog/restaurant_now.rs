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

use crate::{catalog::local_pause, clock, http::error::ApiError, state::AppState};

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
    let catalog = app.catalog.now();
    let unknown = || ApiError::new(ProblemType::NotFound, format!("no restaurant is called '{slug}'"));
    let slug: Slug = slug.parse().map_err(|_| unknown())?;
    let listing = catalog.listing(&slug).ok_or_else(unknown)?.clone();
    let now = clock::now();
    let zone = catalog.zone(&slug).ok_or_else(unknown)?.clone();
    let menu = app.catalog.menu(&listing.restaurant).await?.ok_or_else(unknown)?;
    Ok(RestaurantNow {
        intake: catalog.intake(listing.restaurant.id, now),
        listing,
        menu,
        now: (now, clock::local(&zone, now)),
        zone,
    })
}

pub fn restaurant_id(app: &AppState, slug: &str) -> Result<RestaurantId, ApiError> {
    let catalog = app.catalog.now();
    let listing = slug.parse().ok().and_then(|slug| catalog.listing(&slug));
    listing
        .map(|listing| listing.restaurant.id)
        .ok_or_else(|| ApiError::new(ProblemType::NotFound, format!("no restaurant is called '{slug}'")))
}

pub fn listing_of(app: &AppState, id: RestaurantId) -> Result<Arc<Listing>, ApiError> {
    let catalog = app.catalog.now();
    catalog
        .by_id(id)
        .cloned()
        .ok_or_else(|| ApiError::new(ProblemType::NotFound, "the restaurant is gone"))
}
