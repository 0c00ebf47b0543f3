//! What a device asks for, worked into its house among all the other writes.

use std::{collections::BTreeSet, slice};

use servery_domain::{
    id::{DeviceId, OrderId, RestaurantId},
    job::Job,
    order::{Actor, Order},
    pos::{
        Record, RecordId, RefusedOp, Stock,
        delivery_run::DeliveryRun,
        needs,
        op::{Action, OP_VERSION, Op, OpRefusal},
    },
    revision::Revision,
    sync::{
        SyncProblem,
        server::{DeviceState, receive},
    },
};

use super::{Batch, NewOpRow, Stream};
use crate::{
    devices::{SyncOps, SyncedOps},
    orders::{Advance, WriteOutcome},
};

/// Whose way changed, and what is brought on it now that was not, or the other way around.
fn moved(before: Option<&DeliveryRun>, after: Option<&DeliveryRun>) -> BTreeSet<OrderId> {
    let brought = |run: Option<&DeliveryRun>| {
        run.into_iter()
            .flat_map(|run| &run.stops)
            .map(|stop| stop.order)
            .collect::<BTreeSet<_>>()
    };
    let (was, is) = (brought(before), brought(after));
    match before.map(|run| run.courier) == after.map(|run| run.courier) {
        true => was.symmetric_difference(&is).copied().collect(),
        false => was.union(&is).copied().collect(),
    }
}

fn run_of(op: &Op) -> Option<RecordId> {
    match &op.action {
        Action::Assign { run, .. } | Action::HandOver { run, .. } => Some(RecordId::DeliveryRun(*run)),
        _ => None,
    }
}

/// By the device's number, or by the next one where others send for it.
fn numbered(syncing: &SyncOps, op: &Op, done: u64) -> Op {
    let n = if syncing.stream.is_some() { op.n } else { done + 1 };
    Op { n, ..op.clone() }
}

impl Batch {
    pub(super) fn sync(&mut self, syncing: &SyncOps) -> WriteOutcome {
        if syncing.stream.is_some()
            && !self
                .streams
                .values()
                .any(|stream| stream.device == syncing.device)
        {
            return WriteOutcome::SignedOut;
        }
        let before = self.revision(syncing.restaurant);
        let known = match syncing.stream {
            Some(stream) => self
                .streams
                .get(&stream)
                .filter(|stream| stream.device == syncing.device)
                .map(|stream| stream.done),
            None => Some(0),
        };
        let mut synced = SyncedOps {
            done: known.unwrap_or(0),
            sync_problem: None,
            revisions: (before, before),
            orders: Vec::new(),
        };
        match known {
            Some(_) => self.work_in(syncing, &mut synced),
            // The server forgot the name with the rest of what it lost.
            None => {
                synced.sync_problem = Some(SyncProblem::Diverged {
                    new_device: self.other_name(syncing),
                })
            }
        }
        synced.revisions.1 = self.revision(syncing.restaurant);
        WriteOutcome::Synced(Box::new(synced))
    }

    fn revision(&self, restaurant: RestaurantId) -> Revision {
        Revision(
            self.counters
                .get(&restaurant)
                .map_or(0, |numbers| numbers.revision),
        )
    }

    /// A name that means nothing yet: one that was given out before, if the answer was lost.
    fn other_name(&mut self, syncing: &SyncOps) -> DeviceId {
        let unused = |(name, stream): &(&DeviceId, &Stream)| {
            stream.device == syncing.device && stream.done == 0 && Some(**name) != syncing.stream
        };
        let new_device = self
            .streams
            .iter()
            .find(unused)
            .map_or(syncing.new_device, |(name, _)| *name);
        self.streams.entry(new_device).or_insert(Stream {
            device: syncing.device,
            done: 0,
        });
        self.changed_streams.insert(new_device);
        new_device
    }

    /// One by one: what an op does to diners' orders and to the portions, the next one has to find.
    fn work_in(&mut self, syncing: &SyncOps, synced: &mut SyncedOps) {
        for (at, sent) in syncing.ops.iter().enumerate() {
            let seen = self.seen_ops.contains(&(syncing.restaurant, sent.op.id));
            if syncing.stream.is_none() && seen {
                continue;
            }
            let op = &numbered(syncing, &sent.op, synced.done);
            // After a gap nothing is done: the device sends what is missing first.
            if at > 0 && op.n > synced.done + 1 {
                return;
            }
            self.show(syncing.restaurant, op);
            // Decided below, what cannot be read is only counted here.
            let counted_only = seen || sent.unread.is_some();
            let known = DeviceState {
                device: syncing.device,
                kind: syncing.kind,
                done: synced.done,
                ids: self
                    .op_ids
                    .get(&(syncing.name(), op.n))
                    .map(|id| (op.n, *id))
                    .into_iter()
                    .collect(),
                seen: counted_only.then_some(op.id).into_iter().collect(),
            };
            let pos = self.pos_states.entry(syncing.restaurant).or_default();
            let run = run_of(op).and_then(|run| pos.get(run).cloned());
            let received = receive(pos, known, slice::from_ref(op), OP_VERSION);
            synced.done = received.done;
            for step in received.steps {
                self.note(syncing, (op, &sent.text), seen);
                if !counted_only && step.changed.is_empty() {
                    self.post(syncing.restaurant, op);
                }
                match &sent.unread {
                    Some(why) if !seen => self.refuse(syncing, op, OpRefusal::Malformed(why.clone())),
                    _ => self.done(syncing, op, &step.changed, &mut synced.orders),
                }
                self.reassign(syncing, op, run.as_ref());
            }
            if let Some(stopped) = received.stopped {
                synced.sync_problem = Some(stopped.sync_problem(|| self.other_name(syncing)));
                return;
            }
        }
    }

