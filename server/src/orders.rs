//! Orders and what advances them: the service behind the API, the plain forms and the jobs.

pub mod board;
pub mod broadcast;
mod coupon_customer;
pub mod drafts;
pub mod group_commit;
pub mod order_search;
pub mod placement;
pub mod quotes;
pub mod timeouts;

use servery_domain::{
    audit::Author,
    id::{OrderId, RestaurantId},
    legal::Seller,
    order::{Event, Order, State, TrackedOrder, check_rescheduled},
    problem::ProblemType,
    time::LocalMinute,
};
use servery_store::orders::{Advance, OrderWrite, Tracked, WriteOutcome};

use crate::{
    accounts::customer::Customer, catalog::restaurant_now::RestaurantNow, clock, http::error::ApiError,
    state::AppState,
};

const LONGEST_TOKEN: usize = 44;

/// If it fails, the timeouts' next run does it: the order is placed either way.
pub async fn auto_accept(app: &AppState, order: &Order) {
    let accept = async {
        let entry = app.catalog.by_id(order.ordered.restaurant).await?;
        let listing = entry.map(|entry| entry.listing().clone());
        let answer = listing.and_then(|listing| order.automatic_answer(&listing.restaurant.ordering));
        match answer {
            Some(accepted) => advance(app, order.id, accepted, Author::System).await.map(drop),
            None => Ok(()),
        }
    };
    let accepted: Result<(), ApiError> = accept.await;
    if let Err(error) = accepted {
        tracing::warn!(order = %order.id, problem = %error.0, "an order could not be accepted automatically; the next run of the timeouts retries");
    }
}

pub async fn find(app: &AppState, token: &str) -> Result<Tracked, ApiError> {
    let unknown = || ApiError::new(ProblemType::NotFound, "there is no such order");
    if token.len() > LONGEST_TOKEN {
        return Err(unknown());
    }
    app.store.order_by_token(token).await?.ok_or_else(unknown)
}

pub async fn tracked(app: &AppState, token: &str) -> Result<TrackedOrder, ApiError> {
    let found = find(app, token).await?;
    let restaurant = found.order.ordered.restaurant;
    let tracked = with_restaurants(app, vec![found]).await?.pop();
    let tracked =
        tracked.ok_or_else(|| ApiError::new(ProblemType::NotFound, "the order's restaurant is gone"))?;
    Ok(TrackedOrder {
        seller: app.store.legal_notice(restaurant).await?.seller(),
        ..tracked
    })
}

/// With the names of their restaurants. Orders of a deleted one are left out.
pub async fn with_restaurants(app: &AppState, orders: Vec<Tracked>) -> Result<Vec<TrackedOrder>, ApiError> {
    let ids: Vec<RestaurantId> = orders
        .iter()
        .map(|tracked| tracked.order.ordered.restaurant)
        .collect();
    let entries = app.catalog.by_ids(&ids).await?;
    let with_restaurant = |tracked: Tracked| {
        let entry = entries.get(&tracked.order.ordered.restaurant)?;
        let restaurant = &entry.listing().restaurant;
        Some(TrackedOrder {
            token: tracked.token,
            slug: restaurant.slug.clone(),
            restaurant: restaurant.name.clone(),
            seller: Seller::default(),
            order: tracked.order,
        })
    };
    Ok(orders.into_iter().filter_map(with_restaurant).collect())
}

pub async fn customer_orders(app: &AppState, customer: &Customer) -> Result<Vec<TrackedOrder>, ApiError> {
    let mut all = Vec::new();
    for name in [&customer.account, &customer.visitor].into_iter().flatten() {
        all.extend(app.store.customer_orders(name).await?);
    }
    all.sort_by_key(|tracked| std::cmp::Reverse(tracked.order.ordered.placed_at));
    with_restaurants(app, all).await
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
        Author::Diner,
    )
    .await
}

pub async fn advance(
    app: &AppState,
    order: OrderId,
    event: Event,
    author: Author,
) -> Result<Order, ApiError> {
    write_event(app, (order, event), None, author).await
}

/// Another time for an order, as staff and diner have agreed: also while the restaurant is closed, or in a slot that is full.
pub async fn reschedule(
    app: &AppState,
    current: &RestaurantNow,
    (order, to): (OrderId, LocalMinute),
    author: Author,
) -> Result<Order, ApiError> {
    check_rescheduled(to, current.now.1)?;
    let slot = current.slot_of(to);
    write_event(app, (order, Event::Rescheduled { to }), Some(slot), author).await
}

async fn write_event(
    app: &AppState,
    (order, event): (OrderId, Event),
    slot: Option<LocalMinute>,
    author: Author,
) -> Result<Order, ApiError> {
    event.check()?;
    let advance = Advance {
        order,
        event,
        author,
        at: clock::now(),
        slot,
    };
    match app.group_commit.write(OrderWrite::Advance(advance)).await? {
        WriteOutcome::Advanced(order) => Ok(*order),
        WriteOutcome::Refused(refused) => Err(ApiError::new(ProblemType::Conflict, refused.to_string())),
        WriteOutcome::NoSuchOrder => Err(ApiError::new(ProblemType::NotFound, "there is no such order")),
        _ => Err(ApiError::new(
            ProblemType::Broken,
            "the store answered something else",
        )),
    }
}
