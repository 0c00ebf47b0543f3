//! A restaurant in the catalog: its listing, and what that is calculated from again at its next opening or closing.

use std::sync::Arc;

use jiff::tz::TimeZone;
use servery_domain::{
    hours::{Opening, OpeningHours},
    id::DishId,
    order_intake::{LocalPause, OrderIntake},
    order_settings::PaymentMethod,
    restaurant::{Listing, NotServed, Restaurant},
    revision::Revision,
    time::{DAY, Day, LocalMinute, Timestamp},
};
use servery_store::{listings::StoredListing, restaurant_index::IndexEntry};

use crate::{
    catalog::{CardTakers, local_pause},
    clock,
};

/// Seconds after which an entry of the index is due whose restaurant neither opens nor closes.
const A_DAY: i64 = 24 * 3600;
const NEVER: Timestamp = Timestamp(i64::MAX);

pub struct CatalogEntry {
    listing: Arc<Listing>,
    dayparts: Arc<[(DishId, OpeningHours)]>,
    intake: OrderIntake,
    changed: Revision,
    zone: TimeZone,
    calculated: Timestamp,
    until: Timestamp,
    /// When it opens or closes.
    opening_change: Option<Timestamp>,
}

impl CatalogEntry {
    /// `None` if its time zone is unknown: a mistake in one restaurant's settings must not take others offline.
    pub fn new(stored: StoredListing, card_takers: &CardTakers, now: Timestamp) -> Option<Self> {
        let mut restaurant = stored.restaurant;
        let takes_cards = card_takers.has(&restaurant.slug);
        restaurant
            .ordering
            .payments
            .retain(|method| takes_cards || *method != PaymentMethod::Card);
        let Some(zone) = clock::zone(&restaurant.zone) else {
            tracing::error!(
                restaurant = restaurant.slug.as_str(),
                zone = restaurant.zone.0,
                "a restaurant is left out: its time zone is unknown"
            );
            return None;
        };
        let state = OpeningState::new(&restaurant, &stored.dayparts, &stored.intake, &zone, now);
        Some(Self {
            calculated: now,
            until: state.until,
            opening_change: state.opening_change,
            listing: Arc::new(Listing {
                opening: state.opening,
                pause: state.pause,
                today: state.today,
                not_served: state.not_served,
                sold_out: stored.sold_out,
                domain: stored.domain,
                is_demo: stored.is_demo,
                restaurant,
            }),
            dayparts: stored.dayparts.into(),
            intake: stored.intake,
            changed: stored.changed,
            zone,
        })
    }

    /// The same restaurant at another time.
    pub fn at(&self, now: Timestamp) -> Self {
        let restaurant = &self.listing.restaurant;
        let state = OpeningState::new(restaurant, &self.dayparts, &self.intake, &self.zone, now);
        Self {
            calculated: now,
            until: state.until,
            opening_change: state.opening_change,
            listing: Arc::new(Listing {
                opening: state.opening,
                pause: state.pause,
                today: state.today,
                not_served: state.not_served,
                ..Listing::clone(&self.listing)
            }),
            dayparts: self.dayparts.clone(),
            intake: self.intake.clone(),
            changed: self.changed,
            zone: self.zone.clone(),
        }
    }

    /// What the restaurant is searched by, at the time of this entry.
    pub fn index_entry(&self) -> IndexEntry {
        let Listing {
            restaurant,
            opening,
            is_demo,
            ..
        } = &*self.listing;
        let change = self.opening_change.unwrap_or(NEVER);
        let (opens, closes) = match opening.open {
            true => (Timestamp(0), change),
            false => (change, NEVER),
        };
        IndexEntry {
            restaurant: restaurant.id,
            revision: self.changed,
            slug: restaurant.slug.clone(),
            cuisine: restaurant.cuisine,
            is_demo: *is_demo,
            words: restaurant.search_text(),
            opens,
            closes,
            due: self
                .opening_change
                .unwrap_or(Timestamp(self.calculated.0 + A_DAY)),
        }
    }

