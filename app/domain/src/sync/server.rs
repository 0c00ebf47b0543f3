//! The server's side: each op once, in the device's order, whatever arrives how often.

use std::collections::{BTreeMap, BTreeSet};

use super::Trouble;
use crate::{
    device::DeviceKind,
    id::{DeviceId, OpId},
    pos::{
        House, Refused, Thing, ThingId, decide, is_couriers,
        op::{Action, Op, Refusal},
    },
};

/// What is known of a device and of the ops that it sends.
#[derive(Debug, Clone)]
pub struct Known {
    pub device: DeviceId,
    pub kind: DeviceKind,
    pub done: u64,
    /// Which ops its numbers stood for.
    pub ids: BTreeMap<u64, OpId>,
    /// Ops that are done already, by whatever number.
    pub seen: BTreeSet<OpId>,
}

/// What is to be written, all of it or nothing.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Received {
    pub done: u64,
    /// Each with what it changed, which is under a revision of its own.
    pub steps: Vec<Step>,
    pub stopped: Option<Stopped>,
}

#[derive(Debug, PartialEq, Eq)]
pub struct Step {
    pub op: Op,
    pub changed: Vec<ThingId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    Newer,
    Diverged,
}

impl Stopped {
    pub fn trouble(self, anew: impl FnOnce() -> DeviceId) -> Trouble {
        match self {
            Self::Newer => Trouble::Newer,
            Self::Diverged => Trouble::Diverged { anew: anew() },
        }
    }
}

fn may(house: &House, (device, kind): (DeviceId, DeviceKind), action: &Action) -> bool {
    kind.may(action) && (kind != DeviceKind::Courier || is_couriers(house, device, action))
}

fn decided(house: &House, known: (DeviceId, DeviceKind), op: &Op) -> Vec<Thing> {
    let granted = if may(house, known, &op.action) {
        decide(house, op)
    } else {
        Err(Refusal::Forbidden)
    };
    granted.unwrap_or_else(|why| vec![Thing::Refused(Box::new(Refused { op: op.clone(), why }))])
}

/// Works the ops into the house. `speaks` is what this build understands.
pub fn receive(house: &mut House, known: Known, ops: &[Op], speaks: u16) -> Received {
    let mut received = Received {
        done: known.done,
        ..Received::default()
    };
    let mut seen = known.seen;
    // What would be next is gone from the device's storage, or from the server's.
    if ops.first().is_some_and(|op| op.n > known.done + 1) {
        received.stopped = Some(Stopped::Diverged);
        return received;
    }
    for op in ops {
        if op.n <= known.done {
            if known.ids.get(&op.n) != Some(&op.id) {
                received.stopped = Some(Stopped::Diverged);
                break;
            }
            continue;
        }
        // After a gap nothing is done: the device sends what is missing first.
        if op.n != received.done + 1 {
            break;
        }
        if op.speaks > speaks {
            received.stopped = Some(Stopped::Newer);
            break;
        }
        // A disk that failed in answering may keep an op twice, under two numbers.
        let things = match seen.insert(op.id) {
            true => decided(house, (known.device, known.kind), op),
            false => Vec::new(),
        };
        let changed = things.iter().map(Thing::id).collect();
        things.into_iter().for_each(|thing| house.put(thing));
        received.steps.push(Step {
            op: op.clone(),
            changed,
        });
        received.done = op.n;
    }
    received
}
