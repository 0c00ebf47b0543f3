//! Which bill is in hand: the open ones, and new ones.

use leptos::prelude::*;
use servery_domain::{
    currency::Minor,
    id::BillId,
    pos::{
        bill::{Bill, Seat},
        payment::Owed,
    },
};

use super::till_state::{Counter, Over, live_bills};
use crate::{
    pages::staff::orders::{NewOrders, ReadyOrders, UnderWay},
    text::staff::Key,
};

#[component]
pub fn Bills(counter: Counter) -> impl IntoView {
    let open = |key: Key, seat: Seat| {
        let (counter, word) = (counter.clone(), counter.word(key));
        view! { <button type="button" on:click=move |_| counter.open(seat.clone())>{word}</button> }
    };
    let lay = |key: Key, over: Over| {
        let (shown, word) = (counter.over, counter.word(key));
        view! { <button type="button" on:click=move |_| shown.set(Some(over))>{word}</button> }
    };
    let house = counter.house;
    let bills = Memo::new(move |_| {
        house.with(|house| {
            live_bills(house)
                .into_iter()
                .map(|bill| bill.id)
                .collect::<Vec<_>>()
        })
    });
    let at = counter.at;
    let in_hand = Memo::new(move |_| house.with(|house| house.live(at.get()?).map(|bill| bill.id)));
    let row = {
        let counter = counter.clone();
        move |id| row(&counter, in_hand, id)
    };
    let nothing = {
        let words = counter.word(Key::BillsNone);
        move || {
            bills
                .with(Vec::is_empty)
                .then(|| view! { <p class="empty">{words}</p> })
        }
    };
    let over = counter.over;
    let taken =
        Callback::new(move |(order, payment)| over.set(Some(Over::Receipt(Owed::Order(order), payment))));
    view! {
        <nav class="bills" aria-label=counter.word(Key::BillsTitle)>
            <NewOrders post=counter.post.clone()/>
            <ReadyOrders post=counter.post.clone() taken/>
            <UnderWay post=counter.post.clone()/>
            <div class="new">
                {open(Key::SeatCounter, Seat::Counter)}
                {open(Key::SeatAway, Seat::Away)}
                {lay(Key::BillsTable, Over::Tables)}
                {lay(Key::BillsPhone, Over::Phone)}
            </div>
            {nothing}
            <ol><For each=move || bills.get() key=|id| *id let:id>{row(id)}</For></ol>
        </nav>
    }
}

fn row(counter: &Counter, in_hand: Memo<Option<BillId>>, id: BillId) -> impl IntoView + use<> {
    let house = counter.house;
    let facts = Memo::new(move |_| {
        house.with(|house| {
            house
                .bill(id)
                .map(|bill| (bill.seat.clone(), bill.name.clone(), bill.due(), unsent(bill)))
        })
    });
    let label = {
        let counter = counter.clone();
        move || facts.get().map(|(seat, name, ..)| counter.seat(&seat, &name))
    };
    let due = {
        let counter = counter.clone();
        move || counter.money(facts.with(|facts| facts.as_ref().map_or(Minor::ZERO, |(_, _, due, _)| *due)))
    };
    let texts = counter.texts;
    let new = move || {
        let unsent = facts.with(|facts| facts.as_ref().map_or(0, |(.., unsent)| *unsent));
        (unsent > 0).then(|| view! { <small class="new-items">{texts.count(Key::BillNew, unsent)}</small> })
    };
    let (at, over) = (counter.at, counter.over);
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

/// What the kitchen has still to hear of it.
pub fn unsent(bill: &Bill) -> usize {
    bill.lines
        .iter()
        .map(|line| line.unsent().unsigned_abs() as usize)
        .sum()
}
