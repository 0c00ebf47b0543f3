//! Erases guests' data: after the retention time, or for one order.

use async_trait::async_trait;
use servery_domain::{id::OrderId, time::Timestamp};

use crate::Result;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderErasure {
    Erased,
    /// The kitchen and the courier still need it.
    UnderWay,
    NoSuchOrder,
}

#[async_trait]
pub trait Erasure: Send + Sync {
    /// Takes what names guests out of orders that were placed before this moment, and out of records, ops and uses of coupons that
    /// have not changed since. Devices that have such a record get it without.
    async fn erase_guests(&self, before: Timestamp, now: Timestamp) -> Result<()>;
    /// Takes what names its diner out of everything that is stored of this order, and removes it from the devices.
    async fn erase_order(&self, order: OrderId, now: Timestamp) -> Result<OrderErasure>;
}
