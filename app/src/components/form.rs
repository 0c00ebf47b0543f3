//! A form as the browser sees it while one types. Without a script the same form is simply sent.

use js_sys::Array;
use leptos::{
    prelude::{RwSignal, Set, window},
    wasm_bindgen::{JsCast, JsValue},
    web_sys::{Event, EventInit, EventTarget, FormData, HtmlFormElement, HtmlInputElement},
};

use crate::page_address::PageAddress;

/// The fields that would be sent, in their order, without files.
pub fn pairs(form: &HtmlFormElement) -> Vec<(String, String)> {
    let Ok(data) = FormData::new_with_form(form) else {
        return Vec::new();
    };
    let pair = |pair: JsValue| {
        let pair = Array::from(&pair);
        Some((pair.get(0).as_string()?, pair.get(1).as_string()?))
    };
    Array::from(&data).iter().filter_map(pair).collect()
}

/// Puts a value into an input of the form.
pub fn fill_in(form: &HtmlFormElement, name: &str, value: &str) {
    let found = form.query_selector(&format!("input[name=\"{name}\"]"));
    let input = found
        .ok()
        .flatten()
        .and_then(|found| found.dyn_into::<HtmlInputElement>().ok());
    if let Some(input) = input {
        input.set_value(value);
    }
}

/// As if somebody had typed there: the form looks at what it has by now.
pub fn say_typed(target: &EventTarget) {
    let init = EventInit::new();
    init.set_bubbles(true);
    if let Ok(input) = Event::new_with_event_init_dict("input", &init) {
        // Fails only for an event that is on its way already.
        let _ = target.dispatch_event(&input);
    }
}

pub fn borrowed((name, value): &(String, String)) -> (&str, &str) {
    (name, value)
}

/// Puts the form's fields into the address: so it can be shared and reloaded, and links to other views keep
/// what was typed.
pub fn show_address(current: RwSignal<PageAddress>, address: &str) {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    current.set(PageAddress::new(path, query));
    if let Ok(history) = window().history() {
        // Fails only if called hundreds of times a second; the next keystroke sets it again.
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(address));
    }
}
