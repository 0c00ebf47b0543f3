//! Quotes and orders: what the API and the plain forms both do.

pub mod board;
pub mod broadcast;
pub mod group_commit;
pub mod timeouts;

use std::{collections::BTreeMap, sync::Arc};

use axum::http::StatusCode;
use serde::Serialize;
use servery_domain::{
    basket::{Basket, Service},
    coupon::{self, Coupon, CouponOffer, Used},
    draft::Draft,
    id::{DishId, OrderId, RestaurantId, VisitorId},
    menu::Menu,
    order::{Actor, Event, Order, Ordered, Placement, Progress, State, TrackedOrder},
    order_settings::PaymentWay,
    problem::{Kind, Problem},
    quote::{Facts, Offer, Quote, quote},
    restaurant::Listed,
    revision::Revision,
    slots::Times,
    slug::Slug,
    time::{LocalMinute, Timestamp},
};
use servery_store::orders::{Advance, Changed, Placing, Request, Tracked, Write, Written};

use crate::{
    accounts::customer::Customer,
    clock,
    http::{client::Caller, error::Refusal, rate_limit, visitor},
    state::App,
};

const LONGEST_TOKEN: usize = 44;

/// A restaurant as it is at one moment.
pub struct Counter {
    pub listed: Arc<Listed>,
    pub menu: Arc<Menu>,
    pub now: (Timestamp, LocalMinute),
}

/// What was answered to a request, now or the first time.
pub struct Answered {
    pub status: StatusCode,
    pub body: String,
}

/// A problem with the quote that the diner should see instead.
#[derive(Serialize)]
struct ChangedProblem {
    #[serde(flatten)]
    problem: Problem,
    quote: Quote,
}

/// What a quote was worked out from besides menu and clock.
#[derive(Default)]
struct Known {
    stock: BTreeMap<DishId, u32>,
    full: Vec<LocalMinute>,
    coupon: Code,
}

/// What is behind the code in a basket.
#[derive(Default)]
enum Code {
    #[default]
    Unknown,
    Withheld,
    Known(Box<Coupon>, Used),
}

impl Code {
    fn offer(&self) -> Offer<'_> {
        match self {
            Self::Unknown => Offer::Unknown,
            Self::Withheld => Offer::Withheld,
            Self::Known(coupon, used) => Offer::Known(coupon, *used),
        }
    }
}

pub async fn counter(app: &App, slug: &str) -> Result<Counter, Refusal> {
    let town = app.town.now();
    let unknown = || Refusal::new(Kind::NotFound, format!("no restaurant is called '{slug}'"));
    let slug: Slug = slug.parse().map_err(|_| unknown())?;
    let listed = town.listed(&slug).ok_or_else(unknown)?.clone();
    let now = clock::now();
    let local = town.clock(&slug, now).ok_or_else(unknown)?;
    let menu = app.town.menu(&listed.restaurant).await?.ok_or_else(unknown)?;
    Ok(Counter {
        listed,
        menu,
        now: (now, local),
    })
}

impl Counter {
    fn quote(&self, known: &Known, basket: &Basket) -> Quote {
        quote(
            &Facts {
                restaurant: &self.listed.restaurant,
                menu: &self.menu,
                now: self.now.1,
                stock: &known.stock,
                full: &known.full,
                coupon: known.coupon.offer(),
            },
            basket,
        )
    }

    /// What this node knows by itself: the store decides in the end.
    async fn known(
        &self,
        app: &App,
        basket: &Basket,
        customer: &str,
        caller: &Caller,
    ) -> Result<Known, Refusal> {
        let stock = self.listed.sold_out.iter().map(|dish| (*dish, 0)).collect();
        Ok(Known {
            stock,
            full: Vec::new(),
            coupon: self.code(app, &basket.coupon, customer, caller).await?,
        })
    }

    /// Whoever guesses is counted, until nothing is told any more; a right code costs nothing.
    async fn coupon(
        &self,
        app: &App,
        code: &str,
        customer: &str,
        caller: &Caller,
    ) -> Result<Option<(Coupon, Used)>, Refusal> {
        let code = coupon::normal(code);
        if code.is_empty() {
            return Ok(None);
        }
        app.rates.of_caller(&rate_limit::COUPONS, caller)?;
        let found = app
            .store
            .coupon(self.listed.restaurant.id, &code, customer)
            .await?;
        if found.is_some() {
            app.rates.give_back(&rate_limit::COUPONS, caller);
        }
        Ok(found)
    }

