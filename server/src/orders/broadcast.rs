//! Sends changes to the open event streams of an order, a board or a restaurant's devices. Each change is serialised once for all subscribers.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use axum::body::Bytes;
use servery_domain::{
    account::Role,
    id::{OrderId, RestaurantId},
    order::{Order, State},
    revision::Revision,
};
use servery_store::{Store, StoreError, within};
use tokio::sync::{broadcast, watch};

/// Time limit for reading what other nodes have changed.
const TIMEOUT: Duration = Duration::from_secs(5);
/// Changes that a slow board may be behind before its stream ends and it loads again.
const BEHIND: usize = 256;

/// One change as it is sent.
#[derive(Debug, Clone)]
pub struct OrderChange {
    pub revision: Revision,
    order: Order,
    pub frame: Bytes,
}

impl OrderChange {
    /// For somebody with this role; `None` if the order is not for them.
    pub fn frame_for(&self, role: Role) -> Option<Bytes> {
        match role.sees_whole_orders() {
            true => Some(self.frame.clone()),
            false => role.view(&self.order).as_ref().map(frame),
        }
    }
}

/// The channels of one restaurant, as long as somebody subscribes to one of them.
struct RestaurantChannels {
    orders: HashMap<OrderId, watch::Sender<Option<OrderChange>>>,
    /// It has room for many changes, so it is there only while somebody watches the board.
    board: Option<broadcast::Sender<OrderChange>>,
    /// The restaurant's revision, for its devices.
    revision: watch::Sender<Revision>,
    /// The revision up to which every change was published.
    seen: Revision,
}

impl RestaurantChannels {
    fn new(seen: Revision) -> Self {
        Self {
            orders: HashMap::new(),
            board: None,
            revision: watch::Sender::new(seen),
            seen,
        }
    }

    fn watch_order(&mut self, order: OrderId) -> watch::Receiver<Option<OrderChange>> {
        let sender = self.orders.entry(order);
        sender.or_insert_with(|| watch::Sender::new(None)).subscribe()
    }

    fn watch_board(&mut self) -> broadcast::Receiver<OrderChange> {
        let board = self.board.get_or_insert_with(|| broadcast::Sender::new(BEHIND));
        board.subscribe()
    }

    fn raise_revision(&self, revision: Revision) {
        self.revision.send_if_modified(|last| {
            let newer = *last < revision;
            *last = revision.max(*last);
            newer
        });
    }

    fn publish(&mut self, order: &Order) {
        let revision = order.revision;
        self.raise_revision(revision);
        // A gap is filled by the next poll of the store.
        if self.seen.0 + 1 == revision.0 {
            self.seen = revision;
        }
        let mut change = None;
        let mut change = || {
            change
                .get_or_insert_with(|| OrderChange {
                    revision,
                    order: order.clone(),
                    frame: frame(order),
                })
                .clone()
        };
        if let Some(sender) = self.orders.get(&order.id) {
            sender.send_if_modified(|last| {
                let newer = last.as_ref().is_none_or(|last| last.revision < revision);
                newer.then(|| *last = Some(change()));
                newer
            });
        }
        // Boards do not show unpaid orders.
        if let Some(board) = &self.board
            && order.progress.state != State::Unpaid
        {
            // Fails if the last subscriber has just gone.
            let _ = board.send(change());
        }
    }

    /// Whether anybody is left.
    fn drop_unused(&mut self) -> bool {
        self.orders.retain(|_, sender| sender.receiver_count() > 0);
        self.board = self.board.take().filter(|board| board.receiver_count() > 0);
        !self.orders.is_empty() || self.board.is_some() || self.revision.receiver_count() > 0
    }
}

#[derive(Default)]
pub struct Broadcaster {
    channels: Mutex<HashMap<RestaurantId, RestaurantChannels>>,
    /// Rises when somebody has lost a role, a session of staff or a device, here or at another node.
    access: watch::Sender<Revision>,
}

/// As a server-sent event; its `id` comes back in `Last-Event-ID`.
pub fn frame(order: &Order) -> Bytes {
    let data = serde_json::to_string(order).unwrap_or_default();
    Bytes::from(format!(
        "event: order\nid: {}\ndata: {data}\n\n",
        order.revision.0
    ))
}

impl Broadcaster {
    fn channels(&self) -> MutexGuard<'_, HashMap<RestaurantId, RestaurantChannels>> {
        // No code under this lock panics between two changes of the map.
        self.channels
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    pub fn publish(&self, order: &Order) {
        if let Some(of) = self.channels().get_mut(&order.ordered.restaurant) {
            of.publish(order);
        }
    }

