//! Which records a device may see.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Record, RecordId, delivery_run::DeliveryRun};
use crate::{
    device::DeviceKind,
    id::{DeviceId, OrderId},
    order::State,
    time::{LocalMinute, Timestamp},
};

/// The records at one moment, for a page that stores nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PosSnapshot {
    /// The time of the answer, in UTC and in the restaurant's local time.
    pub at: Timestamp,
    pub now: LocalMinute,
    pub records: Vec<Record>,
}

/// A device that reads records.
#[derive(Debug, Clone)]
pub struct Viewer {
    pub kind: DeviceKind,
    pub device: DeviceId,
    /// All device ids under which its ops were sent.
    pub names: BTreeSet<DeviceId>,
    /// The orders of its own delivery runs.
    pub orders: BTreeSet<OrderId>,
}

impl Viewer {
    /// Takes all delivery runs; only a courier's own runs matter.
    pub fn new(kind: DeviceKind, device: DeviceId, names: BTreeSet<DeviceId>, runs: &[DeliveryRun]) -> Self {
        let own = runs.iter().filter(|run| run.courier == device);
        Self {
            kind,
            device,
            names,
            orders: own.flat_map(|run| &run.stops).map(|stop| stop.order).collect(),
        }
    }

    pub fn sees(&self, record: &Record) -> bool {
        match (self.kind, record) {
            // Unpaid orders are hidden from every device.
            (_, Record::Order(order)) if order.progress.state == State::Unpaid => false,
            (DeviceKind::Till, _) => true,
            (DeviceKind::Kitchen, record) => is_for_kitchen(record.id()),
            (DeviceKind::Courier, Record::Order(order)) => self.orders.contains(&order.id),
            (DeviceKind::Courier, Record::DeliveryRun(run)) => run.courier == self.device,
            (DeviceKind::Courier, Record::RefusedOp(refused)) => self.names.contains(&refused.op.device),
            (DeviceKind::Courier, record) => is_for_everybody(record.id()),
        }
    }

    /// What this device is sent for a changed record: the record if visible, `Gone` if it may have been
    /// visible before.
    pub fn shown(&self, record: Record) -> Option<Record> {
        let id = record.id();
        let may_have_seen = match self.kind {
            DeviceKind::Till => true,
            DeviceKind::Kitchen => is_for_kitchen(id),
            DeviceKind::Courier => {
                is_for_everybody(id)
                    || matches!(
                        id,
                        RecordId::DeliveryRun(_) | RecordId::Order(_) | RecordId::RefusedOp(_)
                    )
            }
        };
        match record {
            Record::Gone(_) => may_have_seen.then_some(record),
            record if self.sees(&record) => Some(record),
            Record::DeliveryRun(run) if self.kind == DeviceKind::Courier => {
                run.had.contains(&self.device).then_some(Record::Gone(id))
            }
            Record::Order(_) => may_have_seen.then_some(Record::Gone(id)),
            _ => None,
        }
    }
}

/// Dishes and seats; no money and no PINs.
fn is_for_kitchen(id: RecordId) -> bool {
    is_for_everybody(id)
        || matches!(
            id,
            RecordId::Ticket(_) | RecordId::Order(_) | RecordId::Table(_) | RecordId::RefusedOp(_)
        )
}

fn is_for_everybody(id: RecordId) -> bool {
    matches!(
        id,
        RecordId::Stock(_) | RecordId::Station(_) | RecordId::Favourite(_) | RecordId::Device(_)
    )
}
