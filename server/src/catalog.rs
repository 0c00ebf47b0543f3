//! The town as this node last saw it: every restaurant with its opening, and the operator's modes.
//!
//! A request reads this copy and asks no database. The copy is made anew within a quarter of a second of a change by any node,
//! and at each moment when a door opens or closes or a dish is served from or until, so that it is an [`Edition`] that never changes.

use std::{
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
    id::{DishId, RestaurantId},
    menu::Menu,
    order_settings::PaymentMethod,
    restaurant::{Listing, NotServed, Restaurant},
    revision::Revision,
    search::Search,
    slug::Slug,
    time::{LocalMinute, Timestamp},
};
use servery_store::{Daypart, Revisions, Store, StoreError};

use crate::clock;

const LOOK_EVERY: Duration = Duration::from_millis(250);
/// How long the store may take to answer before it counts as away.
const PATIENCE: Duration = Duration::from_secs(2);
/// Menus that are kept at hand; the least used ones go first.
const MENUS: usize = 500;

/// What an answer was made from. Two nodes with the same edition give the same answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Edition {
    pub revisions: Revisions,
    /// The next moment when a door opens or closes, a dish begins or ends to be served, or a day begins somewhere.
    pub until: Timestamp,
}

impl Edition {
    /// For an ETag: the same on every node that has this edition and runs this version.
    pub fn tag(self, version: &str) -> String {
        let Revisions { catalog, stock, .. } = self.revisions;
        format!("{}.{}.{}.{version}", catalog.0, stock.0, self.until.0)
    }
}

pub struct CatalogSnapshot {
    pub edition: Edition,
    restaurants: Vec<(Arc<Listing>, TimeZone)>,
    dayparts: Vec<Daypart>,
    modes: Vec<(String, Mode)>,
    /// The paths of the pages that are thick unless the visitor wants otherwise, as every answer of the API says.
    pub thick: HeaderValue,
}

pub struct Catalog {
    store: Arc<dyn Store>,
    takes_cards: bool,
    current: ArcSwap<CatalogSnapshot>,
    menus: Cache<(RestaurantId, Revision), Arc<Menu>>,
    reachable: AtomicBool,
}

impl CatalogSnapshot {
    fn new(
        revisions: Revisions,
        restaurants: Vec<(Restaurant, TimeZone)>,
        sold_out: Vec<(RestaurantId, DishId)>,
        dayparts: Vec<Daypart>,
        modes: Vec<(String, Mode)>,
        now: Timestamp,
    ) -> Self {
        let mut until = Timestamp(now.0 + 24 * 3600);
        let listing = restaurants.into_iter().map(|(restaurant, zone)| {
            let here = clock::local(&zone, now);
            let opening = restaurant.hours.at(here, &restaurant.holidays);
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
                // In the hour that clocks repeat in autumn, the first of the two may be over.
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
                    restaurant,
                    opening,
                    today: here.day(),
                    sold_out: out,
                    not_served,
                }),
                zone,
            )
        });
        let restaurants = listing.collect();
        let thick = thick(&modes);
        Self {
            edition: Edition { revisions, until },
            restaurants,
            dayparts,
            modes,
            thick,
        }
    }

    /// The same town at another time.
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
        Self::new(
            self.edition.revisions,
            restaurants,
            sold_out,
            self.dayparts.clone(),
            self.modes.clone(),
            now,
        )
    }

    pub fn page(&self, search: &Search) -> servery_domain::cursor::Page<Listing> {
        search.page(
            self.restaurants
                .iter()
                .map(|(listing, _)| Listing::clone(listing)),
        )
    }

    pub fn listing(&self, slug: &Slug) -> Option<&Arc<Listing>> {
        self.found(slug).map(|(listing, _)| listing)
    }

    fn found(&self, slug: &Slug) -> Option<&(Arc<Listing>, TimeZone)> {
        let at = self
            .restaurants
            .binary_search_by(|(listing, _)| listing.restaurant.slug.cmp(slug))
            .ok()?;
        self.restaurants.get(at)
    }

    pub fn restaurants(&self) -> impl Iterator<Item = &Listing> {
        self.restaurants.iter().map(|(listing, _)| listing.as_ref())
    }

    pub fn by_id(&self, id: RestaurantId) -> Option<&Arc<Listing>> {
        self.restaurants
            .iter()
            .map(|(listing, _)| listing)
            .find(|listing| listing.restaurant.id == id)
    }

    /// What the clock on this restaurant's wall says.
    pub fn clock(&self, slug: &Slug, now: Timestamp) -> Option<LocalMinute> {
        self.found(slug).map(|(_, zone)| clock::local(zone, now))
    }

    /// The operator's mode for the page with this path in the table.
    pub fn mode(&self, path: &str) -> Option<Mode> {
        operators_mode(&self.modes, path)
    }
}

pub fn operators_mode(modes: &[(String, Mode)], path: &str) -> Option<Mode> {
    modes
        .iter()
        .find(|(known, _)| known == path)
        .map(|(_, mode)| *mode)
}

