//! A server whose database commits all of a request or nothing.

use std::collections::{BTreeMap, BTreeSet};

use servery_domain::{
    device::DeviceKind,
    id::{DeviceId, OpId},
    pos::{House, Thing, ThingId, op::Op},
    revision::Revision,
    sync::{
        Answer, Request,
        server::{Known, Received, Step, receive},
    },
};

use crate::world::Broken;

#[derive(Default)]
pub struct Server {
    pub speaks: u16,
    pub house: House,
    pub revision: Revision,
    /// When each thing last changed, those that are gone among them.
    changed: BTreeMap<ThingId, Revision>,
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
    pub fn new(house: House, speaks: u16, broken: Broken) -> Self {
        let revision = Revision(1);
        let changed = house.things().map(|thing| (thing.id(), revision)).collect();
        Self {
            speaks,
            house,
            revision,
            changed,
            broken,
            ..Self::default()
        }
    }

    pub fn answer(&mut self, request: &Request, new_device: impl FnOnce() -> DeviceId) -> Answer {
        let received = self.receive(&request.device, &request.ops);
        for Step { op, changed } in received.steps {
            self.revision.0 += 1;
            let refused = changed.contains(&ThingId::Refused(op.id))
                && self.house.get(ThingId::Refused(op.id)).is_some();
            self.changed.extend(changed.iter().map(|id| (*id, self.revision)));
            self.devices.entry(op.device).or_default().insert(op.n, op.id);
            if self.seen.insert(op.id) || self.broken.dedupe {
                self.log.push(Decided {
                    op,
                    granted: !refused,
                });
            }
        }
        let whole = request.since == Revision(0) || request.since > self.revision;
        let things = match whole {
            true => self.house.things().cloned().collect(),
            false => self
                .changed
                .iter()
                .filter(|(_, at)| **at > request.since)
                .map(|(id, _)| self.thing(*id))
                .collect(),
        };
        let trouble = received.stopped.map(|stopped| stopped.trouble(new_device));
        Answer {
            done: received.done,
            revision: self.revision,
            whole,
            began: None,
            things,
            more: false,
            trouble,
        }
    }

    fn thing(&self, id: ThingId) -> Thing {
        self.house.get(id).cloned().unwrap_or(Thing::Gone(id))
    }

    fn receive(&mut self, device: &DeviceId, ops: &[Op]) -> Received {
        let ids = self.devices.get(device).cloned().unwrap_or_default();
        let done = ids.last_key_value().map_or(0, |(n, _)| *n);
        let known = match self.broken.dedupe {
            true => Known {
                device: *device,
                kind: DeviceKind::Till,
                done: ops.first().map_or(done, |op| op.n - 1),
                ids: BTreeMap::new(),
                seen: BTreeSet::new(),
            },
            false => Known {
                device: *device,
                kind: DeviceKind::Till,
                done,
                ids,
                seen: self.seen.clone(),
            },
        };
        if !self.broken.blocking {
            return receive(&mut self.house, known, ops, self.speaks);
        }
        // Stops before what it would refuse.
        for count in (0..=ops.len()).rev() {
            let mut house = self.house.clone();
            let received = receive(&mut house, known.clone(), &ops[..count], self.speaks);
            if !received
                .steps
                .iter()
                .any(|step| step.changed.contains(&ThingId::Refused(step.op.id)))
            {
                self.house = house;
                return received;
            }
        }
        Received {
            done,
            ..Received::default()
        }
    }
}
