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
use servery_store::{Store, StoreError};
use tokio::sync::{broadcast, watch};

use crate::jobs::periodic;

/// How often the store is polled for changes of other nodes.
const POLL_INTERVAL: Duration = Duration::from_millis(250);
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

#[derive(Default)]
struct Watched {
    orders: HashMap<OrderId, watch::Sender<Option<OrderChange>>>,
    boards: HashMap<RestaurantId, broadcast::Sender<OrderChange>>,
    /// The revision of each restaurant, for its devices.
    revisions: HashMap<RestaurantId, watch::Sender<Revision>>,
    /// Of each restaurant the revision up to which every change was published.
    seen: HashMap<RestaurantId, Revision>,
}

#[derive(Default)]
pub struct Broadcaster {
    watched: Mutex<Watched>,
    /// Rises when somebody has lost a role, a session of staff or a device, here or at another node.
    access: watch::Sender<Revision>,
}

impl Watched {
    fn raise_revision(&self, restaurant: RestaurantId, revision: Revision) {
        let Some(sender) = self.revisions.get(&restaurant) else {
            return;
        };
        sender.send_if_modified(|last| {
            let newer = *last < revision;
            *last = revision.max(*last);
            newer
        });
    }
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
    fn watched(&self) -> MutexGuard<'_, Watched> {
        // No code under this lock panics between two changes of the maps.
        self.watched
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    pub fn publish(&self, order: &Order) {
        let mut watched = self.watched();
        let (restaurant, revision) = (order.ordered.restaurant, order.revision);
        watched.raise_revision(restaurant, revision);
        // A gap is filled by the next poll of the store.
        if let Some(seen) = watched
            .seen
            .get_mut(&restaurant)
            .filter(|seen| seen.0 + 1 == revision.0)
        {
            *seen = revision;
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
        if let Some(sender) = watched.orders.get(&order.id) {
            sender.send_if_modified(|last| {
                let newer = last.as_ref().is_none_or(|last| last.revision < revision);
                newer.then(|| *last = Some(change()));
                newer
            });
        }
        // Boards do not show unpaid orders.
        if let Some(sender) = watched
            .boards
            .get(&restaurant)
            .filter(|_| order.progress.state != State::Unpaid)
        {
            // Fails if there is no subscriber left.
            let _ = sender.send(change());
        }
    }

    /// A device's sync raised the restaurant's revision from one to another; these are all the orders that it changed.
    pub fn publish_sync(&self, restaurant: RestaurantId, (from, to): (Revision, Revision), orders: &[Order]) {
        orders.iter().for_each(|order| self.publish(order));
        let mut watched = self.watched();
        watched.raise_revision(restaurant, to);
        if let Some(seen) = watched.seen.get_mut(&restaurant).filter(|seen| **seen >= from) {
            *seen = to.max(*seen);
        }
    }

    pub fn watch_access(&self) -> watch::Receiver<Revision> {
        self.access.subscribe()
    }

    pub fn watch_pos(&self, restaurant: RestaurantId) -> watch::Receiver<Revision> {
        self.watched()
            .revisions
            .entry(restaurant)
            .or_default()
            .subscribe()
    }

    pub fn watch_order(&self, order: OrderId) -> watch::Receiver<Option<OrderChange>> {
        self.watched()
            .orders
            .entry(order)
            .or_insert_with(|| watch::Sender::new(None))
            .subscribe()
    }

    pub fn watch_board(&self, restaurant: RestaurantId) -> broadcast::Receiver<OrderChange> {
        self.watched()
            .boards
            .entry(restaurant)
            .or_insert_with(|| broadcast::Sender::new(BEHIND))
            .subscribe()
    }

    /// Polls for changes of other nodes until it is dropped.
    pub async fn poll_other_nodes(self: Arc<Self>, store: Arc<dyn Store>) {
        let look = |live: Arc<Self>| {
            let store = store.clone();
            async move { live.poll(store.as_ref()).await }
        };
        periodic::every(POLL_INTERVAL, "changes of other nodes", self, look).await;
    }

    /// Drops channels without subscribers.
    fn drop_unused_channels(&self) {
        let mut watched = self.watched();
        watched.orders.retain(|_, sender| sender.receiver_count() > 0);
        watched.boards.retain(|_, sender| sender.receiver_count() > 0);
        watched.revisions.retain(|_, sender| sender.receiver_count() > 0);
    }

    async fn poll(&self, store: &dyn Store) -> Result<(), StoreError> {
        self.drop_unused_channels();
        let access = store.access_revision().await?;
        self.access
            .send_if_modified(|last| std::mem::replace(last, access) != access);
        for (restaurant, now) in store.order_revisions().await? {
            // Changes before this node's first poll are part of what subscribers load first.
            let seen = *self.watched().seen.entry(restaurant).or_insert(now);
            self.watched().raise_revision(restaurant, now);
            if seen >= now {
                continue;
            }
            let (changed, upto) = store.changed_orders(restaurant, seen).await?;
            changed.iter().for_each(|tracked| self.publish(&tracked.order));
            // Other records are read by the devices that learn the revision.
            let upto = if changed.is_empty() { now } else { upto };
            let mut watched = self.watched();
            let seen = watched.seen.entry(restaurant).or_insert(upto);
            *seen = upto.max(*seen);
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
        let (stays, goes) = (live.watch_order(OrderId(1)), live.watch_order(OrderId(2)));
        let (board, left) = (
            live.watch_board(RestaurantId(1)),
            live.watch_board(RestaurantId(2)),
        );
        drop((goes, left));
        live.drop_unused_channels();
        let watched = live.watched();
        assert_eq!(watched.orders.keys().collect::<Vec<_>>(), [&OrderId(1)]);
        assert_eq!(watched.boards.keys().collect::<Vec<_>>(), [&RestaurantId(1)]);
        drop((stays, board));
    }
}
