//! The money that came for a bill: each with its receipt, and what was given back of it.

use leptos::{ev::SubmitEvent, html, prelude::*};
use servery_domain::{
    currency::Minor,
    house::{
        bill::Bill,
        op::Action,
        payment::{Payment, Way},
    },
    id::PaymentId,
    limits,
};

use super::counter::{Counter, Over};
use crate::{
    pages::staff::{amount::field, sheet::Sheet},
    text::staff::Key,
};

#[component]
pub fn Payments(counter: Counter) -> impl IntoView {
    let bill = counter.bill();
    let giving = RwSignal::new(None);
    let rows = {
        let counter = counter.clone();
        move || {
            let bill = bill.get()?;
            let rows: Vec<_> = bill.payments.iter().map(|payment| row(&counter, &bill, payment, giving)).collect();
            let none = rows.is_empty().then(|| view! { <p class="empty">{counter.word(Key::PaymentsNone)}</p> });
            Some(view! { <ul class="rows">{rows}</ul>{none} })
        }
    };
    let form = {
        let counter = counter.clone();
        move || giving.get().and_then(|payment| Some(refund(&counter, bill.get_untracked()?, payment)))
    };
    view! { <Sheet title=counter.word(Key::PaymentsTitle) close=counter.close()>{rows}{form}</Sheet> }
}

pub fn way(counter: &Counter, payment: &Payment) -> &'static str {
    counter.word(match payment.way {
        Way::Cash => Key::PayCash,
        Way::Card => Key::PayCard,
    })
}

fn row(counter: &Counter, bill: &Bill, payment: &Payment, giving: RwSignal<Option<PaymentId>>) -> impl IntoView + use<> {
    let (bill, id, over) = (bill.id, payment.id, counter.over);
    let back = (payment.refunded > Minor::ZERO)
        .then(|| view! { <small>{counter.texts.fill(Key::PaymentsGivenBack, &[("amount", &counter.money(payment.refunded))])}</small> });
    let all = payment.refunded >= payment.amount;
    view! {
        <li>
            <span>{way(counter, payment)}" "<b dir="auto">{counter.money(payment.amount)}</b>" "{back}</span>
            <span class="beside">
                <button type="button" on:click=move |_| over.set(Some(Over::Receipt(bill, id)))>{counter.word(Key::ReceiptTitle)}</button>
                <button type="button" disabled=all on:click=move |_| giving.set(Some(id))>{counter.word(Key::PaymentsGiveBack)}</button>
            </span>
        </li>
    }
}

fn refund(counter: &Counter, bill: Bill, payment: PaymentId) -> impl IntoView + use<> {
    let left = bill.payments.iter().find(|paid| paid.id == payment).map_or(Minor::ZERO, |paid| paid.amount - paid.refunded);
    let (amount, reason) = (RwSignal::new(left), NodeRef::<html::Input>::new());
    let too_much = move || amount.get() > left || amount.get() <= Minor::ZERO;
    let giving = counter.clone();
    let give = move |event: SubmitEvent| {
        event.prevent_default();
        let reason = reason.get_untracked().map(|field| field.value()).unwrap_or_default();
        match giving.shift() {
            None => giving.over.set(Some(Over::OpenShift)),
            Some(shift) => {
                let action = Action::Refund { bill: bill.id, payment, amount: amount.get_untracked(), reason, shift: shift.id };
                giving.ask_and_close(action);
            }
        }
    };
    view! {
        <form class="fields" on:submit=give>
            {field(counter, Key::PaymentsBackAmount, amount)}
            <label><span>{counter.word(Key::DiscountReason)}</span><input node_ref=reason required maxlength=limits::NOTE autocomplete="off"/></label>
            <button type="submit" class="main" disabled=too_much>{counter.word(Key::PaymentsGiveBack)}</button>
        </form>
    }
}
