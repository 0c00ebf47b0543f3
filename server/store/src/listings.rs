//! Restaurants as the catalog holds them.

use async_trait::async_trait;
use servery_domain::{
    domain_name::DomainName,
    hours::OpeningHours,
    id::{DishId, RestaurantId},
    order_intake::OrderIntake,
    restaurant::Restaurant,
    revision::Revision,
};

use crate::{Result, change_feed::ChangeFeed};

/// A restaurant, and what decides how it is listed at any moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredListing {
    pub restaurant: Restaurant,
    /// The catalog's revision at the last change of any of this.
    pub changed: Revision,
    pub is_demo: bool,
    pub domain: Option<DomainName>,
    pub sold_out: Vec<DishId>,
    /// The dishes that have hours of their own.
    pub dayparts: Vec<(DishId, OpeningHours)>,
    pub intake: OrderIntake,
}

#[async_trait]
pub trait Listings: Send + Sync {
    /// Wakes whoever copies the store: what is listed, orders and rights.
    fn change_feed(&self) -> ChangeFeed;

    /// The restaurants that changed after this revision of the catalog. Some may be gone.
    async fn changed_restaurants(&self, after: Revision) -> Result<Vec<RestaurantId>>;

    /// Those of these restaurants that are there and that this version can read.
    async fn listings(&self, restaurants: &[RestaurantId]) -> Result<Vec<StoredListing>>;
}
