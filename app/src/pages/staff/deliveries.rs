//! What is brought to diners: at a till, who brings what; on a courier's phone, where to and what to collect.

mod courier;
mod dispatch;

use leptos::{
    either::{Either, EitherOf4},
    prelude::*,
};
use servery_domain::{
    contact::Doorstep,
    currency::Minor,
    device::DeviceKind,
    order::Order,
    pos::{
        House,
        delivery_run::{Run, Stop},
    },
    time::LocalMinute,
};

use super::{
    Premises,
    cashiers::guarded,
    screen::{Post, not_here},
};
use crate::text::staff::Key;

#[component]
pub fn Runs(premises: Premises) -> impl IntoView {
    let Some(post) = Post::new(premises) else {
        return Either::Left(());
    };
    let kind = post.kind();
    Either::Right(move || match kind.get() {
        None => EitherOf4::A(()),
        Some(Some(DeviceKind::Till)) => {
            let own = post.clone();
            EitherOf4::B(guarded(
                &post,
                move || view! { <dispatch::Dispatch post=own.clone()/> },
            ))
        }
        Some(Some(DeviceKind::Courier)) => EitherOf4::C(view! { <courier::Courier post=post.clone()/> }),
        Some(_) => EitherOf4::D(not_here(&post, Key::RunsTitle)),
    })
}

/// Those that are not over, the oldest first.
pub fn runs(house: &House) -> Vec<Run> {
    runs_in(house, |run| !is_over(house, run))
}

/// Called off on the way: nobody is to bring it any more.
pub fn is_off(house: &House, stop: &Stop) -> bool {
    stop.handed_over.is_none()
        && house
            .order(stop.order)
            .is_some_and(|order| order.progress.state.is_off())
}

/// Nothing is left to be brought of it.
pub fn is_brought(house: &House, run: &Run) -> bool {
    run.stops
        .iter()
        .all(|stop| stop.handed_over.is_some() || is_off(house, stop))
}

/// Nothing is left to be handed in of it either.
pub fn is_over(house: &House, run: &Run) -> bool {
    is_brought(house, run) && (run.handed_in.is_some() || run.cash() == Minor::ZERO)
}

/// When the diner expects it.
pub fn due(order: &Order) -> LocalMinute {
    order.progress.ready_at.unwrap_or(order.ordered.due.from)
}

pub fn runs_in(house: &House, wanted: impl Fn(&Run) -> bool) -> Vec<Run> {
    let mut runs: Vec<Run> = house
        .runs()
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

pub fn door(order: &Order) -> Option<&Doorstep> {
    match &order.ordered.service {
        servery_domain::basket::Service::Delivery(door) => Some(door),
        _ => None,
    }
}

pub fn address(door: &Doorstep) -> String {
    format!("{}, {} {}", door.street, door.postcode, door.city)
}
