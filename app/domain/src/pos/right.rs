//! What somebody may do at the tills, and why something is taken back.

use serde::{Deserialize, Serialize};

use crate::{codes::codes, id::CashierId};

codes! {
    /// What somebody is at the tills.
    #[derive(Default)]
    TillRole {
        /// May everything, and approves what others do.
        #[default]
        Lead = "lead",
        Cashier = "cashier",
    }
}

codes! {
    Right {
        Discount = "discount",
        /// Take back what the kitchen has been told.
        Void = "void",
        Refund = "refund",
        CashOut = "cash_out",
        /// Make and change cashiers.
        Cashiers = "cashiers",
    }
}

codes! {
    /// Why something is taken back after it was sent to the kitchen.
    VoidReason {
        /// Rung up by mistake.
        Mistake = "mistake",
        ChangedMind = "changed_mind",
        RanOut = "ran_out",
        /// Wrong, cold or bad.
        SentBack = "sent_back",
        /// By a program that does not ask.
        NotSaid = "not_said",
    }
}

impl VoidReason {
    /// Those that somebody chooses.
    pub const ASKED: [Self; 4] = [Self::Mistake, Self::ChangedMind, Self::RanOut, Self::SentBack];

    /// Whether the portions can be sold to somebody else.
    pub fn gives_back(self) -> bool {
        match self {
            Self::Mistake | Self::ChangedMind | Self::NotSaid => true,
            Self::RanOut | Self::SentBack => false,
        }
    }
}

impl TillRole {
    pub fn may(self, right: Right) -> bool {
        match right {
            Right::Discount | Right::Void | Right::Refund | Right::CashOut | Right::Cashiers => {
                self == Self::Lead
            }
        }
    }

    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// By what right something was done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Allowance {
    /// Whoever did it may.
    #[default]
    Own,
    ApprovedBy(CashierId),
    /// Nobody was asked who may: the device did not know yet that the right was needed.
    Missing,
}

impl Allowance {
    pub fn is_own(&self) -> bool {
        *self == Self::Own
    }
}
