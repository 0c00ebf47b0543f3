//! What a batch of writes does to the rows it touches. It is computed in memory, so that both engines decide alike.

mod sync;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use servery_domain::{
    audit::Author,
    id::{DeviceId, DishId, OpId, OrderId, RestaurantId, VisitorId},
    job::{Job, follow_ups},
    order::{Event, Order, PlacedOrder, State, apply},
    pos::{PosState, Record, RecordId, op::Action, ticket::Ticket},
    quote::{Sum, stock_needed},
    revision::Revision,
    slot_capacity::SlotUse,
    time::{LocalMinute, Timestamp},
};

use crate::{
    devices::SyncOps,
    orders::{
        Advance, Changed, IdempotentRequest, OrderWrite, PlaceOrder, Reservation, Tracked, WriteOutcome,
    },
};

pub(crate) type CouponUse = (RestaurantId, String, String);
pub(crate) type Slot = (RestaurantId, i64);
pub(crate) type StockKey = (RestaurantId, DishId);

/// Stands for all customers together.
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

    pub(crate) fn outcome(self, request: &IdempotentRequest) -> WriteOutcome {
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
    /// The revision of the restaurant and its menu.
    pub(crate) menu: Revision,
    pub(crate) revision: i64,
    pub(crate) number: i64,
}

pub(crate) struct NewEvent {
    pub(crate) restaurant: RestaurantId,
    pub(crate) revision: i64,
    pub(crate) order: OrderId,
    pub(crate) at: Timestamp,
    pub(crate) author: Author,
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
    /// `None` if the op was done before under another number.
    pub(crate) text: Option<String>,
}

/// Rows as they were loaded, then as they are saved.
#[derive(Default)]
pub(crate) struct Batch {
    pub(crate) keys: HashMap<String, StoredAnswer>,
    pub(crate) orders: HashMap<OrderId, Tracked>,
    /// The orders that are paid, and by which payment intent.
    pub(crate) settled: HashMap<OrderId, String>,
    /// The browsers that have subscribed to an order.
    pub(crate) browsers: HashMap<OrderId, Vec<VisitorId>>,
    pub(crate) stock: BTreeMap<StockKey, u32>,
    pub(crate) coupons: BTreeMap<CouponUse, u32>,
    pub(crate) slots: BTreeMap<Slot, SlotUse>,
    pub(crate) counters: BTreeMap<RestaurantId, OrderNumbers>,
    /// Only the records that the ops need.
    pub(crate) pos_states: HashMap<RestaurantId, PosState>,
    /// Those of devices that are paired and not revoked.
    pub(crate) streams: HashMap<DeviceId, Stream>,
    pub(crate) op_ids: HashMap<(DeviceId, u64), OpId>,
    pub(crate) seen_ops: HashSet<(RestaurantId, OpId)>,

    pub(crate) new_keys: Vec<(IdempotentRequest, StoredAnswer)>,
    pub(crate) new_orders: Vec<OrderId>,
    pub(crate) changed_orders: BTreeSet<OrderId>,
    pub(crate) new_events: Vec<NewEvent>,
    /// Each with an id made from what it follows from.
    pub(crate) new_jobs: Vec<(String, Job)>,
    pub(crate) new_webhooks: Vec<(String, Timestamp)>,
    pub(crate) newly_settled: Vec<OrderId>,
    /// With the revision at which it changed.
    pub(crate) changed_stock: BTreeMap<StockKey, i64>,
    pub(crate) changed_coupons: BTreeSet<CouponUse>,
    pub(crate) changed_slots: BTreeSet<Slot>,
    pub(crate) changed_counters: BTreeSet<RestaurantId>,
    /// With the revision and the time of the change. An order is among them if it moved to another courier or from one.
    pub(crate) changed_records: BTreeMap<(RestaurantId, RecordId), (i64, Timestamp)>,
    /// Their tickets are over, whether or not the kitchen bumped them.
    pub(crate) orders_over: Vec<(OrderId, Timestamp)>,
    pub(crate) changed_streams: BTreeSet<DeviceId>,
    pub(crate) new_ops: Vec<NewOpRow>,
    /// A dish of theirs has run out, or is available again.
    pub(crate) changed_sold_out: BTreeSet<RestaurantId>,
}

