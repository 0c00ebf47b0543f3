//! Diners' orders in the staff app: those without an answer, and those that are ready.

use leptos::{either::Either, prelude::*};
use servery_domain::{
    basket::Fulfilment,
    currency::Minor,
    id::{OrderId, PaymentId},
    order::{CommonReason, Event, Order, Ordered, State},
    pos::{PosState, op::Action, payment::TenderMethod},
    time::LocalMinute,
};

use super::{
    screen::{Ask, Face, Screen, at_table},
    shift::own_shift,
};
use crate::{
    components::opening::weekday,
    text::{Texts, staff::Key},
};

/// Minutes that the kitchen may promise.
const PROMISES: [i64; 6] = [10, 15, 20, 30, 45, 60];

pub fn orders_in(pos: &PosState, wanted: impl Fn(&Order) -> bool) -> Vec<Order> {
    let mut orders: Vec<Order> = pos.orders().filter(|order| wanted(order)).cloned().collect();
    orders.sort_by_key(|order| order.number);
    orders
}

pub fn order_name(texts: Texts, order: &Order) -> String {
    let table = &order.ordered.table;
    let fulfilment = match order.ordered.fulfilment {
        Fulfilment::Collection => texts.get(Key::OrderCollection).to_owned(),
        Fulfilment::Delivery(_) => texts.get(Key::OrderDelivery).to_owned(),
        Fulfilment::Table(_) if table.is_empty() => texts.get(Key::OrderTable).to_owned(),
        Fulfilment::Table(_) => at_table(texts, table),
    };
    format!("#{} {fulfilment}", order.number)
}

/// When it is due, with the day if not today.
pub fn due(texts: Texts, order: &Order) -> String {
    let due = order.expected_at();
    match due.day() == order.ordered.placed_on.day() {
        true => due.clock(),
        false => format!("{} {}", weekday(texts, due.weekday()), due.clock()),
    }
}

/// Orders that the restaurant has not answered.
pub fn new_orders(pos: &PosState) -> Vec<Order> {
    orders_in(pos, |order| order.progress.state == State::Placed)
}

#[component]
pub fn NewOrders(screen: Screen) -> impl IntoView {
    let pos = screen.pos;
    let orders = Memo::new(move |_| pos.with(|pos| new_orders(pos)));
    let texts = screen.texts;
    let card = move |order: Order| card(texts, &screen, &order);
    view! {
        <ol class="new-orders">
            <For each=move || orders.get() key=|order| (order.id, order.revision) let:order>{card(order)}</For>
        </ol>
    }
}

pub fn card<A: Ask>(texts: Texts, ask: &A, order: &Order) -> impl IntoView + use<A> {
    let id = order.id;
    let due = order.due().from;
    let (placed_at, placed_on) = (order.ordered.placed_at, order.ordered.placed_on);
    let accept = |minutes: Option<i64>| {
        let words = match minutes {
            Some(minutes) => texts.count(Key::KitchenMinutes, minutes as usize),
            None => texts.fill(Key::OrderAcceptFor, &[("time", &self::due(texts, order))]),
        };
        let accepted = move |ask: &A| {
            // In the restaurant's local time, whatever the device's clock shows.
            let since = (ask.now().0 - placed_at.0).max(0) / 60;
            let ready_at = minutes.map_or(due, |minutes| LocalMinute(placed_on.0 + since + minutes));
            Action::Order {
                order: id,
                event: Event::Accepted { ready_at },
                run: None,
            }
        };
        ask.clone().button(Face::default(), accepted, words)
    };
    let for_slot = order.keeps_slot();
    let accepts: Vec<_> = match for_slot {
        true => vec![accept(None)],
        false => PROMISES.iter().map(|minutes| accept(Some(*minutes))).collect(),
    };
    let ready_in = (!for_slot).then(|| view! { <legend>{texts.get(Key::OrderReadyIn)}</legend> });
    let reject = |reason: CommonReason, key: Key| {
        let rejected = move |_: &A| Action::Order {
            order: id,
            event: Event::Rejected {
                reason: reason.code().to_owned(),
            },
            run: None,
        };
        ask.clone().button(
            Face {
                class: "less",
                ..Face::default()
            },
            rejected,
            texts.get(key),
        )
    };
    view! {
        <li>
            <h2 dir="auto">{order_name(texts, order)}</h2>
            {said(texts, order)}
            {order.is_time_missed().then(|| view! { <p class="allergies">{texts.get(Key::OrderTimeMissed)}</p> })}
            <fieldset class="choices">{ready_in}{accepts}</fieldset>
            <details>
                <summary>{texts.get(Key::OrderReject)}</summary>
                <div class="choices">
                    {reject(CommonReason::Busy, Key::OrderRejectBusy)}
                    {reject(CommonReason::SoldOut, Key::OrderRejectSoldOut)}
                    {reject(CommonReason::Closed, Key::OrderRejectClosed)}
                    {matches!(order.ordered.fulfilment, Fulfilment::Delivery(_)).then(|| reject(CommonReason::Area, Key::OrderRejectArea))}
                </div>
            </details>
        </li>
    }
}

