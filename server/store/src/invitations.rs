//! Who may make restaurants: operators, and those whom they invite.

use async_trait::async_trait;
use servery_domain::{
    id::AccountId, invitation::InvitationKind, mistake::Mistake, restaurant_file::RestaurantFile,
    time::Timestamp,
};

use crate::{Result, accounts::StoredAccount};

/// A link that was given to somebody. Its key is the hash of the token in the link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredInvitation {
    pub key: String,
    pub kind: InvitationKind,
    pub expires_at: Timestamp,
}

/// Who accepts an invitation.
#[derive(Debug, Clone, Copy)]
pub enum Invited<'a> {
    /// An account that is made with it.
    New(&'a StoredAccount),
    Known(AccountId),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Acceptance {
    Accepted,
    /// Nobody has made it, somebody has accepted it, or it has expired.
    NoSuchInvitation,
    /// The new account's e-mail address has an account.
    EmailTaken,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Creation {
    Created,
    /// The account is no operator and has no invitation left.
    NotInvited,
    SlugTaken,
    /// The account has made another restaurant with this id.
    AlreadyMade,
    Refused(Vec<Mistake>),
}

#[async_trait]
pub trait Invitations: Send + Sync {
    /// Whether there is neither an operator nor a restaurant yet.
    async fn is_new_installation(&self) -> Result<bool>;
    async fn put_invitation(&self, invitation: &StoredInvitation) -> Result<()>;
    /// What kind an invitation is that can still be accepted.
    async fn open_invitation(&self, key: &str, now: Timestamp) -> Result<Option<InvitationKind>>;
    /// Unless it is accepted, nothing is written.
    async fn accept_invitation(&self, key: &str, invited: Invited<'_>, now: Timestamp) -> Result<Acceptance>;
    async fn may_create_restaurant(&self, account: AccountId) -> Result<bool>;
    /// Makes the restaurant, the account its owner, and uses up the invitation, all of it or nothing. The owner's second call with
    /// the same id changes nothing.
    async fn create_restaurant(
        &self,
        file: &RestaurantFile,
        owner: AccountId,
        now: Timestamp,
    ) -> Result<Creation>;
}
