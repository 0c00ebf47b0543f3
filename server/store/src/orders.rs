//! Orders and what they are checked against. Writes that arrive together are committed together.

use std::{collections::BTreeMap, ops::Range};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use servery_domain::{
    audit::Author,
    coupon::{Coupon, CouponCustomer, CouponUsage},
    draft::Draft,
    id::{DishId, OrderId, RestaurantId},
    order::{Actor, Event, InvalidTransition, Order, PlacedOrder},
    order_intake::IntakeChange,
    order_search::{OrderCursor, OrderHistoryEntry, OrderSearch},
    revision::Revision,
    slot_capacity::{SlotLimits, SlotUse},
    time::{LocalMinute, Timestamp},
};

use crate::{
    Result,
    devices::{SyncOps, SyncedOps},
};

/// An order with everything that its placement is checked against.
#[derive(Debug, Clone)]
pub struct PlaceOrder {
    pub request: IdempotentRequest,
    /// The store sets its number and revision.
    pub order: Order,
    pub token: String,
    pub customer: Option<String>,
    /// The revision of the menu that it was priced from.
    pub menu_revision: Revision,
    pub coupon: Option<Coupon>,
    /// The names by which the customer of the coupon is recognised; nobody outside the store sees them.
    pub coupon_customer: Vec<String>,
    /// The slot that holds its due time.
    pub slot: LocalMinute,
    pub slot_limits: SlotLimits,
    /// What it is for the kitchen.
    pub work: u32,
}

/// Identifies a request when it is repeated.
#[derive(Debug, Clone)]
pub struct IdempotentRequest {
    pub key: String,
    pub fingerprint: String,
    pub at: Timestamp,
}

#[derive(Debug, Clone)]
pub struct Advance {
    pub order: OrderId,
    pub event: Event,
    pub author: Author,
    pub at: Timestamp,
    /// The slot that holds the time to which the event moves the order.
    pub slot: Option<LocalMinute>,
}

#[derive(Debug, Clone)]
pub enum OrderWrite {
    Place(Box<PlaceOrder>),
    /// Records the answer to a request that placed nothing.
    Answer {
        request: IdempotentRequest,
        status: u16,
        body: String,
    },
    Advance(Advance),
    /// The provider has received the money of this order; reported once or more. Money of another intent is given back.
    Settle {
        order: OrderId,
        intent: String,
        webhook: Option<String>,
        at: Timestamp,
    },
    /// Ops of a device.
    Sync(Box<SyncOps>),
}

impl OrderWrite {
    pub(crate) fn sync_ops(&self) -> Option<&SyncOps> {
        match self {
            Self::Sync(sync) => Some(sync),
            _ => None,
        }
    }

    /// The orders whose subscribers may get a message.
    pub(crate) fn advanced(&self) -> Vec<OrderId> {
        match self {
            Self::Advance(advance) => vec![advance.order],
            Self::Sync(sync) => sync.advanced().collect(),
            _ => Vec::new(),
        }
    }
}

/// What an order has taken, to give exactly that back when it ends without being fulfilled.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reservation {
    /// Of dishes whose portions were counted at the time.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub portions: BTreeMap<DishId, u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slot: Option<LocalMinute>,
    /// In the slot.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub work: u32,
    /// Of the coupon, if it has one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub coupon_customer: Vec<String>,
}

fn is_zero(work: &u32) -> bool {
    *work == 0
}

#[derive(Debug, Clone)]
pub enum WriteOutcome {
    Placed {
        order: Box<Order>,
        placed: PlacedOrder,
        /// `placed` as it was recorded for a repeated request.
        answer: String,
    },
    /// The answer that this request got before.
    Again {
        status: u16,
        body: String,
    },
    /// The key belongs to another request.
    OtherRequest,
    /// The id belongs to another order.
    IdTaken,
    Changed(Changed),
    Advanced(Box<Order>),
    Refused(InvalidTransition),
    NoSuchOrder,
    Done,
    Synced(Box<SyncedOps>),
    /// The device was revoked.
    SignedOut,
}

/// What has changed since an order was priced, so that it was not placed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Changed {
    Menu,
    Stock,
    Coupon,
    Slot,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedEvent {
    pub revision: Revision,
    pub at: Timestamp,
    pub actor: Actor,
    /// Which of the staff it was. Events that were written before this was recorded do not say.
    pub author: Option<Author>,
    pub event: Event,
}

/// An order with the token that its page is opened with, and its customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tracked {
    pub token: String,
    pub customer: Option<String>,
    pub order: Order,
    pub reserved: Reservation,
}