/// Allergies and the note, highlighted.
pub fn asked(texts: Texts, ordered: &Ordered) -> impl IntoView + use<> {
    let allergies = (!ordered.allergies.is_empty())
        .then(|| view! { <p class="allergies" dir="auto">{texts.fill(Key::OrderAllergies, &[("text", &ordered.allergies)])}</p> });
    let note =
        (!ordered.note.is_empty()).then(|| view! { <p class="note" dir="auto">{ordered.note.clone()}</p> });
    view! { {allergies}{note} }
}

/// What staff need for the answer: contact, due time, lines and total.
fn said(texts: Texts, order: &Order) -> impl IntoView + use<> {
    let ordered = &order.ordered;
    let lines = ordered.lines.iter().map(|line| {
        let more = line.picks.iter().map(|pick| pick.name.clone()).chain((!line.note.is_empty()).then(|| format!("“{}”", line.note)));
        let more: Vec<_> = more.map(|more| view! { <li dir="auto">{more}</li> }).collect();
        view! { <li><span dir="auto">{format!("{} × {}", line.count, line.name)}</span>{(!more.is_empty()).then_some(view! { <ul>{more}</ul> })}</li> }
    });
    let lines: Vec<_> = lines.collect();
    let contact = [&ordered.contact.name, &ordered.contact.phone]
        .into_iter()
        .filter(|text| !text.is_empty());
    let contact: Vec<_> = contact
        .map(|text| view! { <span dir="auto">{text.clone()}</span> })
        .collect();
    // A kitchen does not learn what it costs.
    let total = (!ordered.sums.is_empty())
        .then(|| view! { " · "<b dir="auto">{texts.lang.money(ordered.total, ordered.currency)}</b> });
    view! {
        <p class="whose">{contact}</p>
        <p class="due">{texts.fill(Key::OrderDue, &[("time", &due(texts, order))])}{total}</p>
        {asked(texts, ordered)}
        <ul>{lines}</ul>
    }
}

/// Orders ready for collection or to be brought to a table, with what is due. `taken` is called with the
/// payment, `on_reader` with the amount and the tip that the card reader is to charge.
#[component]
pub fn ReadyOrders(
    screen: Screen,
    taken: Callback<(OrderId, PaymentId)>,
    on_reader: Callback<(OrderId, Minor, Minor)>,
) -> impl IntoView {
    let pos = screen.pos;
    let orders = Memo::new(move |_| {
        pos.with(|pos| {
            ready(pos)
                .into_iter()
                .map(|order| (pos.due(&order), order))
                .collect::<Vec<_>>()
        })
    });
    let card = move |due, order: Order| ready_card(&screen, &order, due, taken, on_reader);
    view! {
        <ol class="ready-orders">
            <For each=move || orders.get() key=|(due, order)| (*due, order.id, order.revision) let((due, order))>{card(due, order)}</For>
        </ol>
    }
}

