//! A courier's run: its stops, and the handover at each.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{
    currency::Minor,
    id::{DeliveryRunId, DeviceId, OrderId},
    time::Timestamp,
};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeliveryRun {
    pub id: DeliveryRunId,
    pub courier: DeviceId,
    /// Couriers who had it before: one of them may still deliver a stop.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub had: BTreeSet<DeviceId>,
    pub assigned_at: Timestamp,
    /// In delivery order.
    pub stops: Vec<Stop>,
    /// Orders that were taken off the run: its courier may be at their door.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub removed: BTreeSet<OrderId>,
    /// The cash that the courier has handed in so far.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handed_in: Option<Minor>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Stop {
    pub order: OrderId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handover: Option<Handover>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Handover {
    pub at: Timestamp,
    /// The cash collected at the door.
    pub cash: Minor,
    pub proof: Proof,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Proof {
    /// The name of the person who received it.
    Name(String),
    /// A small JPEG, as base64.
    Photo(String),
}

impl DeliveryRun {
    /// The orders that are or were on it.
    pub fn orders(&self) -> impl Iterator<Item = OrderId> + '_ {
        let stops = self.stops.iter().map(|stop| stop.order);
        stops.chain(self.removed.iter().copied())
    }

    pub fn was_with(&self, courier: DeviceId) -> bool {
        self.courier == courier || self.had.contains(&courier)
    }

    /// The cash collected on this run.
    pub fn cash(&self) -> Minor {
        self.stops
            .iter()
            .filter_map(|stop| Some(stop.handover.as_ref()?.cash))
            .sum()
    }

    pub fn is_over(&self) -> bool {
        self.stops.iter().all(|stop| stop.handover.is_some())
            && self.handed_in.unwrap_or_default() >= self.cash()
    }
}
