//! This node's copy of all restaurants with their opening states, and of the operator's modes.
//!
//! A request reads this copy instead of the database. It is reloaded within a quarter of a second after a change by any node,
//! and recalculated whenever a restaurant opens or closes or a dish's serving hours begin or end. So each copy is an [`Edition`] that never changes.

pub mod restaurant_now;

use std::{
    collections::{BTreeMap, BTreeSet},
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
use servery_app::{
    mode::Mode,
    render::{RenderInputs, decide},
    routes::{ROUTES, Route},
};
use servery_domain::{
    domain_name::DomainName,
    id::{DishId, RestaurantId},
    lang::Lang,
    menu::Menu,
    order_intake::{LocalPause, OrderIntake, OrderPause},
    order_settings::PaymentMethod,
    restaurant::{Listing, NotServed, Restaurant},
    revision::Revision,
    search::Search,
    slug::Slug,
    time::{LocalMinute, Timestamp},
};
use servery_store::{Daypart, Revisions, Store, StoreError};
use tokio::sync::watch;

use crate::clock;

const POLL_INTERVAL: Duration = Duration::from_millis(250);
/// Time limit for reading the store; after it the store counts as unreachable.
const TIMEOUT: Duration = Duration::from_secs(2);
/// Cached menus; the least used ones are dropped first.
const MENUS: usize = 500;

/// The version of the catalog that an answer was made from. Two nodes with the same edition give the same answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Edition {
    pub revisions: Revisions,
    /// The next moment when a restaurant opens or closes, a dish's serving hours begin or end, or a local day begins.
    pub until: Timestamp,
}

pub struct CatalogSnapshot {
    pub edition: Edition,
    restaurants: Vec<(Arc<Listing>, TimeZone)>,
    /// Positions in `restaurants`.
    domains: BTreeMap<DomainName, usize>,
    dayparts: Vec<Daypart>,
    intakes: BTreeMap<RestaurantId, OrderIntake>,
    modes: Vec<(String, Mode)>,
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
    editions: watch::Sender<Edition>,
    menus: Cache<(RestaurantId, Revision), Arc<Menu>>,
    /// As they are shown in a language.
    shown_menus: Cache<(RestaurantId, Revision, Lang), Arc<Menu>>,
    reachable: AtomicBool,
}

/// What a snapshot is made from, at any moment.
#[derive(Default)]
struct CatalogRows {
    revisions: Revisions,
    restaurants: Vec<(Restaurant, TimeZone)>,
    demos: BTreeSet<RestaurantId>,
    domains: BTreeMap<RestaurantId, DomainName>,
    sold_out: Vec<(RestaurantId, DishId)>,
    dayparts: Vec<Daypart>,
    intakes: BTreeMap<RestaurantId, OrderIntake>,
    modes: Vec<(String, Mode)>,
}

/// A pause on the restaurant's clock, up to the full minute: at the minute that it names it is over.
pub fn local_pause(zone: &TimeZone, pause: OrderPause) -> LocalPause {
    let full = |until: Timestamp| clock::local(zone, Timestamp(until.0 + 59));
    LocalPause {
        until: pause.until.map(full),
    }
}

