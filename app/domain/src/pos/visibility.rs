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
    /// Those and the orders that it had on a run before.
    known_orders: BTreeSet<OrderId>,
}

impl Viewer {
    /// Takes all delivery runs; only a courier's own runs matter.
    pub fn new(kind: DeviceKind, device: DeviceId, names: BTreeSet<DeviceId>, runs: &[DeliveryRun]) -> Self {
        let own = runs.iter().filter(|run| run.courier == device);
        let known = runs.iter().filter(|run| run.was_with(device));
        Self {
            kind,
            device,
            names,
            orders: own.flat_map(|run| &run.stops).map(|stop| stop.order).collect(),
            known_orders: known.flat_map(DeliveryRun::orders).collect(),
        }
    }

    fn sees(&self, record: &Record) -> bool {
        match (self.kind, record) {
            // Unpaid orders are hidden from every device.
            (_, Record::Order(order)) if order.progress.state == State::Unpaid => false,
            (DeviceKind::Till, _) => true,
            // The actions of others may name guests and cashiers.
            (DeviceKind::Kitchen | DeviceKind::Courier, Record::RefusedOp(refused)) => {
                self.names.contains(&refused.op.device)
            }
            (DeviceKind::Kitchen, record) => is_for_kitchen(record.id()),
            (DeviceKind::Courier, Record::Order(order)) => self.orders.contains(&order.id),
            (DeviceKind::Courier, Record::DeliveryRun(run)) => run.courier == self.device,
            (DeviceKind::Courier, record) => is_for_everybody(record.id()),
        }
    }

    /// The record as this device sees it, if it does.
    pub fn view(&self, record: Record) -> Option<Record> {
        if !self.sees(&record) {
            return None;
        }
        Some(match (self.kind, record) {
            (DeviceKind::Kitchen, Record::Order(order)) => Record::Order(Box::new(order.for_kitchen())),
            (DeviceKind::Kitchen, Record::Ticket(ticket)) => Record::Ticket(ticket.for_kitchen()),
            (_, record) => record,
        })
    }

    /// Whether this device may have it from before.
    pub fn may_have_seen(&self, id: RecordId) -> bool {
        match (self.kind, id) {
            (DeviceKind::Till, _) => true,
            (DeviceKind::Kitchen, id) => is_for_kitchen(id),
            (DeviceKind::Courier, RecordId::Order(order)) => self.known_orders.contains(&order),
            (DeviceKind::Courier, RecordId::DeliveryRun(_) | RecordId::RefusedOp(_)) => true,
            (DeviceKind::Courier, id) => is_for_everybody(id),
        }
    }

    /// What this device is sent for a changed record: the record if visible, `Gone` if it may have been
    /// visible before.
    pub fn shown(&self, record: Record) -> Option<Record> {
        let id = record.id();
        let may_vanish = match &record {
            Record::Gone(_) => return self.may_have_seen(id).then_some(record),
            Record::Order(_) => self.may_have_seen(id),
            Record::DeliveryRun(run) => self.kind == DeviceKind::Courier && run.had.contains(&self.device),
            _ => false,
        };
        self.view(record).or(may_vanish.then_some(Record::Gone(id)))
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
