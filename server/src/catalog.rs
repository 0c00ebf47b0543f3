//! This node's copy of all restaurants with their opening states, and of the operator's modes.
//!
//! A request reads this copy instead of the database. After a change by any node, only the restaurants that changed are read again,
//! within a quarter of a second; a listing is calculated anew when its restaurant opens or closes or a dish's serving hours begin
//! or end. So each copy never changes, and shares with the one before it what is the same.

mod entry;
pub mod restaurant_now;
mod watchers;

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use arc_swap::ArcSwap;
use axum::http::HeaderValue;
use jiff::tz::TimeZone;
use quick_cache::sync::Cache;
use rpds::{HashTrieMapSync, RedBlackTreeMapSync, RedBlackTreeSetSync};
use servery_app::{
    mode::Mode,
    render::{RenderInputs, decide},
    routes::{ROUTES, Route},
};
use servery_domain::{
    domain_name::DomainName,
    id::RestaurantId,
    lang::Lang,
    menu::Menu,
    order_intake::{LocalPause, OrderIntake, OrderPause},
    restaurant::{Listing, Restaurant},
    revision::Revision,
    search::Search,
    slug::Slug,
    time::{LocalMinute, Timestamp},
};
use servery_store::{Revisions, Store, StoreError, within};
use tokio::sync::{Mutex, watch};

use crate::{
    catalog::{entry::CatalogEntry, watchers::Watchers},
    clock,
};

/// Time limit for one read of the store; after it the store counts as unreachable.
const TIMEOUT: Duration = Duration::from_secs(2);
/// Restaurants that one read of the store has.
const READ_AT_ONCE: usize = 128;
/// Cached menus; the least used ones are dropped first.
const MENUS: usize = 500;
/// Seconds after which a snapshot without a restaurant is another one.
const A_DAY: i64 = 24 * 3600;

/// The version of what an answer was made from: of one restaurant, or of the whole catalog. Two nodes with the same edition give the
/// same answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Edition {
    /// `catalog` is the revision at which the restaurant changed last, or the catalog's own.
    pub revisions: Revisions,
    /// The next moment when a restaurant opens or closes, a dish's serving hours begin or end, or a local day begins.
    pub until: Timestamp,
}

#[derive(Clone)]
pub struct CatalogSnapshot {
    /// Of the whole catalog.
    pub edition: Edition,
    restaurants: RedBlackTreeMapSync<Slug, Arc<CatalogEntry>>,
    slugs: HashTrieMapSync<RestaurantId, Slug>,
    domains: HashTrieMapSync<DomainName, Slug>,
    /// When each listing is calculated anew.
    due: RedBlackTreeSetSync<(Timestamp, RestaurantId)>,
    demos: usize,
    modes: Arc<[(String, Mode)]>,
    /// The paths of the pages that are thick by default: the value of a header of every API answer.
    pub thick: HeaderValue,
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
    /// Held by whoever makes the next snapshot: of two that read at the same time, the one that began first may end last.
    replacing: Mutex<()>,
    watchers: Watchers,
    menus: Cache<(RestaurantId, Revision), Arc<Menu>>,
    /// As they are shown in a language.
    shown_menus: Cache<(RestaurantId, Revision, Lang), Arc<Menu>>,
    reachable: AtomicBool,
}

/// A pause on the restaurant's clock, up to the full minute: at the minute that it names it is over.
pub fn local_pause(zone: &TimeZone, pause: OrderPause) -> LocalPause {
    let full = |until: Timestamp| clock::local(zone, Timestamp(until.0 + 59));
    LocalPause {
        until: pause.until.map(full),
    }
}

