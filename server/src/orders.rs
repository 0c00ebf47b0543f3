//! Quotes and orders: the service behind the API and the plain forms.

pub mod board;
pub mod broadcast;
pub mod group_commit;
pub mod timeouts;

use std::{collections::BTreeMap, sync::Arc};

use axum::http::StatusCode;
use serde::Serialize;
use servery_domain::{
    basket::{Basket, Service},
    coupon::{self, Coupon, CouponOffer, CouponUsage},
    draft::Draft,
    id::{DishId, OrderId, VisitorId},
    order::{Actor, Event, Order, Ordered, Placement, Progress, State, TrackedOrder},
    order_settings::PaymentMethod,
    problem::{Kind, Problem},
    quote::{CouponCheck, Quote, QuoteContext, quote},
    revision::Revision,
    slots::Times,
    time::LocalMinute,
};
use servery_store::orders::{
    Advance, Changed, IdempotentRequest, OrderWrite, PlaceOrder, Tracked, WriteOutcome,
};

use crate::{
    accounts::customer::Customer,
    catalog::restaurant_now::{RestaurantNow, restaurant_id, restaurant_now},
    clock,
    http::{client::Client, error::ApiError, rate_limit, visitor},
    state::AppState,
};

const LONGEST_TOKEN: usize = 44;

/// The answer to a request, which is the same when the request is repeated.
pub struct StoredResponse {
    pub status: StatusCode,
    pub body: String,
}

/// A problem with the current quote.
#[derive(Serialize)]
struct ChangedProblem {
    #[serde(flatten)]
    problem: Problem,
    quote: Quote,
}

/// What a quote depends on besides menu and time.
#[derive(Default)]
struct QuoteInputs {
    stock: BTreeMap<DishId, u32>,
    full: Vec<LocalMinute>,
    coupon: Code,
}

/// The coupon of a basket.
#[derive(Default)]
enum Code {
    #[default]
    Unknown,
    Withheld,
    Known(Box<Coupon>, CouponUsage),
}

impl Code {
    fn offer(&self) -> CouponCheck<'_> {
        match self {
            Self::Unknown => CouponCheck::Unknown,
            Self::Withheld => CouponCheck::Withheld,
            Self::Known(coupon, used) => CouponCheck::Known(coupon, *used),
        }
    }
}

impl RestaurantNow {
    fn quote(&self, inputs: &QuoteInputs, basket: &Basket) -> Quote {
        quote(
            &QuoteContext {
                restaurant: &self.listing.restaurant,
                menu: &self.menu,
                now: self.now.1,
                stock: &inputs.stock,
                full: &inputs.full,
                coupon: inputs.coupon.offer(),
            },
            basket,
        )
    }

    /// What this node knows; the store decides when the order is written.
    async fn node_inputs(
        &self,
        app: &AppState,
        basket: &Basket,
        customer: &str,
        client: &Client,
    ) -> Result<QuoteInputs, ApiError> {
        let stock = self.listing.sold_out.iter().map(|dish| (*dish, 0)).collect();
        Ok(QuoteInputs {
            stock,
            full: Vec::new(),
            coupon: self.code(app, &basket.coupon, customer, client).await?,
        })
    }

    /// Unknown codes count towards the rate limit; a valid code costs nothing.
    async fn coupon(
        &self,
        app: &AppState,
        code: &str,
        customer: &str,
        client: &Client,
    ) -> Result<Option<(Coupon, CouponUsage)>, ApiError> {
        let code = coupon::normal(code);
        if code.is_empty() {
            return Ok(None);
        }
        app.rate_limiter.take_for_client(&rate_limit::COUPONS, client)?;
        let found = app
            .store
            .coupon(self.listing.restaurant.id, &code, customer)
            .await?;
        if found.is_some() {
            app.rate_limiter.return_token(&rate_limit::COUPONS, client);
        }
        Ok(found)
    }

    /// A client over the rate limit can still order, without the coupon.
    async fn code(
        &self,
        app: &AppState,
        code: &str,
        customer: &str,
        client: &Client,
    ) -> Result<Code, ApiError> {
        match self.coupon(app, code, customer, client).await {
            Ok(None) => Ok(Code::Unknown),
            Ok(Some((coupon, used))) => Ok(Code::Known(Box::new(coupon), used)),
            Err(error) if error.0.is(Kind::TooOften) => Ok(Code::Withheld),
            Err(error) => Err(error),
        }
    }