    /// Orders and portions as they are now, which others change as well.
    fn show(&mut self, restaurant: RestaurantId, op: &Op) {
        let pos = self.pos_states.entry(restaurant).or_default();
        for id in needs(op, pos) {
            match id {
                RecordId::Stock(dish) => pos.put(match self.stock.get(&(restaurant, dish)) {
                    Some(left) => Record::Stock(Stock { dish, left: *left }),
                    None => Record::Gone(id),
                }),
                RecordId::Order(order) => {
                    let own = |order: &&Order| order.ordered.restaurant == restaurant;
                    let order = self.orders.get(&order).map(|tracked| &tracked.order).filter(own);
                    pos.put(order.map_or(Record::Gone(id), |order| Record::Order(Box::new(order.clone()))));
                }
                _ => {}
            }
        }
    }

    fn note(&mut self, syncing: &SyncOps, (op, text): (&Op, &str), seen: bool) {
        let (stream, restaurant) = (syncing.name(), syncing.restaurant);
        self.op_ids.insert((stream, op.n), op.id);
        self.seen_ops.insert((restaurant, op.id));
        let text = (!seen).then(|| text.to_owned());
        self.new_ops.push(NewOpRow {
            stream,
            n: op.n,
            restaurant,
            id: op.id,
            at: syncing.at,
            text,
        });
        if let Some(stream) = self.streams.get_mut(&stream) {
            stream.done = op.n;
        }
        self.changed_streams.insert(stream);
    }

    fn refuse(&mut self, syncing: &SyncOps, op: &Op, why: OpRefusal) {
        let revision = self.raise(syncing.restaurant);
        let refused = Record::RefusedOp(Box::new(RefusedOp { op: op.clone(), why }));
        self.put(syncing.restaurant, refused, (revision, syncing.at));
    }

    /// What was granted and changes no thing here may be for somebody else to do.
    fn post(&mut self, restaurant: RestaurantId, op: &Op) {
        let Action::Mail {
            bill,
            payment,
            to,
            lang,
        } = &op.action
        else {
            return;
        };
        let Some(bill) = self.pos_states.get(&restaurant).and_then(|pos| pos.live(*bill)) else {
            return;
        };
        let job = Job::ReceiptMail {
            restaurant,
            bill: Box::new(bill.clone()),
            payment: *payment,
            to: to.clone(),
            lang: *lang,
        };
        self.new_jobs.push((format!("{}-{}", op.id, job.kind()), job));
    }

    fn done(&mut self, syncing: &SyncOps, op: &Op, changed: &[RecordId], orders: &mut Vec<Order>) {
        let restaurant = syncing.restaurant;
        if let (Action::Order { event, .. }, [RecordId::Order(order)]) = (&op.action, changed) {
            // With all its consequences, and by the clock that all orders go by.
            let advance = Advance {
                order: *order,
                event: event.clone(),
                actor: Actor::Staff,
                at: syncing.at,
            };
            return match self.advance(&advance) {
                WriteOutcome::Advanced(order) => orders.push(*order),
                WriteOutcome::Refused(refused) => self.refuse(syncing, op, OpRefusal::Order(refused.state)),
                _ => self.refuse(syncing, op, OpRefusal::Unknown),
            };
        }
        if changed.is_empty() {
            return;
        }
        let revision = self.raise(restaurant);
        for id in changed {
            let stock = match id {
                RecordId::Stock(dish) => self
                    .pos_states
                    .get(&restaurant)
                    .map(|pos| (*dish, pos.stock(*dish).map(|stock| stock.left))),
                _ => None,
            };
            if let Some((dish, left)) = stock {
                self.count((restaurant, dish), left, revision);
            }
            if stock.is_none_or(|(_, left)| left.is_none()) {
                self.changed_records
                    .insert((restaurant, *id), (revision, syncing.at));
            }
        }
    }

    /// Who is sent elsewhere sees other orders than before.
    fn reassign(&mut self, syncing: &SyncOps, op: &Op, before: Option<&Record>) {
        let Some(id) = run_of(op) else { return };
        let run = |record: Option<&Record>| match record {
            Some(Record::DeliveryRun(run)) => Some(run.clone()),
            _ => None,
        };
        let after = run(self
            .pos_states
            .get(&syncing.restaurant)
            .and_then(|pos| pos.get(id)));
        let revision = self.revision(syncing.restaurant).0;
        for order in moved(run(before).as_ref(), after.as_ref()) {
            self.changed_records.insert(
                (syncing.restaurant, RecordId::Order(order)),
                (revision, syncing.at),
            );
        }
    }
}
