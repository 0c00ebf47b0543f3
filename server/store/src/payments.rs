//! Payments that a provider was asked for.

use async_trait::async_trait;
use servery_domain::{id::OrderId, time::Timestamp};

use crate::Result;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentAttempt {
    pub order: OrderId,
    /// `None` until the provider has answered.
    pub named: Option<Named>,
    pub asked_at: Timestamp,
    /// Nobody has heard what became of it.
    pub open: bool,
}

/// What the provider calls a payment, and the card that it is asked of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    pub intent: String,
    pub method: String,
}

#[async_trait]
pub trait Payments: Send + Sync {
    /// Notes that a provider is about to be asked.
    async fn ask_payment(&self, order: OrderId, amount: i64, at: Timestamp) -> Result<()>;
    /// Notes what the provider calls the payment, unless it has another name by now than it `had`. Tells whether it was noted.
    async fn name_payment(
        &self,
        order: OrderId,
        had: Option<&str>,
        named: &Named,
        at: Timestamp,
    ) -> Result<bool>;
    async fn payment(&self, order: OrderId) -> Result<Option<PaymentAttempt>>;
    /// Payments that were asked for and not heard of since: a page of them, the oldest first, from behind one that was asked for then.
    async fn open_payments(
        &self,
        before: Timestamp,
        behind: Option<(Timestamp, OrderId)>,
    ) -> Result<Vec<PaymentAttempt>>;
    /// Nothing comes of it any more, if this is still its name.
    async fn close_payment(&self, order: OrderId, intent: Option<&str>) -> Result<()>;
}
