//! A shift at a till, and the cash in the drawer.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{op::OpRefusal, payment::TenderMethod, right::Allowance};
use crate::{
    currency::Minor,
    id::{CashierId, DeviceId, MoveId, ShiftId},
    time::Timestamp,
};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Shift {
    pub id: ShiftId,
    pub till: DeviceId,
    pub opened_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opened_by: Option<CashierId>,
    /// The cash in the drawer at the start.
    pub float: Minor,
    /// Payments with tips, less refunds.
    #[serde(default)]
    pub taken: BTreeMap<TenderMethod, Minor>,
    /// Cash put in or taken out apart from sales.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub moves: Vec<CashMovement>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed: Option<ShiftClosing>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CashMovement {
    pub id: MoveId,
    pub at: Timestamp,
    /// Negative for cash taken out.
    pub amount: Minor,
    pub reason: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<CashierId>,
    #[serde(default, skip_serializing_if = "Allowance::is_own")]
    pub allowance: Allowance,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ShiftClosing {
    /// Counted per till, without gaps.
    pub number: u32,
    pub at: Timestamp,
    pub counted: Minor,
    /// What should have been in the drawer, as far as was known then.
    pub expected: Minor,
    /// Card payments by then.
    #[serde(default)]
    pub cards: Minor,
}

impl Shift {
    pub fn new(id: ShiftId, till: DeviceId, opened_at: Timestamp, float: Minor) -> Self {
        Self {
            id,
            till,
            opened_at,
            opened_by: None,
            float,
            taken: BTreeMap::new(),
            moves: Vec::new(),
            closed: None,
        }
    }

    pub fn taken_in(&self, method: TenderMethod) -> Minor {
        self.taken.get(&method).copied().unwrap_or_default()
    }

    /// The cash that should be in the drawer.
    pub fn expected(&self) -> Minor {
        self.float + self.taken_in(TenderMethod::Cash) + self.moved()
    }

    pub fn moved(&self) -> Minor {
        self.moves.iter().map(|moved| moved.amount).sum()
    }

    /// Cash that became known after the count: a till that was offline continued to sell.
    pub fn late(&self) -> Minor {
        self.closed
            .as_ref()
            .map_or(Minor::ZERO, |closed| self.expected() - closed.expected)
    }

    pub(super) fn put(&mut self, moved: CashMovement) -> Result<(), OpRefusal> {
        if self.moves.iter().any(|known| known.id == moved.id) {
            return Err(OpRefusal::Taken);
        }
        self.moves.push(moved);
        Ok(())
    }

    pub(super) fn take(&mut self, method: TenderMethod, amount: Minor) {
        let taken = self.taken.entry(method).or_default();
        *taken += amount;
    }
}
