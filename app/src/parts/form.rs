//! A search form as the browser sees it while one types. Without a script the same form is simply sent.

use leptos::{
    prelude::{RwSignal, Set, window},
    wasm_bindgen::JsValue,
    web_sys::{FormData, HtmlFormElement},
};

use crate::visit::Visit;

/// The fields that have a text.
pub fn pairs(form: &HtmlFormElement) -> Vec<(String, String)> {
    let Ok(data) = FormData::new_with_form(form) else { return Vec::new() };
    let fields = form.elements();
    (0..fields.length())
        .filter_map(|at| fields.item(at)?.get_attribute("name"))
        .filter_map(|name| data.get(&name).as_string().map(|value| (name, value)))
        .collect()
}

pub fn borrowed((name, value): &(String, String)) -> (&str, &str) {
    (name, value)
}

/// So that the address can be shared, a reload shows the same, and links to other views of this page keep what was typed.
pub fn show_address(current: RwSignal<Visit>, address: &str) {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    current.set(Visit::new(path, query));
    if let Ok(history) = window().history() {
        // Refused only when called hundreds of times a second; the next keystroke sets it again.
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(address));
    }
}
