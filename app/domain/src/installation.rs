//! What its operators see of an installation.

use serde::{Deserialize, Serialize};

use crate::{
    cursor::Page,
    id::InvitationId,
    invitation::InstallationInvitation,
    slug::Slug,
    time::{LocalMinute, Timestamp},
};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InstallationOverview {
    pub at: Timestamp,
    /// The same moment in UTC: an installation has no time zone of its own.
    pub now: LocalMinute,
    /// By slug.
    pub restaurants: Page<InstalledRestaurant>,
    /// Whether restaurants of the demo are among all.
    pub has_demo: bool,
    /// Those that nobody has accepted, the newest first.
    pub invitations: Vec<InstallationInvitation>,
    /// Whether invitations can be mailed.
    pub sends_mails: bool,
    /// The invitation that this browser has made last, as the page shows it. Programs get it when they make one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// For the next invitation.
    pub new_id: InvitationId,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InstalledRestaurant {
    pub slug: Slug,
    pub name: String,
    /// Made by `servery demo`.
    pub is_demo: bool,
}
