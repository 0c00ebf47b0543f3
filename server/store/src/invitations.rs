//! Who may make restaurants, and who may work in one: operators, and those who were invited.

use async_trait::async_trait;
use servery_domain::{
    account::Role,
    audit::Author,
    id::{AccountId, InvitationId, RestaurantId},
    invitation::{InvitationKind, StaffInvitation},
    mistake::Mistake,
    restaurant_file::RestaurantFile,
    time::Timestamp,
};

use crate::{
    Result,
    accounts::{NewJob, StoredAccount},
};

/// A link to a restaurant of their own that was given to somebody. Its key is the hash of the token in the link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredInvitation {
    pub key: String,
    pub kind: InvitationKind,
    pub expires_at: Timestamp,
}

/// An invitation that can still be accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenInvitation {
    pub kind: InvitationKind,
    /// For staff.
    pub position: Option<OpenPosition>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenPosition {
    pub restaurant: RestaurantId,
    pub role: Role,
    /// Where the link was mailed to.
    pub email: Option<String>,
    /// Who has invited.
    pub author: Author,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StaffInvitationOutcome {
    Stored,
    /// The id is that of another restaurant's invitation.
    IdTaken,
    TooMany,
    /// Its author has no role any more that lets them give this one.
    NotAllowed,
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
    async fn open_invitation(&self, key: &str, now: Timestamp) -> Result<Option<OpenInvitation>>;
    /// The same id again replaces the invitation, and its link; one that is mailed keeps its link until it is mailed anew. Writes the
    /// job with it.
    async fn put_staff_invitation(
        &self,
        restaurant: RestaurantId,
        invitation: &StaffInvitation,
        key: &str,
        follow_up: Option<&NewJob>,
        by: (Author, Timestamp),
    ) -> Result<StaffInvitationOutcome>;
    /// Those that nobody has accepted, the newest first.
    async fn staff_invitations(
        &self,
        restaurant: RestaurantId,
        now: Timestamp,
    ) -> Result<Vec<StaffInvitation>>;
    /// Gives an open invitation that has an address another link; the one before does not work any more.
    async fn renew_staff_invitation(
        &self,
        id: InvitationId,
        key: &str,
        now: Timestamp,
    ) -> Result<Option<(RestaurantId, StaffInvitation)>>;
    /// `false` if the restaurant has no such invitation that is open.
    async fn withdraw_staff_invitation(
        &self,
        restaurant: RestaurantId,
        id: InvitationId,
        by: (Author, Timestamp),
    ) -> Result<bool>;
    /// Unless it is accepted, nothing is written. Who has a role in the restaurant already keeps it.
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
