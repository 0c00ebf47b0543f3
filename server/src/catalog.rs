//! This node's copies of restaurants with their opening states, and of what concerns all of them.
//!
//! A request reads these copies instead of the database. There are as many as fit; another is read when somebody asks for it, so a
//! node needs no more memory in a large town. After a change by any node, only the restaurants that changed are read again, within
//! a quarter of a second. A listing is calculated anew when its restaurant opens or closes or a dish's serving hours begin or end.

mod entry;
mod index;
mod menus;
pub mod restaurant_now;
mod snapshot;
mod watchers;

use std::{
    collections::{BTreeSet, HashMap},
    sync::{
        Arc, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use arc_swap::ArcSwap;
use jiff::tz::TimeZone;
use quick_cache::sync::Cache;
use servery_domain::{
    cursor::{Cursor, Page},
    id::RestaurantId,
    order_intake::{LocalPause, OrderPause},
    restaurant::Listing,
    revision::Revision,
    search::Search,
    slug::Slug,
    time::Timestamp,
};
use servery_store::{Revisions, Store, StoreError, within};
use tokio::sync::{Mutex, watch};

pub use crate::catalog::{
    entry::CatalogEntry,
    snapshot::{CatalogSnapshot, modes, operator_mode},
};
use crate::{
    catalog::{index::IndexUpdates, menus::MenuCache, watchers::Watchers},
    clock,
};

/// Time limit for one read of the store; after it the store counts as unreachable.
const TIMEOUT: Duration = Duration::from_secs(2);
/// Restaurants that one read of the store has.
const READ_AT_ONCE: usize = 128;
/// Restaurants that are kept in memory: about 5 kB each.
const CAPACITY: usize = 4_000;
/// How often it is looked whose opening states have changed.
const OPENING_INTERVAL: Duration = Duration::from_secs(1);
/// Seconds until a watched restaurant that could not be read is tried again.
const RETRY_AFTER: i64 = 5;

/// The version of what an answer was made from: of one restaurant, or of a list. Two nodes with the same edition give the same answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Edition {
    /// `catalog` is the revision at which the restaurant changed last, or the catalog's own.
    pub revisions: Revisions,
    /// The next moment when the restaurant opens or closes, a dish's serving hours begin or end, or a local day begins. Of a list, the
    /// end of the minute.
    pub until: Timestamp,
}

impl Edition {
    /// Of what stays the same for as long as this node runs.
    pub fn of_installation() -> Self {
        Self {
            revisions: Revisions::default(),
            until: Timestamp(i64::MAX),
        }
    }
}

/// Whose cards there is an account for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum CardTakers {
    #[default]
    Nobody,
    Everybody,
    Only(BTreeSet<Slug>),
}

impl CardTakers {
    pub fn has(&self, restaurant: &Slug) -> bool {
        match self {
            Self::Nobody => false,
            Self::Everybody => true,
            Self::Only(restaurants) => restaurants.contains(restaurant),
        }
    }
}

pub struct Catalog {
    store: Arc<dyn Store>,
    card_takers: CardTakers,
    current: ArcSwap<CatalogSnapshot>,
    /// Each is replaced when the restaurant changes; within it the entry, when its opening state does.
    entries: Cache<RestaurantId, Arc<ArcSwap<CatalogEntry>>>,
    ids: Cache<Slug, RestaurantId>,
    /// How often changes were applied. Who reads a restaurant meanwhile may have the state before, and does not keep it.
    applied: std::sync::Mutex<u64>,
    /// Held by whoever reads what has changed: of two that read at the same time, the one that began first may end last.
    reloading: Mutex<()>,
    index: IndexUpdates,
    watchers: Watchers,
    menus: MenuCache,
    reachable: AtomicBool,
}

/// A pause on the restaurant's clock, up to the full minute: at the minute that it names it is over.
pub fn local_pause(zone: &TimeZone, pause: OrderPause) -> LocalPause {
    let full = |until: Timestamp| clock::local(zone, Timestamp(until.0 + 59));
    LocalPause {
        until: pause.until.map(full),
    }
}

impl Catalog {
    /// A restaurant without an account takes no cards.
    pub async fn open(store: Arc<dyn Store>, card_takers: CardTakers) -> Result<Arc<Self>, StoreError> {
        Self::with_capacity(store, card_takers, CAPACITY).await
    }

