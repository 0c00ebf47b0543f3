//! Restaurants as files.

use async_trait::async_trait;
use servery_domain::{
    audit::Author, id::RestaurantId, legal::LegalNotice, mistake::Mistake, restaurant_file::RestaurantFile,
    slug::Slug, time::Timestamp,
};

use crate::Result;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportMode {
    Write,
    /// Does the same, and takes it back.
    DryRun,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImportOutcome {
    Created,
    Changed {
        before: Box<RestaurantFile>,
    },
    /// The restaurant was as the file says; no revision has gone up.
    Unchanged,
    Refused(Vec<Mistake>),
}

#[async_trait]
pub trait RestaurantFiles: Send + Sync {
    async fn export_restaurant(&self, slug: &Slug) -> Result<Option<RestaurantFile>>;

    async fn legal_notice(&self, restaurant: RestaurantId) -> Result<LegalNotice>;

    /// Gives the restaurant with the file's slug what the file says, and nothing else, in one transaction; makes it if there is none.
    /// What has run out, how often coupons were used, orders and open bills stay.
    async fn import_restaurant(
        &self,
        file: &RestaurantFile,
        mode: ImportMode,
        by: (Author, Timestamp),
    ) -> Result<ImportOutcome>;
}
