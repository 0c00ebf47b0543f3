//! Orders that wait: for their money, for the restaurant, or to be closed. None goes on forever.

use std::{sync::Arc, time::Duration};

use servery_domain::{
    id::OrderId,
    order::{Actor, Event, Order, State},
    problem::Kind,
    time::{DAY, Timestamp},
};
use servery_store::StoreError;

use crate::{clock, http::error::ApiError, jobs::periodic, orders, payments, state::AppState};

const SWEEP_EVERY: Duration = Duration::from_secs(5);
const CLOSE_EVERY: Duration = Duration::from_secs(3_600);
/// Seconds that an order is left to the request that placed it.
const UNTOUCHED: i64 = 5;

/// Until it is dropped. Every node does it; an order is answered once all the same.
pub async fn sweep(app: Arc<AppState>) {
    tokio::join!(
        periodic::every(SWEEP_EVERY, "waiting orders", app.clone(), |app| async move {
            sweep_once(&app, clock::now()).await
        }),
        periodic::every(CLOSE_EVERY, "orders left open", app, |app| async move {
            close_once(&app, clock::now()).await
        }),
    );
}

pub async fn sweep_once(app: &AppState, now: Timestamp) -> Result<(), StoreError> {
    let mut behind = None;
    loop {
        let page = app
            .store
            .waiting_orders(Timestamp(now.0 - UNTOUCHED), behind)
            .await?;
        let Some(last) = page.last() else { return Ok(()) };
        behind = Some((last.progress.changed_at, last.id));
        for order in page {
            note(&order, answer(app, &order, now).await);
        }
    }
}

async fn answer(app: &AppState, order: &Order, now: Timestamp) -> Result<(), ApiError> {
    let listing = orders::listing_of(app, order.ordered.restaurant)?;
    let restaurant = &listing.restaurant;
    let local = app.catalog.now().clock(&restaurant.slug, now);
    let event = match order.progress.state {
        State::Unpaid
            if now.0 - order.progress.changed_at.0 > payments::GIVEN_UP_AFTER
                && !payments::is_open(app, order.id).await? =>
        {
            Event::Cancelled {
                reason: String::new(),
            }
        }
        State::Placed if restaurant.ordering.accepts_itself => Event::Accepted {
            ready_at: order.ordered.due.from,
        },
        _ if local.is_some_and(|local| order.is_unanswered(restaurant, (now, local))) => Event::Rejected {
            reason: String::new(),
        },
        _ => return Ok(()),
    };
    orders::advance(app, order.id, event, Actor::System)
        .await
        .map(drop)
}

/// Orders that nobody closed are over at some time all the same.
pub async fn close_once(app: &AppState, now: Timestamp) -> Result<(), StoreError> {
    let mut last = OrderId(0);
    loop {
        let page = app.store.old_orders(Timestamp(now.0 - DAY * 60), last).await?;
        let Some(order) = page.last() else { return Ok(()) };
        last = order.id;
        for order in page {
            let Some(event) = order.left_behind(now) else {
                continue;
            };
            note(
                &order,
                orders::advance(app, order.id, event, Actor::System)
                    .await
                    .map(drop),
            );
        }
    }
}

fn note(order: &Order, done: Result<(), ApiError>) {
    match done {
        // Somebody answered in this very moment.
        Err(error) if error.0.is(Kind::Conflict) => {}
        Err(error) => tracing::warn!(order = %order.id, problem = %error.0, "an order goes on waiting"),
        Ok(()) => {}
    }
}
