//! The ops of a device, applied in the same batch as all the other writes.

use std::{collections::BTreeSet, slice};

use servery_domain::{
    audit::Author,
    currency::Minor,
    id::{DeviceId, OrderId, RestaurantId},
    job::Job,
    order::Order,
    pos::{
        Record, RecordId, RefusedOp, Stock,
        delivery_run::DeliveryRun,
        needs,
        op::{Action, OP_VERSION, Op, OpRefusal},
        payment::TillRefund,
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

/// The orders that a change of a delivery run gives to a courier or takes from one.
fn reassigned_orders(before: Option<&DeliveryRun>, after: Option<&DeliveryRun>) -> BTreeSet<OrderId> {
    let orders = |run: Option<&DeliveryRun>| {
        run.into_iter()
            .flat_map(|run| &run.stops)
            .map(|stop| stop.order)
            .collect::<BTreeSet<_>>()
    };
    let (was, is) = (orders(before), orders(after));
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

/// Ops that somebody else sends for the device get the next numbers.
fn with_number(sync: &SyncOps, op: &Op, done: u64) -> Op {
    let n = if sync.stream.is_some() { op.n } else { done + 1 };
    Op { n, ..op.clone() }
}

impl Batch {
    pub(super) fn sync(&mut self, sync: &SyncOps) -> WriteOutcome {
        if sync.stream.is_some() && !self.streams.values().any(|stream| stream.device == sync.device) {
            return WriteOutcome::SignedOut;
        }
        let before = self.revision(sync.restaurant);
        let known = match sync.stream {
            Some(stream) => self
                .streams
                .get(&stream)
                .filter(|stream| stream.device == sync.device)
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
            Some(_) => self.apply_ops(sync, &mut synced),
            // The database was restored from before the device was paired.
            None => {
                synced.sync_problem = Some(SyncProblem::Diverged {
                    new_device: self.unused_name(sync),
                })
            }
        }
        synced.revisions.1 = self.revision(sync.restaurant);
        WriteOutcome::Synced(Box::new(synced))
    }

    fn revision(&self, restaurant: RestaurantId) -> Revision {
        Revision(
            self.counters
                .get(&restaurant)
                .map_or(0, |numbers| numbers.revision),
        )
    }

    /// A name under which nothing was sent yet; the one that was given out before, if the answer was lost.
    fn unused_name(&mut self, sync: &SyncOps) -> DeviceId {
        let unused = |(name, stream): &(&DeviceId, &Stream)| {
            stream.device == sync.device && stream.done == 0 && Some(**name) != sync.stream
        };
        let new_device = self
            .streams
            .iter()
            .find(unused)
            .map_or(sync.new_device, |(name, _)| *name);
        self.streams.entry(new_device).or_insert(Stream {
            device: sync.device,
            done: 0,
        });
        self.changed_streams.insert(new_device);
        new_device
    }

    /// One by one, because each op may need the orders and the stock as the op before left them.
    fn apply_ops(&mut self, sync: &SyncOps, synced: &mut SyncedOps) {
        for (at, sent) in sync.ops.iter().enumerate() {
            let seen = self.seen_ops.contains(&(sync.restaurant, sent.op.id));
            if sync.stream.is_none() && seen {
                continue;
            }
            let op = &with_number(sync, &sent.op, synced.done);
            // Nothing after a gap is applied: the device sends what is missing first.
            if at > 0 && op.n > synced.done + 1 {
                return;
            }
            self.copy_orders_and_stock(sync.restaurant, op);
            // An op that cannot be read is refused below; here it only counts as done.
            let counted_only = seen || sent.unread.is_some();
            let known = DeviceState {
                device: sync.device,
                kind: sync.kind,
                done: synced.done,
                ids: self
                    .op_ids
                    .get(&(sync.name(), op.n))
                    .map(|id| (op.n, *id))
                    .into_iter()
                    .collect(),
                seen: counted_only.then_some(op.id).into_iter().collect(),
            };
            let pos = self.pos_states.entry(sync.restaurant).or_default();
            let run = run_of(op).and_then(|run| pos.get(run).cloned());
            let received = receive(pos, known, slice::from_ref(op), OP_VERSION);
            synced.done = received.done;
            for step in received.steps {
                self.record_op(sync, (op, &sent.text), seen);
                if !counted_only && step.changed.is_empty() {
                    self.queue_receipt_mail(sync.restaurant, op);
                }
                match &sent.unread {
                    Some(why) if !seen => self.refuse(sync, op, OpRefusal::Malformed(why.clone())),
                    _ => self.save_changes(sync, op, &step.changed, &mut synced.orders),
                }
                if !step.changed.is_empty() {
                    self.queue_reader_refund(sync.restaurant, op);
                }
                self.reassign(sync, op, run.as_ref());
            }
            if let Some(stopped) = received.stopped {
                synced.sync_problem = Some(stopped.sync_problem(|| self.unused_name(sync)));
                return;
            }
        }
    }

    /// Copies the orders and the stock that an op needs, because other writes of the batch change them as well.
    fn copy_orders_and_stock(&mut self, restaurant: RestaurantId, op: &Op) {
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

    fn record_op(&mut self, sync: &SyncOps, (op, text): (&Op, &str), seen: bool) {
        let (stream, restaurant) = (sync.name(), sync.restaurant);
        self.op_ids.insert((stream, op.n), op.id);
        self.seen_ops.insert((restaurant, op.id));
        let text = (!seen).then(|| text.to_owned());
        self.new_ops.push(NewOpRow {
            stream,
            n: op.n,
            restaurant,
            id: op.id,
            at: sync.at,
            text,
        });
        if let Some(stream) = self.streams.get_mut(&stream) {
            stream.done = op.n;
        }
        self.changed_streams.insert(stream);
    }

    fn refuse(&mut self, sync: &SyncOps, op: &Op, why: OpRefusal) {
        let revision = self.next_revision(sync.restaurant);
        let refused = Record::RefusedOp(Box::new(RefusedOp { op: op.clone(), why }));
        self.put_record(sync.restaurant, refused, (revision, sync.at));
    }

    fn queue_receipt_mail(&mut self, restaurant: RestaurantId, op: &Op) {
        let Action::Mail {
            bill,
            payment,
            to,
            lang,
        } = &op.action
        else {
            return;
        };
        let Some(bill) = self
            .pos_states
            .get(&restaurant)
            .and_then(|pos| pos.merged_bill(*bill))
        else {
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

    /// What was charged on a reader goes back to the card. A refund of more than is left of the payment is the drawer's.
    fn queue_reader_refund(&mut self, restaurant: RestaurantId, op: &Op) {
        let Action::Refund {
            payable,
            payment,
            back,
            ..
        } = &op.action
        else {
            return;
        };
        let paid = self
            .pos_states
            .get(&restaurant)
            .and_then(|pos| pos.payment(*payable, *payment));
        let Some(paid) = paid.filter(|paid| paid.on_reader) else {
            return;
        };
        let refund = paid.refunds.iter().find(|refund| refund.back.id == back.id);
        let amount = refund.map_or(Minor::ZERO, TillRefund::valid);
        if amount > Minor::ZERO {
            let job = Job::RefundReaderPayment {
                payment: *payment,
                amount,
            };
            self.new_jobs.push((format!("{}-{}", op.id, job.kind()), job));
        }
    }

    fn save_changes(&mut self, sync: &SyncOps, op: &Op, changed: &[RecordId], orders: &mut Vec<Order>) {
        let restaurant = sync.restaurant;
        if let (Action::Order { event, .. }, [RecordId::Order(order)]) = (&op.action, changed) {
            // Through the same function as any other write, and at the server's time.
            let advance = Advance {
                order: *order,
                event: event.clone(),
                author: Author::Device {
                    device: sync.device,
                    cashier: op.by,
                },
                at: sync.at,
                slot: None,
            };
            return match self.advance(&advance) {
                WriteOutcome::Advanced(order) => orders.push(*order),
                WriteOutcome::Refused(refused) => self.refuse(sync, op, OpRefusal::Order(refused.state)),
                _ => self.refuse(sync, op, OpRefusal::Unknown),
            };
        }
        if changed.is_empty() {
            return;
        }
        let revision = self.next_revision(restaurant);
        for id in changed {
            let stock = match id {
                RecordId::Stock(dish) => self
                    .pos_states
                    .get(&restaurant)
                    .map(|pos| (*dish, pos.stock(*dish).map(|stock| stock.left))),
                _ => None,
            };
            if let Some((dish, left)) = stock {
                self.set_stock((restaurant, dish), left, revision);
            }
            if stock.is_none_or(|(_, left)| left.is_none()) {
                self.changed_records
                    .insert((restaurant, *id), (revision, sync.at));
            }
        }
    }

    /// A courier whose run changed sees other orders than before.
    fn reassign(&mut self, sync: &SyncOps, op: &Op, before: Option<&Record>) {
        let Some(id) = run_of(op) else { return };
        let run = |record: Option<&Record>| match record {
            Some(Record::DeliveryRun(run)) => Some(run.clone()),
            _ => None,
        };
        let after = run(self.pos_states.get(&sync.restaurant).and_then(|pos| pos.get(id)));
        let revision = self.revision(sync.restaurant).0;
        for order in reassigned_orders(run(before).as_ref(), after.as_ref()) {
            self.changed_records
                .insert((sync.restaurant, RecordId::Order(order)), (revision, sync.at));
        }
    }
}