/// The rows that a batch needs.
#[derive(Default)]
pub(crate) struct Needs {
    pub(crate) keys: BTreeSet<String>,
    pub(crate) orders: BTreeSet<OrderId>,
    pub(crate) dishes: BTreeSet<DishId>,
    pub(crate) coupons: BTreeSet<CouponUse>,
    pub(crate) slots: BTreeSet<Slot>,
    /// The slots to which orders are moved.
    moves: Vec<(OrderId, LocalMinute)>,
    pub(crate) restaurants: BTreeSet<RestaurantId>,
    pub(crate) devices: BTreeSet<DeviceId>,
    pub(crate) ops: BTreeSet<OpId>,
    /// Restaurants whose whole stock is loaded, because ops may change portions of dishes that they do not name.
    pub(crate) pos_states: BTreeSet<RestaurantId>,
}

impl Needs {
    /// What the writes name. [`Needs::add_order`] adds what the orders name that they change.
    pub(crate) fn of(writes: &[OrderWrite]) -> Self {
        let mut needs = Self::default();
        for write in writes {
            match write {
                OrderWrite::Place(placement) => needs.add_placement(placement),
                OrderWrite::Answer { request, .. } => drop(needs.keys.insert(request.key.clone())),
                OrderWrite::Advance(Advance { order, slot, .. }) => {
                    needs.orders.insert(*order);
                    needs.moves.extend(slot.map(|slot| (*order, slot)));
                }
                OrderWrite::Settle { order, .. } => drop(needs.orders.insert(*order)),
                OrderWrite::Sync(sync) => needs.add_sync(sync),
            }
        }
        needs
    }

    fn add_placement(&mut self, placement: &PlaceOrder) {
        self.keys.insert(placement.request.key.clone());
        self.orders.insert(placement.order.id);
        self.add_order(&placement.order, &reservation(placement));
    }

    /// Orders are locked before counters, everywhere, so orders that the ops name are loaded first.
    fn add_sync(&mut self, sync: &SyncOps) {
        self.restaurants.insert(sync.restaurant);
        self.pos_states.insert(sync.restaurant);
        self.devices.insert(sync.device);
        self.ops.extend(sync.ops.iter().map(|sent| sent.op.id));
        for sent in &sync.ops {
            match &sent.op.action {
                Action::Order { order, .. } | Action::TakeOrder { order, .. } => {
                    self.orders.insert(*order);
                }
                Action::Assign { orders, .. } | Action::HandIn { orders, .. } => self.orders.extend(orders),
                _ => {}
            }
        }
    }

    pub(crate) fn add_order(&mut self, order: &Order, reserved: &Reservation) {
        self.restaurants.insert(order.ordered.restaurant);
        self.dishes.extend(stock_needed(&order.ordered.lines).into_keys());
        self.coupons.extend(coupon_uses(order, &reserved.coupon_customer));
        let moves = self.moves.iter().filter(|(moved, _)| *moved == order.id);
        let slots = moves.map(|(_, slot)| *slot).chain(reserved.slot);
        self.slots
            .extend(slots.map(|slot| (order.ordered.restaurant, slot.0)));
    }
}

/// What the order is going to take, but for portions, which depend on what is counted.
fn reservation(placement: &PlaceOrder) -> Reservation {
    Reservation {
        portions: BTreeMap::new(),
        slot: Some(placement.slot),
        work: placement.work,
        coupon_customer: match placement.coupon {
            Some(_) => placement.coupon_customer.clone(),
            None => Vec::new(),
        },
    }
}

fn coupon_uses(order: &Order, customer: &[String]) -> Vec<CouponUse> {
    let code = order.ordered.sums.iter().find_map(|sum| match sum {
        Sum::Coupon { code, .. } => Some(code.clone()),
        _ => None,
    });
    let Some(code) = code else { return Vec::new() };
    let names = customer.iter().map(String::as_str);
    let who: BTreeSet<_> = names.chain([EVERYBODY]).collect();
    who.into_iter()
        .map(|who| (order.ordered.restaurant, code.clone(), who.to_owned()))
        .collect()
}

/// Unique among the jobs that follow from one event.
fn job_name(job: &Job) -> String {
    match job {
        Job::Push { browser, .. } => format!("{}-{browser}", job.kind()),
        _ => job.kind().to_owned(),
    }
}

