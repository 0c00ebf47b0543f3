//! Tells whoever watches an order, or a restaurant's orders, what became of them. Each change is put into words once, for all who watch.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use axum::body::Bytes;
use servery_domain::{
    id::{OrderId, RestaurantId},
    order::{Order, State},
    revision::Revision,
};
use servery_store::{Store, StoreError};
use tokio::sync::{broadcast, watch};

use crate::jobs::periodic;

/// How often the store is asked what other nodes wrote.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// Changes that a slow board may be behind before it is told to load anew.
const BEHIND: usize = 256;

/// One change, as it is sent.
#[derive(Debug, Clone)]
pub struct OrderChange {
    pub revision: Revision,
    pub frame: Bytes,
}

#[derive(Default)]
struct Watched {
    orders: HashMap<OrderId, watch::Sender<Option<OrderChange>>>,
    boards: HashMap<RestaurantId, broadcast::Sender<OrderChange>>,
    /// How far each house has come, for its devices.
    houses: HashMap<RestaurantId, watch::Sender<Revision>>,
    /// Every change up to here was published, of each restaurant.
    seen: HashMap<RestaurantId, Revision>,
}

#[derive(Default)]
pub struct Broadcaster {
    watched: Mutex<Watched>,
}

impl Watched {
    fn reach(&self, restaurant: RestaurantId, revision: Revision) {
        let Some(sender) = self.houses.get(&restaurant) else {
            return;
        };
        sender.send_if_modified(|last| {
            let newer = *last < revision;
            *last = revision.max(*last);
            newer
        });
    }
}

/// As an event of a stream; `id` is what `Last-Event-ID` brings back.
pub fn frame(order: &Order) -> Bytes {
    let data = serde_json::to_string(order).unwrap_or_default();
    Bytes::from(format!(
        "event: order\nid: {}\ndata: {data}\n\n",
        order.revision.0
    ))
}

impl Broadcaster {
    fn watched(&self) -> MutexGuard<'_, Watched> {
        // Nothing in here panics between two changes of the maps.
        self.watched
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    pub fn publish(&self, order: &Order) {
        let mut watched = self.watched();
        let (restaurant, revision) = (order.ordered.restaurant, order.revision);
        watched.reach(restaurant, revision);
        // With a gap, the look at the store fills it in.
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
        // The kitchen does not know of what nobody paid.
        if let Some(sender) = watched
            .boards
            .get(&restaurant)
            .filter(|_| order.progress.state != State::Unpaid)
        {
            // Fails if nobody watches any more.
            let _ = sender.send(change());
        }
    }

    /// What a device did: its house went from one revision to another, and all of that is known here.
    pub fn synced(&self, restaurant: RestaurantId, (from, to): (Revision, Revision), orders: &[Order]) {
        orders.iter().for_each(|order| self.publish(order));
        let mut watched = self.watched();
        watched.reach(restaurant, to);
        if let Some(seen) = watched.seen.get_mut(&restaurant).filter(|seen| **seen >= from) {
            *seen = to.max(*seen);
        }
    }

    pub fn watch_pos(&self, restaurant: RestaurantId) -> watch::Receiver<Revision> {
        self.watched().houses.entry(restaurant).or_default().subscribe()
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

    /// Follows what other nodes write, until it is dropped.
    pub async fn follow(self: Arc<Self>, store: Arc<dyn Store>) {
        let look = |live: Arc<Self>| {
            let store = store.clone();
            async move { live.look(store.as_ref()).await }
        };
        periodic::every(LOOK_EVERY, "changes of other nodes", self, look).await;
    }

    /// Nobody says good-bye: an order that is over is published no more, so this is the moment to see that they went.
    fn forget_unwatched(&self) {
        let mut watched = self.watched();
        watched.orders.retain(|_, sender| sender.receiver_count() > 0);
        watched.boards.retain(|_, sender| sender.receiver_count() > 0);
        watched.houses.retain(|_, sender| sender.receiver_count() > 0);
    }

    async fn look(&self, store: &dyn Store) -> Result<(), StoreError> {
        self.forget_unwatched();
        for (restaurant, now) in store.order_revisions().await? {
            // What was before this node is known to who loads it.
            let seen = *self.watched().seen.entry(restaurant).or_insert(now);
            self.watched().reach(restaurant, now);
            if seen >= now {
                continue;
            }
            let (changed, upto) = store.changed_orders(restaurant, seen).await?;
            changed.iter().for_each(|tracked| self.publish(&tracked.order));
            // What changed besides orders is read by those who are told the revision.
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
        live.forget_unwatched();
        let watched = live.watched();
        assert_eq!(watched.orders.keys().collect::<Vec<_>>(), [&OrderId(1)]);
        assert_eq!(watched.boards.keys().collect::<Vec<_>>(), [&RestaurantId(1)]);
        drop((stays, board));
    }
}
