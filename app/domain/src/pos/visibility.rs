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

/// A house at one moment, for a page that keeps nothing of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PosSnapshot {
    /// When it was asked, and the same moment on the restaurant's own clock.
    pub at: Timestamp,
    pub now: LocalMinute,
    pub records: Vec<Record>,
}

/// A device that looks at the house.
#[derive(Debug, Clone)]
pub struct Viewer {
    pub kind: DeviceKind,
    pub device: DeviceId,
    /// Under which its ops count.
    pub names: BTreeSet<DeviceId>,
    /// What its own runs bring.
    pub orders: BTreeSet<OrderId>,
}

impl Viewer {
    /// With all runs there are; only those of couriers matter, and only to themselves.
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
            // The kitchen does not know of what nobody paid.
            (_, Record::Order(order)) if order.progress.state == State::Unpaid => false,
            (DeviceKind::Till, _) => true,
            (DeviceKind::Kitchen, record) => is_kitchens(record.id()),
            (DeviceKind::Courier, Record::Order(order)) => self.orders.contains(&order.id),
            (DeviceKind::Courier, Record::DeliveryRun(run)) => run.courier == self.device,
            (DeviceKind::Courier, Record::RefusedOp(refused)) => self.names.contains(&refused.op.device),
            (DeviceKind::Courier, record) => is_everybodys(record.id()),
        }
    }

    /// The thing, if it may be seen; that it is gone, if it may have been seen before.
    pub fn shown(&self, record: Record) -> Option<Record> {
        let id = record.id();
        let may_have_seen = match self.kind {
            DeviceKind::Till => true,
            DeviceKind::Kitchen => is_kitchens(id),
            DeviceKind::Courier => {
                is_everybodys(id)
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

/// What is cooked and for which seat. Money and PINs are none of it.
fn is_kitchens(id: RecordId) -> bool {
    is_everybodys(id)
        || matches!(
            id,
            RecordId::Ticket(_) | RecordId::Order(_) | RecordId::Table(_) | RecordId::RefusedOp(_)
        )
}

fn is_everybodys(id: RecordId) -> bool {
    matches!(
        id,
        RecordId::Stock(_) | RecordId::Station(_) | RecordId::Favourite(_) | RecordId::Device(_)
    )
}