impl Batch {
    pub(crate) fn write(&mut self, write: &OrderWrite) -> WriteOutcome {
        match write {
            OrderWrite::Place(placement) => self.place(placement),
            OrderWrite::Answer {
                request,
                status,
                body,
            } => self.recorded_answer(request).unwrap_or_else(|| {
                self.record_answer(request, *status, body.clone());
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
            OrderWrite::Sync(sync) => self.sync(sync),
        }
    }

    fn recorded_answer(&self, request: &IdempotentRequest) -> Option<WriteOutcome> {
        self.keys
            .get(&request.key)
            .map(|answer| answer.clone().outcome(request))
    }

    fn record_answer(&mut self, request: &IdempotentRequest, status: u16, body: String) {
        let answer = StoredAnswer {
            fingerprint: request.fingerprint.clone(),
            status,
            body,
        };
        self.keys.insert(request.key.clone(), answer.clone());
        self.new_keys.push((request.clone(), answer));
    }

    fn place(&mut self, placement: &PlaceOrder) -> WriteOutcome {
        if let Some(answer) = self.recorded_answer(&placement.request) {
            return answer;
        }
        if self.orders.contains_key(&placement.order.id) {
            return WriteOutcome::IdTaken;
        }
        if let Some(changed) = self.changed(placement) {
            return WriteOutcome::Changed(changed);
        }
        let mut order = placement.order.clone();
        if let Some(numbers) = self.counters.get_mut(&order.ordered.restaurant) {
            numbers.number = numbers.number.saturating_add(1);
            order.number = u32::try_from(numbers.number).unwrap_or(u32::MAX);
        }
        self.record_event(
            &placement.order,
            &mut order,
            Event::Placed,
            Author::Diner,
            placement.request.at,
        );
        let reserved = self.reserve(&order, reservation(placement));
        let tracked = Tracked {
            reserved,
            token: placement.token.clone(),
            customer: placement.customer.clone(),
            order: order.clone(),
        };
        let placed = PlacedOrder::new(&order, &placement.token);
        let answer = crate::json(&placed).unwrap_or_default();
        self.record_answer(&placement.request, 201, answer.clone());
        self.new_orders.push(order.id);
        self.orders.insert(order.id, tracked);
        WriteOutcome::Placed {
            order: Box::new(order),
            placed,
            answer,
        }
    }

    /// What has changed since the order was priced.
    fn changed(&self, placement: &PlaceOrder) -> Option<Changed> {
        let order = &placement.order;
        if self
            .counters
            .get(&order.ordered.restaurant)
            .is_none_or(|numbers| numbers.menu != placement.menu_revision)
        {
            return Some(Changed::Menu);
        }
        let restaurant = order.ordered.restaurant;
        let short = |(dish, wanted): (&DishId, &u32)| {
            self.stock
                .get(&(restaurant, *dish))
                .is_some_and(|left| left < wanted)
        };
        if stock_needed(&order.ordered.lines).iter().any(short) {
            return Some(Changed::Stock);
        }
        if let Some(coupon) = &placement.coupon {
            let used = |who: &str| {
                let key = (order.ordered.restaurant, coupon.code.clone(), who.to_owned());
                self.coupons.get(&key).copied().unwrap_or(0)
            };
            let names = placement.coupon_customer.iter();
            let by_customer = names.map(|name| used(name)).max().unwrap_or(0);
            if coupon.uses.is_some_and(|uses| used(EVERYBODY) >= uses)
                || coupon.per_customer.is_some_and(|uses| by_customer >= uses)
            {
                return Some(Changed::Coupon);
            }
        }
        let used = self.slots.get(&(restaurant, placement.slot.0)).copied();
        let is_full = placement
            .slot_limits
            .is_full(used.unwrap_or_default(), placement.work);
        is_full.then_some(Changed::Slot)
    }

    /// Takes portions, coupon and slot of an order.
    fn reserve(&mut self, order: &Order, mut reserved: Reservation) -> Reservation {
        for (dish, wanted) in stock_needed(&order.ordered.lines) {
            let key = (order.ordered.restaurant, dish);
            if let Some(left) = self.stock.get(&key).copied() {
                let taken = wanted.min(left);
                self.set_stock(key, Some(left - taken), order.revision.0);
                reserved.portions.insert(dish, taken);
            }
        }
        self.count_coupon(order, &reserved, |used| used.saturating_add(1));
        self.change_slot(order, &reserved, SlotUse::add);
        reserved
    }

    /// A dish that is not counted any more stays so.
    fn release(&mut self, order: &Order, reserved: &Reservation) {
        for (dish, taken) in &reserved.portions {
            let key = (order.ordered.restaurant, *dish);
            if let Some(left) = self.stock.get(&key).copied() {
                self.set_stock(key, Some(left.saturating_add(*taken)), order.revision.0);
            }
        }
        self.count_coupon(order, reserved, |used| used.saturating_sub(1));
        self.change_slot(order, reserved, SlotUse::remove);
    }

    fn count_coupon(&mut self, order: &Order, reserved: &Reservation, step: impl Fn(u32) -> u32) {
        for key in coupon_uses(order, &reserved.coupon_customer) {
            let used = self.coupons.entry(key.clone()).or_insert(0);
            *used = step(*used);
            self.changed_coupons.insert(key);
        }
    }

    fn change_slot(&mut self, order: &Order, reserved: &Reservation, change: impl Fn(&mut SlotUse, u32)) {
        if let Some(slot) = reserved.slot {
            let slot = (order.ordered.restaurant, slot.0);
            change(self.slots.entry(slot).or_default(), reserved.work);
            self.changed_slots.insert(slot);
        }
    }

    /// Staff may put more into a slot than diners can.
    fn move_reservation(&mut self, order: &Order, reserved: &mut Reservation, slot: LocalMinute) {
        self.change_slot(order, reserved, SlotUse::remove);
        reserved.slot = Some(slot);
        self.change_slot(order, reserved, SlotUse::add);
    }

    fn set_stock(&mut self, key: StockKey, left: Option<u32>, revision: i64) {
        let before = match left {
            Some(left) => self.stock.insert(key, left),
            None => self.stock.remove(&key),
        };
        if (before == Some(0)) != (left == Some(0)) {
            self.changed_sold_out.insert(key.0);
        }
        self.changed_stock.insert(key, revision);
    }

    fn next_revision(&mut self, restaurant: RestaurantId) -> i64 {
        self.changed_counters.insert(restaurant);
        self.counters.get_mut(&restaurant).map_or(0, |numbers| {
            numbers.revision = numbers.revision.saturating_add(1);
            numbers.revision
        })
    }

    /// Saves a record under a revision.
    fn put_record(&mut self, restaurant: RestaurantId, record: Record, (revision, at): (i64, Timestamp)) {
        self.changed_records
            .insert((restaurant, record.id()), (revision, at));
        self.pos_states.entry(restaurant).or_default().put(record);
    }

    /// Records an event under the restaurant's next revision, with the jobs that follow from it.
    fn record_event(
        &mut self,
        before: &Order,
        order: &mut Order,
        event: Event,
        author: Author,
        at: Timestamp,
    ) {
        let restaurant = order.ordered.restaurant;
        order.revision = Revision(self.next_revision(restaurant));
        let (was, is) = (before.progress.state, order.progress.state);
        // The kitchen is told to stop.
        let called_off = is.is_called_off() && !was.is_waiting() && !was.is_over();
        let is_moved = matches!(event, Event::Rescheduled { .. }) && is == State::Accepted;
        if called_off || is_moved || matches!(event, Event::Accepted { .. }) {
            self.put_record(
                restaurant,
                Record::Ticket(Ticket::of_order(order)),
                (order.revision.0, at),
            );
        }
        if is.is_over() && !was.is_over() {
            self.orders_over.push((order.id, at));
        }
        // Diners need no message about what they did themselves.
        let browsers = self
            .browsers
            .get(&order.id)
            .filter(|_| author != Author::Diner)
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
            author,
            event,
        });
    }

