//! Hears from the server that there is something new.

use std::{cell::RefCell, rc::Rc};

use servery_domain::revision::Revision;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Event, EventSource, MessageEvent};

/// Listens until it is dropped.
pub struct News {
    source: EventSource,
    _open: Closure<dyn Fn(Event)>,
    _hear: Closure<dyn Fn(MessageEvent)>,
}

impl News {
    /// `hear` gets the revision; none when the line was just opened and something may have been missed.
    pub fn new(address: &str, hear: impl Fn(Option<Revision>) + 'static) -> Option<Self> {
        let source = EventSource::new(address).ok()?;
        let hear = Rc::new(RefCell::new(hear));
        let opened = hear.clone();
        let open = Closure::<dyn Fn(Event)>::new(move |_| opened.borrow()(None));
        let said = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            let revision = event.data().as_string().and_then(|text| text.parse().ok());
            hear.borrow()(revision.map(Revision));
        });
        // Fails for a name that is no text only.
        let _ = source.add_event_listener_with_callback("open", open.as_ref().unchecked_ref());
        let _ = source.add_event_listener_with_callback("revision", said.as_ref().unchecked_ref());
        Some(Self { source, _open: open, _hear: said })
    }

    /// A browser comes back by itself, except after an answer that was no stream.
    pub fn is_over(&self) -> bool {
        self.source.ready_state() == EventSource::CLOSED
    }
}

impl Drop for News {
    fn drop(&mut self) {
        self.source.close();
    }
}
