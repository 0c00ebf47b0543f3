//! The payments of a bill: each with its receipt, to be shown, printed or refunded.

use leptos::prelude::*;
use servery_domain::{
    currency::Minor,
    limits,
    pos::{
        PosState,
        payment::{Payable, TillPayment},
    },
};

use super::till_state::{TillDialog, TillState};
use crate::{
    pages::staff::{clock::stamp, dialog::Dialog, orders::order_name},
    text::staff::Key,
};

/// Receipts shown at once; others are found by number or name.
const SHOWN: usize = 40;

/// The payments of the current bill.
#[component]
pub fn Payments(till: TillState) -> impl IntoView {
    let bill = till.bill();
    let rows = {
        let till = till.clone();
        move || {
            let bill = bill.get()?;
            let rows: Vec<_> = bill
                .payments
                .iter()
                .map(|payment| row(&till, Payable::Bill(bill.id), payment))
                .collect();
            let none = rows
                .is_empty()
                .then(|| view! { <p class="empty">{till.text(Key::PaymentsNone)}</p> });
            Some(view! { <ul class="rows">{rows}</ul>{none} })
        }
    };
    view! { <Dialog title=till.text(Key::PaymentsTitle) close=till.close()>{rows}</Dialog> }
}

/// The receipts of all bills and orders, the newest first.
#[component]
pub fn Receipts(till: TillState) -> impl IntoView {
    let word = RwSignal::new(String::new());
    let rows = {
        let till = till.clone();
        move || {
            let found = till.pos.with(|pos| found(&till, pos, &word.get()));
            let rows: Vec<_> = found
                .iter()
                .map(|(payable, payment)| row(&till, *payable, payment))
                .collect();
            let key = if word.with(String::is_empty) {
                Key::PaymentsNone
            } else {
                Key::ReceiptsNotFound
            };
            let none = rows
                .is_empty()
                .then(|| view! { <p class="empty">{till.text(key)}</p> });
            view! { <ul class="rows">{rows}</ul>{none} }
        }
    };
    let label = till.text(Key::ReceiptsFind);
    view! {
        <Dialog title=till.text(Key::ReceiptsTitle) close=till.close()>
            <div class="fields">
                <label>
                    <span>{label}</span>
                    <input type="search" autocomplete="off" maxlength=limits::SEARCH on:input:target=move |event| word.set(event.target().value())/>
                </label>
            </div>
            {rows}
        </Dialog>
    }
}

fn found(till: &TillState, pos: &PosState, word: &str) -> Vec<(Payable, TillPayment)> {
    let word = word.trim().to_lowercase();
    let fits = |(payable, payment): &(Payable, &TillPayment)| {
        payment.receipt.to_string().to_lowercase().contains(&word)
            || label(till, pos, *payable).to_lowercase().contains(&word)
    };
    let mut found: Vec<_> = pos.payments().filter(fits).collect();
    found.sort_by_key(|(_, payment)| std::cmp::Reverse((payment.at, payment.receipt)));
    found
        .into_iter()
        .take(SHOWN)
        .map(|(payable, payment)| (payable, payment.clone()))
        .collect()
}

/// The guest or order that it was for.
pub fn label(till: &TillState, pos: &PosState, payable: Payable) -> String {
    match payable {
        Payable::Bill(bill) => pos
            .merged_bill(bill)
            .map_or_else(String::new, |bill| till.label(bill)),
        Payable::Order(order) => match pos.order(order) {
            Some(order) => format!(
                "{} · {}",
                order_name(till.texts, order),
                order.ordered.contact.name
            ),
            None => String::new(),
        },
    }
}

fn row(till: &TillState, payable: Payable, payment: &TillPayment) -> impl IntoView + use<> {
    let (id, over) = (payment.id, till.over);
    let back = (payment.refunded() > Minor::ZERO)
        .then(|| view! { <small>{till.texts.fill(Key::PaymentsGivenBack, &[("amount", &till.money(payment.refunded()))])}</small> });
    let label = till.pos.with_untracked(|pos| label(till, pos, payable));
    view! {
        <li>
            <span>
                <b>{payment.receipt.to_string()}</b>" "<time dir="ltr">{stamp(payment.at)}</time>" "<span dir="auto">{label}</span>
                <br/>{till.method(payment.method)}" "<b dir="auto">{till.money(payment.taken())}</b>" "{back}
            </span>
            <span class="beside">
                <button type="button" on:click=move |_| over.set(Some(TillDialog::Receipt(payable, id)))>{till.text(Key::ReceiptTitle)}</button>
                <button type="button" disabled={payment.left() == Minor::ZERO} on:click=move |_| over.set(Some(TillDialog::Refund(payable, id)))>{till.text(Key::PaymentsGiveBack)}</button>
            </span>
        </li>
    }
}
