//! The floor plan: occupied tables, since when, and what they owe.

mod plan_editor;
mod table;

use leptos::{
    either::{Either, EitherOf3},
    prelude::*,
};
use servery_domain::{
    device::DeviceKind,
    id::TableId,
    pos::{PosState, table::Table},
};

use super::{
    cashiers::guarded,
    clock::use_clock,
    notices::notices,
    premises::Premises,
    screen::{Screen, not_here},
};
use crate::{pos_client::hold_updates, text::staff::Key};

#[component]
pub fn Floor(premises: Premises) -> impl IntoView {
    let Some(screen) = Screen::new(premises) else {
        return Either::Left(());
    };
    let kind = screen.kind();
    Either::Right(move || match kind.get() {
        None => EitherOf3::A(()),
        Some(Some(DeviceKind::Till)) => {
            let own = screen.clone();
            EitherOf3::B(guarded(&screen, move || floor(&own)))
        }
        Some(_) => EitherOf3::C(not_here(&screen, Key::FloorTitle)),
    })
}

/// Tables on the plan, sorted by name with numbers in numeric order.
pub fn tables(pos: &PosState) -> Vec<Table> {
    let mut tables: Vec<Table> = pos
        .tables()
        .filter(|table| !table.plan.name.is_empty())
        .cloned()
        .collect();
    tables.sort_by(|a, b| (a.plan.name.len(), &a.plan.name).cmp(&(b.plan.name.len(), &b.plan.name)));
    tables
}

fn floor(screen: &Screen) -> impl IntoView + use<> {
    let (arranging, chosen) = (RwSignal::new(false), RwSignal::new(None::<TableId>));
    let pos = screen.pos;
    let rooms = Memo::new(move |_| {
        let mut rooms = pos.with(|pos| {
            tables(pos)
                .into_iter()
                .map(|table| table.plan.room)
                .collect::<Vec<_>>()
        });
        rooms.sort();
        rooms.dedup();
        rooms
    });
    let room = RwSignal::new(None::<String>);
    let shown_room = Memo::new(move |_| {
        room.get()
            .filter(|room| rooms.with(|rooms| rooms.contains(room)))
            .or_else(|| rooms.with(|rooms| rooms.first().cloned()))
    });
    let here = Memo::new(move |_| {
        let room = shown_room.get().unwrap_or_default();
        pos.with(|pos| {
            tables(pos)
                .into_iter()
                .filter(|table| table.plan.room == room)
                .map(|table| table.id)
                .collect::<Vec<_>>()
        })
    });
    let now = use_clock(20);
    let spot = {
        let screen = screen.clone();
        move |id: TableId| {
            // Keyed by table, so that its button keeps the focus when it changes.
            let table = Memo::new(move |before: Option<&Table>| {
                pos.with(|pos| pos.table(id).or(before).cloned())
                    .unwrap_or_else(|| Table::new(id))
            });
            match arranging.get_untracked() {
                true => Either::Left(plan_editor::spot(&screen, chosen, id, table)),
                false => Either::Right(table::spot(&screen, now, id, table)),
            }
        }
    };
    let nothing = {
        let words = screen.text(Key::FloorNothing);
        move || (here.with(Vec::is_empty) && !arranging.get()).then(|| view! { <p class="empty">{words}</p> })
    };
    let form = {
        let screen = screen.clone();
        let form = move || {
            hold_updates();
            plan_editor::form(&screen, chosen, shown_room)
        };
        move || arranging.get().then(&form)
    };
    let words = {
        let screen = screen.clone();
        move || {
            screen.text(if arranging.get() {
                Key::FloorArranged
            } else {
                Key::FloorArrange
            })
        }
    };
    let keyed = move || {
        let arranging = arranging.get();
        here.get()
            .into_iter()
            .map(move |id| (arranging, id))
            .collect::<Vec<_>>()
    };
    view! {
        <article class="floor">
            <h1 class="unseen">{screen.text(Key::FloorTitle)}</h1>
            {notices(screen)}
            <div class="floor-bar">
                <div class="choices">{room_keys(screen, rooms, room, shown_room)}</div>
                <button type="button" aria-pressed=move || arranging.get().to_string() on:click=move |_| arranging.update(|on| *on = !*on)>{words}</button>
            </div>
            {nothing}
            <div class="room" class:arranging=arranging>
                <For each=keyed key=|keyed| *keyed let:((_, id))>{spot(id)}</For>
            </div>
            {form}
        </article>
    }
}

fn room_keys(
    screen: &Screen,
    rooms: Memo<Vec<String>>,
    room: RwSignal<Option<String>>,
    shown: Memo<Option<String>>,
) -> impl IntoView + use<> {
    let unnamed = screen.text(Key::FloorRoom);
    move || {
        let rooms = rooms.get();
        let several = rooms.len() > 1;
        let keys = rooms.into_iter().filter(|_| several).map(|name| {
            let here = {
                let name = name.clone();
                move || (shown.with(|shown| shown.as_ref() == Some(&name))).to_string()
            };
            let label = if name.is_empty() { unnamed.to_owned() } else { name.clone() };
            view! { <button type="button" aria-pressed=here on:click=move |_| room.set(Some(name.clone())) dir="auto">{label}</button> }
        });
        keys.collect::<Vec<_>>()
    }
}
