//! Deliveries: planning at a till, and the courier's own run on a phone.

mod courier;
mod dispatch;

use leptos::{
    either::{Either, EitherOf4},
    prelude::*,
};
use servery_domain::{
    contact::DeliveryAddress,
    currency::Minor,
    device::DeviceKind,
    order::Order,
    pos::{
        PosState,
        delivery_run::{DeliveryRun, Stop},
    },
};

use super::{
    cashiers::guarded,
    premises::Premises,
    screen::{Screen, not_here},
};
use crate::text::staff::Key;

#[component]
pub fn Runs(premises: Premises) -> impl IntoView {
    let Some(screen) = Screen::new(premises) else {
        return Either::Left(());
    };
    let kind = screen.kind();
    Either::Right(move || match kind.get() {
        None => EitherOf4::A(()),
        Some(Some(DeviceKind::Till)) => {
            let own = screen.clone();
            EitherOf4::B(guarded(
                &screen,
                move || view! { <dispatch::Dispatch screen=own.clone()/> },
            ))
        }
        Some(Some(DeviceKind::Courier)) => EitherOf4::C(view! { <courier::Courier screen=screen.clone()/> }),
        Some(_) => EitherOf4::D(not_here(&screen, Key::RunsTitle)),
    })
}

/// Open runs, the oldest first.
pub fn runs(pos: &PosState) -> Vec<DeliveryRun> {
    runs_in(pos, |run| !is_over(pos, run))
}

/// Cancelled during delivery.
pub fn is_called_off(pos: &PosState, stop: &Stop) -> bool {
    stop.handover.is_none()
        && pos
            .order(stop.order)
            .is_some_and(|order| order.progress.state.is_called_off())
}

/// All stops are done.
pub fn is_brought(pos: &PosState, run: &DeliveryRun) -> bool {
    run.stops
        .iter()
        .all(|stop| stop.handover.is_some() || is_called_off(pos, stop))
}

/// All stops are done and the cash is handed in.
pub fn is_over(pos: &PosState, run: &DeliveryRun) -> bool {
    is_brought(pos, run) && (run.handed_in.is_some() || run.cash() == Minor::ZERO)
}

pub fn runs_in(pos: &PosState, wanted: impl Fn(&DeliveryRun) -> bool) -> Vec<DeliveryRun> {
    let mut runs: Vec<DeliveryRun> = pos
        .delivery_runs()
        .filter(|run| !run.stops.is_empty() && wanted(run))
        .cloned()
        .collect();
    runs.sort_by_key(|run| (run.assigned_at, run.id));
    runs
}

/// The address of a photo that came with what was handed over.
pub fn picture(photo: &str) -> String {
    format!("data:image/jpeg;base64,{photo}")
}

pub fn door(order: &Order) -> Option<&DeliveryAddress> {
    match &order.ordered.fulfilment {
        servery_domain::basket::Fulfilment::Delivery(door) => Some(door),
        _ => None,
    }
}

pub fn address(door: &DeliveryAddress) -> String {
    format!("{}, {} {}", door.street, door.postcode, door.city)
}
