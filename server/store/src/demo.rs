//! Restaurants that `servery demo` has made.

use async_trait::async_trait;
use servery_domain::id::RestaurantId;

use crate::{Result, places::PlaceImport};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DemoRemoval {
    Removed,
    /// A guest of the demo is paying, or gets money back. Nothing is deleted before that has ended.
    MoneyUnderWay,
}

#[async_trait]
pub trait Demo: Send + Sync {
    /// Whether any restaurant is of the demo.
    async fn has_demo(&self) -> Result<bool>;
    /// From now on this restaurant is a demo.
    async fn mark_as_demo(&self, restaurant: RestaurantId) -> Result<()>;
    /// Its places are those of the demo.
    async fn mark_places_as_demo(&self, import: PlaceImport) -> Result<()>;
    /// Deletes the restaurants of the demo with all that happened in them, the accounts at `.example` of those who work nowhere else, and
    /// its places.
    async fn remove_demo(&self) -> Result<DemoRemoval>;
}
