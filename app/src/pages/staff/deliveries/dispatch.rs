//! Dispatch at the till: assigns orders to couriers, and takes in their cash.

use std::collections::BTreeSet;

use leptos::{either::Either, prelude::*};
use servery_domain::{
    currency::Minor,
    device::DeviceKind,
    id::{DeliveryRunId, MoveId, OrderId},
    order::{Order, State},
    pos::{
        DeviceRecord, PosState,
        delivery_run::{DeliveryRun, Proof},
        op::Action,
    },
};

use super::{address, door, is_brought, is_called_off, is_over, picture, runs, runs_in};
use crate::{
    pages::staff::{
        clock::time_of_day, notices::notices, orders::orders_in, screen::Screen, shift::own_shift,
    },
    pos_client::hold_updates,
    text::staff::Key,
};

/// Finished runs that are shown.
const BROUGHT: usize = 12;

fn couriers(pos: &PosState) -> Vec<DeviceRecord> {
    let mut couriers: Vec<DeviceRecord> = pos
        .devices()
        .filter(|device| device.kind == DeviceKind::Courier)
        .cloned()
        .collect();
    couriers.sort_by(|a, b| a.name.cmp(&b.name));
    couriers
}

/// Orders without a courier.
fn waiting(pos: &PosState) -> Vec<Order> {
    let taken: BTreeSet<OrderId> = runs(pos)
        .iter()
        .flat_map(|run| &run.stops)
        .map(|stop| stop.order)
        .collect();
    let soon = |state| {
        matches!(
            state,
            State::Accepted | State::Preparing | State::Ready | State::OutForDelivery
        )
    };
    orders_in(pos, |order| {
        door(order).is_some() && soon(order.progress.state) && !taken.contains(&order.id)
    })
}

#[component]
pub fn Dispatch(screen: Screen) -> impl IntoView {
    let pos = screen.pos;
    let chosen = RwSignal::new(Vec::<OrderId>::new());
    Effect::new(move |_| {
        if !chosen.with(Vec::is_empty) {
            hold_updates();
        }
    });
    let orders = Memo::new(move |_| pos.with(|pos| waiting(pos)));
    let rows = {
        let screen = screen.clone();
        move || {
            let rows: Vec<_> = orders
                .get()
                .iter()
                .map(|order| row(&screen, order, chosen))
                .collect();
            let none = rows
                .is_empty()
                .then(|| view! { <p class="empty">{screen.text(Key::RunsNothing)}</p> });
            view! { <ul class="run-orders">{rows}</ul>{none} }
        }
    };
    let hands = {
        let screen = screen.clone();
        move || {
            let couriers = pos.with(|pos| couriers(pos));
            let none = couriers
                .is_empty()
                .then(|| view! { <p class="hint">{screen.text(Key::RunsNoCourier)}</p> });
            let keys: Vec<_> = couriers
                .into_iter()
                .map(|courier| hand(&screen, &courier, orders, chosen))
                .collect();
            view! { <div class="choices">{keys}</div>{none} }
        }
    };
    let under_way = {
        let screen = screen.clone();
        move || {
            pos.with(|pos| {
                runs(pos)
                    .iter()
                    .map(|run| card(&screen, pos, run))
                    .collect::<Vec<_>>()
            })
        }
    };
    let brought = {
        let (screen, open) = (screen.clone(), RwSignal::new(false));
        let title = screen.text(Key::RunsDone);
        // Photos are rendered only when opened.
        let cards = move || {
            let over = || {
                pos.with(|pos| {
                    runs_in(pos, |run| is_over(pos, run))
                        .iter()
                        .rev()
                        .take(BROUGHT)
                        .map(|run| card(&screen, pos, run))
                        .collect::<Vec<_>>()
                })
            };
            open.get().then(over)
        };
        view! { <details on:toggle=move |_| open.update(|open| *open = !*open)><summary>{title}</summary><ol class="run-cards">{cards}</ol></details> }
    };
    view! {
        <article class="runs">
            <h1 class="unseen">{screen.text(Key::RunsTitle)}</h1>
            {notices(&screen)}
            <section><h2>{screen.text(Key::RunsWaiting)}</h2>{rows}{hands}</section>
            <section><h2>{screen.text(Key::RunsUnderWay)}</h2><ol class="run-cards">{under_way}</ol></section>
            {brought}
        </article>
    }
}

fn row(screen: &Screen, order: &Order, chosen: RwSignal<Vec<OrderId>>) -> impl IntoView + use<> {
    let id = order.id;
    let place = move || chosen.with(|chosen| chosen.iter().position(|known| *known == id));
    let here = move || place().is_some().to_string();
    let stop = move || place().map(|place| view! { <kbd>{place + 1}</kbd> });
    let turn = move |_| {
        chosen.update(|chosen| match chosen.iter().position(|known| *known == id) {
            Some(place) => drop(chosen.remove(place)),
            None => chosen.push(id),
        });
    };
    let ready = screen.text(match order.progress.state {
        State::Ready => Key::RunsReady,
        State::OutForDelivery => Key::RunsOnTheWay,
        _ => Key::RunsCooking,
    });
    let to = door(order).map(address).unwrap_or_default();
    view! {
        <li>
            <button type="button" aria-pressed=here on:click=turn>
                <b>{format!("#{}", order.number)}</b>
                <span dir="auto">{to}</span>
                <small>{ready}" · "{order.expected_at().clock()}</small>
                {stop}
            </button>
        </li>
    }
}

