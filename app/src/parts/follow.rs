//! Hears of changes while a page is open. A browser comes back by itself when the line was cut.

use leptos::{
    prelude::on_cleanup,
    wasm_bindgen::{JsCast, closure::Closure},
    web_sys::EventSource,
};
use send_wrapper::SendWrapper;

/// Calls `changed` with each event `order` of a stream, until the page is left. For effects, which run in browsers only.
pub fn follow(address: &str, changed: impl Fn() + 'static) {
    let Ok(source) = EventSource::new(address) else { return };
    let heard = Closure::<dyn Fn()>::new(changed);
    // Fails for a name that is no text only.
    let _ = source.add_event_listener_with_callback("order", heard.as_ref().unchecked_ref());
    let open = SendWrapper::new((source, heard));
    on_cleanup(move || open.0.close());
}
