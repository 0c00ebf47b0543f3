//! An order of any time: what was ordered and paid, what has happened, and a refund. It prints as a receipt.

use leptos::prelude::*;
use servery_domain::{
    basket::Fulfilment,
    board::Column,
    contact::Contact,
    currency::Minor,
    legal::Seller,
    order::{Actor, Event, Order},
    order_search::{OrderHistoryEntry, OrderRecord},
    order_settings::PaymentMethod,
    restaurant::Restaurant,
};

use super::order_list::{fulfilment, state_name};
use crate::{
    components::{
        audit_entry::author,
        dish_badges::isolated,
        notice::{Tone, said},
        refusal_text,
    },
    pages::{
        board::order_card,
        ordering::{
            components::{
                due_time,
                lines::receipt,
                sums::{Totals, sums},
            },
            order::on_paper,
        },
    },
    text::{self, Texts, office::Key, texts},
};

pub fn page(
    (restaurant, seller): (&Restaurant, &Seller),
    record: &OrderRecord,
    is_refund_refused: bool,
) -> impl IntoView + use<> {
    let texts = texts();
    let OrderRecord { role, order, history } = record;
    let (slug, ordered) = (&restaurant.slug, &order.ordered);
    let totals = Totals {
        currency: ordered.currency,
        sums: &ordered.sums,
        taxes: &ordered.taxes,
        total: ordered.total,
        in_cash: ordered.in_cash,
        rules: &restaurant.tax,
    };
    let action = format!("/board/{slug}/orders/{}", order.id);
    let refund = order_card::refund_fields(texts, *role, order).map(|fields| {
        view! {
            <section class="refund">
                <h2>{texts.get(Key::OrderRefundTitle)}</h2>
                <form class="fields" method="post" action=action><input type="hidden" name="page" value="order"/>{fields}</form>
            </section>
        }
    });
    let refused = is_refund_refused.then(|| texts.get(Key::OrderRefundRefused));
    let is_erased =
        ordered.contact == Contact::default() && !matches!(ordered.fulfilment, Fulfilment::Table(_));
    let erased = is_erased.then(|| view! { <p class="hint">{texts.get(Key::OrderGuestErased)}</p> });
    let on_board = Column::of(order.progress.state).map(|_| {
        let href = format!("/board/{slug}#o{}", order.number);
        view! { <p><a href=href>{texts.get(Key::OrderOnBoard)}</a></p> }
    });
    let entries: Vec<_> = history
        .iter()
        .map(|entry| history_row(texts, order, entry))
        .collect();
    view! {
        <article class="order-page record">
            <header>
                <h1>{texts.fill(text::Key::OrderTitle, &[("number", &order.number.to_string())])}</h1>
                <p class="lead" dir="auto">{restaurant.name.clone()}</p>
                {on_paper(texts, order, restaurant, seller)}
            </header>
            {said(refused, Tone::Bad)}
            <p class="state"><b>{state_name(texts, order.progress.state)}</b>" · "{fulfilment(texts, order)}</p>
            {reason(texts, order)}
            <section class="ordered">
                <h2>{texts.get(Key::OrderOrdered)}</h2>
                {receipt(texts, &ordered.lines, ordered.currency)}
                {sums(texts, totals)}
            </section>
            <section class="whom">
                <h2>{texts.get(Key::OrderGuest)}</h2>
                {order_card::guest(texts, order)}
                {erased}
                {order_card::requests(texts, order)}
            </section>
            <section class="paid">
                <h2>{texts.get(text::Key::OrderPayment)}</h2>
                <p>{payment_text(texts, order)}</p>
                {order_card::refunds(texts, order)}
                {paid_at_door(order).then(|| view! { <p class="hint">{texts.get(Key::OrderRefundAtDoor)}</p> })}
            </section>
            {refund}
            <section class="history">
                <h2>{texts.get(Key::OrderHistory)}</h2>
                <ol class="rows" role="list">{entries}</ol>
            </section>
            {on_board}
            <p><a href=format!("/board/{slug}/orders")>{texts.get(Key::OrderBack)}</a></p>
        </article>
    }
}

