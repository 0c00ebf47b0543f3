//! A refund of all or a part of a payment, with a reason.

use leptos::{ev::SubmitEvent, html, prelude::*};
use servery_domain::{
    currency::Minor,
    id::{PaymentId, RefundId},
    limits,
    pos::{
        op::Action,
        payment::{Payable, RefundRequest, TenderMethod},
    },
};

use super::till_state::{TillDialog, TillState};
use crate::{
    pages::staff::{dialog::Dialog, money_input::field},
    text::staff::Key,
};

#[component]
pub fn Refund(till: TillState, payable: Payable, payment: PaymentId) -> impl IntoView {
    let paid = till
        .pos
        .with_untracked(|pos| pos.payment(payable, payment).cloned())?;
    let left = paid.left();
    let (amount, reason) = (RwSignal::new(left), NodeRef::<html::Input>::new());
    let out_of_range = move || amount.get() > left || amount.get() <= Minor::ZERO;
    let (giving, way_back, id) = (till.clone(), paid.method, RefundId(till.client.id()));
    let give = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(shift) = giving.shift() else {
            return giving.over.set(Some(TillDialog::OpenShift));
        };
        let (currency, amount) = (giving.premises.menu.currency, amount.get_untracked());
        let rounding = if way_back == TenderMethod::Cash {
            currency.in_cash(amount) - amount
        } else {
            Minor::ZERO
        };
        let reason = reason
            .get_untracked()
            .map(|field| field.value())
            .unwrap_or_default();
        giving.submit_and_close(Action::Refund {
            payable,
            payment,
            back: RefundRequest {
                id,
                amount,
                rounding,
                reason,
            },
            shift: shift.id,
        });
    };
    let to_card = paid
        .on_reader
        .then(|| view! { <p class="hint">{till.text(Key::RefundToCard)}</p> });
    Some(view! {
        <Dialog title=till.text(Key::PaymentsGiveBack) close=till.close()>
            <form class="fields" on:submit=give>
                <p class="due">{paid.receipt.to_string()}" · "{till.method(paid.method)}" "<b dir="auto">{till.money(left)}</b></p>
                {to_card}
                {field(&till, Key::PaymentsBackAmount, amount)}
                <label><span>{till.text(Key::DiscountReason)}</span><input node_ref=reason required maxlength=limits::NOTE autocomplete="off"/></label>
                <button type="submit" class="main" disabled=out_of_range>{till.text(Key::PaymentsGiveBack)}</button>
            </form>
        </Dialog>
    })
}
