//! The states of an order, step by step.

use leptos::prelude::*;
use servery_domain::{
    basket::Fulfilment,
    order::{Order, State},
    time::Day,
};

use super::OrderView;
use crate::{
    components::refusal_text::reason as said,
    pages::ordering::components::due_time,
    text::{Key, Texts},
};

pub fn name(texts: Texts, state: State) -> &'static str {
    texts.get(match state {
        State::Unpaid => Key::StateUnpaid,
        State::Placed => Key::StatePlaced,
        State::Accepted => Key::StateAccepted,
        State::Preparing => Key::StatePreparing,
        State::Ready => Key::StateReady,
        State::OutForDelivery => Key::StateOutForDelivery,
        State::Collected => Key::StateCollected,
        State::Delivered => Key::StateDelivered,
        State::Rejected => Key::StateRejected,
        State::Cancelled => Key::StateCancelled,
    })
}

/// All steps of an order that is fulfilled; of a cancelled one only the first and the last.
fn steps(order: &Order) -> Vec<State> {
    let state = order.progress.state;
    let delivered = matches!(order.ordered.fulfilment, Fulfilment::Delivery(_));
    let end: &[State] = if delivered {
        &[State::OutForDelivery, State::Delivered]
    } else {
        &[State::Collected]
    };
    match state {
        State::Rejected | State::Cancelled => vec![State::Placed, state],
        State::Unpaid => [
            &[
                State::Unpaid,
                State::Placed,
                State::Accepted,
                State::Preparing,
                State::Ready,
            ],
            end,
        ]
        .concat(),
        _ => [
            &[State::Placed, State::Accepted, State::Preparing, State::Ready],
            end,
        ]
        .concat(),
    }
}

pub fn timeline(texts: Texts, shown: OrderView, today: Day) -> impl IntoView {
    let state = move || shown.order.with(|order| name(texts, order.progress.state));
    let promised = move || shown.order.with(|order| promise(texts, order, today));
    let reason = move || {
        shown.order.with(|order| {
            let reason = &order.progress.reason;
            (!reason.is_empty()).then(|| texts.fill(Key::OrderReason, &[("reason", &said(texts, reason))]))
        })
    };
    let missed = move || {
        shown.order.with(|order| {
            let time = order.due().from.clock();
            order.is_time_missed().then(
                || view! { <p class="wrong">{texts.fill(Key::OrderTimeMissed, &[("time", &time)])}</p> },
            )
        })
    };
    let rows = move || shown.order.with(|order| rows(texts, order, today));
    view! {
        <section class="progress">
            <h2>{texts.get(Key::OrderProgress)}</h2>
            <div role="status">
                <p class="state">{state}</p>
                <p class="promise">{promised}</p>
                <p>{reason}</p>
                {missed}
            </div>
            <ol class="timeline">{rows}</ol>
        </section>
    }
}

fn promise(texts: Texts, order: &Order, today: Day) -> Option<String> {
    let due = match order.progress.ready_at {
        _ if order.progress.state.is_over() || order.is_time_missed() => return None,
        Some(ready) if !order.is_scheduled() || ready > order.due().from => servery_domain::quote::Due {
            from: ready,
            to: ready,
        },
        _ => order.due(),
    };
    let key = match order.ordered.fulfilment {
        Fulfilment::Collection => Key::OrderReadyCollection,
        Fulfilment::Delivery(_) => Key::OrderReadyDelivery,
        Fulfilment::Table(_) => Key::OrderReadyTable,
    };
    Some(texts.fill(key, &[("time", &due_time::due(texts, due, today))]))
}

fn rows(texts: Texts, order: &Order, today: Day) -> Vec<impl IntoView + use<>> {
    let state = order.progress.state;
    let steps = steps(order);
    let here = steps.iter().position(|step| *step == state).unwrap_or_default();
    steps
        .into_iter()
        .enumerate()
        .map(|(number, step)| {
            let at = if number == here { Some(order.received_on()) } else { None };
            let at = at.or((step == State::Placed && number < here).then_some(order.ordered.placed_on));
            let time = at.map(|at| view! { <time dir="auto">{due_time::moment(texts, at, today)}</time> });
            let class = match number.cmp(&here) {
                std::cmp::Ordering::Less => "done",
                std::cmp::Ordering::Equal => "now",
                std::cmp::Ordering::Greater => "ahead",
            };
            view! { <li class=class aria-current=(number == here).then_some("step")><span>{name(texts, step)}</span>" "{time}</li> }
        })
        .collect()
}
