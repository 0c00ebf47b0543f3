//! The stream of the restaurant's revisions.

use std::rc::Rc;

use servery_domain::revision::Revision;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Event, EventSource, MessageEvent};

/// Open until dropped.
pub struct RevisionEvents {
    source: EventSource,
    _open: Closure<dyn Fn(Event)>,
    _hear: Closure<dyn Fn(MessageEvent)>,
    _published: Closure<dyn Fn(Event)>,
    _fail: Closure<dyn Fn(Event)>,
}

pub enum RevisionEvent {
    /// Connected: later events are not missed; earlier ones may have been.
    Open,
    Revision(Revision),
    /// The restaurant or its menu is another one.
    Restaurant,
    Lost,
}

impl RevisionEvents {
    pub fn new(address: &str, hear: impl Fn(RevisionEvent) + 'static) -> Option<Self> {
        let source = EventSource::new(address).ok()?;
        let hear = Rc::new(hear);
        let (opened, failed, told) = (hear.clone(), hear.clone(), hear.clone());
        let open = Closure::<dyn Fn(Event)>::new(move |_| opened(RevisionEvent::Open));
        let fail = Closure::<dyn Fn(Event)>::new(move |_| failed(RevisionEvent::Lost));
        let published = Closure::<dyn Fn(Event)>::new(move |_| told(RevisionEvent::Restaurant));
        let said = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            let revision = event.data().as_string().and_then(|text| text.parse().ok());
            revision
                .into_iter()
                .for_each(|revision| hear(RevisionEvent::Revision(Revision(revision))));
        });
        // Fails only for an invalid name.
        let _ = source.add_event_listener_with_callback("open", open.as_ref().unchecked_ref());
        let _ = source.add_event_listener_with_callback("revision", said.as_ref().unchecked_ref());
        let _ = source.add_event_listener_with_callback("restaurant", published.as_ref().unchecked_ref());
        let _ = source.add_event_listener_with_callback("error", fail.as_ref().unchecked_ref());
        Some(Self {
            source,
            _open: open,
            _hear: said,
            _published: published,
            _fail: fail,
        })
    }

    /// Browsers reconnect by themselves, except after an answer that is not a stream.
    pub fn is_over(&self) -> bool {
        self.source.ready_state() == EventSource::CLOSED
    }
}

impl Drop for RevisionEvents {
    fn drop(&mut self) {
        self.source.close();
    }
}
