//! A discount with a reason.

use leptos::{ev::SubmitEvent, html, prelude::*};
use servery_domain::{
    id::{DiscountId, LineId},
    limits,
    pos::{
        bill::{Discount, Off},
        op::Action,
        right::Allowance,
    },
    tax::TaxRate,
};

use super::till_state::TillState;
use crate::{pages::staff::dialog::Dialog, text::staff::Key};

const PERCENTS: [u32; 5] = [50_000, 100_000, 200_000, 500_000, 1_000_000];

#[component]
pub fn DiscountDialog(till: TillState, line: Option<LineId>) -> impl IntoView {
    let bill = till.bill();
    let (reason, amount) = (NodeRef::<html::Input>::new(), NodeRef::<html::Input>::new());
    let id = DiscountId(till.client.id());
    let chosen = RwSignal::new(Some(100_000));
    let percents: Vec<_> = PERCENTS
        .iter()
        .map(|millionths| {
            let here = move || (chosen.get() == Some(*millionths)).to_string();
            view! { <button type="button" aria-pressed=here on:click=move |_| chosen.set(Some(*millionths))>{format!("{} %", TaxRate(*millionths).percent())}</button> }
        })
        .collect();
    let giving = till.clone();
    let give = move |event: SubmitEvent| {
        event.prevent_default();
        let value = |field: NodeRef<html::Input>| {
            field
                .get_untracked()
                .map(|field| field.value())
                .unwrap_or_default()
        };
        let off = chosen
            .get_untracked()
            .map(Off::Millionths)
            .or_else(|| giving.amount(&value(amount)).map(Off::Amount));
        let (Some(off), Some(bill)) = (off, giving.at.get_untracked()) else {
            return giving
                .wrong
                .set(Some(giving.text(Key::RefusedMalformed).to_owned()));
        };
        let discount = Discount {
            id,
            line,
            off,
            reason: value(reason),
            by: None,
            allowance: Allowance::Own,
            given: None,
        };
        giving.submit_and_close(Action::Discount { bill, discount });
    };
    let given = {
        let till = till.clone();
        move || {
            let bill = bill.get();
            let rows = bill
                .iter()
                .flat_map(|bill| bill.discounts.iter().map(|discount| (bill.id, discount.clone())));
            let rows = rows.map(|(bill, discount)| {
                let till = till.clone();
                let words = till.text(Key::DiscountTakeBack);
                let take_back = move |_| till.submit(Action::TakeBackDiscount { bill, discount: discount.id });
                view! { <li><span dir="auto">{discount.reason.clone()}</span><button type="button" on:click=take_back>{words}</button></li> }
            });
            view! { <ul class="rows">{rows.collect::<Vec<_>>()}</ul> }
        }
    };
    let title = till.text(if line.is_some() {
        Key::DiscountOfLine
    } else {
        Key::DiscountOfBill
    });
    view! {
        <Dialog title=title close=till.close()>
            {given}
            <form class="fields" on:submit=give>
                <fieldset class="choices"><legend>{till.text(Key::DiscountPercent)}</legend>{percents}</fieldset>
                <label><span>{till.text(Key::DiscountAmount)}</span><input node_ref=amount inputmode="decimal" maxlength=limits::AMOUNT autocomplete="off" on:input=move |_| chosen.set(None)/></label>
                <label><span>{till.text(Key::DiscountReason)}</span><input node_ref=reason required maxlength=limits::NOTE autocomplete="off"/></label>
                <button type="submit" class="main">{till.text(Key::DiscountGive)}</button>
            </form>
        </Dialog>
    }
}