    /// All inputs of a quote.
    async fn quote_inputs(
        &self,
        app: &AppState,
        basket: &Basket,
        customer: &str,
        client: &Client,
    ) -> Result<QuoteInputs, ApiError> {
        let restaurant = self.listing.restaurant.id;
        Ok(QuoteInputs {
            stock: app.store.stock(restaurant).await?,
            full: full_slots(app, self).await?,
            coupon: self.code(app, &basket.coupon, customer, client).await?,
        })
    }
}

pub async fn full_slots(app: &AppState, current: &RestaurantNow) -> Result<Vec<LocalMinute>, ApiError> {
    let Some(takes) = current.listing.restaurant.ordering.per_slot else {
        return Ok(Vec::new());
    };
    let taken = app
        .store
        .slots_taken(current.listing.restaurant.id, current.now.1)
        .await?;
    Ok(taken
        .into_iter()
        .filter(|(_, taken)| *taken >= u32::from(takes))
        .map(|(slot, _)| slot)
        .collect())
}

pub async fn quote_basket(
    app: &AppState,
    slug: &str,
    basket: &Basket,
    customer: &Customer,
) -> Result<Quote, ApiError> {
    basket.check()?;
    let current = restaurant_now(app, slug).await?;
    table(app, &current, &basket.service).await?;
    let inputs = current
        .quote_inputs(
            app,
            basket,
            customer.account.as_deref().unwrap_or_default(),
            &customer.client,
        )
        .await?;
    Ok(current.quote(&inputs, basket))
}

/// What a coupon would take off, independent of the basket.
pub async fn check_coupon(
    app: &AppState,
    slug: &str,
    code: &str,
    customer: &Customer,
) -> Result<CouponOffer, ApiError> {
    let current = restaurant_now(app, slug).await?;
    let account = customer.account.as_deref().unwrap_or_default();
    let found = current.coupon(app, code, account, &customer.client).await?;
    let (coupon, used) =
        found.ok_or_else(|| ApiError::new(Kind::NotFound, "this restaurant has no such coupon"))?;
    Ok(coupon.offer(current.now.1, used))
}

/// The name of the table, for an order at a table. The code may be unknown or another restaurant's.
async fn table(app: &AppState, current: &RestaurantNow, service: &Service) -> Result<String, ApiError> {
    let Service::Table(code) = service else {
        return Ok(String::new());
    };
    let own = app
        .store
        .table(code)
        .await?
        .filter(|(restaurant, _)| *restaurant == current.listing.restaurant.id);
    let unknown = || {
        ApiError::new(
            Kind::NotAccepted,
            "'table' is not the code of a table of this restaurant",
        )
    };
    own.map(|(_, name)| name).ok_or_else(unknown)
}

/// Who counts as the customer of a coupon: the account, otherwise phone or e-mail.
fn coupon_customer(placement: &Placement, account: Option<&str>) -> String {
    let contact = &placement.contact;
    let reached = if contact.email.is_empty() {
        &contact.phone
    } else {
        &contact.email
    };
    let plain: String = reached
        .to_lowercase()
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '/' | '(' | ')'))
        .collect();
    account.map_or(plain, str::to_owned)
}

pub async fn place(
    app: &AppState,
    slug: &str,
    placement: Placement,
    request: IdempotentRequest,
    customer: &Customer,
) -> Result<StoredResponse, ApiError> {
    match place_new(app, slug, placement, &request, customer).await {
        // A stored answer is repeated, even if the same request would be refused now.
        Err(error) if error.0.status < 500 => match app.store.recorded_answer(&request).await? {
            Some(written) => replayed(written),
            None => Err(error),
        },
        placed => placed,
    }
}