    async fn with_capacity(
        store: Arc<dyn Store>,
        card_takers: CardTakers,
        capacity: usize,
    ) -> Result<Arc<Self>, StoreError> {
        // What changes from now on is read by the first reload.
        let snapshot = CatalogSnapshot::read(store.as_ref()).await?;
        let known = snapshot.revisions;
        let catalog = Self {
            index: IndexUpdates::new(store.clone()),
            menus: MenuCache::new(store.clone()),
            store,
            card_takers,
            current: ArcSwap::from_pointee(snapshot),
            entries: Cache::new(capacity),
            ids: Cache::new(capacity),
            applied: std::sync::Mutex::default(),
            reloading: Mutex::new(()),
            watchers: Watchers::default(),
            reachable: AtomicBool::new(true),
        };
        catalog.index.add_missing(&catalog).await?;
        catalog.read_latest(capacity).await?;
        catalog.update_snapshot(known, &[]).await?;
        Ok(Arc::new(catalog))
    }

    /// So that they are there if the database is not.
    async fn read_latest(&self, most: usize) -> Result<(), StoreError> {
        let all = within(TIMEOUT, self.store.changed_restaurants(Revision(0))).await?;
        for some in all[all.len().saturating_sub(most)..].chunks(READ_AT_ONCE) {
            self.read_and_keep(some).await?;
        }
        Ok(())
    }

    pub fn now(&self) -> arc_swap::Guard<Arc<CatalogSnapshot>> {
        self.current.load()
    }

    /// Whether the last read of the store succeeded.
    pub fn is_reachable(&self) -> bool {
        self.reachable.load(Ordering::Relaxed)
    }

    pub async fn by_id(&self, id: RestaurantId) -> Result<Option<Arc<CatalogEntry>>, StoreError> {
        match self.cached(id) {
            Some(entry) => Ok(Some(entry)),
            None => Ok(self.read_and_keep(&[id]).await?.pop()),
        }
    }

    pub async fn by_slug(&self, slug: &Slug) -> Result<Option<Arc<CatalogEntry>>, StoreError> {
        if let Some(id) = self.ids.get(slug)
            && let Some(entry) = self.by_id(id).await?
            && entry.listing().restaurant.slug == *slug
        {
            return Ok(Some(entry));
        }
        match within(TIMEOUT, self.store.restaurant_by_slug(slug)).await? {
            Some(id) => self.by_id(id).await,
            None => Ok(None),
        }
    }

    /// What a search finds. While the store is unreachable, that is among the restaurants in memory.
    pub async fn search(&self, search: &Search) -> Result<Page<Listing>, StoreError> {
        let found = within(TIMEOUT, self.store.search_restaurants(search, clock::now())).await;
        let mut found = match found {
            Err(error) if error.is_unavailable() => return Ok(self.search_cached(search)),
            found => found?,
        };
        let more = found.len() > search.limit;
        found.truncate(search.limit);
        let last = found.last().filter(|_| more);
        let next = last.map(|(slug, _)| Cursor(slug.clone()));
        let ids: Vec<RestaurantId> = found.iter().map(|(_, restaurant)| *restaurant).collect();
        let entries = self.by_ids(&ids).await?;
        let listings = ids.iter().filter_map(|id| Some(entries.get(id)?.listing()));
        // It may have closed in this moment.
        let items = listings.filter(|listing| listing.opening.open || !search.open);
        Ok(Page {
            items: items.map(|listing| Listing::clone(listing)).collect(),
            next,
        })
    }

    fn search_cached(&self, search: &Search) -> Page<Listing> {
        let ids = self.entries.iter().map(|(id, _)| id);
        let mut entries: Vec<_> = ids.filter_map(|id| self.cached(id)).collect();
        entries.sort_by(|one, next| {
            let slug = |entry: &CatalogEntry| entry.listing().restaurant.slug.clone();
            slug(one).cmp(&slug(next))
        });
        search.page(entries.iter().map(|entry| Listing::clone(entry.listing())))
    }

    /// Those of these restaurants that are there.
    pub async fn by_ids(
        &self,
        ids: &[RestaurantId],
    ) -> Result<HashMap<RestaurantId, Arc<CatalogEntry>>, StoreError> {
        // What is in memory now may have made room for what is read.
        let cached = ids.iter().filter_map(|id| self.cached(*id));
        let mut entries: HashMap<RestaurantId, Arc<CatalogEntry>> = cached
            .map(|entry| (entry.listing().restaurant.id, entry))
            .collect();
        let missing = ids.iter().copied().filter(|id| !entries.contains_key(id));
        let missing: Vec<RestaurantId> = missing.collect();
        if !missing.is_empty() {
            let read = self.read_and_keep(&missing).await?.into_iter();
            entries.extend(read.map(|entry| (entry.listing().restaurant.id, entry)));
        }
        Ok(entries)
    }

    /// As it is listed now.
    fn cached(&self, id: RestaurantId) -> Option<Arc<CatalogEntry>> {
        let slot = self.entries.get(&id)?;
        let (entry, now) = (slot.load_full(), clock::now());
        if now < entry.until() {
            return Some(entry);
        }
        let entry = Arc::new(entry.at(now));
        slot.store(entry.clone());
        Some(entry)
    }

