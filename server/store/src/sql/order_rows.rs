//! Orders, their events and what follows from them as rows.

use servery_domain::{
    id::OrderId,
    job::Job,
    order::{Actor, Order},
    revision::Revision,
    time::Timestamp,
};

use crate::{
    Result, StoreError,
    batch::NewEvent,
    id, json,
    orders::{DueJob, Named, PaymentAttempt, RecordedEvent, Tracked},
    parse,
    sql::rows::row,
};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select id, restaurant_id, token, number, revision, open, waiting_since, customer, placed_at, over_since, ordered, progress from orders where ",
            $rest
        )
    };
}

pub(crate) const SELECT_BY_ID: &str = select!("id");
pub(crate) const SELECT_ONE: &str = select!("id = $1");
pub(crate) const SELECT_BY_TOKEN: &str = select!("token = $1");
pub(crate) const SELECT_OPEN: &str = select!("restaurant_id = $1 and open = true order by number");
pub(crate) const SELECT_OF_CUSTOMER: &str = select!("customer = $1 order by placed_at desc limit $2");
pub(crate) const SELECT_WAITING: &str =
    select!("waiting_since <= $1 and (waiting_since, id) > ($3, $4) order by waiting_since, id limit $2");
pub(crate) const SELECT_OLD: &str =
    select!("open = true and placed_at < $1 and id > $2 order by id limit $3");
pub(crate) const SELECT_CHANGED: &str = select!(
    "id in (select order_id from order_events where restaurant_id = $1 and revision > $2 and revision <= $3) order by revision"
);
/// But for those that the devices have forgotten.
pub(crate) const SELECT_KNOWN: &str = select!("(open = true or over_since is not null) and id");
pub(crate) const SELECT_TOLD: &str = select!(
    "id in (select order_id from order_events where restaurant_id = $1 and revision > $2 and revision <= $3) \
     and (open = true or over_since is not null) order by revision"
);
pub(crate) const FORGET_OVER: &str =
    "update orders set over_since = null where restaurant_id = $1 and over_since < $2 returning id";
/// The devices forget it, too.
pub(crate) const REMOVE_DINER: &str =
    "update orders set customer = null, over_since = null, ordered = $2 where id = $1";
/// An order that changed again later does not hide what happened to others in between.
pub(crate) const SELECT_CHANGED_UPTO: &str = "select max(revision) from \
     (select revision from order_events where restaurant_id = $1 and revision > $2 order by revision limit $3) as happened";
pub(crate) const INSERT: &str = "insert into orders (id, restaurant_id, token, number, revision, open, waiting_since, customer, placed_at, over_since, ordered, progress) ";
pub(crate) const UPDATE: &str = "update orders set revision = $2, open = $3, waiting_since = $4, over_since = $5, progress = $6 where id = $1";
pub(crate) const SELECT_EVENTS: &str = "select restaurant_id, revision, order_id, at, actor, event from order_events where order_id = $1 order by revision";
pub(crate) const SETTLE: &str = "insert into payments (order_id, intent, amount, status, asked_at) values ($1, $2, $3, 'settled', 0) \
     on conflict (order_id) do update set intent = excluded.intent, status = 'settled'";
pub(crate) const COUNT_COUPON: &str = "insert into coupon_uses (restaurant_id, code, customer, used) values ($1, $2, $3, $4) \
     on conflict (restaurant_id, code, customer) do update set used = excluded.used";
pub(crate) const COUNT_SLOT: &str = "insert into slots (restaurant_id, slot, taken) values ($1, $2, $3) \
     on conflict (restaurant_id, slot) do update set taken = excluded.taken";
pub(crate) const NEXT_STOCK_REVISION: &str =
    "update revisions set revision = revision + 1 where name = 'stock'";
pub(crate) const SET_STOCK: &str = "insert into stock (dish_id, restaurant_id, portions, revision) values ($1, $2, $3, $4) \
     on conflict (dish_id, restaurant_id) do update set portions = excluded.portions, revision = excluded.revision";
pub(crate) const DELETE_STOCK: &str = "delete from stock where dish_id = $1 and restaurant_id = $2";
pub(crate) const SELECT_COUPON_USES: &str =
    "select customer, used from coupon_uses where restaurant_id = $1 and code = $2 and customer in ('', $3)";
pub(crate) const PUT_COUPON: &str = "insert into coupons (restaurant_id, code, coupon) values ($1, $2, $3) \
     on conflict (restaurant_id, code) do update set coupon = excluded.coupon";
pub(crate) const PUT_TABLE: &str = "insert into tables (restaurant_id, code, name) values ($1, $2, $3) \
     on conflict (code) do update set restaurant_id = excluded.restaurant_id, name = excluded.name";
pub(crate) const PUT_DRAFT: &str = "insert into drafts (visitor, restaurant_id, draft, changed_at) values ($1, $2, $3, $4) \
     on conflict (visitor, restaurant_id) do update set draft = excluded.draft, changed_at = excluded.changed_at";
pub(crate) const INSERT_JOB: &str = "insert into jobs (id, kind, payload, due_at, attempts) values ($1, $2, $3, $4, $5) on conflict (id) do nothing";
/// A settled one is never asked for again.
pub(crate) const ASK_PAYMENT: &str = "insert into payments (order_id, intent, amount, status, asked_at) values ($1, null, $2, 'asked', $3) \
     on conflict (order_id) do update set status = 'asked', asked_at = excluded.asked_at where payments.status <> 'settled'";