async fn place_new(
    app: &AppState,
    slug: &str,
    placement: Placement,
    request: &IdempotentRequest,
    customer: &Customer,
) -> Result<StoredResponse, ApiError> {
    app.rate_limiter
        .take_for_diner(&rate_limit::ORDERS, &customer.client)?;
    placement.check()?;
    let mut current = restaurant_now(app, slug).await?;
    let table = table(app, &current, &placement.basket.service).await?;
    let offered = current
        .listing
        .restaurant
        .ordering
        .payments
        .contains(&placement.payment);
    if !offered || placement.payment == PaymentMethod::Card && app.cards.is_none() {
        return Err(ApiError::new(
            Kind::NotAccepted,
            "'payment' is not a way to pay at this restaurant",
        ));
    }
    let coupon_customer = coupon_customer(&placement, customer.account.as_deref());
    let mut inputs = current
        .node_inputs(app, &placement.basket, &coupon_customer, &customer.client)
        .await?;
    // If the menu has changed in this moment it is read again, once.
    for _ in 0..2 {
        let quote = current.quote(&inputs, &placement.basket);
        if !quote.can_be_ordered() || !quote.removed_lines.is_empty() || quote.total != placement.seen {
            return refuse(
                app,
                &current,
                &placement,
                &coupon_customer,
                &customer.client,
                request.clone(),
            )
            .await;
        }
        let mut placing = placing(
            &current,
            &inputs,
            &placement,
            quote,
            request,
            customer,
            &coupon_customer,
        )?;
        Arc::make_mut(&mut placing.order.ordered).table.clone_from(&table);
        match app
            .group_commit
            .write(OrderWrite::Place(Box::new(placing)))
            .await?
        {
            WriteOutcome::Placed { order, answer } => {
                auto_accept(app, &order).await;
                return Ok(StoredResponse {
                    status: StatusCode::CREATED,
                    body: answer,
                });
            }
            WriteOutcome::Changed(Changed::Menu) => {
                app.catalog.reload_if_changed().await?;
                current = restaurant_now(app, slug).await?;
                inputs = current
                    .node_inputs(app, &placement.basket, &coupon_customer, &customer.client)
                    .await?;
            }
            WriteOutcome::Changed(_) => {
                return refuse(
                    app,
                    &current,
                    &placement,
                    &coupon_customer,
                    &customer.client,
                    request.clone(),
                )
                .await;
            }
            other => return replayed(other),
        }
    }
    Err(ApiError::new(
        Kind::Unavailable,
        "the menu is being changed; try again in a moment",
    ))
}

fn placing(
    current: &RestaurantNow,
    inputs: &QuoteInputs,
    placement: &Placement,
    quote: Quote,
    request: &IdempotentRequest,
    customer: &Customer,
    coupon_customer: &str,
) -> Result<PlaceOrder, ApiError> {
    let restaurant = &current.listing.restaurant;
    let coupon = match &inputs.coupon {
        Code::Known(coupon, _) => Some(coupon.as_ref().clone()),
        Code::Unknown | Code::Withheld => None,
    };
    let no_time = || ApiError::new(Kind::Broken, "a quote that can be ordered has a time");
    let mut ordered =
        Ordered::new(restaurant.id, current.now, placement.clone(), quote).ok_or_else(no_time)?;
    if coupon.is_some() {
        coupon_customer.clone_into(&mut ordered.redeemed_by);
    }
    let progress = Progress::new(placement.payment, ordered.total, current.now.0);
    Ok(PlaceOrder {
        request: request.clone(),
        order: Order {
            id: placement.id,
            number: 0,
            revision: Revision(0),
            ordered: Arc::new(ordered),
            progress,
        },
        token: tracking_token()?,
        customer: customer.name(),
        priced_at: restaurant.revision,
        coupon,
        per_slot: restaurant.ordering.per_slot,
    })
}

/// The time, then 128 random bits: so the index of tokens grows at its end.
fn tracking_token() -> Result<String, ApiError> {
    Ok(format!("{:012x}{}", clock::milliseconds(), visitor::token()?))
}

/// Stores a problem with the current quote as the answer to this request; no order is placed.
async fn refuse(
    app: &AppState,
    current: &RestaurantNow,
    placement: &Placement,
    coupon_customer: &str,
    client: &Client,
    request: IdempotentRequest,
) -> Result<StoredResponse, ApiError> {
    let inputs = current
        .quote_inputs(app, &placement.basket, coupon_customer, client)
        .await?;
    let quote = current.quote(&inputs, &placement.basket);
    let problem = Problem::new(
        Kind::Changed,
        "nothing was ordered; 'quote' says how things are now",
    );
    let body = serde_json::to_string(&ChangedProblem { problem, quote })
        .map_err(|error| ApiError::internal(&error))?;
    let answer = OrderWrite::Answer {
        request,
        status: Kind::Changed.status(),
        body,
    };
    replayed(app.group_commit.write(answer).await?)
}

fn replayed(written: WriteOutcome) -> Result<StoredResponse, ApiError> {
    match written {
        WriteOutcome::Again { status, body } => Ok(StoredResponse {
            status: StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            body,
        }),
        WriteOutcome::OtherRequest => Err(ApiError::new(Kind::KeyReused, "make a new key for a new order")),
        WriteOutcome::IdTaken => Err(ApiError::new(
            Kind::Conflict,
            "'id' is another order's; make a new one",
        )),
        _ => Err(ApiError::new(Kind::Broken, "the store answered something else")),
    }
}