impl CatalogSnapshot {
    fn empty(now: Timestamp) -> Self {
        Self {
            edition: Edition {
                revisions: Revisions::default(),
                until: Timestamp(now.0 + A_DAY),
            },
            restaurants: RedBlackTreeMapSync::new_sync(),
            slugs: HashTrieMapSync::new_sync(),
            domains: HashTrieMapSync::new_sync(),
            due: RedBlackTreeSetSync::new_sync(),
            demos: 0,
            modes: Arc::default(),
            thick: HeaderValue::from_static(""),
        }
    }

    fn insert(&mut self, entry: CatalogEntry) {
        let listing = entry.listing();
        let (id, slug) = (listing.restaurant.id, listing.restaurant.slug.clone());
        self.remove(id);
        self.due.insert_mut((entry.until(), id));
        self.slugs.insert_mut(id, slug.clone());
        if let Some(domain) = &listing.domain {
            self.domains.insert_mut(domain.clone(), slug.clone());
        }
        self.demos += usize::from(listing.is_demo);
        self.restaurants.insert_mut(slug, Arc::new(entry));
    }

    fn remove(&mut self, id: RestaurantId) {
        let Some(entry) = self.entry(id).cloned() else {
            return;
        };
        let listing = entry.listing();
        let slug = &listing.restaurant.slug;
        self.slugs.remove_mut(&id);
        self.restaurants.remove_mut(slug);
        self.due.remove_mut(&(entry.until(), id));
        self.demos -= usize::from(listing.is_demo);
        // It may be another restaurant's by now.
        if let Some(domain) = &listing.domain
            && self.domains.get(domain) == Some(slug)
        {
            self.domains.remove_mut(domain);
        }
    }

    fn entry(&self, id: RestaurantId) -> Option<&Arc<CatalogEntry>> {
        self.restaurants.get(self.slugs.get(&id)?)
    }

    fn set_modes(&mut self, modes: Vec<(String, Mode)>) {
        self.thick = thick(&modes);
        self.modes = modes.into();
    }

    /// Whose listings are over.
    fn due(&self, now: Timestamp) -> Vec<RestaurantId> {
        let due = self.due.iter().take_while(|(until, _)| *until <= now);
        due.map(|(_, restaurant)| *restaurant).collect()
    }

    /// The same catalog at another time: these listings are calculated anew.
    fn at(&self, now: Timestamp, due: &[RestaurantId]) -> Self {
        let mut next = self.clone();
        for restaurant in due {
            if let Some(entry) = self.entry(*restaurant) {
                next.insert(entry.at(now));
            }
        }
        next.set_until(now);
        next
    }

    fn set_until(&mut self, now: Timestamp) {
        let first = self.due.first().map(|(until, _)| *until);
        self.edition.until = first.unwrap_or(Timestamp(now.0 + A_DAY));
    }

    /// Of what is said about one restaurant.
    pub fn edition_of(&self, slug: &Slug) -> Edition {
        self.restaurants.get(slug).map_or(self.edition, |entry| Edition {
            revisions: Revisions {
                catalog: entry.changed(),
                ..self.edition.revisions
            },
            until: entry.until(),
        })
    }

    /// What of a restaurant's intake still holds.
    pub fn intake(&self, restaurant: RestaurantId, now: Timestamp) -> OrderIntake {
        let entry = self.entry(restaurant);
        entry.map(|entry| entry.intake(now)).unwrap_or_default()
    }

    /// Of all restaurants, or of this one.
    pub fn page(&self, search: &Search, only: Option<&Slug>) -> servery_domain::cursor::Page<Listing> {
        let listings = self
            .restaurants()
            .filter(|listing| only.is_none_or(|slug| listing.restaurant.slug == *slug));
        search.page(listings.cloned())
    }

    pub fn listing(&self, slug: &Slug) -> Option<&Arc<Listing>> {
        Some(self.restaurants.get(slug)?.listing())
    }

    pub fn restaurants(&self) -> impl Iterator<Item = &Listing> {
        self.restaurants.values().map(|entry| entry.listing().as_ref())
    }

