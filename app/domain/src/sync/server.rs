//! The server's side of the protocol: applies each op once, in the device's order, however often it arrives.

use std::collections::{BTreeMap, BTreeSet};

use super::SyncProblem;
use crate::{
    account::Permission,
    device::DeviceKind,
    id::{DeviceId, OpId},
    pos::{
        PosState, Record, RecordId, RefusedOp, decide, may_courier,
        op::{Action, Op, OpRefusal},
    },
};

/// What is stored about a device and its ops.
#[derive(Debug, Clone)]
pub struct DeviceState {
    pub device: DeviceId,
    pub kind: DeviceKind,
    pub done: u64,
    /// The op ids of its numbers.
    pub ids: BTreeMap<u64, OpId>,
    /// Ops that are already decided, under any number.
    pub seen: BTreeSet<OpId>,
}

/// What to write, in one transaction.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct SyncOutcome {
    pub done: u64,
    /// The applied ops; each has a revision of its own.
    pub steps: Vec<AppliedOp>,
    pub stopped: Option<Stopped>,
}

#[derive(Debug, PartialEq, Eq)]
pub struct AppliedOp {
    pub op: Op,
    pub changed: Vec<RecordId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    Newer,
    Diverged,
}

impl Stopped {
    pub fn sync_problem(self, new_device: impl FnOnce() -> DeviceId) -> SyncProblem {
        match self {
            Self::Newer => SyncProblem::Newer,
            Self::Diverged => SyncProblem::Diverged {
                new_device: new_device(),
            },
        }
    }
}

fn may(pos: &PosState, (device, kind): (DeviceId, DeviceKind), action: &Action) -> bool {
    let is_courier = kind == DeviceKind::Courier;
    kind.may(action) && (!is_courier || may_courier(pos, device, action)) && may_give_back(pos, kind, action)
}

/// To call off an order that was paid gives money back.
fn may_give_back(pos: &PosState, kind: DeviceKind, action: &Action) -> bool {
    match action {
        Action::Order { order, event, .. } => pos
            .order(*order)
            .is_none_or(|order| kind.role().may(Permission::Advance(order, event))),
        _ => true,
    }
}

fn decided(pos: &PosState, known: (DeviceId, DeviceKind), op: &Op) -> Vec<Record> {
    let granted = if may(pos, known, &op.action) {
        decide(pos, op)
    } else {
        Err(OpRefusal::Forbidden)
    };
    granted.unwrap_or_else(|why| vec![Record::RefusedOp(Box::new(RefusedOp { op: op.clone(), why }))])
}

/// Applies ops to the state. `op_version` is the newest version that this server understands.
pub fn receive(pos: &mut PosState, known: DeviceState, ops: &[Op], op_version: u16) -> SyncOutcome {
    let mut received = SyncOutcome {
        done: known.done,
        ..SyncOutcome::default()
    };
    let mut seen = known.seen;
    // The next op is missing: the storage of the device or of the server lost it.
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
        // Ops after a gap wait until the device sends the missing ones.
        if op.n != received.done + 1 {
            break;
        }
        if op.op_version > op_version {
            received.stopped = Some(Stopped::Newer);
            break;
        }
        // If a disk reported a failure but did write, an op may be stored twice under two numbers.
        let records = match seen.insert(op.id) {
            true => decided(pos, (known.device, known.kind), op),
            false => Vec::new(),
        };
        let changed = records.iter().map(Record::id).collect();
        records.into_iter().for_each(|record| pos.put(record));
        received.steps.push(AppliedOp {
            op: op.clone(),
            changed,
        });
        received.done = op.n;
    }
    received
}