/// Of two cards at once one gets its name here, and only that one is charged.
pub(crate) const NAME_PAYMENT: &str = "update payments set intent = $3, method = $4, status = 'asked', asked_at = $5 \
     where order_id = $1 and intent is not distinct from $2 and status <> 'settled'";
pub(crate) const CLOSE_PAYMENT: &str = "update payments set status = 'closed' where order_id = $1 and intent is not distinct from $2 and status = 'asked'";
macro_rules! select_payments {
    ($rest:literal) => {
        concat!(
            "select order_id, intent, method, asked_at, status from payments where ",
            $rest
        )
    };
}
pub(crate) const SELECT_PAYMENT: &str = select_payments!("order_id = $1");
pub(crate) const SELECT_OPEN_PAYMENTS: &str = select_payments!(
    "status = 'asked' and asked_at < $1 and (asked_at, order_id) > ($3, $4) order by asked_at, order_id limit $2"
);

row! {
    struct OrderRow in orders {
        id: String,
        restaurant_id: String,
        token: String,
        number: i64,
        revision: i64,
        open: bool,
        waiting_since: Option<i64>,
        customer: Option<String>,
        placed_at: i64,
        over_since: Option<i64>,
        ordered: String,
        progress: String,
    }
}

impl OrderRow {
    pub(crate) fn write(tracked: &Tracked) -> Result<Self> {
        let order = &tracked.order;
        Ok(Self {
            id: order.id.to_string(),
            restaurant_id: order.ordered.restaurant.to_string(),
            token: tracked.token.clone(),
            number: i64::from(order.number),
            revision: order.revision.0,
            open: !order.progress.state.is_over(),
            waiting_since: order
                .progress
                .state
                .is_waiting()
                .then_some(order.progress.changed_at.0),
            customer: tracked.customer.clone(),
            placed_at: order.ordered.placed_at.0,
            over_since: order
                .progress
                .state
                .is_over()
                .then_some(order.progress.changed_at.0),
            ordered: json(&order.ordered)?,
            progress: json(&order.progress)?,
        })
    }

    pub(crate) fn read(self) -> Result<Tracked> {
        let order = Order {
            id: id(&self.id)?,
            number: u32::try_from(self.number)
                .map_err(|_| StoreError::Unreadable(format!("order number {}", self.number)))?,
            revision: Revision(self.revision),
            ordered: parse(&self.ordered)?,
            progress: parse(&self.progress)?,
        };
        Ok(Tracked {
            token: self.token,
            customer: self.customer,
            order,
        })
    }
}

row! {
    struct EventRow in order_events {
        restaurant_id: String,
        revision: i64,
        order_id: String,
        at: i64,
        actor: String,
        event: String,
    }
}

impl EventRow {
    pub(crate) fn write(event: &NewEvent) -> Result<Self> {
        Ok(Self {
            restaurant_id: event.restaurant.to_string(),
            revision: event.revision,
            order_id: event.order.to_string(),
            at: event.at.0,
            actor: event.actor.code().to_owned(),
            event: json(&event.event)?,
        })
    }

    pub(crate) fn read(self) -> Result<RecordedEvent> {
        let actor = Actor::from_code(&self.actor)
            .ok_or_else(|| StoreError::Unreadable(format!("actor {:?}", self.actor)))?;
        Ok(RecordedEvent {
            revision: Revision(self.revision),
            at: Timestamp(self.at),
            actor,
            event: parse(&self.event)?,
        })
    }
}

row! {
    struct JobRow in jobs {
        id: String,
        kind: String,
        payload: String,
        due_at: i64,
        attempts: i64,
    }
}

impl JobRow {
    /// Due at once.
    pub(crate) fn write((id, job): &(String, Job)) -> Result<Self> {
        Ok(Self {
            id: id.clone(),
            kind: job.kind().to_owned(),
            payload: json(job)?,
            due_at: 0,
            attempts: 0,
        })
    }

    /// What another version left may be read by it: it is due again, and hinders no other job.
    pub(crate) fn read_or_leave(self) -> Option<DueJob> {
        let id = self.id.clone();
        self.read()
            .inspect_err(|error| tracing::error!(id, %error, "a job is left"))
            .ok()
    }

    fn read(self) -> Result<DueJob> {
        Ok(DueJob {
            id: self.id,
            job: parse(&self.payload)?,
            attempts: u32::try_from(self.attempts).unwrap_or(u32::MAX),
        })
    }
}

row! {
    struct PaymentRow in payments {
        order_id: String,
        intent: Option<String>,
        method: Option<String>,
        asked_at: i64,
        status: String,
    }
}

impl PaymentRow {
    pub(crate) fn read(self) -> Result<PaymentAttempt> {
        let order: OrderId = id(&self.order_id)?;
        let named = self.intent.map(|intent| Named {
            intent,
            method: self.method.unwrap_or_default(),
        });
        Ok(PaymentAttempt {
            order,
            named,
            asked_at: Timestamp(self.asked_at),
            open: self.status == "asked",
        })
    }
}