    /// The restaurant whose own domain this is.
    pub fn at_domain(&self, domain: &DomainName) -> Option<&Listing> {
        self.listing(self.domains.get(domain)?).map(AsRef::as_ref)
    }

    pub fn has_domains(&self) -> bool {
        !self.domains.is_empty()
    }

    pub fn by_id(&self, id: RestaurantId) -> Option<&Arc<Listing>> {
        Some(self.entry(id)?.listing())
    }

    /// Whether what is asked for at this page is not meant: it is about a restaurant of the demo, or about none where there is nothing else.
    pub fn is_demo(&self, page: Option<&Slug>) -> bool {
        match page.and_then(|slug| self.listing(slug)) {
            Some(listing) => listing.is_demo,
            None => self.demos > 0 && self.demos == self.restaurants.size(),
        }
    }

    /// The restaurant's local time.
    pub fn clock(&self, slug: &Slug, now: Timestamp) -> Option<LocalMinute> {
        self.zone(slug).map(|zone| clock::local(zone, now))
    }

    pub fn zone(&self, slug: &Slug) -> Option<&TimeZone> {
        Some(self.restaurants.get(slug)?.zone())
    }

    /// The operator's mode for the page with this path in the table.
    pub fn mode(&self, path: &str) -> Option<Mode> {
        operator_mode(&self.modes, path)
    }
}

pub fn operator_mode(modes: &[(String, Mode)], path: &str) -> Option<Mode> {
    modes
        .iter()
        .find(|(known, _)| known == path)
        .map(|(_, mode)| *mode)
}

fn thick(modes: &[(String, Mode)]) -> HeaderValue {
    let voices = |route: &Route| RenderInputs {
        operator: operator_mode(modes, route.path),
        ..RenderInputs::default()
    };
    let thick = ROUTES
        .iter()
        .filter(|route| decide(route, voices(route)).mode == Mode::Thick)
        .map(|route| route.path);
    HeaderValue::from_str(&thick.collect::<Vec<_>>().join(" ")).unwrap_or(HeaderValue::from_static(""))
}

/// Ignores rows with a path or a mode that this version does not know: another version wrote them.
pub async fn modes(store: &dyn Store) -> Result<Vec<(String, Mode)>, StoreError> {
    let rows = store.modes().await?.into_iter();
    let known = rows.filter(|(path, _)| ROUTES.iter().any(|route| route.path == path));
    Ok(known
        .filter_map(|(path, mode)| Some((path, mode.parse().ok()?)))
        .collect())
}

impl Catalog {
    /// A restaurant without an account takes no cards.
    pub async fn open(store: Arc<dyn Store>, card_takers: CardTakers) -> Result<Arc<Self>, StoreError> {
        let snapshot = CatalogSnapshot::empty(clock::now());
        let catalog = Self {
            store,
            card_takers,
            watchers: Watchers::default(),
            current: ArcSwap::from_pointee(snapshot),
            replacing: Mutex::new(()),
            menus: Cache::new(MENUS),
            shown_menus: Cache::new(MENUS),
            reachable: AtomicBool::new(true),
        };
        catalog.reload_if_changed().await?;
        Ok(Arc::new(catalog))
    }

    pub fn now(&self) -> arc_swap::Guard<Arc<CatalogSnapshot>> {
        self.current.load()
    }

    /// Whether the last read of the store succeeded.
    pub fn is_reachable(&self) -> bool {
        self.reachable.load(Ordering::Relaxed)
    }

    /// Reads what changes until it is dropped. While the store is unreachable the last edition stays.
    pub async fn watch(self: Arc<Self>) {
        let mut feed = self.store.change_feed();
        loop {
            feed.changed().await;
            self.update_opening_states().await;
            let looked = self.reload_if_changed().await;
            let was_reachable = self.reachable.swap(looked.is_ok(), Ordering::Relaxed);
            match looked {
                Err(error) if was_reachable => {
                    tracing::error!(
                        %error,
                        "the database does not answer; pages show the last catalog that was read"
                    )
                }
                Ok(()) if !was_reachable => tracing::info!("the database answers again"),
                _ => {}
            }
        }
    }

