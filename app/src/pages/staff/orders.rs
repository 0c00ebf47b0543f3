//! Diners' orders on the staff's screens: those that wait for an answer, and those that wait to be handed over.

use leptos::prelude::*;
use servery_domain::{
    basket::Service,
    house::{House, Thing, op::Action},
    order::{CommonReason, Event, Order, State},
    time::LocalMinute,
};

use super::post::{Ask, Face, Post};
use crate::text::{Texts, staff::Key};

/// Minutes that the kitchen may promise.
const PROMISES: [i64; 6] = [10, 15, 20, 30, 45, 60];

pub fn orders_in(house: &House, wanted: impl Fn(&Order) -> bool) -> Vec<Order> {
    let orders = house.things().filter_map(|thing| if let Thing::Order(order) = thing { Some(order.as_ref()) } else { None });
    let mut orders: Vec<Order> = orders.filter(|order| wanted(order)).cloned().collect();
    orders.sort_by_key(|order| order.number);
    orders
}

pub fn order_name(texts: Texts, order: &Order) -> String {
    let key = match order.ordered.service {
        Service::Collection => Key::OrderCollection,
        Service::Delivery(_) => Key::OrderDelivery,
        Service::Table(_) => Key::OrderTable,
    };
    format!("#{} {}", order.number, texts.get(key))
}

/// Those that the restaurant has not answered yet.
pub fn new_orders(house: &House) -> Vec<Order> {
    orders_in(house, |order| order.progress.state == State::Placed)
}

#[component]
pub fn NewOrders(post: Post) -> impl IntoView {
    let house = post.house;
    let orders = Memo::new(move |_| house.with(|house| new_orders(house)));
    let texts = post.texts;
    let card = move |order: Order| card(texts, &post, &order);
    view! {
        <ol class="new-orders">
            <For each=move || orders.get() key=|order| (order.id, order.revision) let:order>{card(order)}</For>
        </ol>
    }
}

pub fn card<A: Ask>(texts: Texts, ask: &A, order: &Order) -> impl IntoView + use<A> {
    let id = order.id;
    let lines: Vec<_> =
        order.ordered.lines.iter().map(|line| view! { <li dir="auto">{format!("{} × {}", line.count, line.name)}</li> }).collect();
    let due = order.ordered.due.from;
    let (placed_at, placed_on) = (order.ordered.placed_at, order.ordered.placed_on);
    let accept = |minutes: Option<i64>| {
        let words = match minutes {
            Some(minutes) => texts.count(Key::OrderAcceptIn, minutes as usize),
            None => texts.fill(Key::OrderAcceptFor, &[("time", &due.clock())]),
        };
        let accepted = move |ask: &A| {
            // On the restaurant's clock, wherever the device thinks it is.
            let since = (ask.now().0 - placed_at.0).max(0) / 60;
            let ready_at = minutes.map_or(due, |minutes| LocalMinute(placed_on.0 + since + minutes));
            Action::Order { order: id, event: Event::Accepted { ready_at } }
        };
        ask.clone().button(Face::default(), accepted, words)
    };
    let accepts: Vec<_> = match order.ordered.scheduled {
        true => vec![accept(None)],
        false => PROMISES.iter().map(|minutes| accept(Some(*minutes))).collect(),
    };
    let reject = |reason: CommonReason, key: Key| {
        let rejected = move |_: &A| Action::Order { order: id, event: Event::Rejected { reason: reason.code().to_owned() } };
        ask.clone().button(Face { class: "less", ..Face::default() }, rejected, texts.get(key))
    };
    view! {
        <li>
            <h2 dir="auto">{order_name(texts, order)}</h2>
            <ul>{lines}</ul>
            <div class="choices">{accepts}</div>
            <details>
                <summary>{texts.get(Key::OrderReject)}</summary>
                <div class="choices">
                    {reject(CommonReason::Busy, Key::OrderRejectBusy)}
                    {reject(CommonReason::SoldOut, Key::OrderRejectSoldOut)}
                    {reject(CommonReason::Closed, Key::OrderRejectClosed)}
                    {matches!(order.ordered.service, Service::Delivery(_)).then(|| reject(CommonReason::Area, Key::OrderRejectArea))}
                </div>
            </details>
        </li>
    }
}
