//! The money that came: each payment with its receipt, to be shown, printed or given back.

use leptos::prelude::*;
use servery_domain::{
    currency::Minor,
    limits,
    pos::{
        House,
        payment::{Owed, Payment, Way},
    },
};

use super::till_state::{Counter, Over};
use crate::{
    pages::staff::{clock::stamp, dialog::Sheet, orders::order_name},
    text::staff::Key,
};

/// Receipts that are shown at once: others are found by their number or by whom they are for.
const SHOWN: usize = 40;

/// Of the bill in hand.
#[component]
pub fn Payments(counter: Counter) -> impl IntoView {
    let bill = counter.bill();
    let rows = {
        let counter = counter.clone();
        move || {
            let bill = bill.get()?;
            let rows: Vec<_> = bill
                .payments
                .iter()
                .map(|payment| row(&counter, Owed::Bill(bill.id), payment))
                .collect();
            let none = rows
                .is_empty()
                .then(|| view! { <p class="empty">{counter.word(Key::PaymentsNone)}</p> });
            Some(view! { <ul class="rows">{rows}</ul>{none} })
        }
    };
    view! { <Sheet title=counter.word(Key::PaymentsTitle) close=counter.close()>{rows}</Sheet> }
}

/// Of all bills and orders, the newest first.
#[component]
pub fn Receipts(counter: Counter) -> impl IntoView {
    let word = RwSignal::new(String::new());
    let rows = {
        let counter = counter.clone();
        move || {
            let found = counter.house.with(|house| found(&counter, house, &word.get()));
            let rows: Vec<_> = found
                .iter()
                .map(|(owed, payment)| row(&counter, *owed, payment))
                .collect();
            let key = if word.with(String::is_empty) {
                Key::PaymentsNone
            } else {
                Key::ReceiptsNotFound
            };
            let none = rows
                .is_empty()
                .then(|| view! { <p class="empty">{counter.word(key)}</p> });
            view! { <ul class="rows">{rows}</ul>{none} }
        }
    };
    let label = counter.word(Key::ReceiptsFind);
    view! {
        <Sheet title=counter.word(Key::ReceiptsTitle) close=counter.close()>
            <div class="fields">
                <label>
                    <span>{label}</span>
                    <input type="search" autocomplete="off" maxlength=limits::SEARCH on:input:target=move |event| word.set(event.target().value())/>
                </label>
            </div>
            {rows}
        </Sheet>
    }
}

fn found(counter: &Counter, house: &House, word: &str) -> Vec<(Owed, Payment)> {
    let word = word.trim().to_lowercase();
    let fits = |(owed, payment): &(Owed, &Payment)| {
        payment.receipt.to_string().to_lowercase().contains(&word)
            || label(counter, house, *owed).to_lowercase().contains(&word)
    };
    let mut found: Vec<_> = house.payments().filter(fits).collect();
    found.sort_by_key(|(_, payment)| std::cmp::Reverse((payment.at, payment.receipt)));
    found
        .into_iter()
        .take(SHOWN)
        .map(|(owed, payment)| (owed, payment.clone()))
        .collect()
}

/// Whom it was for.
pub fn label(counter: &Counter, house: &House, owed: Owed) -> String {
    match owed {
        Owed::Bill(bill) => house
            .live(bill)
            .map_or_else(String::new, |bill| counter.label(bill)),
        Owed::Order(order) => match house.order(order) {
            Some(order) => format!(
                "{} · {}",
                order_name(counter.texts, order),
                order.ordered.contact.name
            ),
            None => String::new(),
        },
    }
}

pub fn way(counter: &Counter, payment: &Payment) -> &'static str {
    counter.word(match payment.way {
        Way::Cash => Key::PayCash,
        Way::Card => Key::PayCard,
    })
}

fn row(counter: &Counter, owed: Owed, payment: &Payment) -> impl IntoView + use<> {
    let (id, over) = (payment.id, counter.over);
    let back = (payment.refunded() > Minor::ZERO)
        .then(|| view! { <small>{counter.texts.fill(Key::PaymentsGivenBack, &[("amount", &counter.money(payment.refunded()))])}</small> });
    let label = counter.house.with_untracked(|house| label(counter, house, owed));
    view! {
        <li>
            <span>
                <b>{payment.receipt.to_string()}</b>" "<time dir="ltr">{stamp(payment.at)}</time>" "<span dir="auto">{label}</span>
                <br/>{way(counter, payment)}" "<b dir="auto">{counter.money(payment.taken())}</b>" "{back}
            </span>
            <span class="beside">
                <button type="button" on:click=move |_| over.set(Some(Over::Receipt(owed, id)))>{counter.word(Key::ReceiptTitle)}</button>
                <button type="button" disabled={payment.left() == Minor::ZERO} on:click=move |_| over.set(Some(Over::GiveBack(owed, id)))>{counter.word(Key::PaymentsGiveBack)}</button>
            </span>
        </li>
    }
}
