//! Who waits for a change of which restaurant's listing.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use servery_domain::id::RestaurantId;
use tokio::sync::watch;

/// A restaurant's channel stays until it changes and nobody waits for it any more.
#[derive(Default)]
pub struct Watchers(Mutex<HashMap<RestaurantId, watch::Sender<()>>>);

impl Watchers {
    pub fn watch(&self, restaurant: RestaurantId) -> watch::Receiver<()> {
        let mut channels = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        channels.entry(restaurant).or_default().subscribe()
    }

    pub fn notify(&self, changed: &[RestaurantId]) {
        let mut channels = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for restaurant in changed {
            if let Some(channel) = channels.get(restaurant)
                && channel.send(()).is_err()
            {
                channels.remove(restaurant);
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
        let (mut waiting, elsewhere) = (watchers.watch(changed), watchers.watch(other));
        watchers.notify(&[changed]);
        waiting.changed().await.unwrap();
        assert!(!elsewhere.has_changed().unwrap());
        drop((waiting, elsewhere));
        watchers.notify(&[changed, other]);
        assert!(watchers.0.lock().unwrap().is_empty(), "nobody waits any more");
    }
}
