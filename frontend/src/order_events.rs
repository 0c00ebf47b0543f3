//! The event stream of orders.

use std::{cell::RefCell, rc::Rc, time::Duration};

use leptos::prelude::{TimeoutHandle, set_timeout_with_handle};
use servery_app::backend::OrderStreamEvent;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Event, EventSource, MessageEvent};

use crate::json::read;

/// Browsers reconnect by themselves, except after an answer that is not a stream.
const AGAIN: Duration = Duration::from_secs(3);

struct Open {
    source: EventSource,
    _connect: Closure<dyn Fn(Event)>,
    _hear: Closure<dyn Fn(MessageEvent)>,
    _fail: Closure<dyn Fn(Event)>,
}

struct Inner {
    address: String,
    heard: Box<dyn Fn(OrderStreamEvent)>,
    open: RefCell<Option<Open>>,
    timer: RefCell<Option<TimeoutHandle>>,
}

/// Open until dropped.
pub struct OrderEventSource(Rc<Inner>);

impl OrderEventSource {
    pub fn new(stream: &str, heard: Box<dyn Fn(OrderStreamEvent)>) -> Self {
        let inner = Rc::new(Inner {
            address: stream.to_owned(),
            heard,
            open: RefCell::default(),
            timer: RefCell::default(),
        });
        listen(&inner);
        Self(inner)
    }
}

impl Drop for OrderEventSource {
    fn drop(&mut self) {
        if let Some(open) = self.0.open.take() {
            open.source.close();
        }
        if let Some(timer) = self.0.timer.take() {
            timer.clear();
        }
    }
}

fn listen(inner: &Rc<Inner>) {
    let Ok(source) = EventSource::new(&inner.address) else {
        return;
    };
    let connecting = Rc::downgrade(inner);
    let connect = Closure::<dyn Fn(Event)>::new(move |_| {
        if let Some(inner) = connecting.upgrade() {
            (inner.heard)(OrderStreamEvent::Connected);
        }
    });
    let hearing = Rc::downgrade(inner);
    let hear = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        let Some(inner) = hearing.upgrade() else { return };
        let order = event
            .data()
            .as_string()
            .and_then(|text| read(js_sys::JSON::parse(&text).ok()?).ok());
        if let Some(order) = order {
            (inner.heard)(OrderStreamEvent::Order(order));
        }
    });
    let failing = Rc::downgrade(inner);
    let fail = Closure::<dyn Fn(Event)>::new(move |_| {
        let Some(inner) = failing.upgrade() else { return };
        (inner.heard)(OrderStreamEvent::Lost);
        let closed = inner
            .open
            .borrow()
            .as_ref()
            .is_some_and(|open| open.source.ready_state() == EventSource::CLOSED);
        if closed {
            let again = Rc::downgrade(&inner);
            let timer = set_timeout_with_handle(move || again.upgrade().iter().for_each(listen), AGAIN);
            *inner.timer.borrow_mut() = timer.ok();
        }
    });
    let _ = source.add_event_listener_with_callback("open", connect.as_ref().unchecked_ref());
    let _ = source.add_event_listener_with_callback("order", hear.as_ref().unchecked_ref());
    let _ = source.add_event_listener_with_callback("error", fail.as_ref().unchecked_ref());
    *inner.open.borrow_mut() = Some(Open {
        source,
        _connect: connect,
        _hear: hear,
        _fail: fail,
    });
}