    /// Who may not guess any more can still order.
    async fn code(&self, app: &App, code: &str, customer: &str, caller: &Caller) -> Result<Code, Refusal> {
        match self.coupon(app, code, customer, caller).await {
            Ok(None) => Ok(Code::Unknown),
            Ok(Some((coupon, used))) => Ok(Code::Known(Box::new(coupon), used)),
            Err(refusal) if refusal.0.is(Kind::TooOften) => Ok(Code::Withheld),
            Err(refusal) => Err(refusal),
        }
    }

    /// All there is to know, for somebody who is about to decide.
    async fn ask(
        &self,
        app: &App,
        basket: &Basket,
        customer: &str,
        caller: &Caller,
    ) -> Result<Known, Refusal> {
        let restaurant = self.listed.restaurant.id;
        Ok(Known {
            stock: app.store.stock(restaurant).await?,
            full: full_slots(app, self).await?,
            coupon: self.code(app, &basket.coupon, customer, caller).await?,
        })
    }
}

pub async fn full_slots(app: &App, counter: &Counter) -> Result<Vec<LocalMinute>, Refusal> {
    let Some(takes) = counter.listed.restaurant.ordering.per_slot else {
        return Ok(Vec::new());
    };
    let taken = app
        .store
        .slots_taken(counter.listed.restaurant.id, counter.now.1)
        .await?;
    Ok(taken
        .into_iter()
        .filter(|(_, taken)| *taken >= u32::from(takes))
        .map(|(slot, _)| slot)
        .collect())
}

pub async fn quote_basket(
    app: &App,
    slug: &str,
    basket: &Basket,
    customer: &Customer,
) -> Result<Quote, Refusal> {
    basket.check()?;
    let counter = counter(app, slug).await?;
    table(app, &counter, &basket.service).await?;
    let known = counter
        .ask(
            app,
            basket,
            customer.account.as_deref().unwrap_or_default(),
            &customer.caller,
        )
        .await?;
    Ok(counter.quote(&known, basket))
}

/// What a code would take off, whatever is in the basket.
pub async fn check_coupon(
    app: &App,
    slug: &str,
    code: &str,
    customer: &Customer,
) -> Result<CouponOffer, Refusal> {
    let counter = counter(app, slug).await?;
    let account = customer.account.as_deref().unwrap_or_default();
    let found = counter.coupon(app, code, account, &customer.caller).await?;
    let (coupon, used) =
        found.ok_or_else(|| Refusal::new(Kind::NotFound, "this restaurant has no such coupon"))?;
    Ok(coupon.offer(counter.now.1, used))
}

/// What the table is called, if it is ordered to one. Its code may be another restaurant's, or nobody's.
async fn table(app: &App, counter: &Counter, service: &Service) -> Result<String, Refusal> {
    let Service::Table(code) = service else {
        return Ok(String::new());
    };
    let own = app
        .store
        .table(code)
        .await?
        .filter(|(restaurant, _)| *restaurant == counter.listed.restaurant.id);
    let unknown = || {
        Refusal::new(
            Kind::NotAccepted,
            "'table' is not the code of a table of this restaurant",
        )
    };
    own.map(|(_, name)| name).ok_or_else(unknown)
}

/// Coupons that each customer may use once are counted by the account, or else by how the order can be reached.
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
    app: &App,
    slug: &str,
    placement: Placement,
    request: Request,
    customer: &Customer,
) -> Result<Answered, Refusal> {
    match place_anew(app, slug, placement, &request, customer).await {
        // What was answered once stands, though the same would be refused by now.
        Err(refusal) if refusal.0.status < 500 => match app.store.answered(&request).await? {
            Some(written) => replayed(written),
            None => Err(refusal),
        },
        placed => placed,
    }
}

