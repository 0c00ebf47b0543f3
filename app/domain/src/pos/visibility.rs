//! What a device is told of the house.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Thing, ThingId, delivery_run::Run};
use crate::{
    device::DeviceKind,
    id::{DeviceId, OrderId},
    order::State,
    time::{LocalMinute, Timestamp},
};

/// A house at one moment, for a page that keeps nothing of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Look {
    /// When it was asked, and the same moment on the restaurant's own clock.
    pub at: Timestamp,
    pub now: LocalMinute,
    pub things: Vec<Thing>,
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
    pub fn new(kind: DeviceKind, device: DeviceId, names: BTreeSet<DeviceId>, runs: &[Run]) -> Self {
        let own = runs.iter().filter(|run| run.courier == device);
        Self {
            kind,
            device,
            names,
            orders: own.flat_map(|run| &run.stops).map(|stop| stop.order).collect(),
        }
    }

    pub fn sees(&self, thing: &Thing) -> bool {
        match (self.kind, thing) {
            // The kitchen does not know of what nobody paid.
            (_, Thing::Order(order)) if order.progress.state == State::Unpaid => false,
            (DeviceKind::Till, _) => true,
            (DeviceKind::Kitchen, thing) => is_kitchens(thing.id()),
            (DeviceKind::Courier, Thing::Order(order)) => self.orders.contains(&order.id),
            (DeviceKind::Courier, Thing::Run(run)) => run.courier == self.device,
            (DeviceKind::Courier, Thing::Refused(refused)) => self.names.contains(&refused.op.device),
            (DeviceKind::Courier, thing) => is_everybodys(thing.id()),
        }
    }

    /// The thing, if it may be seen; that it is gone, if it may have been seen before.
    pub fn shown(&self, thing: Thing) -> Option<Thing> {
        let id = thing.id();
        let may_have_seen = match self.kind {
            DeviceKind::Till => true,
            DeviceKind::Kitchen => is_kitchens(id),
            DeviceKind::Courier => {
                is_everybodys(id) || matches!(id, ThingId::Run(_) | ThingId::Order(_) | ThingId::Refused(_))
            }
        };
        match thing {
            Thing::Gone(_) => may_have_seen.then_some(thing),
            thing if self.sees(&thing) => Some(thing),
            Thing::Run(run) if self.kind == DeviceKind::Courier => {
                run.had.contains(&self.device).then_some(Thing::Gone(id))
            }
            Thing::Order(_) => may_have_seen.then_some(Thing::Gone(id)),
            _ => None,
        }
    }
}

/// What is cooked and for which seat. Money and PINs are none of it.
fn is_kitchens(id: ThingId) -> bool {
    is_everybodys(id)
        || matches!(
            id,
            ThingId::Ticket(_) | ThingId::Order(_) | ThingId::Table(_) | ThingId::Refused(_)
        )
}

fn is_everybodys(id: ThingId) -> bool {
    matches!(
        id,
        ThingId::Stock(_) | ThingId::Station(_) | ThingId::Favourite(_) | ThingId::Device(_)
    )
}