    fn advance(&mut self, advance: &Advance) -> WriteOutcome {
        let Some(mut tracked) = self.orders.get(&advance.order).cloned() else {
            return WriteOutcome::NoSuchOrder;
        };
        match apply(&tracked.order, &advance.event, advance.author.actor(), advance.at) {
            Err(refused) => WriteOutcome::Refused(refused),
            Ok(mut order) => {
                let was_off = tracked.order.progress.state.is_called_off();
                self.record_event(
                    &tracked.order,
                    &mut order,
                    advance.event.clone(),
                    advance.author,
                    advance.at,
                );
                if order.progress.state.is_called_off() && !was_off {
                    self.release(&order, &tracked.reserved);
                }
                if let Some(slot) = advance.slot {
                    self.move_reservation(&order, &mut tracked.reserved, slot);
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

    /// Books the payment once, however often it is reported. A second card's payment is not booked but refunded.
    fn settle(&mut self, id: OrderId, intent: &str, at: Timestamp) -> WriteOutcome {
        let Some(tracked) = self.orders.get(&id) else {
            return WriteOutcome::NoSuchOrder;
        };
        let amount = tracked.order.ordered.total;
        if let Some(settled) = self.settled.get(&id) {
            if settled != intent {
                let job = Job::RefundExtraCharge {
                    order: id,
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
            author: Author::System,
            at,
            slot: None,
        })
    }
}
