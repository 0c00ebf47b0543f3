//! Who may make restaurants, and who may work in one: operators, and those who were invited.

use async_trait::async_trait;
use servery_domain::{
    account::Role,
    audit::Author,
    id::{AccountId, InvitationId, RestaurantId},
    invitation::{InstallationInvitation, InvitationKind, StaffInvitation},
    mistake::Mistake,
    restaurant_file::RestaurantFile,
    time::Timestamp,
};

use crate::{
    Result,
    accounts::{NewJob, StoredAccount},
};

/// An invitation that can still be accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenInvitation {
    pub kind: InvitationKind,
    /// Where and as what, for staff.
    pub position: Option<(RestaurantId, Role)>,
    /// Where the link was mailed to.
    pub email: Option<String>,
    /// Who has invited.
    pub author: Author,
}

/// An invitation that gets a new link, which is to be mailed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenewedInvitation {
    pub kind: InvitationKind,
    /// For staff.
    pub restaurant: Option<RestaurantId>,
    pub email: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvitationOutcome {
    Stored,
    /// The id is that of another restaurant's invitation, or of one that is accepted.
    IdTaken,
    TooMany,
    /// Its author may not invite to this, or not any more.
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
    async fn open_invitation(&self, key: &str, now: Timestamp) -> Result<Option<OpenInvitation>>;
    /// Invites an operator, or the owner of a restaurant that is not made yet. `key` is the hash of the token in the link. The same id
    /// again replaces the invitation, and its link; one that is mailed keeps its link until it is mailed anew. Writes the job with it.
    async fn put_installation_invitation(
        &self,
        invitation: &InstallationInvitation,
        key: &str,
        follow_up: Option<&NewJob>,
        by: (Author, Timestamp),
    ) -> Result<InvitationOutcome>;
    /// Those that nobody has accepted, the newest first.
    async fn installation_invitations(&self, now: Timestamp) -> Result<Vec<InstallationInvitation>>;
    /// `false` if there is no such invitation that is open.
    async fn withdraw_installation_invitation(
        &self,
        id: InvitationId,
        by: (Author, Timestamp),
    ) -> Result<bool>;
    /// As for the installation.
    async fn put_staff_invitation(
        &self,
        restaurant: RestaurantId,
        invitation: &StaffInvitation,
        key: &str,
        follow_up: Option<&NewJob>,
        by: (Author, Timestamp),
    ) -> Result<InvitationOutcome>;
    /// Those that nobody has accepted, the newest first.
    async fn staff_invitations(
        &self,
        restaurant: RestaurantId,
        now: Timestamp,
    ) -> Result<Vec<StaffInvitation>>;
    /// Gives an open invitation that has an address another link; the one before does not work any more.
    async fn renew_invitation(
        &self,
        id: InvitationId,
        key: &str,
        now: Timestamp,
    ) -> Result<Option<RenewedInvitation>>;
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