fn thick(modes: &[(String, Mode)]) -> HeaderValue {
    let voices = |route: &Route| RenderInputs {
        operator: operators_mode(modes, route.path),
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
    takes_cards: bool,
    revisions: Revisions,
) -> Result<CatalogSnapshot, StoreError> {
    let restaurants = store
        .restaurants()
        .await?
        .into_iter()
        .filter_map(|mut restaurant| {
            restaurant
                .ordering
                .payments
                .retain(|method| takes_cards || *method != PaymentMethod::Card);
            let zone = clock::zone(&restaurant.zone);
            if zone.is_none() {
                // One restaurant's mistake closes no other.
                tracing::error!(
                    restaurant = restaurant.slug.as_str(),
                    zone = restaurant.zone.0,
                    "left out: no such time zone"
                );
            }
            zone.map(|zone| (restaurant, zone))
        });
    let restaurants = restaurants.collect();
    let modes = modes(store).await?;
    let (sold_out, dayparts) = (store.sold_out().await?, store.dayparts().await?);
    Ok(CatalogSnapshot::new(
        revisions,
        restaurants,
        sold_out,
        dayparts,
        modes,
        clock::now(),
    ))
}

/// A row for a page that this version has not, or a mode that it does not know, was set by another version and is its business.
pub async fn modes(store: &dyn Store) -> Result<Vec<(String, Mode)>, StoreError> {
    let rows = store.modes().await?.into_iter();
    let known = rows.filter(|(path, _)| ROUTES.iter().any(|route| route.path == path));
    Ok(known
        .filter_map(|(path, mode)| Some((path, mode.parse().ok()?)))
        .collect())
}

impl Catalog {
    /// Without a provider of this installation no restaurant takes cards.
    pub async fn open(store: Arc<dyn Store>, takes_cards: bool) -> Result<Arc<Self>, StoreError> {
        let revisions = store.revisions().await?;
        let snapshot = load(store.as_ref(), takes_cards, revisions).await?;
        Ok(Arc::new(Self {
            store,
            takes_cards,
            current: ArcSwap::from_pointee(snapshot),
            menus: Cache::new(MENUS),
            reachable: AtomicBool::new(true),
        }))
    }

    pub fn now(&self) -> arc_swap::Guard<Arc<CatalogSnapshot>> {
        self.current.load()
    }

    /// Whether the store answered when it was last asked.
    pub fn is_reachable(&self) -> bool {
        self.reachable.load(Ordering::Relaxed)
    }

    /// Looks for changes until it is dropped. A store that does not answer leaves the last edition in place.
    pub async fn watch(self: Arc<Self>) {
        let mut tick = tokio::time::interval(LOOK_EVERY);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tick.tick().await;
            self.keep_time();
            let looked = tokio::time::timeout(PATIENCE, self.look())
                .await
                .map_err(|_| "no answer in time".to_owned());
            let looked = looked.and_then(|looked| looked.map_err(|error| error.to_string()));
            let was_reachable = self.reachable.swap(looked.is_ok(), Ordering::Relaxed);
            match looked {
                Err(error) if was_reachable => {
                    tracing::error!(error, "the store does not answer; the last edition is shown")
                }
                Ok(()) if !was_reachable => tracing::info!("the store answers again"),
                _ => {}
            }
        }
    }

    /// Doors open and close whether or not the store answers.
    fn keep_time(&self) {
        let (current, now) = (self.current.load_full(), clock::now());
        if now >= current.edition.until {
            self.current.store(Arc::new(current.at(now)));
        }
    }

    /// Follows what has changed, for a caller that has just learnt that something did.
    pub async fn look(&self) -> Result<(), StoreError> {
        let revisions = self.store.revisions().await?;
        if revisions != self.current.load().edition.revisions {
            self.current.store(Arc::new(
                load(self.store.as_ref(), self.takes_cards, revisions).await?,
            ));
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
                // A menu that is already newer than the snapshot is given, but not kept under the older name.
                if menu.revision == restaurant.revision {
                    // Refused only when a newer value was put meanwhile; either is right.
                    let _ = guard.insert(menu.clone());
                }
                Ok(Some(menu))
            }
        }
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
            .filter(|demo| demo.restaurant.slug.as_str() == "jade-lantern")
            .and_then(|_| catalog.pop())
            .unwrap();
        let zone = clock::zone(&bakery.restaurant.zone).unwrap();
        let of = |dish: &servery_domain::menu::Dish| Some((dish.id, dish.served.clone()?));
        let dayparts: Vec<_> = bakery.menu.dishes().filter_map(of).collect();
        assert_eq!(dayparts[0].1.as_str(), "Mo-Fr 11:30-17:30");
        let lunch = dayparts[0].0;
        let dayparts = dayparts
            .into_iter()
            .map(|(dish, served)| Daypart {
                restaurant: bakery.restaurant.id,
                dish,
                served,
            })
            .collect();
        // A Friday.
        let minute = |hour, minute| LocalMinute::new(2026, 11, 20, hour, minute);
        let restaurants = vec![(bakery.restaurant, zone.clone())];
        let at = |minute| clock::utc(&zone, minute);
        let mut catalog = CatalogSnapshot::new(
            Revisions::default(),
            restaurants,
            Vec::new(),
            dayparts,
            Vec::new(),
            at(minute(11, 29)),
        );
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
