//! Table, name and number of guests of a bill.

use leptos::{ev::SubmitEvent, html, prelude::*};
use servery_domain::{
    id::TableId,
    limits,
    pos::{bill::Seat, op::Action, table::Table},
};

use super::till_state::TillState;
use crate::{
    pages::staff::{dialog::Dialog, floor},
    text::staff::Key,
};

/// The tables by room and name, with an action for a tap.
fn tables<T>(till: &TillState, tap: T) -> impl IntoView + use<T>
where
    T: Fn(&TillState, TableId) + Copy + Send + Sync + 'static,
{
    let mut tables = till.pos.with_untracked(|pos| floor::tables(pos));
    tables.sort_by(|a, b| a.plan.room.cmp(&b.plan.room));
    let none = tables
        .is_empty()
        .then(|| view! { <p class="empty">{till.text(Key::TablesNone)}</p> });
    let button = |table: Table| {
        let till = till.clone();
        let busy = (!table.bills.is_empty()).to_string();
        view! { <li><button type="button" data-busy=busy dir="auto" on:click=move |_| tap(&till, table.id)>{table.plan.name.clone()}</button></li> }
    };
    let buttons: Vec<_> = tables.into_iter().map(button).collect();
    view! { <ul class="table-keys">{buttons}</ul>{none} }
}

/// Opens a bill at a table, or makes the table's bill current.
#[component]
pub fn Tables(till: TillState) -> impl IntoView {
    let keys = tables(&till, |till, table| {
        let there = till
            .pos
            .with_untracked(|pos| pos.table(table).and_then(|table| table.bills.first().copied()));
        match there {
            Some(bill) => {
                till.over.set(None);
                till.at.set(Some(bill));
            }
            None => till.open(Seat::Table(table)),
        }
    });
    view! { <Dialog title=till.text(Key::BillsTable) close=till.close()>{keys}</Dialog> }
}

#[component]
pub fn Move(till: TillState) -> impl IntoView {
    let go = move |till: &TillState, seat: Seat| {
        if let Some(bill) = till.at.get_untracked() {
            till.submit_and_close(Action::Move { bill, seat });
        }
    };
    let keys = tables(&till, move |till, table| go(till, Seat::Table(table)));
    let to = |key: Key, seat: Seat| {
        let (till, word) = (till.clone(), till.text(key));
        view! { <button type="button" on:click=move |_| go(&till, seat.clone())>{word}</button> }
    };
    let (counter_key, away) = (to(Key::SeatCounter, Seat::Counter), to(Key::SeatAway, Seat::Away));
    view! {
        <Dialog title=till.text(Key::DoMove) close=till.close()>
            <div class="beside">{counter_key}{away}</div>
            {keys}
        </Dialog>
    }
}

#[component]
pub fn Merge(till: TillState) -> impl IntoView {
    let own = till.bill().get_untracked()?.id;
    let others = till.pos.with_untracked(|pos| {
        let others = pos.open_bills().into_iter().filter(|bill| bill.id != own);
        others
            .map(|bill| (bill.id, till.label(bill), till.money(bill.due())))
            .collect::<Vec<_>>()
    });
    let none = others
        .is_empty()
        .then(|| view! { <p class="empty">{till.text(Key::MergeNone)}</p> });
    let button = |(other, label, due)| {
        let till = till.clone();
        let merge = move |_| {
            let (at, over) = (till.at, till.over);
            till.submit_once(
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
        <Dialog title=till.text(Key::DoMerge) close=till.close()>
            <p class="hint">{till.text(Key::MergeInto)}</p>
            <ul class="rows">{buttons}</ul>
            {none}
        </Dialog>
    })
}

#[component]
pub fn Name(till: TillState) -> impl IntoView {
    let bill = till.bill().get_untracked()?;
    let (name, id) = (NodeRef::<html::Input>::new(), bill.id);
    let keeping = till.clone();
    let keep = move |event: SubmitEvent| {
        event.prevent_default();
        let name = name
            .get_untracked()
            .map(|field| field.value())
            .unwrap_or_default();
        keeping.submit_and_close(Action::Name { bill: id, name });
    };
    Some(view! {
        <Dialog title=till.text(Key::DoName) close=till.close()>
            <form class="fields" on:submit=keep>
                <label><span>{till.text(Key::NameHint)}</span><input node_ref=name value=bill.name.clone() maxlength=limits::NAME autocomplete="off" autofocus/></label>
                <button type="submit" class="main">{till.text(Key::DoKeep)}</button>
            </form>
        </Dialog>
    })
}

#[component]
pub fn Guests(till: TillState) -> impl IntoView {
    let bill = till.bill().get_untracked()?;
    let buttons = (1..=12_u16).map(|guests| {
        let till = till.clone();
        let here = (bill.guests == guests).to_string();
        let bill = bill.id;
        let count = move |_| till.submit_and_close(Action::Guests { bill, guests });
        view! { <li><button type="button" aria-pressed=here on:click=count>{guests}</button></li> }
    });
    let buttons: Vec<_> = buttons.collect();
    Some(
        view! { <Dialog title=till.text(Key::DoGuests) close=till.close()><ul class="table-keys">{buttons}</ul></Dialog> },
    )
}
