//! Orders that wait: for their money, or for the restaurant. Neither goes on forever.

use std::{sync::Arc, time::Duration};

use servery_domain::{
    order::{Actor, Event, Order, State},
    problem::Kind,
    time::Timestamp,
};

use servery_store::StoreError;

use crate::{app::App, clock, ordering, payments, refusal::Refusal, rounds};

const SWEEP_EVERY: Duration = Duration::from_secs(5);
/// Seconds that an order is left to the request that placed it.
const UNTOUCHED: i64 = 5;

/// Until it is dropped. Every node does it; an order is answered once all the same.
pub async fn sweep(app: Arc<App>) {
    rounds::every(SWEEP_EVERY, "waiting orders", app, |app| async move { sweep_once(&app, clock::now()).await }).await;
}

pub async fn sweep_once(app: &App, now: Timestamp) -> Result<(), StoreError> {
    let mut behind = None;
    loop {
        let page = app.store.waiting_orders(Timestamp(now.0 - UNTOUCHED), behind).await?;
        let Some(last) = page.last() else { return Ok(()) };
        behind = Some((last.progress.changed_at, last.id));
        for order in page {
            match answer(app, &order, now).await {
                // Somebody answered in this very moment.
                Err(refusal) if refusal.0.is(Kind::Conflict) => {}
                Err(refusal) => tracing::warn!(order = %order.id, problem = %refusal.0, "an order goes on waiting"),
                Ok(()) => {}
            }
        }
    }
}

async fn answer(app: &App, order: &Order, now: Timestamp) -> Result<(), Refusal> {
    let waited = now.0 - order.progress.changed_at.0;
    let settings = ordering::restaurant_of(app, order.ordered.restaurant)?.ordering;
    let event = match order.progress.state {
        State::Unpaid if waited > payments::GIVEN_UP_AFTER && !payments::is_open(app, order.id).await? => {
            Event::Cancelled { reason: String::new() }
        }
        State::Placed if settings.accepts_itself => Event::Accepted { ready_at: order.ordered.due.from },
        State::Placed if waited > i64::from(settings.answers_within) * 60 => Event::Rejected { reason: String::new() },
        _ => return Ok(()),
    };
    ordering::advance(app, order.id, event, Actor::System).await.map(drop)
}
