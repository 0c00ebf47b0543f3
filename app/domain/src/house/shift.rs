//! A cashier's time at a till, and the cash in its drawer.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::bill::Way;
use crate::{
    currency::Minor,
    id::{DeviceId, ShiftId},
    time::Timestamp,
};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shift {
    pub id: ShiftId,
    pub till: DeviceId,
    pub opened_at: Timestamp,
    /// What was in the drawer at first.
    pub float: Minor,
    /// What came in, tips included, less what was given back.
    #[serde(default)]
    pub taken: BTreeMap<Way, Minor>,
    /// Put in or taken out besides sales.
    #[serde(default)]
    pub moved: Minor,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed: Option<Closed>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closed {
    pub at: Timestamp,
    pub counted: Minor,
    /// What should have been there, as far as was known then.
    pub expected: Minor,
}

impl Shift {
    pub fn new(id: ShiftId, till: DeviceId, opened_at: Timestamp, float: Minor) -> Self {
        Self { id, till, opened_at, float, taken: BTreeMap::new(), moved: Minor::ZERO, closed: None }
    }

    pub fn taken_in(&self, way: Way) -> Minor {
        self.taken.get(&way).copied().unwrap_or_default()
    }

    /// What should be in the drawer.
    pub fn expected(&self) -> Minor {
        self.float + self.taken_in(Way::Cash) + self.moved
    }

    /// Cash that became known after the drawer was counted: a till that was offline sold on.
    pub fn late(&self) -> Minor {
        self.closed.as_ref().map_or(Minor::ZERO, |closed| self.expected() - closed.expected)
    }

    pub(super) fn take(&mut self, way: Way, amount: Minor) {
        let taken = self.taken.entry(way).or_default();
        *taken = *taken + amount;
    }
}
