//! What a basket costs now, from the menu, the stock, the slots and its coupon.

use std::collections::BTreeMap;

use servery_domain::{
    basket::{Basket, Fulfilment},
    coupon::{self, Coupon, CouponCustomer, CouponOffer, CouponUsage},
    draft::Draft,
    id::DishId,
    lang::Lang,
    menu::{Menu, USUAL_WORK},
    problem::ProblemType,
    quote::{CouponCheck, Quote, QuoteContext, quote},
    slot_capacity::kitchen_work,
    slots::{Times, Timetable},
    time::LocalMinute,
};

use super::coupon_customer;
use crate::{
    accounts::customer::Customer,
    catalog::restaurant_now::{RestaurantNow, restaurant_now},
    clock,
    http::{client::Client, error::ApiError, rate_limit},
    places,
    state::AppState,
};

/// The last day for which orders are accepted ends in the night after it.
const DAYS_BEYOND: i64 = 2;

/// What a quote depends on besides the menu.
pub(super) struct QuoteInputs {
    pub(super) times: Times,
    pub(super) stock: BTreeMap<DishId, u32>,
    pub(super) coupon: CouponInput,
}

/// The coupon of a basket.
pub(super) enum CouponInput {
    Unknown,
    Withheld,
    Known(Box<Coupon>, CouponUsage),
}

impl CouponInput {
    fn offer(&self) -> CouponCheck<'_> {
        match self {
            Self::Unknown => CouponCheck::Unknown,
            Self::Withheld => CouponCheck::Withheld,
            Self::Known(coupon, used) => CouponCheck::Known(coupon, *used),
        }
    }
}

impl RestaurantNow {
    fn times(&self, full: Vec<LocalMinute>) -> Times {
        let days = i64::from(self.listing.restaurant.ordering.days_ahead) + DAYS_BEYOND;
        Times {
            now: self.now.1,
            full,
            clock_changes: clock::changes(&self.zone, self.now.0, days),
            pause: self.pause(),
            busy: self.intake.busy.map_or(0, |busy| busy.minutes),
        }
    }

    /// The slot that holds this time.
    pub(super) fn slot_of(&self, due: LocalMinute) -> LocalMinute {
        Timetable::of(&self.listing.restaurant, &Times::at(self.now.1), 0).slot_of(due)
    }

    pub(super) fn kitchen_work(&self, basket: &Basket) -> u32 {
        kitchen_work(&self.menu, &basket.lines)
    }

    /// With the names that the restaurant has written: an order keeps them.
    pub(super) fn quote(&self, inputs: &QuoteInputs, basket: &Basket) -> Quote {
        self.quote_from(&self.menu, inputs, basket)
    }

    /// With the names in a diner's language.
    pub(super) async fn shown_quote(
        &self,
        app: &AppState,
        lang: Option<Lang>,
        (inputs, basket): (&QuoteInputs, &Basket),
    ) -> Result<Quote, ApiError> {
        let menu = app.catalog.shown_menu(&self.listing.restaurant, lang).await?;
        Ok(self.quote_from(menu.as_ref().unwrap_or(&self.menu), inputs, basket))
    }

    fn quote_from(&self, menu: &Menu, inputs: &QuoteInputs, basket: &Basket) -> Quote {
        quote(
            &QuoteContext {
                restaurant: &self.listing.restaurant,
                menu,
                times: &inputs.times,
                stock: &inputs.stock,
                coupon: inputs.coupon.offer(),
            },
            basket,
        )
    }

    /// What this node knows; the store decides when the order is written.
    pub(super) async fn node_inputs(
        &self,
        app: &AppState,
        basket: &Basket,
        customer: &CouponCustomer,
        client: &Client,
    ) -> Result<QuoteInputs, ApiError> {
        let stock = self.listing.sold_out.iter().map(|dish| (*dish, 0)).collect();
        // A chosen slot is checked by the store; without one the quote has to find a free one.
        let full = match basket.slot {
            Some(_) => Vec::new(),
            None => full_slots(app, self, Some(basket)).await?,
        };
        Ok(QuoteInputs {
            times: self.times(full),
            stock,
            coupon: self.coupon_input(app, &basket.coupon, customer, client).await?,
        })
    }

    /// Unknown codes count towards the rate limit; a valid code costs nothing.
    async fn coupon(
        &self,
        app: &AppState,
        code: &str,
        customer: &CouponCustomer,
        client: &Client,
    ) -> Result<Option<(Coupon, CouponUsage)>, ApiError> {
        let code = coupon::normal(code);
        if code.is_empty() {
            return Ok(None);
        }
        app.rate_limiter
            .take_for_client(&rate_limit::COUPONS, client)
            .await?;
        let found = app
            .store
            .coupon(self.listing.restaurant.id, &code, customer)
            .await?;
        if found.is_some() {
            app.rate_limiter.return_token(&rate_limit::COUPONS, client).await;
        }
        Ok(found)
    }

