//! Orders that wait: for their money, or for the restaurant. Neither goes on forever.

use std::{sync::Arc, time::Duration};

use servery_domain::{
    order::{Actor, Event, Order, State},
    problem::Kind,
    time::Timestamp,
};

use crate::{app::App, clock, ordering, payments, refusal::Refusal};

const SWEEP_EVERY: Duration = Duration::from_secs(5);
/// Seconds that an order is left to the request that placed it.
const UNTOUCHED: i64 = 5;

/// Until it is dropped. Every node does it; an order is answered once all the same.
pub async fn sweep(app: Arc<App>) {
    let mut tick = tokio::time::interval(SWEEP_EVERY);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        if let Err(refusal) = sweep_once(&app, clock::now()).await {
            tracing::debug!(problem = %refusal.0, "waiting orders wait longer");
        }
    }
}

pub async fn sweep_once(app: &App, now: Timestamp) -> Result<(), Refusal> {
    for order in app.store.waiting_orders(Timestamp(now.0 - UNTOUCHED)).await? {
        match answer(app, &order, now).await {
            // Somebody answered in this very moment.
            Err(refusal) if refusal.0.is(Kind::Conflict) => {}
            answered => answered?,
        }
    }
    Ok(())
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
