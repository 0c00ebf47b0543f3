//! Orders and their events as rows.

use servery_domain::{
    audit::Author,
    order::{Actor, Order},
    revision::Revision,
    slot_capacity::SlotUse,
};

use crate::{
    Result, StoreError,
    batch::NewEvent,
    id, json, moment,
    orders::{RecordedEvent, Tracked},
    parse_own,
    sql::rows::row,
};

/// An order that changed again later does not hide what happened to others in between.
pub(crate) const SELECT_LAST_REVISION: &str = "select max(revision) from \
     (select revision from order_events where restaurant_id = $1 and revision > $2 order by revision limit $3) as page";
/// Orders with an event after the one revision, up to the other.
pub(crate) const CHANGED_BETWEEN: &str = "where id in (select order_id from order_events \
     where restaurant_id = $1 and revision > $2 and revision <= $3)";
/// Orders that the devices have not been told to remove.
pub(crate) const ON_DEVICES: &str = "(open = true or over_since is not null)";
pub(crate) const UPDATE: &str = "update orders set revision = $2, open = $3, waiting_since = $4, over_since = $5, called_off = $6, progress = $7, reserved = $8 where id = $1";
pub(crate) const REMOVE_FROM_DEVICES: &str =
    "update orders set over_since = null where restaurant_id = $1 and over_since < $2 returning id";
/// Devices no longer get it.
pub(crate) const ERASE_DINER: &str = "update orders set customer = null, over_since = null, ordered = $2, reserved = $3, erased = true where id = $1";
pub(crate) const UPSERT_COUPON_USES: &str = "insert into coupon_uses (restaurant_id, code, customer, used, used_at) values ($1, $2, $3, $4, $5) \
     on conflict (restaurant_id, code, customer) do update set used = excluded.used, used_at = excluded.used_at";
pub(crate) const UPSERT_SLOT: &str = "insert into slots (restaurant_id, slot, taken, work) values ($1, $2, $3, $4) \
     on conflict (restaurant_id, slot) do update set taken = excluded.taken, work = excluded.work";
pub(crate) const UPSERT_STOCK: &str = "insert into stock (dish_id, restaurant_id, portions, revision) values ($1, $2, $3, $4) \
     on conflict (dish_id, restaurant_id) do update set portions = excluded.portions, revision = excluded.revision";
pub(crate) const DELETE_STOCK: &str = "delete from stock where dish_id = $1 and restaurant_id = $2";
pub(crate) const SELECT_COUPON_USED: &str =
    "select used from coupon_uses where restaurant_id = $1 and code = $2 and customer = $3";
pub(crate) const UPSERT_DRAFT: &str = "insert into drafts (visitor, restaurant_id, draft, changed_at) values ($1, $2, $3, $4) \
     on conflict (visitor, restaurant_id) do update set draft = excluded.draft, changed_at = excluded.changed_at";

pub(crate) fn author(text: &str) -> Result<Author> {
    text.parse()
        .map_err(|_| StoreError::Unreadable(format!("author {text:?}")))
}

pub(crate) fn stored_count(stored: i64) -> u32 {
    u32::try_from(stored).unwrap_or(0)
}

pub(crate) fn slot_use((orders, work): (i64, i64)) -> SlotUse {
    SlotUse {
        orders: stored_count(orders),
        work: stored_count(work),
    }
}

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
        called_off: bool,
        ordered: String,
        progress: String,
        reserved: String,
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
            called_off: order.progress.state.is_called_off(),
            ordered: json(&order.ordered)?,
            progress: json(&order.progress)?,
            reserved: json(&tracked.reserved)?,
        })
    }

    pub(crate) fn read(self) -> Result<Tracked> {
        let order = Order {
            id: id(&self.id)?,
            number: u32::try_from(self.number)
                .map_err(|_| StoreError::Unreadable(format!("order number {}", self.number)))?,
            revision: Revision(self.revision),
            ordered: parse_own(&self.ordered)?,
            progress: parse_own(&self.progress)?,
        };
        Ok(Tracked {
            reserved: parse_own(&self.reserved)?,
            token: self.token,
            customer: self.customer,
            order,
        })
    }

    /// For lists: an order that cannot be read hides no other.
    pub(crate) fn read_or_skip(self) -> Option<Tracked> {
        let id = self.id.clone();
        self.read()
            .inspect_err(|error| tracing::error!(order = id, %error, "cannot read this order"))
            .ok()
    }

    pub(crate) fn read_order_or_skip(self) -> Option<Order> {
        Some(self.read_or_skip()?.order)
    }
}

row! {
    struct EventRow in order_events {
        restaurant_id: String,
        revision: i64,
        order_id: String,
        at: i64,
        actor: String,
        author: Option<String>,
        event: String,
    }
}

impl EventRow {
    pub(crate) fn write(event: &NewEvent) -> Result<Self> {
        let actor = event.author.actor();
        Ok(Self {
            restaurant_id: event.restaurant.to_string(),
            revision: event.revision,
            order_id: event.order.to_string(),
            at: event.at.0,
            actor: actor.code().to_owned(),
            author: (actor == Actor::Staff).then(|| event.author.to_string()),
            event: json(&event.event)?,
        })
    }

    pub(crate) fn read(self) -> Result<RecordedEvent> {
        let actor = Actor::from_code(&self.actor)
            .ok_or_else(|| StoreError::Unreadable(format!("actor {:?}", self.actor)))?;
        Ok(RecordedEvent {
            revision: Revision(self.revision),
            at: moment(self.at)?,
            actor,
            author: self.author.as_deref().map(author).transpose()?,
            event: parse_own(&self.event)?,
        })
    }
}