    /// A device's sync raised the restaurant's revision from one to another; these are all the orders that it changed.
    pub fn publish_sync(&self, restaurant: RestaurantId, (from, to): (Revision, Revision), orders: &[Order]) {
        let mut channels = self.channels();
        let Some(of) = channels.get_mut(&restaurant) else {
            return;
        };
        orders.iter().for_each(|order| of.publish(order));
        of.raise_revision(to);
        if of.seen >= from {
            of.seen = to.max(of.seen);
        }
    }

    pub fn watch_access(&self) -> watch::Receiver<Revision> {
        self.access.subscribe()
    }

    /// Whoever subscribes reads the state afterwards, so that no change is missed in between.
    async fn subscribe<T>(
        &self,
        store: &dyn Store,
        restaurant: RestaurantId,
        subscribe: impl FnOnce(&mut RestaurantChannels) -> T,
    ) -> Result<T, StoreError> {
        if let Some(of) = self.channels().get_mut(&restaurant) {
            return Ok(subscribe(of));
        }
        // Changes up to here are part of what is read afterwards.
        let now = store.revision(restaurant).await?;
        let mut channels = self.channels();
        let of = channels.entry(restaurant);
        Ok(subscribe(of.or_insert_with(|| RestaurantChannels::new(now))))
    }

    pub async fn watch_pos(
        &self,
        store: &dyn Store,
        restaurant: RestaurantId,
    ) -> Result<watch::Receiver<Revision>, StoreError> {
        self.subscribe(store, restaurant, |of| of.revision.subscribe())
            .await
    }

    pub async fn watch_order(
        &self,
        store: &dyn Store,
        order: &Order,
    ) -> Result<watch::Receiver<Option<OrderChange>>, StoreError> {
        let id = order.id;
        self.subscribe(store, order.ordered.restaurant, move |of| of.watch_order(id))
            .await
    }

    pub async fn watch_board(
        &self,
        store: &dyn Store,
        restaurant: RestaurantId,
    ) -> Result<broadcast::Receiver<OrderChange>, StoreError> {
        self.subscribe(store, restaurant, RestaurantChannels::watch_board)
            .await
    }

    /// Reads what other nodes change, until it is dropped.
    pub async fn follow_other_nodes(self: Arc<Self>, store: Arc<dyn Store>) {
        let mut feed = store.change_feed();
        loop {
            feed.changed().await;
            if let Err(error) = within(TIMEOUT, self.poll(store.as_ref())).await {
                tracing::debug!(%error, "changes of other nodes cannot be read; the next poll retries");
            }
        }
    }

    async fn poll(&self, store: &dyn Store) -> Result<(), StoreError> {
        self.channels().retain(|_, of| of.drop_unused());
        let access = store.access_revision().await?;
        self.access
            .send_if_modified(|last| std::mem::replace(last, access) != access);
        let watched: Vec<RestaurantId> = self.channels().keys().copied().collect();
        for (restaurant, now) in store.order_revisions(&watched).await? {
            let seen = match self.channels().get(&restaurant) {
                Some(of) => {
                    of.raise_revision(now);
                    of.seen
                }
                None => continue,
            };
            if seen >= now {
                continue;
            }
            let (changed, upto) = store.changed_orders(restaurant, seen).await?;
            // Other records are read by the devices that learn the revision.
            let upto = if changed.is_empty() { now } else { upto };
            if let Some(of) = self.channels().get_mut(&restaurant) {
                changed.iter().for_each(|tracked| of.publish(&tracked.order));
                of.seen = upto.max(of.seen);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whom_nobody_watches_any_more_is_forgotten() {
        let live = Broadcaster::default();
        let mut here = RestaurantChannels::new(Revision(0));
        let (stays, goes) = (here.watch_order(OrderId(1)), here.watch_order(OrderId(2)));
        let mut there = RestaurantChannels::new(Revision(0));
        let (board, left) = (here.watch_board(), there.watch_board());
        live.channels()
            .extend([(RestaurantId(1), here), (RestaurantId(2), there)]);
        drop((goes, left));
        live.channels().retain(|_, of| of.drop_unused());
        let channels = live.channels();
        assert_eq!(channels.keys().collect::<Vec<_>>(), [&RestaurantId(1)]);
        let orders = &channels[&RestaurantId(1)].orders;
        assert_eq!(orders.keys().collect::<Vec<_>>(), [&OrderId(1)]);
        drop((stays, board));
    }
}
