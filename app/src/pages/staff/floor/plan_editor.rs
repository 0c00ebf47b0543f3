//! The editor of the floor plan: tables are dragged or moved by arrow keys, named and sized.

use leptos::{
    ev::{KeyboardEvent, PointerEvent, SubmitEvent},
    html,
    prelude::*,
    wasm_bindgen::JsCast,
    web_sys::HtmlElement,
};
use servery_domain::{
    id::TableId,
    limits,
    pos::{
        op::Action,
        table::{Table, TablePlan},
    },
};

use crate::{
    pages::staff::screen::{Screen, at_table},
    text::staff::Key,
};

/// Hundredths of the room that an arrow key moves a table by.
const STEP: i16 = 2;

fn within(number: i16) -> u8 {
    number.clamp(0, 100) as u8
}

pub fn spot(
    screen: &Screen,
    chosen: RwSignal<Option<TableId>>,
    id: TableId,
    table: Memo<Table>,
) -> impl IntoView + use<> {
    // Where in the table it was taken hold of, in hundredths of the room.
    let (plan, hold) = (
        RwSignal::new(table.with_untracked(|table| table.plan.clone())),
        RwSignal::new(None::<(i16, i16)>),
    );
    // While it is being moved, where it was is no news.
    let moves = RwSignal::new(0_u32);
    Effect::new(move |_| {
        let kept = table.with(|table| table.plan.clone());
        if hold.get().is_none() && moves.get() == 0 {
            plan.set(kept);
        }
    });
    let at = |event: &PointerEvent| {
        let table: HtmlElement = event.current_target()?.dyn_into().ok()?;
        let room: HtmlElement = table.offset_parent()?.dyn_into().ok()?;
        let part = |place: i32, whole: i32| (place * 100 / whole.max(1)) as i16;
        let x = part(table.offset_left() + event.offset_x(), room.offset_width());
        Some((
            x,
            part(table.offset_top() + event.offset_y(), room.offset_height()),
        ))
    };
    let take = move |event: PointerEvent| {
        chosen.set(Some(id));
        let Some((x, y)) = at(&event) else { return };
        hold.set(Some(
            plan.with_untracked(|plan| (x - i16::from(plan.x), y - i16::from(plan.y))),
        ));
        if let Some(table) = event
            .current_target()
            .and_then(|target| target.dyn_into::<HtmlElement>().ok())
        {
            // Without it the drag ends at the table's edge.
            let _ = table.set_pointer_capture(event.pointer_id());
        }
    };
    let drag = move |event: PointerEvent| {
        if let (Some((dx, dy)), Some((x, y))) = (hold.get_untracked(), at(&event)) {
            plan.update(|plan| (plan.x, plan.y) = (within(x - dx), within(y - dy)));
        }
    };
    let keeping = screen.clone();
    let keep = move || {
        moves.update(|moves| *moves += 1);
        keeping.submit_with(
            Action::Plan {
                table: id,
                plan: plan.get_untracked(),
            },
            move |_| moves.update(|moves| *moves -= 1),
        );
    };
    let drop = {
        let keep = keep.clone();
        move |_| {
            if hold.get_untracked().is_some() {
                keep();
                hold.set(None);
            }
        }
    };
    let key = move |event: KeyboardEvent| {
        let (dx, dy) = match event.key().as_str() {
            "ArrowLeft" => (-STEP, 0),
            "ArrowRight" => (STEP, 0),
            "ArrowUp" => (0, -STEP),
            "ArrowDown" => (0, STEP),
            _ => return,
        };
        event.prevent_default();
        chosen.set(Some(id));
        plan.update(|plan| {
            (plan.x, plan.y) = (within(i16::from(plan.x) + dx), within(i16::from(plan.y) + dy))
        });
        keep();
    };
    let here = move || (chosen.get() == Some(id)).to_string();
    let part = |of: fn(&TablePlan) -> u8| move || plan.with(of).to_string();
    let name = move || plan.with(|plan| plan.name.clone());
    view! {
        <button type="button" class="table" class:round=move || plan.with(|plan| plan.round) style=("--x", part(|plan| plan.x)) style=("--y", part(|plan| plan.y))
            style=("--w", part(|plan| plan.width)) style=("--h", part(|plan| plan.height)) aria-pressed=here
            on:pointerdown=take on:pointermove=drag on:pointerup=drop on:keydown=key>
            <b dir="auto">{name}</b>
        </button>
    }
}

