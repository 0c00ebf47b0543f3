//! Passkeys, and the challenges that they sign.

use async_trait::async_trait;
use servery_domain::{id::AccountId, time::Timestamp};

use crate::Result;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passkey {
    /// The id that the authenticator has given it.
    pub id: String,
    pub account: AccountId,
    /// As COSE numbers them.
    pub algorithm: i32,
    pub public_key: String,
    /// The number of signatures, if the authenticator counts them.
    pub counter: u32,
    /// It may be copied to other devices of its holder, and has been.
    pub backup_eligible: bool,
    pub backed_up: bool,
    pub name: String,
    pub created_at: Timestamp,
}

#[async_trait]
pub trait Passkeys: Send + Sync {
    /// For the account that adds a passkey; `None` for signing in.
    async fn put_challenge(&self, key: &str, account: Option<AccountId>, expires_at: Timestamp)
    -> Result<()>;
    /// Deletes the challenge. `false` if there is none for this account, or it has expired.
    async fn take_challenge(&self, key: &str, account: Option<AccountId>, now: Timestamp) -> Result<bool>;
    /// `false` if there is one with this id.
    async fn add_passkey(&self, passkey: &Passkey) -> Result<bool>;
    async fn passkey(&self, id: &str) -> Result<Option<Passkey>>;
    /// The oldest first.
    async fn account_passkeys(&self, account: AccountId) -> Result<Vec<Passkey>>;
    /// What has changed with a signature.
    async fn set_passkey_state(&self, id: &str, counter: u32, backed_up: bool) -> Result<()>;
    /// `false` if that account has no such passkey.
    async fn remove_passkey(&self, account: AccountId, id: &str, now: Timestamp) -> Result<bool>;
}
