//! Keyboard shortcuts of the till: none while somebody types in a field or a dialog is open.

use leptos::{
    ev::KeyboardEvent,
    prelude::document,
    wasm_bindgen::JsCast,
    web_sys::{HtmlInputElement, HtmlSelectElement, HtmlTextAreaElement},
};

pub fn are_the_tills(event: &KeyboardEvent) -> bool {
    let held = event.repeat() || event.ctrl_key() || event.alt_key() || event.meta_key();
    let field = event.target().is_some_and(|target| {
        target.has_type::<HtmlInputElement>()
            || target.has_type::<HtmlTextAreaElement>()
            || target.has_type::<HtmlSelectElement>()
    });
    let covered = document()
        .query_selector("dialog[open]")
        .is_ok_and(|sheet| sheet.is_some());
    !held && !field && !covered
}
