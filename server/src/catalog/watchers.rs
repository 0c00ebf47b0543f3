//! Who waits for a change of which restaurant's listing.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use servery_domain::{id::RestaurantId, time::Timestamp};
use tokio::sync::watch;

#[derive(Default)]
pub struct Watchers(Mutex<HashMap<RestaurantId, WatchedRestaurant>>);

/// Stays until the restaurant changes and nobody waits for it any more.
struct WatchedRestaurant {
    channel: watch::Sender<()>,
    /// When the listing is another, without anybody's doing.
    due: Timestamp,
}

impl Watchers {
    fn lock(&self) -> MutexGuard<'_, HashMap<RestaurantId, WatchedRestaurant>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn watch(&self, restaurant: RestaurantId, due: Timestamp) -> watch::Receiver<()> {
        let mut all = self.lock();
        let channel = watch::Sender::default();
        let watched = all
            .entry(restaurant)
            .or_insert(WatchedRestaurant { channel, due });
        watched.channel.subscribe()
    }

    pub fn set_due(&self, restaurant: RestaurantId, due: Timestamp) {
        if let Some(watched) = self.lock().get_mut(&restaurant) {
            watched.due = due;
        }
    }

    pub fn due(&self, now: Timestamp) -> Vec<RestaurantId> {
        let all = self.lock();
        let due = all.iter().filter(|(_, watched)| watched.due <= now);
        due.map(|(restaurant, _)| *restaurant).collect()
    }

    pub fn notify(&self, changed: &[RestaurantId]) {
        let mut all = self.lock();
        for restaurant in changed {
            if let Some(watched) = all.get(restaurant)
                && watched.channel.send(()).is_err()
            {
                all.remove(restaurant);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_who_waits_for_the_restaurant_is_woken() {
        let (watchers, changed, other) = (Watchers::default(), RestaurantId(1), RestaurantId(2));
        let noon = Timestamp(1_000);
        let (mut waiting, elsewhere) = (watchers.watch(changed, noon), watchers.watch(other, noon));
        watchers.notify(&[changed]);
        waiting.changed().await.unwrap();
        assert!(!elsewhere.has_changed().unwrap());
        drop((waiting, elsewhere));
        watchers.notify(&[changed, other]);
        assert!(watchers.lock().is_empty(), "nobody waits any more");
    }

    #[test]
    fn a_watched_restaurant_is_due_when_its_listing_is_another() {
        let (watchers, restaurant) = (Watchers::default(), RestaurantId(1));
        let _waiting = watchers.watch(restaurant, Timestamp(1_000));
        assert!(watchers.due(Timestamp(999)).is_empty());
        assert_eq!(watchers.due(Timestamp(1_000)), [restaurant]);
        watchers.set_due(restaurant, Timestamp(2_000));
        assert!(watchers.due(Timestamp(1_999)).is_empty());
    }
}
