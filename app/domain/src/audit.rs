//! The audit log: who did what in a restaurant or to an account, and when.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{
    account::Role,
    currency::{Currency, Minor},
    id::{AccountId, CashierId, DeviceId, MalformedId},
    order::{Actor, Event},
    time::{LocalMinute, Timestamp},
};

/// Who caused something. Rules ask only for its [`Actor`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Author {
    Diner,
    /// The server, by a rule: a timeout, an automatic answer, the payment provider's word.
    System,
    /// Whoever has a terminal of the server.
    Operator,
    Account(AccountId),
    Device {
        device: DeviceId,
        /// Who had entered a PIN there.
        cashier: Option<CashierId>,
    },
}

impl Author {
    pub fn actor(self) -> Actor {
        match self {
            Self::Diner => Actor::Diner,
            Self::System => Actor::System,
            Self::Operator | Self::Account(_) | Self::Device { .. } => Actor::Staff,
        }
    }
}

impl fmt::Display for Author {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Diner => f.write_str("diner"),
            Self::System => f.write_str("system"),
            Self::Operator => f.write_str("operator"),
            Self::Account(account) => write!(f, "account {account}"),
            Self::Device {
                device,
                cashier: None,
            } => write!(f, "device {device}"),
            Self::Device {
                device,
                cashier: Some(cashier),
            } => write!(f, "device {device} {cashier}"),
        }
    }
}

impl FromStr for Author {
    type Err = MalformedId;

    fn from_str(text: &str) -> Result<Self, MalformedId> {
        let words: Vec<_> = text.split(' ').collect();
        match words[..] {
            ["diner"] => Ok(Self::Diner),
            ["system"] => Ok(Self::System),
            ["operator"] => Ok(Self::Operator),
            ["account", account] => account.parse().map(Self::Account),
            ["device", device] => Ok(Self::Device {
                device: device.parse()?,
                cashier: None,
            }),
            ["device", device, cashier] => Ok(Self::Device {
                device: device.parse()?,
                cashier: Some(cashier.parse()?),
            }),
            _ => Err(MalformedId),
        }
    }
}

crate::codes::codes! {
    /// What somebody did.
    Act {
        SignedIn = "signed_in",
        PasswordChanged = "password_changed",
        /// By a mailed link.
        PasswordReset = "password_reset",
        PasskeyAdded = "passkey_added",
        PasskeyRemoved = "passkey_removed",
        RoleGiven = "role_given",
        RoleRemoved = "role_removed",
        StaffInvited = "staff_invited",
        InvitationWithdrawn = "invitation_withdrawn",
        /// Of a cashier; it may be a new one.
        PinSet = "pin_set",
        /// Of a cashier: whether somebody leads the shift.
        TillRoleSet = "till_role_set",
        CashierRemoved = "cashier_removed",
        /// Of the restaurant itself.
        DomainSet = "domain_set",
        DomainRemoved = "domain_removed",
        /// Runs the installation from now on.
        OperatorMade = "operator_made",
        CodeMade = "code_made",
        DevicePaired = "device_paired",
        DeviceRevoked = "device_revoked",
        /// A card reader was chosen for a till, or taken from it.
        ReaderChosen = "reader_chosen",
        /// Menu and settings were changed by a file.
        RestaurantImported = "restaurant_imported",
        /// Menu and settings were changed in the office.
        EditsPublished = "edits_published",
        OrdersPaused = "orders_paused",
        OrdersResumed = "orders_resumed",
        OrderAccepted = "order_accepted",
        OrderRejected = "order_rejected",
        OrderRescheduled = "order_rescheduled",
        OrderPreparing = "order_preparing",
        OrderReady = "order_ready",
        OrderOutForDelivery = "order_out_for_delivery",
        OrderCollected = "order_collected",
        OrderDelivered = "order_delivered",
        OrderCancelled = "order_cancelled",
        OrderRefunded = "order_refunded",
    }
}

impl Act {
    /// `None` for what only the diner or the payment provider causes.
    pub fn of_event(event: &Event) -> Option<Self> {
        match event {
            Event::Accepted { .. } => Some(Self::OrderAccepted),
            Event::Rejected { .. } => Some(Self::OrderRejected),
            Event::Rescheduled { .. } => Some(Self::OrderRescheduled),
            Event::Preparing => Some(Self::OrderPreparing),
            Event::Ready => Some(Self::OrderReady),
            Event::OutForDelivery => Some(Self::OrderOutForDelivery),
            Event::Collected => Some(Self::OrderCollected),
            Event::Delivered => Some(Self::OrderDelivered),
            Event::Cancelled { .. } => Some(Self::OrderCancelled),
            Event::Refund { .. } => Some(Self::OrderRefunded),
            Event::Placed | Event::Paid { .. } | Event::PaysAtDoor | Event::Refunded { .. } => None,
        }
    }
}

/// An author with the names that they have now. What was deleted has no name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum AuthorName {
    Operator,
    Account {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        email: Option<String>,
    },
    Device {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cashier: Option<String>,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditEntry {
    pub at: Timestamp,
    pub act: Act,
    pub author: AuthorName,
    /// The name of a device, or the address of an account. What was deleted has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// An order's number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<u32>,
    /// What is refunded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Minor>,
}

/// A page of a restaurant's log, the newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditLog {
    /// The restaurant's.
    pub name: String,
    pub currency: Currency,
    /// Now, and what the restaurant's clocks show.
    pub at: Timestamp,
    pub now: LocalMinute,
    pub entries: Vec<AuditEntry>,
    /// There are entries before the last of these.
    pub more: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_author_survives_being_written() {
        let device = DeviceId(7);
        for author in [
            Author::Diner,
            Author::System,
            Author::Operator,
            Author::Account(AccountId(3)),
            Author::Device {
                device,
                cashier: None,
            },
            Author::Device {
                device,
                cashier: Some(CashierId(9)),
            },
        ] {
            assert_eq!(author.to_string().parse(), Ok(author));
        }
        for malformed in ["", "nobody", "account", "account 7", "device 7 8 9"] {
            assert_eq!(malformed.parse::<Author>(), Err(MalformedId), "{malformed}");
        }
    }

    #[test]
    fn rules_see_staff_in_whoever_is_neither_diner_nor_system() {
        let device = Author::Device {
            device: DeviceId(7),
            cashier: None,
        };
        for author in [Author::Operator, Author::Account(AccountId(3)), device] {
            assert_eq!(author.actor(), Actor::Staff);
        }
        assert_eq!(Author::Diner.actor(), Actor::Diner);
        assert_eq!(Author::System.actor(), Actor::System);
    }
}