async fn place_anew(
    app: &App,
    slug: &str,
    placement: Placement,
    request: &Request,
    customer: &Customer,
) -> Result<Answered, Refusal> {
    app.rates.of_diner(&rate_limit::ORDERS, &customer.caller)?;
    placement.check()?;
    let mut counter = counter(app, slug).await?;
    let table = table(app, &counter, &placement.basket.service).await?;
    let offered = counter
        .listed
        .restaurant
        .ordering
        .payments
        .contains(&placement.payment);
    if !offered || placement.payment == PaymentWay::Card && app.cards.is_none() {
        return Err(Refusal::new(
            Kind::NotAccepted,
            "'payment' is not a way to pay at this restaurant",
        ));
    }
    let coupon_customer = coupon_customer(&placement, customer.account.as_deref());
    let mut known = counter
        .known(app, &placement.basket, &coupon_customer, &customer.caller)
        .await?;
    // A menu that changed in this very moment is read again; twice in one moment is too much.
    for _ in 0..2 {
        let quote = counter.quote(&known, &placement.basket);
        if !quote.can_be_ordered() || !quote.dropped.is_empty() || quote.total != placement.seen {
            return refuse(
                app,
                &counter,
                &placement,
                &coupon_customer,
                &customer.caller,
                request.clone(),
            )
            .await;
        }
        let mut placing = placing(
            &counter,
            &known,
            &placement,
            quote,
            request,
            customer,
            &coupon_customer,
        )?;
        Arc::make_mut(&mut placing.order.ordered).table.clone_from(&table);
        match app.writer.write(Write::Place(Box::new(placing))).await? {
            Written::Placed { order, answer } => {
                accept_if_itself(app, &order).await;
                return Ok(Answered {
                    status: StatusCode::CREATED,
                    body: answer,
                });
            }
            Written::Changed(Changed::Menu) => {
                app.town.look().await?;
                counter = self::counter(app, slug).await?;
                known = counter
                    .known(app, &placement.basket, &coupon_customer, &customer.caller)
                    .await?;
            }
            Written::Changed(_) => {
                return refuse(
                    app,
                    &counter,
                    &placement,
                    &coupon_customer,
                    &customer.caller,
                    request.clone(),
                )
                .await;
            }
            other => return replayed(other),
        }
    }
    Err(Refusal::new(
        Kind::Unavailable,
        "the menu is being changed; try again in a moment",
    ))
}