impl CatalogSnapshot {
    fn new(rows: CatalogRows, now: Timestamp) -> Self {
        let CatalogRows {
            revisions,
            restaurants,
            demos,
            mut domains,
            sold_out,
            dayparts,
            intakes,
            modes,
        } = rows;
        let mut until = Timestamp(now.0 + 24 * 3600);
        let listing = restaurants.into_iter().map(|(restaurant, zone)| {
            let here = clock::local(&zone, now);
            let intake = intakes.get(&restaurant.id);
            let pause = intake.and_then(|intake| intake.at(now).pause);
            let pause = pause.map(|pause| local_pause(&zone, pause));
            let opening = restaurant.opening(here, pause);
            if let Some(ends) = intake.and_then(|intake| intake.next_end(now)) {
                until = until.min(ends);
            }
            let midnight = LocalMinute(here.midnight().0 + servery_domain::time::DAY);
            let own = dayparts
                .iter()
                .filter(|daypart| daypart.restaurant == restaurant.id);
            let served: Vec<_> = own
                .map(|daypart| (daypart.dish, daypart.served.at(here, &restaurant.holidays)))
                .collect();
            let changes = served
                .iter()
                .map(|(_, served)| served)
                .chain([&opening])
                .filter_map(|opening| opening.change);
            for moment in changes.map(|change| change.at).chain([midnight]) {
                let moment = clock::utc(&zone, moment);
                // In the hour that clocks repeat in autumn, the first occurrence may be over.
                let moment = if moment <= now {
                    Timestamp(moment.0 + 3600)
                } else {
                    moment
                };
                until = until.min(moment).max(Timestamp(now.0 + 1));
            }
            let out = sold_out
                .iter()
                .filter(|(of, _)| *of == restaurant.id)
                .map(|(_, dish)| *dish)
                .collect();
            let away = served.iter().filter(|(_, served)| !served.open);
            let not_served = away
                .map(|(dish, served)| NotServed {
                    dish: *dish,
                    from: served.change.map(|change| change.at),
                })
                .collect();
            (
                Arc::new(Listing {
                    is_demo: demos.contains(&restaurant.id),
                    domain: domains.remove(&restaurant.id),
                    restaurant,
                    opening,
                    pause,
                    today: here.day(),
                    sold_out: out,
                    not_served,
                }),
                zone,
            )
        });
        let restaurants: Vec<(Arc<Listing>, TimeZone)> = listing.collect();
        let domains = restaurants
            .iter()
            .enumerate()
            .filter_map(|(position, (listing, _))| Some((listing.domain.clone()?, position)))
            .collect();
        let thick = thick(&modes);
        Self {
            edition: Edition { revisions, until },
            restaurants,
            domains,
            dayparts,
            intakes,
            modes,
            thick,
        }
    }

    /// The same catalog at another time.
    fn at(&self, now: Timestamp) -> Self {
        let restaurants = self
            .restaurants
            .iter()
            .map(|(listing, zone)| (listing.restaurant.clone(), zone.clone()))
            .collect();
        let of = |listing: &Listing| {
            listing
                .sold_out
                .iter()
                .map(|dish| (listing.restaurant.id, *dish))
                .collect::<Vec<_>>()
        };
        let sold_out = self
            .restaurants
            .iter()
            .flat_map(|(listing, _)| of(listing))
            .collect();
        let demos = self.restaurants().filter(|listing| listing.is_demo);
        let rows = CatalogRows {
            revisions: self.edition.revisions,
            restaurants,
            demos: demos.map(|listing| listing.restaurant.id).collect(),
            domains: self
                .restaurants()
                .filter_map(|listing| Some((listing.restaurant.id, listing.domain.clone()?)))
                .collect(),
            sold_out,
            dayparts: self.dayparts.clone(),
            intakes: self.intakes.clone(),
            modes: self.modes.clone(),
        };
        Self::new(rows, now)
    }

    /// What of a restaurant's intake still holds.
    pub fn intake(&self, restaurant: RestaurantId, now: Timestamp) -> OrderIntake {
        let set = self.intakes.get(&restaurant);
        set.map(|intake| intake.at(now)).unwrap_or_default()
    }

    /// Of all restaurants, or of this one.
    pub fn page(&self, search: &Search, only: Option<&Slug>) -> servery_domain::cursor::Page<Listing> {
        let listings = self.restaurants.iter().map(|(listing, _)| listing);
        let listings = listings.filter(|listing| only.is_none_or(|slug| listing.restaurant.slug == *slug));
        search.page(listings.map(|listing| Listing::clone(listing)))
    }

    pub fn listing(&self, slug: &Slug) -> Option<&Arc<Listing>> {
        self.entry(slug).map(|(listing, _)| listing)
    }