/// Why it was called off.
fn reason(texts: Texts, order: &Order) -> Option<impl IntoView + use<>> {
    let reason = &order.progress.reason;
    (!reason.is_empty()).then(|| view! { <p dir="auto">{refusal_text::reason(texts, reason)}</p> })
}

/// What was paid, or is still to be paid.
fn payment_text(texts: Texts, order: &Order) -> String {
    let (payment, state) = (&order.progress.payment, order.progress.state);
    let money = |amount| texts.lang.money(amount, order.ordered.currency);
    if payment.paid > Minor::ZERO {
        return texts.fill(text::Key::OrderPaid, &[("amount", &money(payment.paid))]);
    }
    if state.is_called_off() {
        return texts.get(Key::OrderNothingPaid).to_owned();
    }
    match paid_at_door(order) {
        true => texts.fill(Key::OrderPaidAtDoor, &[("amount", &money(order.to_pay()))]),
        false => texts.fill(text::Key::BoardToPay, &[("total", &money(order.to_pay()))]),
    }
}

fn paid_at_door(order: &Order) -> bool {
    let (payment, state) = (&order.progress.payment, order.progress.state);
    let is_fulfilled = state.is_over() && !state.is_called_off();
    is_fulfilled && payment.method == PaymentMethod::Door && payment.paid == Minor::ZERO
}

fn history_row(texts: Texts, order: &Order, entry: &OrderHistoryEntry) -> impl IntoView + use<> {
    let time = due_time::date_and_clock(texts, order.local(entry.at));
    let by = entry.author.as_ref().map(|known| author(texts, known));
    let by = by.unwrap_or_else(|| texts.get(actor_name(entry)).to_owned());
    view! {
        <li><span>{event_text(texts, order, &entry.event)}<br/><span class="hint">{isolated(&time)}" · "{by}</span></span></li>
    }
}

fn actor_name(entry: &OrderHistoryEntry) -> Key {
    match entry.actor {
        Actor::Diner => Key::OrderByGuest,
        Actor::Staff => Key::OrderByStaff,
        Actor::System => Key::OrderByServer,
    }
}

fn event_text(texts: Texts, order: &Order, event: &Event) -> String {
    let amount = |amount| texts.lang.money(amount, order.ordered.currency);
    match event {
        Event::Placed => texts.get(Key::OrderOrdered).to_owned(),
        Event::Paid { amount: paid } => texts.fill(text::Key::OrderPaid, &[("amount", &amount(*paid))]),
        Event::PaysAtDoor => texts.get(Key::OrderEventPaysAtDoor).to_owned(),
        Event::Accepted { ready_at } => texts.fill(Key::OrderEventAccepted, &[("time", &ready_at.clock())]),
        Event::Rejected { .. } => texts.get(Key::OrderRejected).to_owned(),
        Event::Rescheduled { to } => {
            let time = due_time::date_and_clock(texts, *to);
            texts.fill(Key::OrderEventRescheduled, &[("time", &isolated(&time))])
        }
        Event::Preparing => texts.get(text::Key::StatePreparing).to_owned(),
        Event::Ready => texts.get(text::Key::StateReady).to_owned(),
        Event::OutForDelivery => texts.get(text::Key::StateOutForDelivery).to_owned(),
        Event::Collected => texts.get(text::Key::StateCollected).to_owned(),
        Event::Delivered => texts.get(text::Key::StateDelivered).to_owned(),
        Event::Cancelled { .. } => texts.get(text::Key::StateCancelled).to_owned(),
        Event::Refund { amount: back, .. } => {
            texts.fill(Key::OrderEventRefund, &[("amount", &amount(*back))])
        }
        Event::Refunded { amount: back, .. } => {
            texts.fill(text::Key::OrderRefunded, &[("amount", &amount(*back))])
        }
    }
}
