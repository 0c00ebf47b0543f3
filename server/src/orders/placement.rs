//! Places an order: once, however often the request is sent.

use std::sync::Arc;

use axum::http::StatusCode;
use serde::Serialize;
use servery_domain::{
    coupon::CouponCustomer,
    currency::{Currency, Minor},
    order::{Order, Ordered, PlacedOrder, Placement, Progress},
    order_settings::PaymentMethod,
    problem::{Problem, ProblemType},
    quote::Quote,
    revision::Revision,
};
use servery_store::orders::{Changed, IdempotentRequest, OrderWrite, PlaceOrder, WriteOutcome};
use utoipa::ToSchema;

use super::{
    auto_accept, coupon_customer,
    quotes::{CouponInput, QuoteInputs, table},
};
use crate::{
    accounts::customer::Customer,
    catalog::restaurant_now::{RestaurantNow, restaurant_now},
    clock,
    http::{client::Client, error::ApiError, rate_limit, visitor},
    payments::amount,
    places,
    state::AppState,
};

/// The answer to a request, which is the same when the request is repeated.
pub struct StoredResponse {
    pub status: StatusCode,
    pub body: String,
    /// If the request placed an order.
    pub placed: Option<PlacedOrder>,
}

/// A problem with the current quote.
#[derive(Serialize, ToSchema)]
pub struct ChangedProblem {
    #[serde(flatten)]
    problem: Problem,
    /// Absent if it is not the quote that has changed.
    #[schema(required = false)]
    quote: Quote,
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

/// How often an order is priced anew because another one was faster.
const ATTEMPTS: u32 = 5;

async fn place_new(
    app: &AppState,
    slug: &str,
    mut placement: Placement,
    request: &IdempotentRequest,
    customer: &Customer,
) -> Result<StoredResponse, ApiError> {
    app.rate_limiter
        .take_for_diner(&rate_limit::ORDERS, &customer.client)
        .await?;
    placement.check()?;
    let mut current = restaurant_now(app, slug).await?;
    let table = table(app, &current, &placement.basket.fulfilment).await?;
    let ordering = &current.listing.restaurant.ordering;
    places::locate(app, ordering, &mut placement.basket.fulfilment).await?;
    let offered = current
        .listing
        .restaurant
        .ordering
        .payments
        .contains(&placement.payment);
    if !offered {
        return Err(ApiError::new(
            ProblemType::NotAccepted,
            "'payment' is not a way to pay at this restaurant",
        ));
    }
    if placement.payment == PaymentMethod::Card {
        check_amount(current.menu.currency, placement.seen)?;
        limit_unpaid_orders(app, &placement, customer).await?;
    }
    let coupon_customer =
        coupon_customer::of_order(customer, &placement.contact, &current.listing.restaurant);
    // What others have changed in this moment is read again.
    for attempt in 1..=ATTEMPTS {
        let is_last_try = attempt == ATTEMPTS;
        let inputs = current
            .node_inputs(app, &placement.basket, &coupon_customer, &customer.client)
            .await?;
        let quote = current.quote(&inputs, &placement.basket);
        if !quote.can_be_ordered() || !quote.removed_lines.is_empty() || quote.total != placement.seen {
            break;
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
            WriteOutcome::Placed {
                order,
                placed,
                answer,
            } => {
                auto_accept(app, &order).await;
                return Ok(StoredResponse {
                    status: StatusCode::CREATED,
                    body: answer,
                    placed: Some(placed),
                });
            }
            WriteOutcome::Changed(Changed::Menu) if is_last_try => {
                return Err(ApiError::new(
                    ProblemType::Unavailable,
                    "the menu is being changed; try again in a moment",
                ));
            }
            WriteOutcome::Changed(Changed::Menu) => {
                app.catalog.reload_if_changed().await?;
                current = restaurant_now(app, slug).await?;
            }
            // Whoever chose no time gets the next slot that is free.
            WriteOutcome::Changed(Changed::Slot) if !is_last_try => {}
            WriteOutcome::Changed(_) => break,
            other => return replayed(other),
        }
    }
    refuse(
        app,
        &current,
        &placement,
        &coupon_customer,
        &customer.client,
        request.clone(),
    )
    .await
}

/// The provider counts some currencies in larger steps than menus do.
fn check_amount(currency: Currency, total: Minor) -> Result<(), ApiError> {
    match amount::of_provider(currency, total) {
        Some(_) => Ok(()),
        None => Err(ApiError::new(
            ProblemType::NotAccepted,
            "no card can be charged with exactly this amount: 'payment' has to be another",
        )),
    }
}

/// An order that waits for a card holds portions that nobody may ever pay for.
async fn limit_unpaid_orders(
    app: &AppState,
    placement: &Placement,
    customer: &Customer,
) -> Result<(), ApiError> {
    let digits: String = placement
        .contact
        .phone
        .chars()
        .filter(char::is_ascii_digit)
        .collect();
    let phone = (!digits.is_empty()).then_some(digits);
    for person in customer.name().into_iter().chain(phone) {
        app.rate_limiter
            .take_for_person(&rate_limit::UNPAID_ORDERS, &person, &customer.client)
            .await?;
    }
    app.rate_limiter
        .take_for_diner(&rate_limit::UNPAID_ORDERS_FROM, &customer.client)
        .await
}

fn placing(
    current: &RestaurantNow,
    inputs: &QuoteInputs,
    placement: &Placement,
    quote: Quote,
    request: &IdempotentRequest,
    customer: &Customer,
    coupon_customer: &CouponCustomer,
) -> Result<PlaceOrder, ApiError> {
    let restaurant = &current.listing.restaurant;
    let coupon = match &inputs.coupon {
        CouponInput::Known(coupon, _) => Some(coupon.as_ref().clone()),
        CouponInput::Unknown | CouponInput::Withheld => None,
    };
    let no_time = || ApiError::new(ProblemType::Broken, "a quote that can be ordered has a time");
    let work = current.kitchen_work(&placement.basket);
    let ordered = Ordered::new(restaurant.id, current.now, placement.clone(), quote).ok_or_else(no_time)?;
    let slot = current.slot_of(ordered.due.from);
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
        menu_revision: restaurant.revision,
        coupon,
        coupon_customer: coupon_customer.names.clone(),
        slot,
        slot_limits: restaurant.ordering.slot_limits(),
        work,
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
    coupon_customer: &CouponCustomer,
    client: &Client,
    request: IdempotentRequest,
) -> Result<StoredResponse, ApiError> {
    let inputs = current
        .quote_inputs(app, &placement.basket, coupon_customer, client)
        .await?;
    let quote = current
        .shown_quote(app, Some(placement.lang), (&inputs, &placement.basket))
        .await?;
    let problem = Problem::new(
        ProblemType::Changed,
        "nothing was ordered; 'quote' says how things are now",
    );
    let body = serde_json::to_string(&ChangedProblem { problem, quote })
        .map_err(|error| ApiError::internal(&error))?;
    let answer = OrderWrite::Answer {
        request,
        status: ProblemType::Changed.status(),
        body,
    };
    replayed(app.group_commit.write(answer).await?)
}

fn replayed(written: WriteOutcome) -> Result<StoredResponse, ApiError> {
    match written {
        WriteOutcome::Again { status, body } => {
            let status = StatusCode::from_u16(status).map_err(|error| ApiError::internal(&error))?;
            let placed = (status == StatusCode::CREATED)
                .then(|| serde_json::from_str(&body))
                .transpose()
                .map_err(|error| ApiError::internal(&error))?;
            Ok(StoredResponse { status, body, placed })
        }
        WriteOutcome::OtherRequest => Err(ApiError::new(
            ProblemType::KeyReused,
            "make a new key for a new order",
        )),
        WriteOutcome::IdTaken => Err(ApiError::new(
            ProblemType::Conflict,
            "'id' is another order's; make a new one",
        )),
        _ => Err(ApiError::new(
            ProblemType::Broken,
            "the store answered something else",
        )),
    }
}