/// Orders in the kitchen or with a courier, for questions of diners.
#[component]
pub fn UnderWay(screen: Screen) -> impl IntoView {
    let (pos, texts) = (screen.pos, screen.texts);
    let orders = Memo::new(move |_| pos.with(|pos| orders_in(pos, is_under_way)));
    let row = move |order: Order| {
        let name = order.ordered.contact.name.clone();
        view! { <li dir="auto">{order_name(texts, &order)}" "<b>{name}</b>" · "{due(texts, &order)}</li> }
    };
    let title = move || texts.count(Key::OrdersUnderWay, orders.with(Vec::len));
    let none = move || orders.with(Vec::is_empty);
    view! {
        <details class="under-way" hidden=none>
            <summary>{title}</summary>
            <ul><For each=move || orders.get() key=|order| (order.id, order.revision) let:order>{row(order)}</For></ul>
        </details>
    }
}

fn is_under_way(order: &Order) -> bool {
    match order.progress.state {
        State::Accepted | State::Preparing | State::OutForDelivery => true,
        State::Ready => matches!(order.ordered.fulfilment, Fulfilment::Delivery(_)),
        _ => false,
    }
}

fn ready(pos: &PosState) -> Vec<Order> {
    orders_in(pos, |order| {
        order.progress.state == State::Ready && !matches!(order.ordered.fulfilment, Fulfilment::Delivery(_))
    })
}

fn ready_card(
    screen: &Screen,
    order: &Order,
    due: Minor,
    taken: Callback<(OrderId, PaymentId)>,
    on_reader: Callback<(OrderId, Minor, Minor)>,
) -> impl IntoView + use<> {
    let name = order.ordered.contact.name.clone();
    let hand_over = match due {
        Minor::ZERO => {
            let (asking, collected) = (
                screen.clone(),
                Action::Order {
                    order: order.id,
                    event: Event::Collected,
                    run: None,
                },
            );
            let words = screen.text(Key::CourierHandedOver);
            Either::Left(
                view! { <button type="button" on:click=move |_| asking.submit(collected.clone())>{words}</button> },
            )
        }
        due => {
            // Both methods use one payment id, so that a double tap counts once.
            let id = PaymentId(screen.client.id());
            let (cash, card) = (
                take(screen, order, (id, TenderMethod::Cash), taken),
                take(screen, order, (id, TenderMethod::Card), taken),
            );
            let reader = screen.reader().map(|_| {
                let tender = screen
                    .pos
                    .with_untracked(|pos| pos.tender(order, id, TenderMethod::Card));
                let charge = (order.id, tender.amount, tender.tip);
                view! { <button type="button" on:click=move |_| on_reader.run(charge)>{screen.text(Key::PayReader)}</button> }
            });
            let words = screen
                .texts
                .fill(Key::CourierCollect, &[("amount", &screen.money(due))]);
            Either::Right(
                view! { <details><summary>{words}</summary><div class="choices">{cash}{reader}{card}</div></details> },
            )
        }
    };
    view! { <li><h2 dir="auto">{order_name(screen.texts, order)}" "<span>{name}</span></h2>{hand_over}</li> }
}

/// Takes the payment into the open shift and marks the order as collected.
fn take(
    screen: &Screen,
    order: &Order,
    (id, method): (PaymentId, TenderMethod),
    taken: Callback<(OrderId, PaymentId)>,
) -> impl IntoView + use<> {
    let tender = screen.pos.with_untracked(|pos| pos.tender(order, id, method));
    let word = screen.method(method);
    let amount = screen.money(tender.taken());
    let (taking, order) = (screen.clone(), order.id);
    let tap = move |_| {
        let shift = taking
            .pos
            .with_untracked(|pos| own_shift(pos, taking.client.as_ref()).map(|shift| shift.id));
        let Some(shift) = shift else {
            return taking.wrong.set(Some(taking.text(Key::PayNoShift).to_owned()));
        };
        let done = taking.clone();
        taking.submit_once(
            Action::TakeOrder {
                order,
                shift,
                tender: tender.clone(),
            },
            move || {
                done.submit(Action::Order {
                    order,
                    event: Event::Collected,
                    run: None,
                });
                // The screen may have been left.
                let _ = taken.try_run((order, id));
            },
        );
    };
    view! { <button type="button" on:click=tap>{word}" "<b dir="auto">{amount}</b></button> }
}
