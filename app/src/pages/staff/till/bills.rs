//! The open bills, and buttons for new ones.

use leptos::prelude::*;
use servery_domain::{
    currency::Minor,
    id::BillId,
    pos::{bill::Seat, payment::Payable},
};

use super::till_state::{TillDialog, TillState};
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
    let taken = Callback::new(move |(order, payment)| {
        over.set(Some(TillDialog::Receipt(Payable::Order(order), payment)))
    });
    view! {
        <nav class="bills" aria-label=till.text(Key::BillsTitle)>
            <NewOrders screen=till.screen.clone()/>
            <ReadyOrders screen=till.screen.clone() taken/>
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
