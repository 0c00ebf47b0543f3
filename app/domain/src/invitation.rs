//! Links that let somebody run this installation, have a restaurant here, or work in one.

use serde::{Deserialize, Serialize};

use crate::{
    account::{Role, StaffPosition},
    contact::{InvalidField, check_email},
    id::InvitationId,
    time::Timestamp,
};

/// Seconds for which a link can be used.
pub const VALID_FOR: i64 = 7 * 24 * 3600;

crate::codes::codes! {
    InvitationKind {
        /// Runs this installation: makes restaurants, and invites owners.
        Operator = "operator",
        /// Makes one restaurant.
        Owner = "owner",
        /// Works in a restaurant.
        Staff = "staff",
    }
}

/// An invitation that nobody has accepted yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Invitation {
    pub kind: InvitationKind,
    /// Where and as what, for staff.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<StaffPosition>,
}

/// What is asked for when somebody invites a colleague.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewStaffInvitation {
    pub role: Role,
    /// Where the link is mailed to. Without it, whoever invites gets the link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::optional_email))]
    pub email: Option<String>,
}

impl NewStaffInvitation {
    pub fn check(&self) -> Result<(), InvalidField> {
        self.email.as_deref().map_or(Ok(()), check_email)
    }
}

/// A colleague's invitation that is open, as the restaurant's office lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StaffInvitation {
    pub id: InvitationId,
    pub role: Role,
    /// Where the link was mailed to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    pub expires_at: Timestamp,
}

/// What an operator asks for to invite another operator, or somebody to a restaurant of their own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewInstallationInvitation {
    pub kind: InvitationKind,
    /// Where the link is mailed to. Without it, whoever invites gets the link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::optional_email))]
    pub email: Option<String>,
}

impl NewInstallationInvitation {
    pub fn check(&self) -> Result<(), InvalidField> {
        match self.kind {
            InvitationKind::Operator | InvitationKind::Owner => {
                self.email.as_deref().map_or(Ok(()), check_email)
            }
            InvitationKind::Staff => Err(InvalidField {
                field: "kind",
                wants: "is operator or owner: a restaurant invites its staff by itself".to_owned(),
            }),
        }
    }
}

/// An invitation to this installation that is open: of an operator, or of somebody to a restaurant of their own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InstallationInvitation {
    pub id: InvitationId,
    pub kind: InvitationKind,
    /// Where the link was mailed to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    pub expires_at: Timestamp,
}

/// The answer to whoever invites somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InvitationLink {
    /// The path of the link, unless it is mailed. It is told once; the same request again makes another, and this one does not work any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
}
