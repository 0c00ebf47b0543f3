//! Cashiers, as the office changes them. Tills change them by ops.

use async_trait::async_trait;
use servery_domain::{
    audit::Author,
    id::{CashierId, RestaurantId},
    pos::cashier::Cashier,
    time::Timestamp,
};

use crate::Result;

#[async_trait]
pub trait Cashiers: Send + Sync {
    /// By name.
    async fn cashiers(&self, restaurant: RestaurantId) -> Result<Vec<Cashier>>;
    /// Adds a cashier or replaces the one with this id; the same again changes nothing. The devices get it with the restaurant's next
    /// revision. `false` if there are so many that no more are accepted.
    async fn put_cashier(
        &self,
        restaurant: RestaurantId,
        cashier: &Cashier,
        by: (Author, Timestamp),
    ) -> Result<bool>;
    /// Whether there was one.
    async fn remove_cashier(
        &self,
        restaurant: RestaurantId,
        cashier: CashierId,
        by: (Author, Timestamp),
    ) -> Result<bool>;
}