    fn entry(&self, slug: &Slug) -> Option<&(Arc<Listing>, TimeZone)> {
        let at = self
            .restaurants
            .binary_search_by(|(listing, _)| listing.restaurant.slug.cmp(slug))
            .ok()?;
        self.restaurants.get(at)
    }

    pub fn restaurants(&self) -> impl Iterator<Item = &Listing> {
        self.restaurants.iter().map(|(listing, _)| listing.as_ref())
    }

    /// The restaurant whose own domain this is.
    pub fn at_domain(&self, domain: &DomainName) -> Option<&Listing> {
        let (listing, _) = self.restaurants.get(*self.domains.get(domain)?)?;
        Some(listing)
    }

    pub fn has_domains(&self) -> bool {
        !self.domains.is_empty()
    }

    pub fn by_id(&self, id: RestaurantId) -> Option<&Arc<Listing>> {
        self.restaurants
            .iter()
            .map(|(listing, _)| listing)
            .find(|listing| listing.restaurant.id == id)
    }

    /// Whether what is asked for at this page is not meant: it is about a restaurant of the demo, or about none where there is nothing else.
    pub fn is_demo(&self, page: Option<&Slug>) -> bool {
        match page.and_then(|slug| self.listing(slug)) {
            Some(listing) => listing.is_demo,
            None => !self.restaurants.is_empty() && self.restaurants().all(|listing| listing.is_demo),
        }
    }

    /// The restaurant's local time.
    pub fn clock(&self, slug: &Slug, now: Timestamp) -> Option<LocalMinute> {
        self.entry(slug).map(|(_, zone)| clock::local(zone, now))
    }

    pub fn zone(&self, slug: &Slug) -> Option<&TimeZone> {
        self.entry(slug).map(|(_, zone)| zone)
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

async fn load(
    store: &dyn Store,
    card_takers: &CardTakers,
    revisions: Revisions,
) -> Result<CatalogSnapshot, StoreError> {
    let restaurants = store
        .restaurants()
        .await?
        .into_iter()
        .filter_map(|mut restaurant| {
            let takes_cards = card_takers.has(&restaurant.slug);
            restaurant
                .ordering
                .payments
                .retain(|method| takes_cards || *method != PaymentMethod::Card);
            let zone = clock::zone(&restaurant.zone);
            if zone.is_none() {
                // A mistake in one restaurant's settings must not take others offline.
                tracing::error!(
                    restaurant = restaurant.slug.as_str(),
                    zone = restaurant.zone.0,
                    "a restaurant is left out: its time zone is unknown"
                );
            }
            zone.map(|zone| (restaurant, zone))
        });
    let restaurants = restaurants.collect();
    let modes = modes(store).await?;
    let domains = store
        .domains()
        .await?
        .into_iter()
        .map(|(domain, of)| (of, domain));
    let rows = CatalogRows {
        revisions,
        restaurants,
        demos: store.demo_restaurants().await?.into_iter().collect(),
        domains: domains.collect(),
        sold_out: store.sold_out().await?,
        dayparts: store.dayparts().await?,
        intakes: store.order_intakes().await?.into_iter().collect(),
        modes,
    };
    Ok(CatalogSnapshot::new(rows, clock::now()))
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
        let revisions = store.revisions().await?;
        let snapshot = load(store.as_ref(), &card_takers, revisions).await?;
        Ok(Arc::new(Self {
            store,
            card_takers,
            editions: watch::Sender::new(snapshot.edition),
            current: ArcSwap::from_pointee(snapshot),
            menus: Cache::new(MENUS),
            shown_menus: Cache::new(MENUS),
            reachable: AtomicBool::new(true),
        }))
    }

    pub fn now(&self) -> arc_swap::Guard<Arc<CatalogSnapshot>> {
        self.current.load()
    }

    /// Whether the last read of the store succeeded.
    pub fn is_reachable(&self) -> bool {
        self.reachable.load(Ordering::Relaxed)
    }

    /// Polls the store for changes until it is dropped. While the store is unreachable the last edition stays.
    pub async fn watch(self: Arc<Self>) {
        let mut tick = tokio::time::interval(POLL_INTERVAL);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tick.tick().await;
            self.update_opening_states();
            let looked = tokio::time::timeout(TIMEOUT, self.reload_if_changed())
                .await
                .map_err(|_| "no answer in time".to_owned());
            let looked = looked.and_then(|looked| looked.map_err(|error| error.to_string()));
            let was_reachable = self.reachable.swap(looked.is_ok(), Ordering::Relaxed);
            match looked {
                Err(error) if was_reachable => {
                    tracing::error!(
                        error,
                        "the database does not answer; pages show the last catalog that was read"
                    )
                }
                Ok(()) if !was_reachable => tracing::info!("the database answers again"),
                _ => {}
            }
        }
    }

