//! Push subscriptions of browsers to orders, and the secret that identifies this installation to push services.

use async_trait::async_trait;
use servery_domain::{
    id::{OrderId, VisitorId},
    push::{RenewedSubscription, Subscription},
    time::Timestamp,
};

use crate::Result;

#[async_trait]
pub trait PushSubscriptions: Send + Sync {
    /// Replaces the subscription of this browser to this order. `false` if `limits::BROWSERS` others have subscribed to it.
    async fn put_subscription(
        &self,
        order: OrderId,
        browser: VisitorId,
        subscription: &Subscription,
        at: Timestamp,
    ) -> Result<bool>;
    /// The push service has given this browser another address: all its subscriptions get it.
    async fn renew_subscriptions(&self, browser: VisitorId, renewed: &RenewedSubscription) -> Result<()>;
    async fn subscription(&self, order: OrderId, browser: VisitorId) -> Result<Option<Subscription>>;
    async fn remove_subscription(&self, order: OrderId, browser: VisitorId) -> Result<()>;
    /// Removes an endpoint from all orders, because the push service has dropped it.
    async fn remove_endpoint(&self, endpoint: &str) -> Result<()>;
    /// Deletes those that were made before this moment and whose orders are over.
    async fn delete_expired_subscriptions(&self, before: Timestamp) -> Result<()>;
    /// The secret of this name. If there is none, `new` becomes the secret.
    async fn secret(&self, name: &str, new: &str) -> Result<String>;
}
