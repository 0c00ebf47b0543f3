//! Passkeys, and the challenges that prove one is at hand.

use async_trait::async_trait;
use servery_domain::{id::AccountId, time::Timestamp};

use crate::Result;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passkey {
    /// As its authenticator calls it.
    pub id: String,
    pub account: AccountId,
    pub public_key: String,
    /// Goes up each time it signs, if the authenticator counts.
    pub counter: u32,
    pub name: String,
    pub created_at: Timestamp,
}

#[async_trait]
pub trait Passkeys: Send + Sync {
    /// For whoever makes a passkey, or for nobody known yet, who signs in.
    async fn put_challenge(&self, key: &str, account: Option<AccountId>, expires_at: Timestamp)
    -> Result<()>;
    /// Whether this challenge was made for that purpose and not used; it is used now.
    async fn take_challenge(&self, key: &str, account: Option<AccountId>, now: Timestamp) -> Result<bool>;
    /// `false` if there is one with this id.
    async fn add_passkey(&self, passkey: &Passkey) -> Result<bool>;
    async fn passkey(&self, id: &str) -> Result<Option<Passkey>>;
    /// The oldest first.
    async fn passkeys_of(&self, account: AccountId) -> Result<Vec<Passkey>>;
    async fn count_passkey(&self, id: &str, counter: u32) -> Result<()>;
    /// `false` if that account has no such passkey.
    async fn remove_passkey(&self, account: AccountId, id: &str) -> Result<bool>;
}
