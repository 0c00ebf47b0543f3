//! Payments that were requested from a payment provider.

use async_trait::async_trait;
use servery_domain::{id::OrderId, time::Timestamp};

use crate::Result;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentAttempt {
    pub order: OrderId,
    /// `None` until the provider has answered.
    pub intent: Option<PaymentIntent>,
    pub asked_at: Timestamp,
    /// Its outcome is not known.
    pub open: bool,
}

/// The provider's ids of a payment and of the card that it charges.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentIntent {
    pub id: String,
    pub method: String,
}

#[async_trait]
pub trait Payments: Send + Sync {
    /// Records that a payment is about to be requested.
    async fn request_payment(&self, order: OrderId, amount: i64, at: Timestamp) -> Result<()>;
    /// Records the provider's id of the payment. `false`, and nothing is written, if its id is not `had` any more.
    async fn set_payment_intent(
        &self,
        order: OrderId,
        had: Option<&str>,
        intent: &PaymentIntent,
        at: Timestamp,
    ) -> Result<bool>;
    async fn payment(&self, order: OrderId) -> Result<Option<PaymentAttempt>>;
    /// Open payments that were requested before this moment: a page of them, the oldest first, after the given one.
    async fn open_payments(
        &self,
        before: Timestamp,
        after: Option<(Timestamp, OrderId)>,
    ) -> Result<Vec<PaymentAttempt>>;
    /// Closes a payment that will not be paid, if this is still its id.
    async fn close_payment(&self, order: OrderId, intent: Option<&str>) -> Result<()>;
}