/// Assigns the chosen orders to a courier, in the order of the taps; the courier can change it.
fn hand(
    screen: &Screen,
    courier: &DeviceRecord,
    orders: Memo<Vec<Order>>,
    chosen: RwSignal<Vec<OrderId>>,
) -> impl IntoView + use<> {
    let (id, giving, run) = (courier.device, screen.clone(), DeliveryRunId(screen.client.id()));
    let words = screen.texts.fill(Key::RunsGive, &[("name", &courier.name)]);
    let picked = move || {
        let waits = |id: &OrderId| orders.with(|orders| orders.iter().any(|order| order.id == *id));
        chosen.get().into_iter().filter(waits).collect::<Vec<_>>()
    };
    let give = move |_| {
        let action = Action::Assign {
            run,
            courier: id,
            orders: untrack(picked),
        };
        giving.submit_once(action, move || chosen.set(Vec::new()));
    };
    let nothing = move || picked().is_empty();
    view! { <button type="button" disabled=nothing on:click=give dir="auto">{words}</button> }
}

fn card(screen: &Screen, pos: &PosState, run: &DeliveryRun) -> impl IntoView + use<> {
    let name = couriers(pos)
        .into_iter()
        .find(|courier| courier.device == run.courier)
        .map(|courier| courier.name);
    let stops = run.stops.iter().filter_map(|stop| {
        let order = pos.order(stop.order)?;
        let state = match &stop.handover {
            Some(handover) => screen.texts.fill(Key::RunsBrought, &[("time", &time_of_day(handover.at))]),
            None if is_called_off(pos, stop) => screen.text(Key::RunsOff).to_owned(),
            None if order.progress.state == State::OutForDelivery => screen.text(Key::RunsOnTheWay).to_owned(),
            None => screen.text(Key::RunsNotYet).to_owned(),
        };
        let proof = stop.handover.as_ref().map(|handover| proof(screen, &handover.proof));
        Some(view! { <li><b>{format!("#{}", order.number)}</b>" "<span dir="auto">{door(order).map(address)}</span>" "<small>{state}</small>{proof}</li> })
    });
    let stops: Vec<_> = stops.collect();
    let all = is_brought(pos, run) && !is_over(pos, run);
    let (id, cash) = (run.id, run.cash());
    let (taking, hand_in) = (screen.clone(), MoveId(screen.client.id()));
    let collected = run.stops.iter().filter(|stop| {
        stop.handover
            .as_ref()
            .is_some_and(|handover| handover.cash > Minor::ZERO)
    });
    let collected: Vec<OrderId> = collected.map(|stop| stop.order).collect();
    let take = move |_| {
        let shift = taking
            .pos
            .with_untracked(|pos| own_shift(pos, taking.client.as_ref()).map(|shift| shift.id));
        match shift {
            Some(shift) => taking.submit_once(
                Action::HandIn {
                    id: hand_in,
                    run: id,
                    orders: collected.clone(),
                    shift,
                    amount: cash,
                },
                || (),
            ),
            None => taking.wrong.set(Some(taking.text(Key::PayNoShift).to_owned())),
        }
    };
    let words = screen
        .texts
        .fill(Key::RunsHandIn, &[("amount", &screen.money(cash))]);
    view! {
        <li>
            <h3 dir="auto">{name}" · "<time dir="ltr">{time_of_day(run.assigned_at)}</time></h3>
            <ul>{stops}</ul>
            {all.then(|| view! { <button type="button" on:click=take>{words}</button> })}
            {take_back(screen, pos, run)}
        </li>
    }
}

/// Takes an order off a run, to assign it again.
fn take_back(screen: &Screen, pos: &PosState, run: &DeliveryRun) -> Option<impl IntoView + use<>> {
    let open = run
        .stops
        .iter()
        .any(|stop| stop.handover.is_none() && !is_called_off(pos, stop));
    let (taking, words) = (screen.clone(), screen.text(Key::RunsTakeBack));
    let action = Action::Assign {
        run: run.id,
        courier: run.courier,
        orders: Vec::new(),
    };
    open.then(|| view! { <button type="button" on:click=move |_| taking.submit_once(action.clone(), || ())>{words}</button> })
}

fn proof(screen: &Screen, proof: &Proof) -> impl IntoView + use<> {
    match proof {
        Proof::Name(name) => Either::Left(view! { " "<small dir="auto">{name.clone()}</small> }),
        Proof::Photo(photo) => Either::Right(
            view! { <img class="proof" src=picture(photo) alt=screen.text(Key::CourierPhoto)/> },
        ),
    }
}
