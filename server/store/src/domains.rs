//! The domains that restaurants have of their own.

use async_trait::async_trait;
use servery_domain::{audit::Author, domain_name::DomainName, id::RestaurantId, time::Timestamp};

use crate::Result;

#[async_trait]
pub trait Domains: Send + Sync {
    async fn domains(&self) -> Result<Vec<(DomainName, RestaurantId)>>;

    /// Gives the restaurant this domain in place of the one that it has, or takes it away; the same again changes nothing.
    /// `false` if another restaurant has it. The catalog's revision goes up.
    async fn set_domain(
        &self,
        restaurant: RestaurantId,
        domain: Option<&DomainName>,
        by: (Author, Timestamp),
    ) -> Result<bool>;
}
