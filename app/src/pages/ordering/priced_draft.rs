//! A draft with everything that its price depends on.

use std::sync::Arc;

use servery_domain::{
    basket::{Basket, Fulfilment},
    draft::Draft,
    lang::Lang,
    menu::Menu,
    order_intake::LocalPause,
    order_settings::{OrderSettings, PaymentMethod},
    problem::{Problem, ProblemType},
    quote::{CouponCheck, Quote, QuoteContext, quote},
    restaurant::Listing,
    slots::{Times, Timetable},
    slug::Slug,
    time::LocalMinute,
};

use crate::backend::OrderingBackend;
use crate::query::{GetDraft, GetMenu, GetQuote, GetRestaurant, GetTimes};

#[derive(Debug, Clone)]
pub struct PricedDraft {
    pub listing: Arc<Listing>,
    pub menu: Arc<Menu>,
    pub times: Times,
    pub draft: Draft,
    pub quote: Quote,
}

impl PricedDraft {
    pub async fn load(slug: &Slug, lang: Lang, backend: &dyn OrderingBackend) -> Result<Self, Problem> {
        let listing = Arc::new(backend.ask(GetRestaurant(slug.clone())).await?);
        let menu = backend.ask(GetMenu(slug.clone(), Some(lang))).await?;
        let times = backend.ask(GetTimes(slug.clone())).await?;
        let mut draft = backend.ask(GetDraft(slug.clone())).await?;
        correct_service(&mut draft, &listing.restaurant.ordering);
        let quote = backend.ask(GetQuote(slug.clone(), draft.basket.clone(), lang));
        let quote = match quote.await {
            Err(problem) if problem.is(ProblemType::Unreachable) => {
                recalculate(&listing, &menu, &times, &draft.basket)
            }
            answer => answer?,
        };
        draft.learn_location(quote.location);
        Ok(Self {
            listing,
            menu,
            times,
            draft,
            quote,
        })
    }

    /// What was asked for, at a later time.
    pub fn times_at(&self, now: LocalMinute) -> Times {
        let is_over = |pause: &LocalPause| pause.until.is_some_and(|until| until <= now);
        Times {
            now,
            pause: self.times.pause.filter(|pause| !is_over(pause)),
            ..self.times.clone()
        }
    }

    pub fn recalculate(&self, now: LocalMinute, basket: &Basket) -> Quote {
        recalculate(&self.listing, &self.menu, &self.times_at(now), basket)
    }

    /// Minutes from the kitchen to the diner.
    pub fn travel(&self, fulfilment: &Fulfilment) -> u16 {
        let Fulfilment::Delivery(door) = fulfilment else {
            return 0;
        };
        let zone = self
            .listing
            .restaurant
            .ordering
            .zone(&door.postcode, door.point());
        zone.map_or(0, |zone| zone.travel)
    }

    pub fn timetable<'a>(&'a self, times: &'a Times, fulfilment: &Fulfilment) -> Timetable<'a> {
        Timetable::of(&self.listing.restaurant, times, self.travel(fulfilment))
    }
}

/// A local quote: coupons and the stock are checked by the server only.
fn recalculate(listing: &Listing, menu: &Menu, times: &Times, basket: &Basket) -> Quote {
    let stock = listing.sold_out.iter().map(|dish| (*dish, 0)).collect();
    let facts = QuoteContext {
        restaurant: &listing.restaurant,
        menu,
        times,
        stock: &stock,
        coupon: CouponCheck::Unchecked,
    };
    quote(&facts, basket)
}

/// Chooses the first offered fulfilment if the chosen one is not offered.
fn correct_service(draft: &mut Draft, ordering: &OrderSettings) {
    let offered = match &draft.basket.fulfilment {
        Fulfilment::Collection => ordering.collection,
        Fulfilment::Delivery(_) => ordering.delivers(),
        Fulfilment::Table(_) => ordering.at_table,
    };
    if !offered && ordering.collection {
        draft.set_fulfilment(Fulfilment::Collection);
    } else if !offered && ordering.delivers() {
        draft.set_fulfilment(Fulfilment::Delivery(draft.delivery_address()));
    } else if !offered && ordering.at_table && !draft.table.is_empty() {
        draft.set_fulfilment(Fulfilment::Table(draft.table.clone()));
    }
    // Prefers payment at the door, which needs no provider.
    let usual = if ordering.payments.contains(&PaymentMethod::Door) {
        Some(PaymentMethod::Door)
    } else {
        ordering.payments.first().copied()
    };
    draft.payment = draft
        .payment
        .filter(|method| ordering.payments.contains(method))
        .or(usual);
}