/// A page of orders, the newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FoundOrders {
    pub orders: Vec<Order>,
    /// Those of the page that cannot be read.
    pub unreadable: usize,
    /// Where the next page begins, if there is one.
    pub next: Option<OrderCursor>,
}

/// Lists pass over an order that cannot be read, and the log says which.
#[async_trait]
pub trait Orders: Send + Sync {
    /// Writes all in one transaction, with an outcome for each, in their order. If it fails, nothing is written.
    async fn write(&self, batch: &[OrderWrite]) -> Result<Vec<WriteOutcome>>;

    /// The outcome of this request, if it was made before.
    async fn recorded_answer(&self, request: &IdempotentRequest) -> Result<Option<WriteOutcome>>;
    async fn order(&self, id: OrderId) -> Result<Option<Tracked>>;
    async fn order_by_token(&self, token: &str) -> Result<Option<Tracked>>;
    /// The orders that are not over, the oldest first.
    async fn open_orders(&self, restaurant: RestaurantId) -> Result<Vec<Order>>;
    /// The orders that have waited for payment, or for an answer of the restaurant, since this moment or longer:
    /// a page of them, the longest first, after the given one.
    async fn waiting_orders(
        &self,
        since: Timestamp,
        after: Option<(Timestamp, OrderId)>,
    ) -> Result<Vec<Order>>;
    /// The orders that are not over and were placed before this moment: a page of them, ordered by id.
    async fn old_orders(&self, before: Timestamp, after: OrderId) -> Result<Vec<Order>>;
    /// The newest orders of a customer, the newest first.
    async fn customer_orders(&self, customer: &str) -> Result<Vec<Tracked>>;
    async fn history(&self, order: OrderId) -> Result<Vec<RecordedEvent>>;
    /// The same, with the names of the staff.
    async fn history_with_names(&self, order: OrderId) -> Result<Vec<OrderHistoryEntry>>;
    /// The newest orders that a search finds. `placed` are the moments from which and before which they were placed.
    async fn search_orders(
        &self,
        restaurant: RestaurantId,
        search: &OrderSearch,
        placed: Range<Timestamp>,
        limit: usize,
    ) -> Result<FoundOrders>;
    /// The revision of each restaurant.
    async fn order_revisions(&self, restaurants: &[RestaurantId]) -> Result<Vec<(RestaurantId, Revision)>>;
    /// A page of the orders that changed after a revision, each as it is now, and the revision at which the page ends.
    async fn changed_orders(
        &self,
        restaurant: RestaurantId,
        after: Revision,
    ) -> Result<(Vec<Tracked>, Revision)>;

    /// `by` says who pauses or takes orders again, and when.
    async fn change_order_intake(
        &self,
        restaurant: RestaurantId,
        change: IntakeChange,
        by: (Author, Timestamp),
    ) -> Result<()>;

    /// The portions left of each dish that is counted.
    async fn stock(&self, restaurant: RestaurantId) -> Result<BTreeMap<DishId, u32>>;
    /// Sets the portions left of a dish, or stops counting it.
    async fn set_stock(
        &self,
        restaurant: RestaurantId,
        dish: DishId,
        portions: Option<u32>,
        at: Timestamp,
    ) -> Result<()>;

    async fn coupon(
        &self,
        restaurant: RestaurantId,
        code: &str,
        customer: &CouponCustomer,
    ) -> Result<Option<(Coupon, CouponUsage)>>;
    /// How often each of the restaurant's coupons was used by all together.
    async fn coupon_uses(&self, restaurant: RestaurantId) -> Result<BTreeMap<String, u32>>;

    /// The slots from a moment on, each with what its orders take.
    async fn slots_used(
        &self,
        restaurant: RestaurantId,
        from: LocalMinute,
    ) -> Result<Vec<(LocalMinute, SlotUse)>>;

    /// The restaurant and the name of the table with this code.
    async fn table(&self, code: &str) -> Result<Option<(RestaurantId, String)>>;
    /// Code and name of each table, ordered by name.
    async fn tables(&self, restaurant: RestaurantId) -> Result<Vec<(String, String)>>;

    async fn draft(&self, visitor: &str, restaurant: RestaurantId) -> Result<Option<Draft>>;
    async fn put_draft(
        &self,
        visitor: &str,
        restaurant: RestaurantId,
        draft: &Draft,
        at: Timestamp,
    ) -> Result<()>;

    /// Deletes answers to requests and the ids of webhooks from before the one moment, and drafts that were not
    /// changed since the other.
    async fn delete_expired_requests_and_drafts(
        &self,
        keys_before: Timestamp,
        drafts_before: Timestamp,
    ) -> Result<()>;
}
