//! Money that goes back to a guest, all of a payment or a part, with a reason.

use leptos::{ev::SubmitEvent, html, prelude::*};
use servery_domain::{
    currency::Minor,
    id::{PaymentId, RefundId},
    limits,
    pos::{
        op::Action,
        payment::{Back, Owed, Way},
    },
};

use super::{
    payments::way,
    till_state::{Counter, Over},
};
use crate::{
    pages::staff::{dialog::Sheet, money_input::field},
    text::staff::Key,
};

#[component]
pub fn GiveBack(counter: Counter, owed: Owed, payment: PaymentId) -> impl IntoView {
    let paid = counter
        .house
        .with_untracked(|house| house.payment(owed, payment).cloned())?;
    let left = paid.left();
    let (amount, reason) = (RwSignal::new(left), NodeRef::<html::Input>::new());
    let out_of_range = move || amount.get() > left || amount.get() <= Minor::ZERO;
    let (giving, way_back, id) = (counter.clone(), paid.way, RefundId(counter.desk.id()));
    let give = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(shift) = giving.shift() else {
            return giving.over.set(Some(Over::OpenShift));
        };
        let (currency, amount) = (giving.premises.menu.currency, amount.get_untracked());
        let rounding = if way_back == Way::Cash {
            currency.in_cash(amount) - amount
        } else {
            Minor::ZERO
        };
        let reason = reason
            .get_untracked()
            .map(|field| field.value())
            .unwrap_or_default();
        giving.ask_and_close(Action::Refund {
            owed,
            payment,
            back: Back {
                id,
                amount,
                rounding,
                reason,
            },
            shift: shift.id,
        });
    };
    Some(view! {
        <Sheet title=counter.word(Key::PaymentsGiveBack) close=counter.close()>
            <form class="fields" on:submit=give>
                <p class="due">{paid.receipt.to_string()}" · "{way(&counter, &paid)}" "<b dir="auto">{counter.money(left)}</b></p>
                {field(&counter, Key::PaymentsBackAmount, amount)}
                <label><span>{counter.word(Key::DiscountReason)}</span><input node_ref=reason required maxlength=limits::NOTE autocomplete="off"/></label>
                <button type="submit" class="main" disabled=out_of_range>{counter.word(Key::PaymentsGiveBack)}</button>
            </form>
        </Sheet>
    })
}
