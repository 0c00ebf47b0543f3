//! Dishes and categories are dragged by their handles. The arrow buttons do the same by keys and without a script.

use leptos::{ev::PointerEvent, html, prelude::*, wasm_bindgen::JsCast, web_sys::Element};
use servery_domain::{edit::Side, id::EditId, slug::Slug};

use super::edit_id::edit_id;
use crate::components::form;

/// What can be dragged, and what it can be dropped beside.
const DISH: &str = "li[id^=dish-]";
const CATEGORY: &str = "section.category";
const DRAGGED: &str = "dragged";
/// Pixels from the edge of the window within which it scrolls, and how far at once.
const EDGE: f64 = 72.0;
const SCROLL: f64 = 24.0;

/// Part of a row or of a category's head; nobody sees it until the program runs.
pub fn handle() -> impl IntoView {
    view! { <span class="handle" aria-hidden="true">"⠿"</span> }
}

/// The lists, and the form that is sent when something is dropped.
pub fn draggable<L: IntoView + 'static>(slug: &Slug, id: EditId, lists: L) -> impl IntoView + use<L> {
    let is_alive = RwSignal::new(false);
    Effect::new(move |_| is_alive.set(true));
    let dragged = StoredValue::new_local(None::<Element>);
    let target = StoredValue::new_local(None::<(Element, Side)>);
    let moves = NodeRef::<html::Form>::new();
    let unmark = move || {
        if let Some((element, side)) = target.try_update_value(Option::take).flatten() {
            let _ = element.class_list().remove_1(mark(side));
        }
    };
    let take = move |event: PointerEvent| {
        let Some(row) = pressed(&event) else { return };
        event.prevent_default();
        let _ = row.class_list().add_1(DRAGGED);
        if let Some(list) = event
            .current_target()
            .and_then(|list| list.dyn_into::<Element>().ok())
        {
            let _ = list.set_pointer_capture(event.pointer_id());
        }
        dragged.set_value(Some(row));
    };
    let drag = move |event: PointerEvent| {
        let Some(row) = dragged.get_value() else { return };
        scroll(&event);
        unmark();
        if let Some((element, side)) = below(&event, &row) {
            let _ = element.class_list().add_1(mark(side));
            target.set_value(Some((element, side)));
        }
    };
    let end = move || {
        let row = dragged.try_update_value(Option::take).flatten();
        if let Some(row) = &row {
            let _ = row.class_list().remove_1(DRAGGED);
        }
        row
    };
    let drop = move |_: PointerEvent| {
        let found = target.get_value();
        unmark();
        if let (Some(row), Some((element, side)), Some(form)) = (end(), found, moves.get_untracked()) {
            form::fill_in(&form, "part", &row.id());
            form::fill_in(&form, "beside", &element.id());
            form::fill_in(&form, "side", side.code());
            let _ = form.request_submit();
        }
    };
    let cancel = move |_: PointerEvent| {
        unmark();
        end();
    };
    view! {
        <div class="draggable" class:alive=is_alive on:pointerdown=take on:pointermove=drag on:pointerup=drop on:pointercancel=cancel>
            {lists}
        </div>
        <form hidden method="post" action=format!("/office/{slug}") node_ref=moves>
            {edit_id(id)}
            <input type="hidden" name="act" value="move"/>
            <input type="hidden" name="part"/>
            <input type="hidden" name="beside"/>
            <input type="hidden" name="side"/>
        </form>
    }
}

/// Where a line shows the place.
const fn mark(side: Side) -> &'static str {
    match side {
        Side::Before => "drop-before",
        Side::After => "drop-after",
    }
}

/// The row or category whose handle is pressed.
fn pressed(event: &PointerEvent) -> Option<Element> {
    let target: Element = event.target()?.dyn_into().ok()?;
    let handle = target.closest(".handle").ok().flatten()?;
    handle.closest(&format!("{DISH}, {CATEGORY}")).ok().flatten()
}

/// What is under the pointer, and on which side of it the row would go.
fn below(event: &PointerEvent, row: &Element) -> Option<(Element, Side)> {
    let (x, y) = (event.client_x() as f32, event.client_y() as f32);
    let under = document().element_from_point(x, y)?;
    let category = || under.closest(CATEGORY).ok().flatten();
    let is_dish = row.matches(DISH).unwrap_or(false);
    let found = match is_dish {
        true => under.closest(DISH).ok().flatten().or_else(category)?,
        false => category()?,
    };
    if found.is_same_node(Some(row)) {
        return None;
    }
    // A dish beside a category is the first one in it.
    if is_dish && found.matches(CATEGORY).unwrap_or(false) {
        return Some((found, Side::After));
    }
    let place = found.get_bounding_client_rect();
    let is_upper = f64::from(y) < place.top() + place.height() / 2.0;
    Some((found, if is_upper { Side::Before } else { Side::After }))
}

/// A long menu scrolls while something is held at the edge of the window.
fn scroll(event: &PointerEvent) {
    let height = window().inner_height().ok().and_then(|height| height.as_f64());
    let y = f64::from(event.client_y());
    if y < EDGE {
        window().scroll_by_with_x_and_y(0.0, -SCROLL);
    } else if height.is_some_and(|height| y > height - EDGE) {
        window().scroll_by_with_x_and_y(0.0, SCROLL);
    }
}