    async fn read(&self, ids: &[RestaurantId]) -> Result<Vec<Arc<CatalogEntry>>, StoreError> {
        let now = clock::now();
        let stored = within(TIMEOUT, self.store.listings(ids)).await?.into_iter();
        let entries = stored.filter_map(|stored| CatalogEntry::new(stored, &self.card_takers, now));
        Ok(entries.map(Arc::new).collect())
    }

    async fn read_and_keep(&self, ids: &[RestaurantId]) -> Result<Vec<Arc<CatalogEntry>>, StoreError> {
        let applied = || self.applied.lock().unwrap_or_else(PoisonError::into_inner);
        let before = *applied();
        let entries = self.read(ids).await?;
        let applied = applied();
        if *applied == before {
            entries.iter().for_each(|entry| self.keep(entry));
        }
        Ok(entries)
    }

    fn keep(&self, entry: &Arc<CatalogEntry>) {
        let restaurant = &entry.listing().restaurant;
        self.ids.insert(restaurant.slug.clone(), restaurant.id);
        self.entries
            .insert(restaurant.id, Arc::new(ArcSwap::new(entry.clone())));
    }

    /// In place of what was known of these restaurants.
    fn apply(&self, changed: &[RestaurantId], entries: &[Arc<CatalogEntry>]) {
        let mut applied = self.applied.lock().unwrap_or_else(PoisonError::into_inner);
        *applied += 1;
        for restaurant in changed {
            self.entries.remove(restaurant);
        }
        for entry in entries {
            self.keep(entry);
            self.watchers
                .set_due(entry.listing().restaurant.id, entry.until());
        }
    }

    /// Reads what changes until it is dropped. While the store is unreachable, what was read last stays.
    pub async fn watch(self: Arc<Self>) {
        let mut feed = self.store.change_feed();
        let mut looked_at = Instant::now();
        loop {
            feed.changed().await;
            let reloaded = self.reload_if_changed().await;
            let is_reachable = reloaded.is_ok();
            let was_reachable = self.reachable.swap(is_reachable, Ordering::Relaxed);
            match reloaded {
                Err(error) if was_reachable => {
                    tracing::error!(
                        %error,
                        "the database does not answer; pages show the restaurants that were read last"
                    )
                }
                Ok(()) if !was_reachable => tracing::info!("the database answers again"),
                _ => {}
            }
            if looked_at.elapsed() < OPENING_INTERVAL {
                continue;
            }
            looked_at = Instant::now();
            self.update_watched().await;
            if is_reachable && let Err(error) = self.index.update(&self).await {
                tracing::warn!(%error, "the index of restaurants was not brought up to date");
            }
        }
    }

    /// Wakes who watches a restaurant that has opened or closed, also while the store is unreachable.
    async fn update_watched(&self) {
        let now = clock::now();
        for restaurant in self.watchers.due(now) {
            let retry = Timestamp(now.0 + RETRY_AFTER);
            let Ok(entry) = self.by_id(restaurant).await else {
                self.watchers.set_due(restaurant, retry);
                // Each further one would wait for the database, too.
                return;
            };
            let until = entry.map_or(retry, |entry| entry.until());
            self.watchers.set_due(restaurant, until);
            self.watchers.notify(&[restaurant]);
        }
    }

    /// Changes with each later listing of this restaurant.
    pub fn watch_restaurant(&self, entry: &CatalogEntry) -> watch::Receiver<()> {
        self.watchers.watch(entry.listing().restaurant.id, entry.until())
    }

