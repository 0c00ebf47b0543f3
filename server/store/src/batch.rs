//! What a batch of writes does to the rows it touches: worked out in memory, so that both engines decide alike.

mod sync;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use servery_domain::{
    coupon::CouponUsage,
    id::{DeviceId, DishId, OpId, OrderId, RestaurantId, VisitorId},
    job::{Job, follow_ups},
    order::{Actor, Event, Order, apply},
    pos::{PosState, Record, RecordId, op::Action, ticket::Ticket},
    quote::{Sum, portions},
    revision::Revision,
    time::Timestamp,
};

use crate::{
    devices::SyncOps,
    orders::{Advance, Changed, IdempotentRequest, OrderWrite, PlaceOrder, Tracked, WriteOutcome},
};

pub(crate) type CouponUse = (RestaurantId, String, String);
pub(crate) type Slot = (RestaurantId, i64);
pub(crate) type Counted = (RestaurantId, DishId);

/// Who stands for all customers together.
pub(crate) const EVERYBODY: &str = "";

#[derive(Clone)]
pub(crate) struct StoredAnswer {
    pub(crate) fingerprint: String,
    pub(crate) status: u16,
    pub(crate) body: String,
}

impl StoredAnswer {
    pub(crate) fn read(fingerprint: String, status: i64, body: String) -> Self {
        let status = u16::try_from(status).unwrap_or(500);
        Self {
            fingerprint,
            status,
            body,
        }
    }

    pub(crate) fn answers(self, request: &IdempotentRequest) -> WriteOutcome {
        match self.fingerprint == request.fingerprint {
            true => WriteOutcome::Again {
                status: self.status,
                body: self.body,
            },
            false => WriteOutcome::OtherRequest,
        }
    }
}

#[derive(Clone, Copy)]
pub(crate) struct OrderNumbers {
    /// Of the restaurant and its menu.
    pub(crate) menu: Revision,
    pub(crate) revision: i64,
    pub(crate) number: i64,
}

pub(crate) struct NewEvent {
    pub(crate) restaurant: RestaurantId,
    pub(crate) revision: i64,
    pub(crate) order: OrderId,
    pub(crate) at: Timestamp,
    pub(crate) actor: Actor,
    pub(crate) event: Event,
}

/// A name under which a device counts its ops.
pub(crate) struct Stream {
    pub(crate) device: DeviceId,
    pub(crate) done: u64,
}

pub(crate) struct NewOpRow {
    pub(crate) stream: DeviceId,
    pub(crate) n: u64,
    pub(crate) restaurant: RestaurantId,
    pub(crate) id: OpId,
    pub(crate) at: Timestamp,
    /// None of one that was done before, under another number.
    pub(crate) text: Option<String>,
}

/// Rows as they were found, then as they shall be.
#[derive(Default)]
pub(crate) struct Batch {
    pub(crate) keys: HashMap<String, StoredAnswer>,
    pub(crate) orders: HashMap<OrderId, Tracked>,
    /// What was paid, and by which intent.
    pub(crate) settled: HashMap<OrderId, String>,
    /// Who wants to be told of an order.
    pub(crate) browsers: HashMap<OrderId, Vec<VisitorId>>,
    pub(crate) stock: BTreeMap<Counted, u32>,
    pub(crate) coupons: BTreeMap<CouponUse, u32>,
    pub(crate) slots: BTreeMap<Slot, u32>,
    pub(crate) counters: BTreeMap<RestaurantId, OrderNumbers>,
    /// As much of each as is looked at.
    pub(crate) pos_states: HashMap<RestaurantId, PosState>,
    /// Those of devices that are let in.
    pub(crate) streams: HashMap<DeviceId, Stream>,
    pub(crate) op_ids: HashMap<(DeviceId, u64), OpId>,
    pub(crate) seen_ops: HashSet<(RestaurantId, OpId)>,

