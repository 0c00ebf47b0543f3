//! Orders: what is asked of the store, and what it answers. Writes that arrive together are committed together.

use std::collections::BTreeMap;

use async_trait::async_trait;
use servery_domain::{
    coupon::{Coupon, CouponUsage},
    draft::Draft,
    id::{DishId, OrderId, RestaurantId},
    order::{Actor, Event, InvalidTransition, Order},
    revision::Revision,
    time::{LocalMinute, Timestamp},
};

use crate::{
    Result,
    devices::{SyncOps, SyncedOps},
};

/// An order with all that its placing depends on.
#[derive(Debug, Clone)]
pub struct PlaceOrder {
    pub request: IdempotentRequest,
    /// Its number and revision are the store's to give.
    pub order: Order,
    pub token: String,
    pub customer: Option<String>,
    /// The revision of the restaurant that it was priced from.
    pub priced_at: Revision,
    pub coupon: Option<Coupon>,
    /// How many orders its slot takes, if that is limited.
    pub per_slot: Option<u16>,
}

/// What makes a request the same when it comes again.
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
    pub actor: Actor,
    pub at: Timestamp,
}

#[derive(Debug, Clone)]
pub enum OrderWrite {
    Place(Box<PlaceOrder>),
    /// Remembers what a request was answered that placed nothing.
    Answer {
        request: IdempotentRequest,
        status: u16,
        body: String,
    },
    Advance(Advance),
    /// The provider has the money of this order; said once or more. What another intent brought is given back.
    Settle {
        order: OrderId,
        intent: String,
        webhook: Option<String>,
        at: Timestamp,
    },
    /// What a device asks for.
    Sync(Box<SyncOps>),
}

impl OrderWrite {
    pub(crate) fn syncing(&self) -> Option<&SyncOps> {
        match self {
            Self::Sync(syncing) => Some(syncing),
            _ => None,
        }
    }

    /// The orders to which something happens that their diners may want to know.
    pub(crate) fn advanced(&self) -> Vec<OrderId> {
        match self {
            Self::Advance(advance) => vec![advance.order],
            Self::Sync(syncing) => syncing.advanced().collect(),
            _ => Vec::new(),
        }
    }
}

#[derive(Debug, Clone)]
pub enum WriteOutcome {
    Placed {
        order: Box<Order>,
        answer: String,
    },
    /// This request was answered before, in these words.
    Again {
        status: u16,
        body: String,
    },
    /// The key is another request's.
    OtherRequest,
    /// The id is another order's.
    IdTaken,
    Changed(Changed),
    Advanced(Box<Order>),
    Refused(InvalidTransition),
    NoSuchOrder,
    Done,
    Synced(Box<SyncedOps>),
    /// The device is let in no more.
    SignedOut,
}

/// Why an order was not placed: something is not as it was when it was priced.
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
    pub event: Event,
}

/// An order with what its diner needs to get back to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tracked {
    pub token: String,
    pub customer: Option<String>,
    pub order: Order,
}

#[async_trait]
pub trait Orders: Send + Sync {
    /// All of it in one transaction, an answer for each, in order. If it fails, none of it happened.
    async fn write(&self, batch: &[OrderWrite]) -> Result<Vec<WriteOutcome>>;

    /// What was answered to this request, if it was.
    async fn answered(&self, request: &IdempotentRequest) -> Result<Option<WriteOutcome>>;
    async fn order(&self, id: OrderId) -> Result<Option<Tracked>>;
    async fn order_by_token(&self, token: &str) -> Result<Option<Tracked>>;
    /// Those that are not over, the oldest first.
    async fn open_orders(&self, restaurant: RestaurantId) -> Result<Vec<Order>>;
    /// Those that have waited for their money, or for an answer of the restaurant, since this moment or longer:
    /// a page of them, the longest first, from behind one that waits since then.
    async fn waiting_orders(
        &self,
        since: Timestamp,
        behind: Option<(Timestamp, OrderId)>,
    ) -> Result<Vec<Order>>;
    /// Those that are not over and were placed before this moment: a page of them, by their ids.
    async fn old_orders(&self, before: Timestamp, after: OrderId) -> Result<Vec<Order>>;
    /// The newest of them, the newest first.
    async fn customer_orders(&self, customer: &str) -> Result<Vec<Tracked>>;
    async fn history(&self, order: OrderId) -> Result<Vec<RecordedEvent>>;
    /// How far each restaurant's orders have come.
    async fn order_revisions(&self) -> Result<Vec<(RestaurantId, Revision)>>;
    /// Orders that changed after a revision, each as it is now, and up to which revision that is all of them.
    async fn changed_orders(
        &self,
        restaurant: RestaurantId,
        after: Revision,
    ) -> Result<(Vec<Tracked>, Revision)>;

    /// The portions of every dish that is counted.
    async fn stock(&self, restaurant: RestaurantId) -> Result<BTreeMap<DishId, u32>>;
    /// The dishes of all restaurants that have run out.
    async fn sold_out(&self) -> Result<Vec<(RestaurantId, DishId)>>;
    /// Counts a dish from now on, or no longer.
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
        customer: &str,
    ) -> Result<Option<(Coupon, CouponUsage)>>;
    async fn put_coupon(&self, restaurant: RestaurantId, coupon: &Coupon) -> Result<()>;
    async fn coupon_uses(&self, restaurant: RestaurantId, code: &str) -> Result<u32>;

    /// Slots from a moment on, with how many orders each has.
    async fn slots_taken(
        &self,
        restaurant: RestaurantId,
        from: LocalMinute,
    ) -> Result<Vec<(LocalMinute, u32)>>;

    /// The table with this code, and whose it is.
    async fn table(&self, code: &str) -> Result<Option<(RestaurantId, String)>>;
    /// Code and name of each, in the order of their names.
    async fn tables(&self, restaurant: RestaurantId) -> Result<Vec<(String, String)>>;
    async fn put_table(&self, restaurant: RestaurantId, code: &str, name: &str) -> Result<()>;

    async fn draft(&self, visitor: &str, restaurant: RestaurantId) -> Result<Option<Draft>>;
    async fn put_draft(
        &self,
        visitor: &str,
        restaurant: RestaurantId,
        draft: &Draft,
        at: Timestamp,
    ) -> Result<()>;

    /// Forgets what was kept for its time: answers to old requests, what providers told, drafts nobody came back to.
    async fn sweep(&self, keys_before: Timestamp, drafts_before: Timestamp) -> Result<()>;
}
