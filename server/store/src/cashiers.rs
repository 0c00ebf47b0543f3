//! Cashiers, as the office changes them. Tills change them by ops.

use async_trait::async_trait;
use servery_domain::{
    audit::Author,
    id::{CashierId, RestaurantId},
    pos::{cashier::Cashier, right::TillRole},
    time::Timestamp,
};

use crate::Result;

/// What is absent stays as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CashierChange {
    pub id: CashierId,
    pub name: String,
    /// The hash.
    pub pin: Option<String>,
    /// A new cashier without one leads nothing.
    pub role: Option<TillRole>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CashierOutcome {
    Done,
    /// There are so many that no more are accepted.
    TooMany,
    /// A new cashier needs a PIN.
    NoPin,
}

#[async_trait]
pub trait Cashiers: Send + Sync {
    /// By name.
    async fn cashiers(&self, restaurant: RestaurantId) -> Result<Vec<Cashier>>;
    /// Adds a cashier or changes the one with this id; the same again changes nothing. The devices get it with the restaurant's next
    /// revision.
    async fn put_cashier(
        &self,
        restaurant: RestaurantId,
        change: &CashierChange,
        by: (Author, Timestamp),
    ) -> Result<CashierOutcome>;
    /// Whether there was one.
    async fn remove_cashier(
        &self,
        restaurant: RestaurantId,
        cashier: CashierId,
        by: (Author, Timestamp),
    ) -> Result<bool>;
}