    pub(crate) new_keys: Vec<(IdempotentRequest, StoredAnswer)>,
    pub(crate) new_orders: Vec<OrderId>,
    pub(crate) changed_orders: BTreeSet<OrderId>,
    pub(crate) new_events: Vec<NewEvent>,
    /// Each with an id that says what it follows from.
    pub(crate) new_jobs: Vec<(String, Job)>,
    pub(crate) new_webhooks: Vec<(String, Timestamp)>,
    pub(crate) newly_settled: Vec<OrderId>,
    /// With the revision at which it changed.
    pub(crate) changed_stock: BTreeMap<Counted, i64>,
    pub(crate) changed_coupons: BTreeSet<CouponUse>,
    pub(crate) changed_slots: BTreeSet<Slot>,
    pub(crate) changed_counters: BTreeSet<RestaurantId>,
    /// With the revision at which it changed, and when that was. An order is among them if others see it than before.
    pub(crate) changed_records: BTreeMap<(RestaurantId, RecordId), (i64, Timestamp)>,
    /// Of these orders nothing is cooked any more, whether or not the kitchen said so.
    pub(crate) orders_over: Vec<(OrderId, Timestamp)>,
    pub(crate) changed_streams: BTreeSet<DeviceId>,
    pub(crate) new_ops: Vec<NewOpRow>,
    /// Something has run out, or is there again.
    pub(crate) sold_out_changed: bool,
}

/// What a batch is going to look at.
#[derive(Default)]
pub(crate) struct Needs {
    pub(crate) keys: BTreeSet<String>,
    pub(crate) orders: BTreeSet<OrderId>,
    pub(crate) dishes: BTreeSet<DishId>,
    pub(crate) coupons: BTreeSet<CouponUse>,
    pub(crate) slots: BTreeSet<Slot>,
    pub(crate) restaurants: BTreeSet<RestaurantId>,
    pub(crate) devices: BTreeSet<DeviceId>,
    pub(crate) ops: BTreeSet<OpId>,
    /// Of these all that is counted, because ops may move what they do not name.
    pub(crate) pos_states: BTreeSet<RestaurantId>,
}

impl Needs {
    /// What the writes name themselves; what the orders that they change name, [`Needs::of_order`] adds.
    pub(crate) fn of(writes: &[OrderWrite]) -> Self {
        let mut needs = Self::default();
        for write in writes {
            match write {
                OrderWrite::Place(placing) => needs.of_placing(placing),
                OrderWrite::Answer { request, .. } => drop(needs.keys.insert(request.key.clone())),
                OrderWrite::Advance(Advance { order, .. }) | OrderWrite::Settle { order, .. } => {
                    needs.orders.insert(*order);
                }
                OrderWrite::Sync(syncing) => needs.of_syncing(syncing),
            }
        }
        needs
    }

    fn of_placing(&mut self, placing: &PlaceOrder) {
        self.keys.insert(placing.request.key.clone());
        self.orders.insert(placing.order.id);
        self.of_order(&placing.order);
    }

    /// Orders are locked before counters, everywhere: here is the moment to name them.
    fn of_syncing(&mut self, syncing: &SyncOps) {
        self.restaurants.insert(syncing.restaurant);
        self.pos_states.insert(syncing.restaurant);
        self.devices.insert(syncing.device);
        self.ops.extend(syncing.ops.iter().map(|sent| sent.op.id));
        for sent in &syncing.ops {
            match &sent.op.action {
                Action::Order { order, .. } | Action::TakeOrder { order, .. } => {
                    self.orders.insert(*order);
                }
                Action::Assign { orders, .. } | Action::HandIn { orders, .. } => self.orders.extend(orders),
                _ => {}
            }
        }
    }

    pub(crate) fn of_order(&mut self, order: &Order) {
        self.restaurants.insert(order.ordered.restaurant);
        self.dishes.extend(portions(&order.ordered.lines).into_keys());
        self.coupons.extend(coupon_uses(order));
        self.slots.extend(slot_of(order));
    }
}

fn coupon_uses(order: &Order) -> Vec<CouponUse> {
    let code = order.ordered.sums.iter().find_map(|sum| match sum {
        Sum::Coupon { code, .. } => Some(code.clone()),
        _ => None,
    });
    let Some(code) = code else { return Vec::new() };
    // Who sits at a table may have left no name: that one counts for all only.
    let who = BTreeSet::from([EVERYBODY, &order.ordered.redeemed_by]);
    who.into_iter()
        .map(|who| (order.ordered.restaurant, code.clone(), who.to_owned()))
        .collect()
}

/// Of the jobs that follow from one event no two have the same.
fn job_name(job: &Job) -> String {
    match job {
        Job::Push { browser, .. } => format!("{}-{browser}", job.kind()),
        _ => job.kind().to_owned(),
    }
}

/// Orders that asked for a slot count for it; those for as soon as possible do not.
fn slot_of(order: &Order) -> Option<Slot> {
    order
        .ordered
        .scheduled
        .then_some((order.ordered.restaurant, order.ordered.due.from.0))
}

