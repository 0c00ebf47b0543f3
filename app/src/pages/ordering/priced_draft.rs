//! An order in the making with all that its price depends on.

use std::sync::Arc;

use servery_domain::{
    basket::{Basket, Service},
    draft::Draft,
    menu::Menu,
    order_settings::{Ordering, PaymentWay},
    problem::{Kind, Problem},
    quote::{Facts, Offer, Quote, quote},
    restaurant::Listed,
    slots::{Times, Timetable},
    slug::Slug,
    time::LocalMinute,
};

use crate::backend::OrderingBackend;

#[derive(Debug, Clone)]
pub struct Begun {
    pub listed: Arc<Listed>,
    pub menu: Arc<Menu>,
    pub times: Times,
    pub draft: Draft,
    pub quote: Quote,
}

impl Begun {
    pub async fn load(slug: &Slug, backend: &dyn OrderingBackend) -> Result<Self, Problem> {
        let listed = Arc::new(backend.restaurant(slug).await?);
        let menu = backend.menu(slug).await?;
        let times = backend.times(slug).await?;
        let mut draft = backend.draft(slug).await?;
        settle(&mut draft, &listed.restaurant.ordering);
        let quote = match backend.quote(slug, &draft.basket).await {
            Err(problem) if problem.is(Kind::Unreachable) => {
                reckon(&listed, &menu, &times, times.now, &draft.basket)
            }
            answer => answer?,
        };
        Ok(Self {
            listed,
            menu,
            times,
            draft,
            quote,
        })
    }

    pub fn reckon(&self, now: LocalMinute, basket: &Basket) -> Quote {
        reckon(&self.listed, &self.menu, &self.times, now, basket)
    }

    pub fn timetable(&self, now: LocalMinute, service: &Service) -> Timetable<'_> {
        let restaurant = &self.listed.restaurant;
        let zone = match service {
            Service::Delivery(door) => restaurant.ordering.zone(&door.postcode, door.point),
            Service::Collection | Service::Table(_) => None,
        };
        Timetable {
            hours: &restaurant.hours,
            holidays: &restaurant.holidays,
            ordering: &restaurant.ordering,
            now,
            travel: zone.map_or(0, |zone| zone.travel),
        }
    }
}

/// By what is known here: a coupon and the last portions are for the server to tell.
fn reckon(listed: &Listed, menu: &Menu, times: &Times, now: LocalMinute, basket: &Basket) -> Quote {
    let stock = listed.sold_out.iter().map(|dish| (*dish, 0)).collect();
    let facts = Facts {
        restaurant: &listed.restaurant,
        menu,
        now,
        stock: &stock,
        full: &times.full,
        coupon: Offer::Unchecked,
    };
    quote(&facts, basket)
}

/// Who has not chosen yet gets the first way that the restaurant offers.
fn settle(draft: &mut Draft, ordering: &Ordering) {
    let offered = match &draft.basket.service {
        Service::Collection => ordering.collection,
        Service::Delivery(_) => ordering.delivers(),
        Service::Table(_) => ordering.at_table,
    };
    if !offered && ordering.collection {
        draft.choose(Service::Collection);
    } else if !offered && ordering.delivers() {
        draft.choose(Service::Delivery(draft.doorstep()));
    } else if !offered && ordering.at_table && !draft.table.is_empty() {
        draft.choose(Service::Table(draft.table.clone()));
    }
    // Of those that the restaurant takes, money at the door needs nobody else.
    let usual = if ordering.payments.contains(&PaymentWay::Door) {
        Some(PaymentWay::Door)
    } else {
        ordering.payments.first().copied()
    };
    draft.payment = draft
        .payment
        .filter(|way| ordering.payments.contains(way))
        .or(usual);
}
