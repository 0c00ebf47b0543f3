//! The audit log. What it records is written in the same transaction as the act itself.

use async_trait::async_trait;
use servery_domain::{
    audit::AuditEntry,
    id::{AccountId, RestaurantId},
    time::Timestamp,
};

use crate::Result;

#[async_trait]
pub trait AuditLogs: Send + Sync {
    /// What staff did in the restaurant before a moment, the newest first, and whether there is more. A page ends between two seconds.
    async fn restaurant_log(
        &self,
        restaurant: RestaurantId,
        before: Timestamp,
    ) -> Result<(Vec<AuditEntry>, bool)>;
    /// The newest entries about an account, the newest first.
    async fn account_log(&self, account: AccountId) -> Result<Vec<AuditEntry>>;
    async fn delete_audit_log(&self, before: Timestamp) -> Result<()>;
}
