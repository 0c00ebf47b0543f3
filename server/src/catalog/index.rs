//! Keeps the store's index of restaurants up to date: what changes with the restaurants, and what changes with the time.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use servery_domain::{id::RestaurantId, time::Timestamp};
use servery_store::{Store, StoreError, restaurant_index::IndexEntry, within};

use crate::{
    catalog::{Catalog, CatalogEntry, READ_AT_ONCE, TIMEOUT},
    clock,
};

/// Seconds that a node has for the entries that are due, before another one takes them.
const LEASE: i64 = 60;
/// After so many entries the node first looks what else has changed.
const UPDATES_AT_ONCE: usize = 10 * READ_AT_ONCE;

pub struct IndexUpdates {
    store: Arc<dyn Store>,
    /// An entry could not be written.
    is_behind: AtomicBool,
}

impl IndexUpdates {
    pub fn new(store: Arc<dyn Store>) -> Self {
        let is_behind = AtomicBool::new(false);
        Self { store, is_behind }
    }

    /// Entries of the restaurants that changed while no node was there.
    pub async fn add_missing(&self, catalog: &Catalog) -> Result<(), StoreError> {
        let mut after = None;
        loop {
            let missing = within(TIMEOUT, self.store.unindexed_restaurants(after, READ_AT_ONCE)).await?;
            let Some(last) = missing.last() else { return Ok(()) };
            after = Some(*last);
            self.write(catalog, &missing).await?;
        }
    }

    /// Entries of the restaurants that have opened or closed, and those that could not be written before.
    pub async fn update(&self, catalog: &Catalog) -> Result<(), StoreError> {
        if self.is_behind.load(Ordering::Relaxed) {
            self.add_missing(catalog).await?;
            self.is_behind.store(false, Ordering::Relaxed);
        }
        for _ in 0..UPDATES_AT_ONCE / READ_AT_ONCE {
            let now = clock::now();
            let lease = self
                .store
                .lease_due_restaurants(now, Timestamp(now.0 + LEASE), READ_AT_ONCE);
            let due = within(TIMEOUT, lease).await?;
            if !due.is_empty() {
                self.write(catalog, &due).await?;
            }
            if due.len() < READ_AT_ONCE {
                break;
            }
        }
        Ok(())
    }

    async fn write(&self, catalog: &Catalog, restaurants: &[RestaurantId]) -> Result<(), StoreError> {
        self.write_entries(&catalog.read(restaurants).await?).await
    }

    async fn write_entries(&self, entries: &[Arc<CatalogEntry>]) -> Result<(), StoreError> {
        let entries: Vec<IndexEntry> = entries.iter().map(|entry| entry.index_entry()).collect();
        within(TIMEOUT, self.store.index_restaurants(&entries)).await
    }

    pub async fn write_changed(&self, entries: &[Arc<CatalogEntry>]) {
        if let Err(error) = self.write_entries(entries).await {
            self.is_behind.store(true, Ordering::Relaxed);
            tracing::warn!(%error, "restaurants that changed are found as they were before, until the index can be written");
        }
    }
}