    /// Reads what changed since the current snapshot.
    pub async fn reload_if_changed(&self) -> Result<(), StoreError> {
        let _reloading = self.reloading.lock().await;
        let revisions = within(TIMEOUT, self.store.revisions()).await?;
        let known = self.now().revisions;
        if revisions == known {
            return Ok(());
        }
        let changed = match revisions.catalog == known.catalog {
            true => Vec::new(),
            false => within(TIMEOUT, self.store.changed_restaurants(known.catalog)).await?,
        };
        let mut domains = Vec::new();
        // However many there are: each of these reads has its own time limit.
        for some in changed.chunks(READ_AT_ONCE) {
            let entries = self.read(some).await?;
            self.apply(some, &entries);
            self.index.write_changed(&entries).await;
            let own = entries.iter().map(|entry| entry.listing());
            domains.extend(own.map(|listing| (listing.restaurant.id, listing.domain.clone())));
        }
        self.update_snapshot(revisions, &domains).await?;
        self.watchers.notify(&changed);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use servery_domain::restaurant::Restaurant;

    use super::*;
    use crate::cli::demo;

    const CAPACITY: usize = 3;

    /// A node that has room for three of the twelve restaurants.
    async fn small_node(folder: &tempfile::TempDir) -> (Arc<dyn Store>, Arc<Catalog>) {
        let database = format!("sqlite:{}", folder.path().join("town.db").display());
        let store = servery_store::connect(&database).await.unwrap();
        store.migrate().await.unwrap();
        demo::fill(store.as_ref(), &demo::catalog().unwrap())
            .await
            .unwrap();
        let opening = Catalog::with_capacity(store.clone(), CardTakers::Nobody, CAPACITY);
        let catalog = opening.await.unwrap();
        (store, catalog)
    }

    fn slugs(page: &Page<Listing>) -> Vec<&str> {
        page.items
            .iter()
            .map(|listing| listing.restaurant.slug.as_str())
            .collect()
    }

    #[tokio::test]
    async fn a_node_finds_more_restaurants_than_it_has_in_memory() {
        let folder = tempfile::tempdir().unwrap();
        let (store, catalog) = small_node(&folder).await;
        let all: Vec<Restaurant> = store.restaurants().await.unwrap();
        assert!(all.len() > 3 * CAPACITY);
        for _ in 0..2 {
            for restaurant in &all {
                let found = catalog.by_slug(&restaurant.slug).await.unwrap().unwrap();
                assert_eq!(found.listing().restaurant.id, restaurant.id);
                let found = catalog.by_id(restaurant.id).await.unwrap().unwrap();
                assert_eq!(found.listing().restaurant.slug, restaurant.slug);
            }
        }
        assert!(catalog.entries.len() <= CAPACITY, "{}", catalog.entries.len());
        let found = catalog.search(&Search::default()).await.unwrap();
        let expected: Vec<&str> = all.iter().map(|restaurant| restaurant.slug.as_str()).collect();
        assert_eq!(slugs(&found), expected);
        assert!(
            catalog
                .by_slug(&"nowhere".parse().unwrap())
                .await
                .unwrap()
                .is_none()
        );
    }

    #[tokio::test]
    async fn the_index_finds_what_the_rules_find() {
        let folder = tempfile::tempdir().unwrap();
        let (store, catalog) = small_node(&folder).await;
        let ids: Vec<RestaurantId> = store
            .restaurants()
            .await
            .unwrap()
            .iter()
            .map(|one| one.id)
            .collect();
        let all = catalog.by_ids(&ids).await.unwrap();
        for query in [
            "",
            "q=trattoria",
            "q=LUCIA+trattoria",
            "q=e",
            "q=%25",
            "q=no+such+thing",
            "open=1",
            "cuisine=italian",
            "open=1&q=a&limit=2",
            "limit=5",
            "limit=5&after=1.jade-lantern",
        ] {
            let pairs: Vec<(String, String)> =
                form_urlencoded::parse(query.as_bytes()).into_owned().collect();
            let mut pairs = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()));
            let search = Search::parse(&mut pairs).unwrap();
            let by_rules = search.page(ids.iter().map(|id| Listing::clone(all[id].listing())));
            let found = catalog.search(&search).await.unwrap();
            assert_eq!(slugs(&found), slugs(&by_rules), "{query}");
            assert!(found == by_rules, "{query}");
        }
    }

    #[tokio::test]
    async fn without_its_database_a_node_searches_what_it_has_in_memory() {
        let folder = tempfile::tempdir().unwrap();
        let (store, catalog) = small_node(&folder).await;
        store.close().await;
        let found = catalog.search(&Search::default()).await.unwrap();
        assert!((1..=CAPACITY).contains(&found.items.len()), "{:?}", slugs(&found));
        let in_memory = found.items[0].restaurant.clone();
        assert!(catalog.by_slug(&in_memory.slug).await.unwrap().is_some());
        let elsewhere = catalog.by_id(RestaurantId(1)).await.err();
        assert!(elsewhere.is_some_and(|error| error.is_unavailable()));
    }

    #[tokio::test]
    async fn a_change_is_found_at_once_by_the_node_that_made_it() {
        let folder = tempfile::tempdir().unwrap();
        let (store, catalog) = small_node(&folder).await;
        let mut file = demo::catalog().unwrap().remove(0);
        file.name = "Zum Goldenen Pflug".to_owned();
        let by = (servery_domain::audit::Author::Operator, clock::now());
        let mode = servery_store::restaurant_files::ImportMode::Write;
        let outcome = store.import_restaurant(&file, mode, by).await.unwrap();
        catalog.reload_if_changed().await.unwrap();
        let search = Search {
            q: "goldenen pflug".to_owned(),
            ..Search::default()
        };
        let found = catalog.search(&search).await.unwrap();
        assert_eq!(slugs(&found), [file.slug.as_str()], "{outcome:?}");
    }
}