impl Batch {
    pub(crate) fn write(&mut self, write: &OrderWrite) -> WriteOutcome {
        match write {
            OrderWrite::Place(placing) => self.place(placing),
            OrderWrite::Answer {
                request,
                status,
                body,
            } => self.answered(request).unwrap_or_else(|| {
                self.keep(request, *status, body.clone());
                WriteOutcome::Again {
                    status: *status,
                    body: body.clone(),
                }
            }),
            OrderWrite::Advance(advance) => self.advance(advance),
            OrderWrite::Settle {
                order,
                intent,
                webhook,
                at,
            } => {
                self.new_webhooks
                    .extend(webhook.clone().map(|webhook| (webhook, *at)));
                self.settle(*order, intent, *at)
            }
            OrderWrite::Sync(syncing) => self.sync(syncing),
        }
    }

    fn answered(&self, request: &IdempotentRequest) -> Option<WriteOutcome> {
        self.keys
            .get(&request.key)
            .map(|kept| kept.clone().answers(request))
    }

    fn keep(&mut self, request: &IdempotentRequest, status: u16, body: String) {
        let kept = StoredAnswer {
            fingerprint: request.fingerprint.clone(),
            status,
            body,
        };
        self.keys.insert(request.key.clone(), kept.clone());
        self.new_keys.push((request.clone(), kept));
    }

    fn place(&mut self, placing: &PlaceOrder) -> WriteOutcome {
        if let Some(answered) = self.answered(&placing.request) {
            return answered;
        }
        if self.orders.contains_key(&placing.order.id) {
            return WriteOutcome::IdTaken;
        }
        if let Some(changed) = self.changed(placing) {
            return WriteOutcome::Changed(changed);
        }
        let mut order = placing.order.clone();
        if let Some(numbers) = self.counters.get_mut(&order.ordered.restaurant) {
            numbers.number += 1;
            order.number = u32::try_from(numbers.number).unwrap_or(u32::MAX);
        }
        self.happened(
            &placing.order,
            &mut order,
            Event::Placed,
            Actor::Diner,
            placing.request.at,
        );
        self.take(&order, true);
        let tracked = Tracked {
            token: placing.token.clone(),
            customer: placing.customer.clone(),
            order: order.clone(),
        };
        let receipt = servery_domain::order::PlacedOrder::new(&order, &placing.token);
        let answer = crate::json(&receipt).unwrap_or_default();
        self.keep(&placing.request, 201, answer.clone());
        self.new_orders.push(order.id);
        self.orders.insert(order.id, tracked);
        WriteOutcome::Placed {
            order: Box::new(order),
            answer,
        }
    }

    /// What is not as it was when the order was priced.
    fn changed(&self, placing: &PlaceOrder) -> Option<Changed> {
        let order = &placing.order;
        if self
            .counters
            .get(&order.ordered.restaurant)
            .is_none_or(|numbers| numbers.menu != placing.priced_at)
        {
            return Some(Changed::Menu);
        }
        let restaurant = order.ordered.restaurant;
        let short = |(dish, wanted): (&DishId, &u32)| {
            self.stock
                .get(&(restaurant, *dish))
                .is_some_and(|left| left < wanted)
        };
        if portions(&order.ordered.lines).iter().any(short) {
            return Some(Changed::Stock);
        }
        if let Some(coupon) = &placing.coupon {
            let used = |who: &str| {
                let key = (order.ordered.restaurant, coupon.code.clone(), who.to_owned());
                self.coupons.get(&key).copied().unwrap_or(0)
            };
            let customer = Some(&order.ordered.redeemed_by).filter(|customer| !customer.is_empty());
            let used = CouponUsage {
                by_all: used(EVERYBODY),
                by_customer: customer.map_or(0, |customer| used(customer)),
            };
            if coupon.uses.is_some_and(|uses| used.by_all >= uses)
                || coupon.per_customer.is_some_and(|uses| used.by_customer >= uses)
            {
                return Some(Changed::Coupon);
            }
        }
        let taken = slot_of(order)
            .and_then(|slot| self.slots.get(&slot))
            .copied()
            .unwrap_or(0);
        let full = order.ordered.scheduled && placing.per_slot.is_some_and(|takes| taken >= u32::from(takes));
        full.then_some(Changed::Slot)
    }

