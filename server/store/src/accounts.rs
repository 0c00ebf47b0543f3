//! Accounts: their sessions, mail tokens and roles in restaurants.

use async_trait::async_trait;
use servery_domain::{
    account::{Account, MailPurpose, Role},
    audit::Author,
    id::{AccountId, RestaurantId},
    job::Job,
    staff::StaffMember,
    time::Timestamp,
};

use crate::{Result, orders::Tracked};

/// An account with its password. Without one, its holder signs in by a passkey or a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAccount {
    pub account: Account,
    /// The hash with its parameters.
    pub password: Option<String>,
}

/// A signed-in browser. Its key is the hash of a token that only the browser has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    pub key: String,
    pub account: AccountId,
    pub created_at: Timestamp,
    pub seen_at: Timestamp,
    pub expires_at: Timestamp,
}

/// A token in the link of a mail. Its key is the hash of the token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailToken {
    pub key: String,
    pub account: AccountId,
    pub purpose: MailPurpose,
    pub expires_at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleHolder {
    pub email: String,
    pub restaurant: RestaurantId,
    pub role: Role,
}

/// What became of a change of somebody's role. Unless it was made, nothing is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoleOutcome {
    Changed,
    /// The account has not this role in this restaurant, or not any more.
    NotInRole,
    /// The author has no role, or none any more, that lets them do this.
    NotAllowed,
    /// The restaurant would have no owner.
    LastOwner,
}

/// What became of the deletion of an account. Unless it was deleted, nothing is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountDeletion {
    Deleted,
    /// The kitchen needs the diner's name.
    OrderUnderWay,
    /// A restaurant would have no owner.
    LastOwner,
}

/// A job with its id. It is written in the same transaction as what it follows from.
pub type NewJob = (String, Job);

/// What an account may do: for restaurants, and for the installation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccountRoles {
    pub staff: Vec<(RestaurantId, Role)>,
    pub is_operator: bool,
}

#[async_trait]
pub trait Accounts: Send + Sync {
    /// `false`, and nothing is written, if the address has an account.
    async fn add_account(&self, new: &StoredAccount, follow_up: Option<&NewJob>) -> Result<bool>;
    async fn account(&self, id: AccountId) -> Result<Option<StoredAccount>>;
    async fn account_by_email(&self, email: &str) -> Result<Option<StoredAccount>>;
    /// Changes name, language and addresses.
    async fn change_account(&self, account: &Account) -> Result<()>;
    /// Ends all sessions but `keep`.
    async fn set_password(
        &self,
        account: AccountId,
        password: &str,
        keep: &str,
        now: Timestamp,
    ) -> Result<()>;
    /// Sets the password, ends all sessions, removes all passkeys and marks the email address as verified: whoever had the account
    /// before has it no more.
    async fn secure_account(&self, account: AccountId, password: &str, now: Timestamp) -> Result<()>;
    /// Deletes the account with all that belongs to it, and removes the diner from its orders. Writes the job if it was deleted.
    async fn delete_account(
        &self,
        account: AccountId,
        follow_up: &NewJob,
        now: Timestamp,
    ) -> Result<AccountDeletion>;
    /// The newest first.
    async fn account_orders(&self, account: AccountId) -> Result<Vec<Tracked>>;

    async fn put_mail_token(&self, token: &MailToken) -> Result<()>;
    /// Whether this token exists, is for this purpose and has not expired.
    async fn has_mail_token(&self, key: &str, purpose: MailPurpose, now: Timestamp) -> Result<bool>;
    /// Deletes the token and marks the email address as verified.
    async fn verify_email(&self, key: &str, now: Timestamp) -> Result<Option<AccountId>>;
    /// Deletes the token, sets the password, ends all sessions, removes all passkeys and marks the email address as verified.
    async fn reset_password(&self, key: &str, password: &str, now: Timestamp) -> Result<Option<AccountId>>;

    /// Starts a session and ends the one that the browser had.
    async fn start_session(&self, session: &Session, instead_of: Option<&str>) -> Result<()>;
    async fn session(&self, key: &str) -> Result<Option<(Session, Account)>>;
    async fn touch_session(&self, key: &str, at: Timestamp) -> Result<()>;
    async fn end_session(&self, key: &str) -> Result<()>;
    async fn end_sessions(&self, account: AccountId) -> Result<()>;

    /// `by` says who gives the role, and when.
    async fn put_staff(
        &self,
        account: AccountId,
        restaurant: RestaurantId,
        role: Role,
        by: (Author, Timestamp),
    ) -> Result<()>;
    /// Puts somebody from one role into another, or out of the restaurant. Whom they have invited can accept no more.
    async fn change_role(
        &self,
        account: AccountId,
        restaurant: RestaurantId,
        change: (Role, Option<Role>),
        by: (Author, Timestamp),
    ) -> Result<RoleOutcome>;
    async fn account_roles(&self, account: AccountId) -> Result<AccountRoles>;
    /// Of all restaurants.
    async fn role_holders(&self) -> Result<Vec<RoleHolder>>;
    /// By role and address, each with the last `sign_ins`.
    async fn staff(&self, restaurant: RestaurantId, sign_ins: u32) -> Result<Vec<StaffMember>>;

    /// Deletes sessions, mail tokens, challenges and open invitations that have expired, and sessions that were not used since `idle_before`.
    async fn delete_expired_sessions_and_tokens(&self, now: Timestamp, idle_before: Timestamp) -> Result<()>;
}