/// If it fails, the timeouts' next run does it: the order is placed either way.
pub async fn auto_accept(app: &AppState, order: &Order) {
    let itself = app
        .catalog
        .now()
        .by_id(order.ordered.restaurant)
        .is_some_and(|listing| listing.restaurant.ordering.accepts_itself);
    if !itself || order.progress.state != State::Placed {
        return;
    }
    let accepted = Event::Accepted {
        ready_at: order.ordered.due.from,
    };
    if let Err(error) = advance(app, order.id, accepted, Actor::System).await {
        tracing::warn!(order = %order.id, problem = %error.0, "an order was not accepted by itself yet");
    }
}

/// The draft of this browser, completed with name and address of the account.
pub async fn draft(app: &AppState, slug: &str, customer: &Customer) -> Result<Draft, ApiError> {
    let restaurant = restaurant_id(app, slug)?;
    let kept = match &customer.visitor {
        Some(visitor) => app.store.draft(visitor, restaurant).await?,
        None => None,
    };
    let mut draft = kept.unwrap_or_default();
    if let Some(user) = &customer.user {
        draft.fill_in(&user.account);
    }
    Ok(draft)
}

pub async fn save_draft(
    app: &AppState,
    slug: &str,
    visitor: VisitorId,
    draft: &Draft,
) -> Result<(), ApiError> {
    draft.check()?;
    let restaurant = restaurant_id(app, slug)?;
    Ok(app
        .store
        .put_draft(&visitor.to_string(), restaurant, draft, clock::now())
        .await?)
}

pub async fn times(app: &AppState, slug: &str) -> Result<Times, ApiError> {
    let current = restaurant_now(app, slug).await?;
    Ok(Times {
        now: current.now.1,
        full: full_slots(app, &current).await?,
    })
}

pub async fn find(app: &AppState, token: &str) -> Result<Tracked, ApiError> {
    let unknown = || ApiError::new(Kind::NotFound, "there is no such order");
    if token.len() > LONGEST_TOKEN {
        return Err(unknown());
    }
    app.store.order_by_token(token).await?.ok_or_else(unknown)
}

pub async fn tracked(app: &AppState, token: &str) -> Result<TrackedOrder, ApiError> {
    let found = find(app, token).await?;
    with_restaurant(app, found).ok_or_else(|| ApiError::new(Kind::NotFound, "the order's restaurant is gone"))
}

/// With the name of the restaurant; `None` if it was deleted.
pub fn with_restaurant(app: &AppState, tracked: Tracked) -> Option<TrackedOrder> {
    let catalog = app.catalog.now();
    let restaurant = &catalog.by_id(tracked.order.ordered.restaurant)?.restaurant;
    Some(TrackedOrder {
        token: tracked.token,
        slug: restaurant.slug.clone(),
        restaurant: restaurant.name.clone(),
        order: tracked.order,
    })
}

pub async fn customer_orders(app: &AppState, customer: &Customer) -> Result<Vec<TrackedOrder>, ApiError> {
    let mut all = Vec::new();
    for name in [&customer.account, &customer.visitor].into_iter().flatten() {
        all.extend(app.store.customer_orders(name).await?);
    }
    all.sort_by_key(|tracked| std::cmp::Reverse(tracked.order.ordered.placed_at));
    Ok(all
        .into_iter()
        .filter_map(|tracked| with_restaurant(app, tracked))
        .collect())
}

pub async fn cancel(app: &AppState, token: &str) -> Result<Order, ApiError> {
    let order = find(app, token).await?.order;
    if order.progress.state == State::Cancelled {
        return Ok(order);
    }
    advance(
        app,
        order.id,
        Event::Cancelled {
            reason: String::new(),
        },
        Actor::Diner,
    )
    .await
}

pub async fn advance(app: &AppState, order: OrderId, event: Event, actor: Actor) -> Result<Order, ApiError> {
    event.check()?;
    let advance = Advance {
        order,
        event,
        actor,
        at: clock::now(),
    };
    match app.group_commit.write(OrderWrite::Advance(advance)).await? {
        WriteOutcome::Advanced(order) => Ok(*order),
        WriteOutcome::Refused(refused) => Err(ApiError::new(Kind::Conflict, refused.to_string())),
        WriteOutcome::NoSuchOrder => Err(ApiError::new(Kind::NotFound, "there is no such order")),
        _ => Err(ApiError::new(Kind::Broken, "the store answered something else")),
    }
}
