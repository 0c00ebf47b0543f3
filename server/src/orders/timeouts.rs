//! Times out unpaid, unanswered and never-closed orders.

use std::{sync::Arc, time::Duration};

use servery_domain::{
    audit::Author,
    id::OrderId,
    order::{Event, Order, State},
    problem::ProblemType,
    time::{DAY, Timestamp},
};
use servery_store::StoreError;

use crate::{
    catalog::restaurant_now::entry_of, clock, http::error::ApiError, jobs::periodic, orders, payments,
    state::AppState,
};

const CHECK_INTERVAL: Duration = Duration::from_secs(5);
const CLOSE_INTERVAL: Duration = Duration::from_secs(3_600);
/// Seconds for which an order is left to the request that placed it.
const UNTOUCHED: i64 = 5;

/// Runs until it is dropped. Every node does; the store accepts each event once.
pub async fn run(app: Arc<AppState>) {
    tokio::join!(
        periodic::every(CHECK_INTERVAL, "waiting orders", app.clone(), |app| async move {
            time_out_orders(&app, clock::now()).await
        }),
        periodic::every(CLOSE_INTERVAL, "orders left open", app, |app| async move {
            close_old_orders(&app, clock::now()).await
        }),
    );
}

pub async fn time_out_orders(app: &AppState, now: Timestamp) -> Result<(), StoreError> {
    let mut behind = None;
    loop {
        let page = app
            .store
            .waiting_orders(Timestamp(now.0 - UNTOUCHED), behind)
            .await?;
        let Some(last) = page.last() else { return Ok(()) };
        behind = Some((last.progress.changed_at, last.id));
        for order in page {
            log_outcome(&order, time_out(app, &order, now).await);
        }
    }
}

async fn time_out(app: &AppState, order: &Order, now: Timestamp) -> Result<(), ApiError> {
    let entry = entry_of(app, order.ordered.restaurant).await?;
    let restaurant = &entry.listing().restaurant;
    let local = entry.clock(now);
    let event = match order.progress.state {
        State::Unpaid
            if now.0 - order.progress.changed_at.0 > payments::GIVEN_UP_AFTER
                && !payments::is_open(app, order.id).await? =>
        {
            Event::Cancelled {
                reason: String::new(),
            }
        }
        _ if let Some(answer) = order.automatic_answer(&restaurant.ordering) => answer,
        _ if order.is_unanswered(restaurant, (now, local)) => Event::Rejected {
            reason: String::new(),
        },
        _ => return Ok(()),
    };
    orders::advance(app, order.id, event, Author::System)
        .await
        .map(drop)
}

/// Closes orders that staff have left open.
pub async fn close_old_orders(app: &AppState, now: Timestamp) -> Result<(), StoreError> {
    let mut last = OrderId(0);
    loop {
        let page = app.store.old_orders(Timestamp(now.0 - DAY * 60), last).await?;
        let Some(order) = page.last() else { return Ok(()) };
        last = order.id;
        for order in page {
            let Some(event) = order.overdue_event(now) else {
                continue;
            };
            log_outcome(
                &order,
                orders::advance(app, order.id, event, Author::System)
                    .await
                    .map(drop),
            );
        }
    }
}

fn log_outcome(order: &Order, done: Result<(), ApiError>) {
    match done {
        // Somebody else answered the order in this moment.
        Err(error) if error.0.is(ProblemType::Conflict) => {}
        Err(error) => {
            tracing::warn!(order = %order.id, problem = %error.0, "an order could not be timed out; the next run retries")
        }
        Ok(()) => {}
    }
}
