//! The open bills, and buttons for new ones.

use leptos::prelude::*;
use servery_domain::{
    currency::Minor,
    id::{BillId, OrderId, PaymentId},
    pos::{bill::Seat, payment::Payable},
};

use super::{
    payments,
    till_state::{Charge, TillDialog, TillState},
};
use crate::{
    pages::staff::orders::{NewOrders, ReadyOrders, UnderWay},
    text::staff::Key,
};

#[component]
pub fn Bills(till: TillState) -> impl IntoView {
    let open = |key: Key, seat: Seat| {
        let (till, word) = (till.clone(), till.text(key));
        view! { <button type="button" on:click=move |_| till.open(seat.clone())>{word}</button> }
    };
    let lay = |key: Key, over: TillDialog| {
        let (shown, word) = (till.over, till.text(key));
        view! { <button type="button" on:click=move |_| shown.set(Some(over))>{word}</button> }
    };
    let pos = till.pos;
    let bills = Memo::new(move |_| {
        pos.with(|pos| {
            pos.open_bills()
                .into_iter()
                .map(|bill| bill.id)
                .collect::<Vec<_>>()
        })
    });
    let at = till.at;
    let in_hand = Memo::new(move |_| pos.with(|pos| pos.merged_bill(at.get()?).map(|bill| bill.id)));
    let row = {
        let till = till.clone();
        move |id| row(&till, in_hand, id)
    };
    let nothing = {
        let words = till.text(Key::BillsNone);
        move || {
            bills
                .with(Vec::is_empty)
                .then(|| view! { <p class="empty">{words}</p> })
        }
    };
    let over = till.over;
    let on_reader = Callback::new(move |(order, amount, tip)| {
        over.set(Some(TillDialog::Reader(Charge {
            payable: Payable::Order(order),
            amount,
            tip,
            sharers: 1,
        })));
    });
    let taken = Callback::new(move |(order, payment)| {
        over.set(Some(TillDialog::Receipt(Payable::Order(order), payment)))
    });
    view! {
        <nav class="bills" aria-label=till.text(Key::BillsTitle)>
            <NewOrders screen=till.screen.clone()/>
            <ReadyOrders screen=till.screen.clone() taken on_reader/>
            {overpaid_orders(&till)}
            <UnderWay screen=till.screen.clone()/>
            <div class="new">
                {open(Key::SeatCounter, Seat::Counter)}
                {open(Key::SeatAway, Seat::Away)}
                {lay(Key::BillsTable, TillDialog::Tables)}
                {lay(Key::BillsPhone, TillDialog::Phone)}
            </div>
            {nothing}
            <ol><For each=move || bills.get() key=|id| *id let:id>{row(id)}</For></ol>
        </nav>
    }
}

/// Diners' orders that were paid too much, for example because two tills took the money at the same time.
fn overpaid_orders(till: &TillState) -> impl IntoView + use<> {
    let pos = till.pos;
    let overpaid = Memo::new(move |_| {
        pos.with(|pos| {
            let payments = pos.overpaid_orders();
            payments
                .map(|(order, payment)| (order, payment.id, payment.excess_left()))
                .collect::<Vec<_>>()
        })
    });
    let till = till.clone();
    let row = move |(order, payment, amount): (OrderId, PaymentId, Minor)| {
        let (payable, over) = (Payable::Order(order), till.over);
        let label = till
            .pos
            .with_untracked(|pos| payments::label(&till, pos, payable));
        let words = till
            .texts
            .fill(Key::OrderOverpaid, &[("amount", &till.money(amount))]);
        let refund = move |_| over.set(Some(TillDialog::Refund(payable, payment)));
        view! {
            <li>
                <h2 dir="auto">{label}</h2>
                <p>{words}</p>
                <button type="button" on:click=refund>{till.text(Key::PaymentsGiveBack)}</button>
            </li>
        }
    };
    view! { <ol class="overpaid-orders"><For each=move || overpaid.get() key=|row| *row let:entry>{row(entry)}</For></ol> }
}

fn row(till: &TillState, in_hand: Memo<Option<BillId>>, id: BillId) -> impl IntoView + use<> {
    let pos = till.pos;
    let facts = Memo::new(move |_| {
        pos.with(|pos| {
            pos.bill(id).map(|bill| {
                (
                    bill.seat.clone(),
                    bill.name.clone(),
                    bill.due(),
                    bill.unsent_count(),
                )
            })
        })
    });
    let label = {
        let till = till.clone();
        move || facts.get().map(|(seat, name, ..)| till.seat(&seat, &name))
    };
    let due = {
        let till = till.clone();
        move || till.money(facts.with(|facts| facts.as_ref().map_or(Minor::ZERO, |(_, _, due, _)| *due)))
    };
    let texts = till.texts;
    let new = move || {
        let unsent = facts.with(|facts| facts.as_ref().map_or(0, |(.., unsent)| *unsent));
        (unsent > 0).then(|| view! { <small class="new-items">{texts.count(Key::BillNew, unsent)}</small> })
    };
    let (at, over) = (till.at, till.over);
    let here = move || (in_hand.get() == Some(id)).then_some("true");
    let take = move |_| {
        over.set(None);
        at.set(Some(id));
    };
    view! {
        <li>
            <button type="button" aria-current=here on:click=take>
                <b dir="auto">{label}</b>
                <span><span class="price" dir="auto">{due}</span>{new}</span>
            </button>
        </li>
    }
}
