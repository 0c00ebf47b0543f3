//! Links that let somebody have a restaurant here.

use serde::{Deserialize, Serialize};

/// Seconds for which a link can be used.
pub const VALID_FOR: i64 = 7 * 24 * 3600;

crate::codes::codes! {
    InvitationKind {
        /// Runs this installation: makes restaurants, and invites owners.
        Operator = "operator",
        /// Makes one restaurant.
        Owner = "owner",
    }
}

/// An invitation that nobody has accepted yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Invitation {
    pub kind: InvitationKind,
}
