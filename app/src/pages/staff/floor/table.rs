//! A table while one serves: tapped, its bill is in hand at the till.

use leptos::prelude::*;
use servery_domain::{
    id::{BillId, TableId},
    order::Order,
    pos::{
        House,
        bill::{Bill, Seat},
        op::Action,
        table::{Plan, Table},
    },
    time::Timestamp,
};

use crate::{pages::staff::screen::Post, text::staff::Key};

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

fn bills_of<'h>(house: &'h House, table: &Table) -> Vec<&'h Bill> {
    table.bills.iter().filter_map(|bill| house.bill(*bill)).collect()
}

/// What diners ordered to it by themselves.
fn orders_of<'h>(house: &'h House, table: &Table) -> Vec<&'h Order> {
    house
        .orders()
        .filter(|order| !order.progress.state.is_over() && order.ordered.table == table.plan.name)
        .collect()
}

pub fn spot(
    post: &Post,
    now: ReadSignal<Option<Timestamp>>,
    id: TableId,
    table: Memo<Table>,
) -> impl IntoView + use<> {
    let house = post.house;
    let state = Memo::new(move |_| {
        house.with(|house| table.with(|table| state(&bills_of(house, table), orders_of(house, table).len())))
    });
    let words = {
        let post = post.clone();
        move || {
            post.word(match state.get() {
                "free" => Key::TableFree,
                "seated" => Key::TableSeated,
                "unsent" => Key::TableUnsent,
                "paying" => Key::TablePaying,
                _ => Key::TableOrdered,
            })
        }
    };
    let facts = {
        let post = post.clone();
        move || {
            house.with(|house| {
                let bills = table.with(|table| bills_of(house, table));
                let first = bills.first()?;
                let due = bills.iter().map(|bill| bill.due()).sum();
                let minutes = now.get().map_or(0, |now| (now.0 - first.opened_at.0).max(0) / 60);
                let server = first.served_by.and_then(|by| house.cashier(by)).map(|cashier| cashier.name.clone());
                let guests = (first.guests > 0).then(|| post.texts.count(Key::BillGuests, first.guests.into()));
                let facts = [Some(post.texts.count(Key::KitchenMinutes, minutes as usize)), guests, server];
                let facts: Vec<String> = facts.into_iter().flatten().collect();
                Some(view! { <small>{facts.join(" · ")}</small><small class="price" dir="auto">{post.money(due)}</small> })
            })
        }
    };
    let orders = move || {
        let orders = house.with(|house| {
            table.with(|table| {
                orders_of(house, table)
                    .iter()
                    .map(|order| format!("#{}", order.number))
                    .collect::<Vec<_>>()
            })
        });
        (!orders.is_empty()).then(|| view! { <small>{orders.join(" ")}</small> })
    };
    let taking = post.clone();
    let take = move |_| match table.with_untracked(|table| table.bills.first().copied()) {
        Some(bill) => taking.desk.in_hand().set(Some(bill)),
        None => {
            let (bill, in_hand) = (BillId(taking.desk.id()), taking.desk.in_hand());
            let plus_tax = !taking.premises.listed.restaurant.tax.included;
            taking.ask_once(
                Action::Open {
                    bill,
                    seat: Seat::Table(id),
                    plus_tax,
                },
                move || in_hand.set(Some(bill)),
            );
        }
    };
    let part = |of: fn(&Plan) -> u8| move || table.with(|table| of(&table.plan)).to_string();
    let name = move || table.with(|table| table.plan.name.clone());
    let till = format!("/staff/{}/till", post.premises.slug);
    view! {
        <a class="table" class:round=move || table.with(|table| table.plan.round) href=till style=("--x", part(|plan| plan.x)) style=("--y", part(|plan| plan.y)) style=("--w", part(|plan| plan.width)) style=("--h", part(|plan| plan.height)) data-state=move || state.get() on:click=take>
            <b dir="auto">{name}</b>
            <span>{words}</span>
            {facts}
            {orders}
        </a>
    }
}