    /// A client over the rate limit can still order, without the coupon.
    async fn coupon_input(
        &self,
        app: &AppState,
        code: &str,
        customer: &CouponCustomer,
        client: &Client,
    ) -> Result<CouponInput, ApiError> {
        match self.coupon(app, code, customer, client).await {
            Ok(None) => Ok(CouponInput::Unknown),
            Ok(Some((coupon, used))) => Ok(CouponInput::Known(Box::new(coupon), used)),
            Err(error) if error.0.is(ProblemType::TooOften) => Ok(CouponInput::Withheld),
            Err(error) => Err(error),
        }
    }

    /// All inputs of a quote.
    pub(super) async fn quote_inputs(
        &self,
        app: &AppState,
        basket: &Basket,
        customer: &CouponCustomer,
        client: &Client,
    ) -> Result<QuoteInputs, ApiError> {
        let restaurant = self.listing.restaurant.id;
        Ok(QuoteInputs {
            times: self.times(full_slots(app, self, Some(basket)).await?),
            stock: app.store.stock(restaurant).await?,
            coupon: self.coupon_input(app, &basket.coupon, customer, client).await?,
        })
    }
}

/// The slots that have no room for this basket; without one, for a usual dish.
async fn full_slots(
    app: &AppState,
    current: &RestaurantNow,
    basket: Option<&Basket>,
) -> Result<Vec<LocalMinute>, ApiError> {
    let restaurant = &current.listing.restaurant;
    let limits = restaurant.ordering.slot_limits();
    if limits.is_unlimited() {
        return Ok(Vec::new());
    }
    let work = basket.map_or(USUAL_WORK.into(), |basket| current.kitchen_work(basket));
    // The slot that holds this minute counts, too.
    let from = LocalMinute(current.now.1.0 - i64::from(restaurant.ordering.slot));
    let used = app.store.slots_used(restaurant.id, from).await?;
    Ok(used
        .into_iter()
        .filter(|(_, used)| limits.is_full(*used, work))
        .map(|(slot, _)| slot)
        .collect())
}

pub async fn quote_basket(
    app: &AppState,
    slug: &str,
    (basket, lang): (&Basket, Option<Lang>),
    customer: &Customer,
) -> Result<Quote, ApiError> {
    // As a draft, because the texts of an address have their limits there.
    let draft = Draft {
        basket: basket.clone(),
        ..Draft::default()
    };
    draft.check()?;
    let mut basket = draft.basket;
    let current = restaurant_now(app, slug).await?;
    table(app, &current, &basket.fulfilment).await?;
    places::locate(app, &current.listing.restaurant.ordering, &mut basket.fulfilment).await?;
    let inputs = current
        .quote_inputs(
            app,
            &basket,
            &coupon_customer::of_visitor(customer),
            &customer.client,
        )
        .await?;
    current.shown_quote(app, lang, (&inputs, &basket)).await
}

/// What a coupon would take off, independent of the basket.
pub async fn check_coupon(
    app: &AppState,
    slug: &str,
    code: &str,
    customer: &Customer,
) -> Result<CouponOffer, ApiError> {
    let current = restaurant_now(app, slug).await?;
    let names = coupon_customer::of_visitor(customer);
    let found = current.coupon(app, code, &names, &customer.client).await?;
    let (coupon, used) =
        found.ok_or_else(|| ApiError::new(ProblemType::NotFound, "this restaurant has no such coupon"))?;
    Ok(coupon.offer(current.now.1, used))
}

/// The name of the table, for an order at a table. The code may be unknown or another restaurant's.
pub(super) async fn table(
    app: &AppState,
    current: &RestaurantNow,
    fulfilment: &Fulfilment,
) -> Result<String, ApiError> {
    let Fulfilment::Table(code) = fulfilment else {
        return Ok(String::new());
    };
    let own = app
        .store
        .table(code)
        .await?
        .filter(|(restaurant, _)| *restaurant == current.listing.restaurant.id);
    let unknown = || {
        ApiError::new(
            ProblemType::NotAccepted,
            "'table' is not the code of a table of this restaurant",
        )
    };
    own.map(|(_, name)| name).ok_or_else(unknown)
}

pub async fn times(app: &AppState, slug: &str) -> Result<Times, ApiError> {
    let current = restaurant_now(app, slug).await?;
    Ok(current.times(full_slots(app, &current, None).await?))
}