    /// Opening states change with time, also while the store is unreachable.
    fn update_opening_states(&self) {
        let (current, now) = (self.current.load_full(), clock::now());
        if now >= current.edition.until {
            self.replace(current.at(now));
        }
    }

    fn replace(&self, snapshot: CatalogSnapshot) {
        let edition = snapshot.edition;
        self.current.store(Arc::new(snapshot));
        self.editions.send_replace(edition);
    }

    /// Each later edition.
    pub fn watch_editions(&self) -> watch::Receiver<Edition> {
        self.editions.subscribe()
    }

    /// Reloads if the revisions have changed.
    pub async fn reload_if_changed(&self) -> Result<(), StoreError> {
        let revisions = self.store.revisions().await?;
        if revisions != self.current.load().edition.revisions {
            self.replace(load(self.store.as_ref(), &self.card_takers, revisions).await?);
        }
        Ok(())
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

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot be set up fails")]
mod tests {
    use super::*;
    use crate::cli::demo;

    #[test]
    fn an_edition_lasts_until_a_dish_is_served() {
        let mut catalog = demo::catalog().unwrap();
        let bakery = catalog
            .pop()
            .filter(|file| file.slug.as_str() == "jade-lantern")
            .and_then(|_| catalog.pop())
            .unwrap();
        let zone = clock::zone(&bakery.zone).unwrap();
        let of = |dish: &servery_domain::menu::Dish| Some((dish.id, dish.served.clone()?));
        let dayparts: Vec<_> = bakery.menu().dishes().filter_map(of).collect();
        assert_eq!(dayparts[0].1.as_str(), "Mo-Fr 11:30-17:30");
        let lunch = dayparts[0].0;
        let dayparts = dayparts
            .into_iter()
            .map(|(dish, served)| Daypart {
                restaurant: bakery.id,
                dish,
                served,
            })
            .collect();
        // A Friday.
        let minute = |hour, minute| LocalMinute::new(2026, 11, 20, hour, minute);
        let restaurants = vec![(bakery.restaurant(), zone.clone())];
        let at = |minute| clock::utc(&zone, minute);
        let rows = CatalogRows {
            restaurants,
            dayparts,
            ..CatalogRows::default()
        };
        let mut catalog = CatalogSnapshot::new(rows, at(minute(11, 29)));
        let away = |catalog: &CatalogSnapshot| {
            catalog.restaurants[0]
                .0
                .not_served
                .iter()
                .find(|away| away.dish == lunch)
                .map(|away| away.from)
        };
        assert_eq!(
            (away(&catalog), catalog.edition.until),
            (Some(Some(minute(11, 30))), at(minute(11, 30)))
        );
        catalog = catalog.at(catalog.edition.until);
        assert_eq!(
            (away(&catalog), catalog.edition.until),
            (None, at(minute(17, 30)))
        );
        catalog = catalog.at(catalog.edition.until);
        assert_eq!(
            away(&catalog),
            Some(Some(LocalMinute::new(2026, 11, 23, 11, 30))),
            "not before Monday"
        );
    }
}