    /// Takes what an order uses up, or gives it back.
    fn take(&mut self, order: &Order, take: bool) {
        for (dish, count) in portions(&order.ordered.lines) {
            let counted = (order.ordered.restaurant, dish);
            if let Some(left) = self.stock.get(&counted).copied() {
                let after = if take {
                    left.saturating_sub(count)
                } else {
                    left.saturating_add(count)
                };
                self.count(counted, Some(after), order.revision.0);
            }
        }
        let step = |used: &mut u32| *used = if take { *used + 1 } else { used.saturating_sub(1) };
        for key in coupon_uses(order) {
            step(self.coupons.entry(key.clone()).or_insert(0));
            self.changed_coupons.insert(key);
        }
        if let Some(slot) = slot_of(order) {
            step(self.slots.entry(slot).or_insert(0));
            self.changed_slots.insert(slot);
        }
    }

    fn count(&mut self, counted: Counted, left: Option<u32>, revision: i64) {
        let before = match left {
            Some(left) => self.stock.insert(counted, left),
            None => self.stock.remove(&counted),
        };
        self.sold_out_changed |= (before == Some(0)) != (left == Some(0));
        self.changed_stock.insert(counted, revision);
    }

    fn raise(&mut self, restaurant: RestaurantId) -> i64 {
        self.changed_counters.insert(restaurant);
        self.counters.get_mut(&restaurant).map_or(0, |numbers| {
            numbers.revision += 1;
            numbers.revision
        })
    }

    /// Puts a thing back into the house, under a revision.
    fn put(&mut self, restaurant: RestaurantId, record: Record, (revision, at): (i64, Timestamp)) {
        self.changed_records
            .insert((restaurant, record.id()), (revision, at));
        self.pos_states.entry(restaurant).or_default().put(record);
    }

    /// Notes an event under the restaurant's next revision, with what follows from it.
    fn happened(&mut self, before: &Order, order: &mut Order, event: Event, actor: Actor, at: Timestamp) {
        let restaurant = order.ordered.restaurant;
        order.revision = Revision(self.raise(restaurant));
        let (was, is) = (before.progress.state, order.progress.state);
        // What the kitchen works on it is told to leave.
        let off = is.is_off() && !was.is_waiting() && !was.is_over();
        if off || matches!(event, Event::Accepted { .. }) {
            self.put(
                restaurant,
                Record::Ticket(Ticket::of_order(order)),
                (order.revision.0, at),
            );
        }
        if is.is_over() && !was.is_over() {
            self.orders_over.push((order.id, at));
        }
        // Who does something knows of it.
        let browsers = self
            .browsers
            .get(&order.id)
            .filter(|_| actor != Actor::Diner)
            .map_or(&[][..], Vec::as_slice);
        let jobs = follow_ups(before, order, &event, browsers).into_iter();
        self.new_jobs.extend(jobs.map(|job| {
            (
                format!("{}-{}-{}", order.id, order.revision.0, job_name(&job)),
                job,
            )
        }));
        self.new_events.push(NewEvent {
            restaurant,
            revision: order.revision.0,
            order: order.id,
            at,
            actor,
            event,
        });
    }

    fn advance(&mut self, advance: &Advance) -> WriteOutcome {
        let Some(tracked) = self.orders.get(&advance.order).cloned() else {
            return WriteOutcome::NoSuchOrder;
        };
        match apply(&tracked.order, &advance.event, advance.actor, advance.at) {
            Err(refused) => WriteOutcome::Refused(refused),
            Ok(mut order) => {
                let was_off = tracked.order.progress.state.is_off();
                self.happened(
                    &tracked.order,
                    &mut order,
                    advance.event.clone(),
                    advance.actor,
                    advance.at,
                );
                if order.progress.state.is_off() && !was_off {
                    self.take(&order, false);
                }
                self.changed_orders.insert(order.id);
                self.orders.insert(
                    order.id,
                    Tracked {
                        order: order.clone(),
                        ..tracked
                    },
                );
                WriteOutcome::Advanced(Box::new(order))
            }
        }
    }

    /// However often it is said, the money is booked once. A second card's was never booked, so its way back is not either.
    fn settle(&mut self, id: OrderId, intent: &str, at: Timestamp) -> WriteOutcome {
        let Some(tracked) = self.orders.get(&id) else {
            return WriteOutcome::NoSuchOrder;
        };
        let amount = tracked.order.ordered.total;
        if let Some(settled) = self.settled.get(&id) {
            if settled != intent {
                let job = Job::GiveBack {
                    intent: intent.to_owned(),
                    amount,
                };
                self.new_jobs.push((format!("{id}-{intent}-{}", job.kind()), job));
            }
            return WriteOutcome::Done;
        }
        self.settled.insert(id, intent.to_owned());
        self.newly_settled.push(id);
        let event = Event::Paid { amount };
        self.advance(&Advance {
            order: id,
            event,
            actor: Actor::System,
            at,
        })
    }
}
