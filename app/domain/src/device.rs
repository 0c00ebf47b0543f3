//! An installed staff app: what it is for, and how it is let in.

use serde::{Deserialize, Serialize};

use crate::{
    account::{Act, Role},
    contact::{Malformed, check_text, malformed},
    house::op::Action,
    id::{DeviceId, RestaurantId},
    limits,
    slug::Slug,
    time::Timestamp,
};

crate::menu::codes! {
    DeviceKind {
        /// Sells, and sees everything.
        Till = "till",
        Kitchen = "kitchen",
        /// Sees its own runs.
        Courier = "courier",
    }
}

/// As owners see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Device {
    pub id: DeviceId,
    pub name: String,
    pub kind: DeviceKind,
    pub paired_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_at: Option<Timestamp>,
}

/// A device that shall be let in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewDevice {
    pub name: String,
    pub kind: DeviceKind,
}

/// The code that is typed into it, once and soon.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PairingCode {
    pub code: String,
    pub name: String,
    pub kind: DeviceKind,
    pub expires_at: Timestamp,
}

/// What a device sends to be let in. Its id is made by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Pairing {
    pub code: String,
    pub device: DeviceId,
}

/// What a device knows of itself from then on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Paired {
    pub device: DeviceId,
    pub name: String,
    pub kind: DeviceKind,
    pub restaurant: RestaurantId,
    pub slug: Slug,
}

impl NewDevice {
    pub fn check(&self) -> Result<(), Malformed> {
        match self.name.trim().is_empty() {
            true => Err(malformed("name", "is missing")),
            false => check_text("name", &self.name, limits::NAME),
        }
    }
}

impl DeviceKind {
    /// Whoever stands at it has this role there.
    fn role(self) -> Role {
        match self {
            Self::Till => Role::Cashier,
            Self::Kitchen => Role::Kitchen,
            Self::Courier => Role::Courier,
        }
    }

    pub fn may(self, action: &Action) -> bool {
        match (self, action) {
            (kind, Action::Order { event, .. }) => kind.role().may(Act::Advance(event)),
            (Self::Till, _) => true,
            (Self::Kitchen, action) => {
                matches!(action, Action::Bump { .. } | Action::Recall { .. } | Action::Stock { .. } | Action::Dismiss { .. })
            }
            (Self::Courier, action) => matches!(action, Action::HandOver { .. } | Action::Dismiss { .. }),
        }
    }
}
