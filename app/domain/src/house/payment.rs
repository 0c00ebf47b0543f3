//! Money that changed hands: it is never refused, whatever became of the bill meanwhile.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    currency::Minor,
    id::{CashierId, DeviceId, PaymentId, ShiftId},
    time::Timestamp,
};

crate::menu::codes! {
    Way { Cash = "cash", Card = "card" }
}

/// What a guest hands over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Tender {
    pub id: PaymentId,
    pub way: Way,
    /// Towards the bill.
    pub amount: Minor,
    /// On top of it.
    #[serde(default, skip_serializing_if = "nothing")]
    pub tip: Minor,
    /// What coins cannot pay, more or less.
    #[serde(default, skip_serializing_if = "nothing")]
    pub rounding: Minor,
    /// Notes and coins; what is too much is given back at once. Nothing, if nobody counted them.
    #[serde(default, skip_serializing_if = "nothing")]
    pub given: Minor,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Payment {
    pub tender: Tender,
    pub at: Timestamp,
    pub shift: ShiftId,
    pub receipt: Receipt,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<CashierId>,
    #[serde(default, skip_serializing_if = "nothing")]
    pub refunded: Minor,
}

/// The number on the slip: each till counts its own without a gap, so that it needs nobody to ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Receipt {
    pub till: DeviceId,
    pub number: u32,
}

/// As it is printed: `1A2B-17`.
impl fmt::Display for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", short(self.till), self.number)
    }
}

/// The end of its name: short enough to be read out, and the tills of one restaurant differ in it.
pub fn short(till: DeviceId) -> String {
    format!("{:04X}", till.0 & 0xffff)
}

fn nothing(amount: &Minor) -> bool {
    *amount == Minor::ZERO
}

impl std::ops::Deref for Payment {
    type Target = Tender;

    fn deref(&self) -> &Tender {
        &self.tender
    }
}

impl Tender {
    pub fn new(id: PaymentId, way: Way, amount: Minor) -> Self {
        Self { id, way, amount, tip: Minor::ZERO, rounding: Minor::ZERO, given: Minor::ZERO }
    }

    /// What stays with the restaurant.
    pub fn taken(&self) -> Minor {
        self.amount + self.tip + self.rounding
    }

    pub fn change(&self) -> Minor {
        (self.given - self.taken()).max(Minor::ZERO)
    }
}
