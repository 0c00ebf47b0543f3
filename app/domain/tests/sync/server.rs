//! A server whose database commits all of a request or nothing.

use std::collections::{BTreeMap, BTreeSet};

use servery_domain::{
    device::DeviceKind,
    id::{DeviceId, OpId},
    pos::{PosState, Record, RecordId, op::Op},
    revision::Revision,
    sync::{
        SyncRequest, SyncResponse,
        server::{AppliedOp, DeviceState, SyncOutcome, receive},
    },
};

use crate::world::Broken;

#[derive(Default)]
pub struct Server {
    pub op_version: u16,
    pub pos: PosState,
    pub revision: Revision,
    /// When each thing last changed, those that are gone among them.
    changed: BTreeMap<RecordId, Revision>,
    devices: BTreeMap<DeviceId, BTreeMap<u64, OpId>>,
    seen: BTreeSet<OpId>,
    /// What was decided, in order.
    pub log: Vec<Decided>,
    broken: Broken,
}

pub struct Decided {
    pub op: Op,
    pub granted: bool,
}

impl Server {
    pub fn new(pos: PosState, op_version: u16, broken: Broken) -> Self {
        let revision = Revision(1);
        let changed = pos.records().map(|record| (record.id(), revision)).collect();
        Self {
            op_version,
            pos,
            revision,
            changed,
            broken,
            ..Self::default()
        }
    }

    pub fn answer(&mut self, request: &SyncRequest, new_device: impl FnOnce() -> DeviceId) -> SyncResponse {
        let received = self.receive(&request.device, &request.ops);
        for AppliedOp { op, changed } in received.steps {
            self.revision.0 += 1;
            let refused = changed.contains(&RecordId::RefusedOp(op.id))
                && self.pos.get(RecordId::RefusedOp(op.id)).is_some();
            self.changed.extend(changed.iter().map(|id| (*id, self.revision)));
            self.devices.entry(op.device).or_default().insert(op.n, op.id);
            if self.seen.insert(op.id) || self.broken.dedupe {
                self.log.push(Decided {
                    op,
                    granted: !refused,
                });
            }
        }
        let full = request.since == Revision(0) || request.since > self.revision;
        let records = match full {
            true => self.pos.records().cloned().collect(),
            false => self
                .changed
                .iter()
                .filter(|(_, at)| **at > request.since)
                .map(|(id, _)| self.record(*id))
                .collect(),
        };
        let sync_problem = received.stopped.map(|stopped| stopped.sync_problem(new_device));
        SyncResponse {
            done: received.done,
            revision: self.revision,
            full,
            snapshot_start: None,
            records,
            more: false,
            sync_problem,
        }
    }

    fn record(&self, id: RecordId) -> Record {
        self.pos.get(id).cloned().unwrap_or(Record::Gone(id))
    }

    fn receive(&mut self, device: &DeviceId, ops: &[Op]) -> SyncOutcome {
        let mut ops = ops.to_vec();
        if self.broken.unapproved {
            ops.iter_mut().for_each(|op| op.approved_by = None);
        }
        let ops = &ops[..];
        let ids = self.devices.get(device).cloned().unwrap_or_default();
        let done = ids.last_key_value().map_or(0, |(n, _)| *n);
        let known = match self.broken.dedupe {
            true => DeviceState {
                device: *device,
                kind: DeviceKind::Till,
                done: ops.first().map_or(done, |op| op.n - 1),
                ids: BTreeMap::new(),
                seen: BTreeSet::new(),
            },
            false => DeviceState {
                device: *device,
                kind: DeviceKind::Till,
                done,
                ids,
                seen: self.seen.clone(),
            },
        };
        if !self.broken.blocking {
            return receive(&mut self.pos, known, ops, self.op_version);
        }
        // Stops before what it would refuse.
        for count in (0..=ops.len()).rev() {
            let mut pos = self.pos.clone();
            let received = receive(&mut pos, known.clone(), &ops[..count], self.op_version);
            if !received
                .steps
                .iter()
                .any(|step| step.changed.contains(&RecordId::RefusedOp(step.op.id)))
            {
                self.pos = pos;
                return received;
            }
        }
        SyncOutcome {
            done,
            ..SyncOutcome::default()
        }
    }
}