    pub fn listing(&self) -> &Arc<Listing> {
        &self.listing
    }

    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// The restaurant's local time.
    pub fn clock(&self, now: Timestamp) -> LocalMinute {
        clock::local(&self.zone, now)
    }

    /// When the listing is another.
    pub fn until(&self) -> Timestamp {
        self.until
    }

    pub fn changed(&self) -> Revision {
        self.changed
    }

    /// What of its intake still holds.
    pub fn intake(&self, now: Timestamp) -> OrderIntake {
        self.intake.at(now)
    }
}

/// What of a listing goes with the time.
struct OpeningState {
    opening: Opening,
    pause: Option<LocalPause>,
    today: Day,
    not_served: Vec<NotServed>,
    /// When any of it is another.
    until: Timestamp,
    opening_change: Option<Timestamp>,
}

impl OpeningState {
    fn new(
        restaurant: &Restaurant,
        dayparts: &[(DishId, OpeningHours)],
        intake: &OrderIntake,
        zone: &TimeZone,
        now: Timestamp,
    ) -> Self {
        let here = clock::local(zone, now);
        let pause = intake.at(now).pause.map(|pause| local_pause(zone, pause));
        let opening = restaurant.opening(here, pause);
        let served: Vec<(DishId, Opening)> = dayparts
            .iter()
            .map(|(dish, hours)| (*dish, hours.at(here, &restaurant.holidays)))
            .collect();
        let openings = served.iter().map(|(_, opening)| opening).chain([&opening]);
        let changes = openings
            .filter_map(|opening| opening.change)
            .map(|change| change.at);
        let midnight = LocalMinute(here.midnight().0 + DAY);
        let until = changes
            .chain([midnight])
            .map(|moment| next_utc(zone, moment, now))
            .chain(intake.next_end(now))
            .min()
            .unwrap_or(now);
        let not_served = served
            .iter()
            .filter(|(_, opening)| !opening.open)
            .map(|(dish, opening)| NotServed {
                dish: *dish,
                from: opening.change.map(|change| change.at),
            })
            .collect();
        Self {
            opening_change: opening.change.map(|change| next_utc(zone, change.at, now)),
            opening,
            pause,
            today: here.day(),
            not_served,
            // Time goes on in any case.
            until: until.max(Timestamp(now.0 + 1)),
        }
    }
}

/// In the hour that clocks repeat in autumn, the first occurrence may be over.
fn next_utc(zone: &TimeZone, moment: LocalMinute, now: Timestamp) -> Timestamp {
    let utc = clock::utc(zone, moment);
    if utc <= now { Timestamp(utc.0 + 3600) } else { utc }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot be set up fails")]
mod tests {
    use super::*;
    use crate::cli::demo;

    #[test]
    fn a_listing_lasts_until_a_dish_is_served() {
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
        let lunch: DishId = dayparts[0].0;
        // A Friday.
        let minute = |hour, minute| LocalMinute::new(2026, 11, 20, hour, minute);
        let at = |minute| clock::utc(&zone, minute);
        let stored = StoredListing {
            restaurant: bakery.restaurant(),
            changed: Revision(1),
            is_demo: true,
            domain: None,
            sold_out: Vec::new(),
            dayparts,
            intake: OrderIntake::default(),
        };
        let mut entry = CatalogEntry::new(stored, &CardTakers::Nobody, at(minute(11, 29))).unwrap();
        let away = |entry: &CatalogEntry| {
            entry
                .listing()
                .not_served
                .iter()
                .find(|away| away.dish == lunch)
                .map(|away| away.from)
        };
        assert_eq!(
            (away(&entry), entry.until()),
            (Some(Some(minute(11, 30))), at(minute(11, 30)))
        );
        entry = entry.at(entry.until());
        assert_eq!((away(&entry), entry.until()), (None, at(minute(17, 30))));
        entry = entry.at(entry.until());
        assert_eq!(
            away(&entry),
            Some(Some(LocalMinute::new(2026, 11, 23, 11, 30))),
            "not before Monday"
        );
    }
}