fn placing(
    counter: &Counter,
    known: &Known,
    placement: &Placement,
    quote: Quote,
    request: &Request,
    customer: &Customer,
    coupon_customer: &str,
) -> Result<Placing, Refusal> {
    let restaurant = &counter.listed.restaurant;
    let coupon = match &known.coupon {
        Code::Known(coupon, _) => Some(coupon.as_ref().clone()),
        Code::Unknown | Code::Withheld => None,
    };
    let no_time = || Refusal::new(Kind::Broken, "a quote that can be ordered has a time");
    let mut ordered =
        Ordered::new(restaurant.id, counter.now, placement.clone(), quote).ok_or_else(no_time)?;
    if coupon.is_some() {
        coupon_customer.clone_into(&mut ordered.redeemed_by);
    }
    let progress = Progress::new(placement.payment, ordered.total, counter.now.0);
    Ok(Placing {
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

/// 128 bits that nobody guesses, after the time: the index of tokens grows at its end.
fn tracking_token() -> Result<String, Refusal> {
    Ok(format!("{:012x}{}", clock::milliseconds(), visitor::token()?))
}

/// Nothing is placed: the answer shows how things are now, and is the answer to this request for good.
async fn refuse(
    app: &App,
    counter: &Counter,
    placement: &Placement,
    coupon_customer: &str,
    caller: &Caller,
    request: Request,
) -> Result<Answered, Refusal> {
    let known = counter
        .ask(app, &placement.basket, coupon_customer, caller)
        .await?;
    let quote = counter.quote(&known, &placement.basket);
    let problem = Problem::new(
        Kind::Changed,
        "nothing was ordered; 'quote' says how things are now",
    );
    let body =
        serde_json::to_string(&ChangedProblem { problem, quote }).map_err(|error| Refusal::failed(&error))?;
    let answer = Write::Answer {
        request,
        status: Kind::Changed.status(),
        body,
    };
    replayed(app.writer.write(answer).await?)
}

fn replayed(written: Written) -> Result<Answered, Refusal> {
    match written {
        Written::Again { status, body } => Ok(Answered {
            status: StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            body,
        }),
        Written::OtherRequest => Err(Refusal::new(Kind::KeyReused, "make a new key for a new order")),
        Written::IdTaken => Err(Refusal::new(
            Kind::Conflict,
            "'id' is another order's; make a new one",
        )),
        _ => Err(Refusal::new(Kind::Broken, "the store answered something else")),
    }
}

/// If it fails here, the sweep does it in a moment: the order is placed either way.
pub async fn accept_if_itself(app: &App, order: &Order) {
    let itself = app
        .town
        .now()
        .by_id(order.ordered.restaurant)
        .is_some_and(|listed| listed.restaurant.ordering.accepts_itself);
    if !itself || order.progress.state != State::Placed {
        return;
    }
    let accepted = Event::Accepted {
        ready_at: order.ordered.due.from,
    };
    if let Err(refusal) = advance(app, order.id, accepted, Actor::System).await {
        tracing::warn!(order = %order.id, problem = %refusal.0, "an order was not accepted by itself yet");
    }
}

pub fn listed_of(app: &App, id: RestaurantId) -> Result<Arc<Listed>, Refusal> {
    let town = app.town.now();
    town.by_id(id)
        .cloned()
        .ok_or_else(|| Refusal::new(Kind::NotFound, "the restaurant is gone"))
}

/// What this browser has begun to order, with what the account knows of whoever is signed in.
pub async fn draft(app: &App, slug: &str, customer: &Customer) -> Result<Draft, Refusal> {
    let restaurant = restaurant_named(app, slug)?;
    let kept = match &customer.visitor {
        Some(visitor) => app.store.draft(visitor, restaurant).await?,
        None => None,
    };
    let mut draft = kept.unwrap_or_default();
    if let Some(signed) = &customer.signed {
        draft.fill_in(&signed.account);
    }
    Ok(draft)
}

pub async fn keep_draft(app: &App, slug: &str, visitor: VisitorId, draft: &Draft) -> Result<(), Refusal> {
    draft.check()?;
    let restaurant = restaurant_named(app, slug)?;
    Ok(app
        .store
        .put_draft(&visitor.to_string(), restaurant, draft, clock::now())
        .await?)
}

pub fn restaurant_named(app: &App, slug: &str) -> Result<RestaurantId, Refusal> {
    let town = app.town.now();
    let listed = slug.parse().ok().and_then(|slug| town.listed(&slug));
    listed
        .map(|listed| listed.restaurant.id)
        .ok_or_else(|| Refusal::new(Kind::NotFound, format!("no restaurant is called '{slug}'")))
}

pub async fn times(app: &App, slug: &str) -> Result<Times, Refusal> {
    let counter = counter(app, slug).await?;
    Ok(Times {
        now: counter.now.1,
        full: full_slots(app, &counter).await?,
    })
}

pub async fn find(app: &App, token: &str) -> Result<Tracked, Refusal> {
    let unknown = || Refusal::new(Kind::NotFound, "there is no such order");
    if token.len() > LONGEST_TOKEN {
        return Err(unknown());
    }
    app.store.order_by_token(token).await?.ok_or_else(unknown)
}

pub async fn tracked(app: &App, token: &str) -> Result<TrackedOrder, Refusal> {
    let found = find(app, token).await?;
    named(app, found).ok_or_else(|| Refusal::new(Kind::NotFound, "the order's restaurant is gone"))
}

/// With the name of the restaurant; `None` if that is gone.
pub fn named(app: &App, tracked: Tracked) -> Option<TrackedOrder> {
    let town = app.town.now();
    let restaurant = &town.by_id(tracked.order.ordered.restaurant)?.restaurant;
    Some(TrackedOrder {
        token: tracked.token,
        slug: restaurant.slug.clone(),
        restaurant: restaurant.name.clone(),
        order: tracked.order,
    })
}

pub async fn orders_of(app: &App, customer: &Customer) -> Result<Vec<TrackedOrder>, Refusal> {
    let mut all = Vec::new();
    for name in [&customer.account, &customer.visitor].into_iter().flatten() {
        all.extend(app.store.orders_of(name).await?);
    }
    all.sort_by_key(|tracked| std::cmp::Reverse(tracked.order.ordered.placed_at));
    Ok(all
        .into_iter()
        .filter_map(|tracked| named(app, tracked))
        .collect())
}

pub async fn cancel(app: &App, token: &str) -> Result<Order, Refusal> {
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

pub async fn advance(app: &App, order: OrderId, event: Event, actor: Actor) -> Result<Order, Refusal> {
    event.check()?;
    let advance = Advance {
        order,
        event,
        actor,
        at: clock::now(),
    };
    match app.writer.write(Write::Advance(advance)).await? {
        Written::Advanced(order) => Ok(*order),
        Written::Refused(refused) => Err(Refusal::new(Kind::Conflict, refused.to_string())),
        Written::NoSuchOrder => Err(Refusal::new(Kind::NotFound, "there is no such order")),
        _ => Err(Refusal::new(Kind::Broken, "the store answered something else")),
    }
}
