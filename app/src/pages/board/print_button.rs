//! Prints an order, whose own page is laid out as a receipt.

use leptos::{
    prelude::*,
    wasm_bindgen::{JsCast, closure::Closure},
};

use crate::{
    components::render_info::RenderInfo,
    mode::Mode,
    text::{Key, Texts},
};

/// Opens that page in a window of its own and prints it. Without a script there is no such button: browsers print by themselves.
pub fn print_button(texts: Texts, href: String) -> impl IntoView {
    let RenderInfo { decision, .. } = use_context().expect("whoever makes a page says how it was made");
    (decision.mode != Mode::Thin).then(|| {
        view! { <button type="button" class="print" on:click=move |_| print(&href)>{texts.get(Key::BoardPrint)}</button> }
    })
}

/// Does nothing where windows are blocked.
fn print(href: &str) {
    let Ok(Some(page)) = window().open_with_url_and_target(href, "_blank") else {
        return;
    };
    let printed = page.clone();
    let print = Closure::once_into_js(move || printed.print());
    // Fails only for an invalid name.
    let _ = page.add_event_listener_with_callback("load", print.unchecked_ref());
}
