//! Browsers that want to be told of an order, and the secret that push services know this installation by.

use async_trait::async_trait;
use servery_domain::{
    id::{OrderId, VisitorId},
    push::Subscription,
    time::Timestamp,
};

use crate::Result;

#[async_trait]
pub trait PushSubscriptions: Send + Sync {
    /// In place of what this browser had for this order; `false` if as many others as may be are told of it.
    async fn put_subscription(
        &self,
        order: OrderId,
        browser: VisitorId,
        subscription: &Subscription,
        at: Timestamp,
    ) -> Result<bool>;
    async fn subscription(&self, order: OrderId, browser: VisitorId) -> Result<Option<Subscription>>;
    async fn remove_subscription(&self, order: OrderId, browser: VisitorId) -> Result<()>;
    /// Of all orders, because nobody is reached there any more.
    async fn remove_endpoint(&self, endpoint: &str) -> Result<()>;
    /// Forgets those that were made before and whose orders are over.
    async fn sweep_subscriptions(&self, before: Timestamp) -> Result<()>;
    /// The secret of this name; this one, if there was none.
    async fn secret(&self, name: &str, new: &str) -> Result<String>;
}
