//! A table on the floor plan: a tap opens its bill at the till.

use leptos::prelude::*;
use servery_domain::{
    id::{BillId, TableId},
    order::Order,
    pos::{
        PosState,
        bill::{Bill, Seat},
        op::Action,
        table::{Table, TablePlan},
    },
    time::Timestamp,
};

use crate::{pages::staff::screen::Screen, text::staff::Key};

/// What is the matter with its guests, the most pressing first.
fn state(bills: &[&Bill], orders: usize) -> &'static str {
    match bills {
        [] if orders > 0 => "ordered",
        [] => "free",
        bills if bills.iter().all(|bill| bill.lines.is_empty()) => "seated",
        bills
            if bills
                .iter()
                .any(|bill| bill.lines.iter().any(|line| line.unsent() != 0)) =>
        {
            "unsent"
        }
        bills if bills.iter().any(|bill| !bill.payments.is_empty()) => "paying",
        _ => "ordered",
    }
}

fn bills_of<'h>(pos: &'h PosState, table: &Table) -> Vec<&'h Bill> {
    table.bills.iter().filter_map(|bill| pos.bill(*bill)).collect()
}

/// What diners ordered to it by themselves.
fn orders_of<'h>(pos: &'h PosState, table: &Table) -> Vec<&'h Order> {
    pos.orders()
        .filter(|order| !order.progress.state.is_over() && order.ordered.table == table.plan.name)
        .collect()
}

pub fn spot(
    screen: &Screen,
    now: ReadSignal<Option<Timestamp>>,
    id: TableId,
    table: Memo<Table>,
) -> impl IntoView + use<> {
    let pos = screen.pos;
    let state = Memo::new(move |_| {
        pos.with(|pos| table.with(|table| state(&bills_of(pos, table), orders_of(pos, table).len())))
    });
    let words = {
        let screen = screen.clone();
        move || {
            screen.text(match state.get() {
                "free" => Key::TableFree,
                "seated" => Key::TableSeated,
                "unsent" => Key::TableUnsent,
                "paying" => Key::TablePaying,
                _ => Key::TableOrdered,
            })
        }
    };
    let facts = {
        let screen = screen.clone();
        move || {
            pos.with(|pos| {
                let bills = table.with(|table| bills_of(pos, table));
                let first = bills.first()?;
                let due = bills.iter().map(|bill| bill.due()).sum();
                let minutes = now.get().map_or(0, |now| now.0.saturating_sub(first.opened_at.0).max(0) / 60);
                let server = first.served_by.and_then(|by| pos.cashier(by)).map(|cashier| cashier.name.clone());
                let guests = (first.guests > 0).then(|| screen.texts.count(Key::BillGuests, first.guests.into()));
                let facts = [Some(screen.texts.count(Key::KitchenMinutes, minutes as usize)), guests, server];
                let facts: Vec<String> = facts.into_iter().flatten().collect();
                Some(view! { <small>{facts.join(" · ")}</small><small class="price" dir="auto">{screen.money(due)}</small> })
            })
        }
    };
    let orders = move || {
        let orders = pos.with(|pos| {
            table.with(|table| {
                orders_of(pos, table)
                    .iter()
                    .map(|order| format!("#{}", order.number))
                    .collect::<Vec<_>>()
            })
        });
        (!orders.is_empty()).then(|| view! { <small>{orders.join(" ")}</small> })
    };
    let taking = screen.clone();
    let take = move |_| match table.with_untracked(|table| table.bills.first().copied()) {
        Some(bill) => taking.client.current_bill().set(Some(bill)),
        None => {
            let (bill, in_hand) = (BillId(taking.client.id()), taking.client.current_bill());
            let plus_tax = !taking.premises.listing.restaurant.tax.included;
            taking.submit_once(
                Action::Open {
                    bill,
                    seat: Seat::Table(id),
                    plus_tax,
                },
                move || in_hand.set(Some(bill)),
            );
        }
    };
    let part = |of: fn(&TablePlan) -> u8| move || table.with(|table| of(&table.plan)).to_string();
    let name = move || table.with(|table| table.plan.name.clone());
    let till = format!("/staff/{}/till", screen.premises.slug);
    view! {
        <a class="table" class:round=move || table.with(|table| table.plan.round) href=till style=("--x", part(|plan| plan.x)) style=("--y", part(|plan| plan.y)) style=("--w", part(|plan| plan.width)) style=("--h", part(|plan| plan.height)) data-state=move || state.get() on:click=take>
            <b dir="auto">{name}</b>
            <span>{words}</span>
            {facts}
            {orders}
        </a>
    }
}