/// The table that is chosen, and a new one.
pub fn form(
    screen: &Screen,
    chosen: RwSignal<Option<TableId>>,
    room: Memo<Option<String>>,
) -> impl IntoView + use<> {
    let screen = screen.clone();
    move || {
        let table = chosen
            .get()
            .and_then(|id| screen.pos.with_untracked(|pos| pos.table(id).cloned()));
        fields(&screen, chosen, table, &room.get_untracked().unwrap_or_default())
    }
}

fn fields(
    screen: &Screen,
    chosen: RwSignal<Option<TableId>>,
    table: Option<Table>,
    room: &str,
) -> impl IntoView + use<> {
    let known = table.as_ref().map(|table| table.id);
    let plan = table.map_or_else(
        || TablePlan {
            room: room.to_owned(),
            seats: 4,
            x: 50,
            y: 50,
            width: 12,
            height: 16,
            ..TablePlan::default()
        },
        |table| table.plan,
    );
    let [name, room_field, seats] = [(); 3].map(|()| NodeRef::<html::Input>::new());
    let (round, size) = (
        RwSignal::new(plan.round),
        RwSignal::new((plan.width, plan.height)),
    );
    let (keeping, id) = (
        screen.clone(),
        known.unwrap_or_else(|| TableId(screen.client.id())),
    );
    let before = plan.clone();
    let keep = move |event: SubmitEvent| {
        event.prevent_default();
        let value = |field: NodeRef<html::Input>| {
            field
                .get_untracked()
                .map(|field| field.value().trim().to_owned())
                .unwrap_or_default()
        };
        // Dragged meanwhile, it stays where it is.
        let place = keeping
            .pos
            .with_untracked(|pos| pos.table(id).map(|table| (table.plan.x, table.plan.y)));
        let (x, y) = place.unwrap_or((before.x, before.y));
        let (width, height) = size.get_untracked();
        let seats = value(seats).parse().unwrap_or(before.seats);
        let plan = TablePlan {
            name: value(name),
            room: value(room_field),
            seats,
            round: round.get_untracked(),
            x,
            y,
            width,
            height,
        };
        keeping.submit_once(Action::Plan { table: id, plan }, move || chosen.set(None));
    };
    let shape = |is_round: bool, key: Key| {
        let here = move || (round.get() == is_round).to_string();
        view! { <button type="button" aria-pressed=here on:click=move |_| round.set(is_round)>{screen.text(key)}</button> }
    };
    let sized = |(width, height): (u8, u8), key: Key| {
        let here = move || (size.get() == (width, height)).to_string();
        view! { <button type="button" aria-pressed=here on:click=move |_| size.set((width, height))>{screen.text(key)}</button> }
    };
    let removing = screen.clone();
    let remove = known.map(|table| {
        let word = screen.text(Key::StationsRemove);
        let remove = move |_| removing.submit_once(Action::RemoveTable { table }, move || chosen.set(None));
        view! { <button type="button" class="less" on:click=remove>{word}</button> }
    });
    let another = known.map(|_| {
        let word = screen.text(Key::TableNew);
        view! { <button type="button" on:click=move |_| chosen.set(None)>{word}</button> }
    });
    let title = match known {
        Some(_) => at_table(screen.texts, &plan.name),
        None => screen.text(Key::TableNew).to_owned(),
    };
    view! {
        <form class="fields table-form" on:submit=keep>
            <h2 dir="auto">{title}</h2>
            <p class="hint">{screen.text(Key::FloorHint)}</p>
            <label><span>{screen.text(Key::TableName)}</span><input node_ref=name value=plan.name.clone() required maxlength=limits::NAME autocomplete="off"/></label>
            <label><span>{screen.text(Key::TableRoom)}</span><input node_ref=room_field value=plan.room.clone() maxlength=limits::NAME autocomplete="off"/></label>
            <label><span>{screen.text(Key::TableSeats)}</span><input node_ref=seats type="number" min="1" max="60" value=plan.seats.to_string() inputmode="numeric"/></label>
            <fieldset class="choices"><legend>{screen.text(Key::TableShape)}</legend>{shape(false, Key::TableSquare)}{shape(true, Key::TableRound)}</fieldset>
            <fieldset class="choices"><legend>{screen.text(Key::TableSize)}</legend>{sized((9, 12), Key::TableSmall)}{sized((12, 16), Key::TableMiddle)}{sized((20, 16), Key::TableLong)}</fieldset>
            <div class="beside">{remove}{another}<button type="submit" class="main">{screen.text(Key::DoKeep)}</button></div>
        </form>
    }
}
