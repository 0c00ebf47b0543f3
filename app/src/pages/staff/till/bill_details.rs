//! Where guests sit, what they are called, and how many they are.

use leptos::{ev::SubmitEvent, html, prelude::*};
use servery_domain::{
    id::TableId,
    limits,
    pos::{bill::Seat, op::Action, table::Table},
};

use super::till_state::{Counter, live_bills};
use crate::{
    pages::staff::{dialog::Sheet, floor},
    text::staff::Key,
};

/// The tables by their rooms and names, each with what happens when it is tapped.
fn tables<T>(counter: &Counter, tap: T) -> impl IntoView + use<T>
where
    T: Fn(&Counter, TableId) + Copy + Send + Sync + 'static,
{
    let mut tables = counter.house.with_untracked(|house| floor::tables(house));
    tables.sort_by(|a, b| a.plan.room.cmp(&b.plan.room));
    let none = tables
        .is_empty()
        .then(|| view! { <p class="empty">{counter.word(Key::TablesNone)}</p> });
    let button = |table: Table| {
        let counter = counter.clone();
        let busy = (!table.bills.is_empty()).to_string();
        view! { <li><button type="button" data-busy=busy dir="auto" on:click=move |_| tap(&counter, table.id)>{table.plan.name.clone()}</button></li> }
    };
    let buttons: Vec<_> = tables.into_iter().map(button).collect();
    view! { <ul class="table-keys">{buttons}</ul>{none} }
}

/// Sits guests down, or goes on with those who sit there.
#[component]
pub fn Tables(counter: Counter) -> impl IntoView {
    let keys = tables(&counter, |counter, table| {
        let there = counter
            .house
            .with_untracked(|house| house.table(table).and_then(|table| table.bills.first().copied()));
        match there {
            Some(bill) => {
                counter.over.set(None);
                counter.at.set(Some(bill));
            }
            None => counter.open(Seat::Table(table)),
        }
    });
    view! { <Sheet title=counter.word(Key::BillsTable) close=counter.close()>{keys}</Sheet> }
}

#[component]
pub fn Move(counter: Counter) -> impl IntoView {
    let go = move |counter: &Counter, seat: Seat| {
        if let Some(bill) = counter.at.get_untracked() {
            counter.ask_and_close(Action::Move { bill, seat });
        }
    };
    let keys = tables(&counter, move |counter, table| go(counter, Seat::Table(table)));
    let to = |key: Key, seat: Seat| {
        let (counter, word) = (counter.clone(), counter.word(key));
        view! { <button type="button" on:click=move |_| go(&counter, seat.clone())>{word}</button> }
    };
    let (counter_key, away) = (to(Key::SeatCounter, Seat::Counter), to(Key::SeatAway, Seat::Away));
    view! {
        <Sheet title=counter.word(Key::DoMove) close=counter.close()>
            <div class="beside">{counter_key}{away}</div>
            {keys}
        </Sheet>
    }
}

#[component]
pub fn Merge(counter: Counter) -> impl IntoView {
    let own = counter.bill().get_untracked()?.id;
    let others = counter.house.with_untracked(|house| {
        let others = live_bills(house).into_iter().filter(|bill| bill.id != own);
        others
            .map(|bill| (bill.id, counter.label(bill), counter.money(bill.due())))
            .collect::<Vec<_>>()
    });
    let none = others
        .is_empty()
        .then(|| view! { <p class="empty">{counter.word(Key::MergeNone)}</p> });
    let button = |(other, label, due)| {
        let counter = counter.clone();
        let merge = move |_| {
            let (at, over) = (counter.at, counter.over);
            counter.ask_once(
                Action::Merge {
                    bill: own,
                    into: other,
                },
                move || {
                    at.set(Some(other));
                    over.set(None);
                },
            );
        };
        view! { <li><button type="button" on:click=merge><b dir="auto">{label}</b>" "<span class="price" dir="auto">{due}</span></button></li> }
    };
    let buttons: Vec<_> = others.into_iter().map(button).collect();
    Some(view! {
        <Sheet title=counter.word(Key::DoMerge) close=counter.close()>
            <p class="hint">{counter.word(Key::MergeInto)}</p>
            <ul class="rows">{buttons}</ul>
            {none}
        </Sheet>
    })
}

#[component]
pub fn Name(counter: Counter) -> impl IntoView {
    let bill = counter.bill().get_untracked()?;
    let (name, id) = (NodeRef::<html::Input>::new(), bill.id);
    let keeping = counter.clone();
    let keep = move |event: SubmitEvent| {
        event.prevent_default();
        let name = name
            .get_untracked()
            .map(|field| field.value())
            .unwrap_or_default();
        keeping.ask_and_close(Action::Name { bill: id, name });
    };
    Some(view! {
        <Sheet title=counter.word(Key::DoName) close=counter.close()>
            <form class="fields" on:submit=keep>
                <label><span>{counter.word(Key::NameHint)}</span><input node_ref=name value=bill.name.clone() maxlength=limits::NAME autocomplete="off" autofocus/></label>
                <button type="submit" class="main">{counter.word(Key::DoKeep)}</button>
            </form>
        </Sheet>
    })
}

#[component]
pub fn Guests(counter: Counter) -> impl IntoView {
    let bill = counter.bill().get_untracked()?;
    let buttons = (1..=12_u16).map(|guests| {
        let counter = counter.clone();
        let here = (bill.guests == guests).to_string();
        let bill = bill.id;
        let count = move |_| counter.ask_and_close(Action::Guests { bill, guests });
        view! { <li><button type="button" aria-pressed=here on:click=count>{guests}</button></li> }
    });
    let buttons: Vec<_> = buttons.collect();
    Some(
        view! { <Sheet title=counter.word(Key::DoGuests) close=counter.close()><ul class="table-keys">{buttons}</ul></Sheet> },
    )
}

#[component]
pub fn Phone(counter: Counter) -> impl IntoView {
    let (name, phone) = (NodeRef::<html::Input>::new(), NodeRef::<html::Input>::new());
    let opening = counter.clone();
    let open = move |event: SubmitEvent| {
        event.prevent_default();
        let value = |field: NodeRef<html::Input>| {
            field
                .get_untracked()
                .map(|field| field.value().trim().to_owned())
                .unwrap_or_default()
        };
        opening.open(Seat::Phone {
            name: value(name),
            phone: value(phone),
        });
    };
    view! {
        <Sheet title=counter.word(Key::BillsPhone) close=counter.close()>
            <form class="fields" on:submit=open>
                <label><span>{counter.word(Key::PhoneName)}</span><input node_ref=name required maxlength=limits::NAME autocomplete="off" autofocus/></label>
                <label><span>{counter.word(Key::PhoneNumber)}</span><input node_ref=phone type="tel" dir="ltr" maxlength=limits::PHONE autocomplete="off"/></label>
                <button type="submit" class="main">{counter.word(Key::PhoneOpen)}</button>
            </form>
        </Sheet>
    }
}
