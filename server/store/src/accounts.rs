//! Accounts: who may sign in, what they are signed in with, and where they work.

use async_trait::async_trait;
use servery_domain::{
    account::{Account, MailPurpose, Role},
    id::{AccountId, RestaurantId},
    job::Job,
    time::Timestamp,
};

use crate::{Result, orders::Tracked};

/// An account with what it is guarded by. Without a password, one comes in by a passkey or by a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAccount {
    pub account: Account,
    /// A hash with its parameters.
    pub password: Option<String>,
}

/// A browser that is signed in. Its key is the hash of a token that the browser alone has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    pub key: String,
    pub account: AccountId,
    pub created_at: Timestamp,
    pub seen_at: Timestamp,
    pub expires_at: Timestamp,
}

/// What a link in a mail proves. Its key is the hash of the token in the link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailToken {
    pub key: String,
    pub account: AccountId,
    pub purpose: MailPurpose,
    pub expires_at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffMember {
    pub email: String,
    pub restaurant: RestaurantId,
    pub role: Role,
}

/// Told with the job that follows, so that both are written or neither.
pub type NewJob = (String, Job);

#[async_trait]
pub trait Accounts: Send + Sync {
    /// `false`, and nothing is written, if the address has an account.
    async fn add_account(&self, new: &StoredAccount, follow_up: Option<&NewJob>) -> Result<bool>;
    async fn account(&self, id: AccountId) -> Result<Option<StoredAccount>>;
    async fn account_by_email(&self, email: &str) -> Result<Option<StoredAccount>>;
    /// Its name, language and addresses.
    async fn change_account(&self, account: &Account) -> Result<()>;
    /// Ends all sessions but this one.
    async fn set_password(&self, account: AccountId, password: &str, but: &str) -> Result<()>;
    /// Deletes the account with all that hangs on it, and takes the diner off its orders.
    /// `false`, and nothing is written, while one of them is under way: the kitchen needs the name.
    async fn forget_account(&self, account: AccountId, now: Timestamp) -> Result<bool>;
    /// All of them, the newest first.
    async fn orders_of_account(&self, account: AccountId) -> Result<Vec<Tracked>>;

    async fn put_mail_token(&self, token: &MailToken) -> Result<()>;
    /// Whether this token would be taken.
    async fn has_mail_token(&self, key: &str, purpose: MailPurpose, now: Timestamp) -> Result<bool>;
    /// Takes the token and notes that the address is the account holder's.
    async fn verify(&self, key: &str, now: Timestamp) -> Result<Option<AccountId>>;
    /// Takes the token, sets the password, ends all sessions. Whoever reads the mail also owns the address.
    async fn reset_password(&self, key: &str, password: &str, now: Timestamp) -> Result<Option<AccountId>>;

    /// Starts a session and ends the one that the browser had.
    async fn start_session(&self, session: &Session, instead_of: Option<&str>) -> Result<()>;
    async fn session(&self, key: &str) -> Result<Option<(Session, Account)>>;
    async fn see_session(&self, key: &str, at: Timestamp) -> Result<()>;
    async fn end_session(&self, key: &str) -> Result<()>;
    async fn end_sessions(&self, account: AccountId) -> Result<()>;

    async fn put_staff(&self, account: AccountId, restaurant: RestaurantId, role: Role) -> Result<()>;
    /// `false` if that account has no such post.
    async fn remove_staff(&self, account: AccountId, restaurant: RestaurantId) -> Result<bool>;
    async fn posts_of(&self, account: AccountId) -> Result<Vec<(RestaurantId, Role)>>;
    async fn staff(&self) -> Result<Vec<StaffMember>>;

    /// Forgets sessions and tokens whose time is over.
    async fn sweep_accounts(&self, now: Timestamp, idle_before: Timestamp) -> Result<()>;
}
