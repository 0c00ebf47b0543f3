//! Keys that mean something anywhere on the till mean letters in a field.

use leptos::{
    ev::KeyboardEvent,
    wasm_bindgen::JsCast,
    web_sys::{HtmlInputElement, HtmlSelectElement, HtmlTextAreaElement},
};

pub fn is_typing(event: &KeyboardEvent) -> bool {
    let held = event.ctrl_key() || event.alt_key() || event.meta_key();
    let field = event.target().is_some_and(|target| {
        target.has_type::<HtmlInputElement>() || target.has_type::<HtmlTextAreaElement>() || target.has_type::<HtmlSelectElement>()
    });
    held || field
}