    /// Opening states change with time, also while the store is unreachable.
    async fn update_opening_states(&self) {
        let _replacing = self.replacing.lock().await;
        let (current, now) = (self.current.load_full(), clock::now());
        if now >= current.edition.until {
            let due = current.due(now);
            self.replace(current.at(now, &due), &due);
        }
    }

    fn replace(&self, snapshot: CatalogSnapshot, changed: &[RestaurantId]) {
        self.current.store(Arc::new(snapshot));
        self.watchers.notify(changed);
    }

    /// Changes with each later listing of this restaurant.
    pub fn watch_restaurant(&self, restaurant: RestaurantId) -> watch::Receiver<()> {
        self.watchers.watch(restaurant)
    }

    /// Reads what changed since the current snapshot.
    pub async fn reload_if_changed(&self) -> Result<(), StoreError> {
        let _replacing = self.replacing.lock().await;
        let revisions = within(TIMEOUT, self.store.revisions()).await?;
        let current = self.current.load_full();
        let known = current.edition.revisions;
        if revisions == known {
            return Ok(());
        }
        let mut next = CatalogSnapshot::clone(&current);
        if revisions.modes != known.modes {
            next.set_modes(within(TIMEOUT, modes(self.store.as_ref())).await?);
        }
        let changed = match revisions.catalog == known.catalog {
            true => Vec::new(),
            false => self.read_changed(&mut next, known.catalog).await?,
        };
        next.edition.revisions = revisions;
        next.set_until(clock::now());
        self.replace(next, &changed);
        Ok(())
    }

    async fn read_changed(
        &self,
        next: &mut CatalogSnapshot,
        after: Revision,
    ) -> Result<Vec<RestaurantId>, StoreError> {
        let changed = within(TIMEOUT, self.store.changed_restaurants(after)).await?;
        for restaurant in &changed {
            next.remove(*restaurant);
        }
        let now = clock::now();
        // However many there are: each of these reads has its own time limit.
        for some in changed.chunks(READ_AT_ONCE) {
            let stored = within(TIMEOUT, self.store.listings(some)).await?;
            let entries = stored
                .into_iter()
                .filter_map(|stored| CatalogEntry::new(stored, &self.card_takers, now));
            entries.for_each(|entry| next.insert(entry));
        }
        Ok(changed)
    }

    pub async fn menu(&self, restaurant: &Restaurant) -> Result<Option<Arc<Menu>>, StoreError> {
        let key = (restaurant.id, restaurant.revision);
        match self.menus.get_value_or_guard_async(&key).await {
            Ok(menu) => Ok(Some(menu)),
            Err(guard) => {
                let Some(menu) = self.store.menu(restaurant.id).await?.map(Arc::new) else {
                    return Ok(None);
                };
                // A menu that is newer than the snapshot is returned, but not cached under the older revision.
                if menu.revision == restaurant.revision {
                    // Fails only if another value was inserted meanwhile; both are right.
                    let _ = guard.insert(menu.clone());
                }
                Ok(Some(menu))
            }
        }
    }

    /// The menu as guests see it in a language; without one, as it is written.
    pub async fn shown_menu(
        &self,
        restaurant: &Restaurant,
        lang: Option<Lang>,
    ) -> Result<Option<Arc<Menu>>, StoreError> {
        let Some(menu) = self.menu(restaurant).await? else {
            return Ok(None);
        };
        let lang = lang.unwrap_or(menu.lang);
        let key = (restaurant.id, menu.revision, lang);
        let shown = self.shown_menus.get_or_insert_with(&key, || {
            Ok::<_, StoreError>(match menu.has_translations() {
                true => Arc::new(menu.shown_in(lang)),
                false => menu,
            })
        });
        shown.map(Some)
    }
}
