//! An index of the restaurants, for searches. A node fills it in: what it has depends on the clock and on time zones.

use async_trait::async_trait;
use servery_domain::{
    domain_name::DomainName, id::RestaurantId, restaurant::Cuisine, revision::Revision, search::Search,
    slug::Slug, time::Timestamp,
};

use crate::Result;

/// What a restaurant is searched by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexEntry {
    pub restaurant: RestaurantId,
    /// The catalog's revision at the change that this follows from.
    pub revision: Revision,
    pub slug: Slug,
    pub cuisine: Cuisine,
    pub is_demo: bool,
    /// As [`servery_domain::restaurant::Restaurant::search_text`] has them.
    pub words: String,
    /// It takes orders from the first to the second of these times.
    pub opens: Timestamp,
    pub closes: Timestamp,
    /// When these times are others.
    pub due: Timestamp,
}

/// A restaurant in the list of all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirectoryEntry {
    pub slug: Slug,
    pub name: String,
    pub domain: Option<DomainName>,
    pub is_demo: bool,
}

#[async_trait]
pub trait RestaurantIndex: Send + Sync {
    /// Restaurants that changed after their entry was made, or have none, by their ids.
    async fn unindexed_restaurants(
        &self,
        after: Option<RestaurantId>,
        limit: usize,
    ) -> Result<Vec<RestaurantId>>;

    /// Restaurants whose entry is due. Until `leased`, no other node gets them.
    async fn lease_due_restaurants(
        &self,
        now: Timestamp,
        leased: Timestamp,
        limit: usize,
    ) -> Result<Vec<RestaurantId>>;

    /// Writes these entries, where there is none that is newer.
    async fn index_restaurants(&self, entries: &[IndexEntry]) -> Result<()>;

    /// The restaurants that a search finds, or if there are none, that it nearly finds, by their slugs: one more than it has on its page,
    /// if there are so many.
    async fn search_restaurants(&self, search: &Search, now: Timestamp) -> Result<Vec<(Slug, RestaurantId)>>;

    /// Whether there are restaurants, and all of them are of the demo.
    async fn has_only_demos(&self) -> Result<bool>;

    async fn restaurant_by_slug(&self, slug: &Slug) -> Result<Option<RestaurantId>>;

    /// All restaurants by their slugs, those behind a slug.
    async fn directory(&self, after: Option<&Slug>, limit: usize) -> Result<Vec<DirectoryEntry>>;

    /// The last slugs of parts of the directory that have so many restaurants each, without that of the last part.
    async fn directory_parts(&self, size: usize) -> Result<Vec<Slug>>;
}
