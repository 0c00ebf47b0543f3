//! What browsers have beside the page: events, timers, time zones, locks that all tabs share, and the service worker that keeps files.

use std::time::Duration;

use js_sys::{Date, Function, Object, Promise, Reflect};
use leptos::prelude::{set_timeout, window};
use servery_domain::time::{LocalMinute, TimeZoneName};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Event, EventTarget, ServiceWorkerContainer, ServiceWorkerRegistration};

pub fn member(of: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(of, &name.into())
        .ok()
        .filter(|found| !found.is_undefined() && !found.is_null())
}

pub fn listen(target: &EventTarget, name: &str, act: impl Fn(&Event) + 'static) {
    add_listener(target, name, act, false);
}

/// Before anybody else hears of the event.
pub fn listen_first(target: &EventTarget, name: &str, act: impl Fn(&Event) + 'static) {
    add_listener(target, name, act, true);
}

fn add_listener(target: &EventTarget, name: &str, act: impl Fn(&Event) + 'static, is_first: bool) {
    let closure = Closure::<dyn Fn(Event)>::new(move |event| act(&event));
    let listener = closure.as_ref().unchecked_ref();
    // Fails only for an invalid name.
    let _ = target.add_event_listener_with_callback_and_bool(name, listener, is_first);
    closure.forget();
}

/// Resolves after this time.
pub fn timer(long: Duration) -> Promise {
    Promise::new(&mut |over, _| set_timeout(move || drop(over.call0(&JsValue::NULL)), long))
}

pub async fn pause(long: Duration) {
    // Setting a timer does not fail.
    let _ = JsFuture::from(timer(long)).await;
}

/// Uses the browser's time-zone database, so the wasm needs none.
pub fn local_now(zone: &TimeZoneName) -> Option<LocalMinute> {
    let options = Object::new();
    Reflect::set(&options, &"timeZone".into(), &zone.0.as_str().into()).ok()?;
    // The Swedish locale formats as 2026-11-21 13:45:00.
    let text: String = Date::new_0().to_locale_string("sv-SE", &options).into();
    text.get(..16)?.replacen(' ', "T", 1).parse().ok()
}

/// Locks that all tabs share.
pub fn locks() -> Option<JsValue> {
    member(&window().navigator(), "locks")
}

/// Calls back once no other tab has the lock, and has it until the promise of `held` resolves; then its own does.
pub fn with_lock(locks: &JsValue, name: &str, held: impl FnOnce() -> Promise + 'static) -> Option<Promise> {
    let request: Function = member(locks, "request")?.dyn_into().ok()?;
    let held = Closure::once_into_js(held);
    // Refused only where a page has no storage either.
    request.call2(locks, &name.into(), &held).ok()?.dyn_into().ok()
}

pub fn workers() -> Option<ServiceWorkerContainer> {
    member(&window().navigator(), "serviceWorker")?.dyn_into().ok()
}

/// Resolves when the service worker is ready.
pub async fn worker_ready() -> Option<ServiceWorkerRegistration> {
    JsFuture::from(workers()?.ready().ok()?)
        .await
        .ok()?
        .dyn_into()
        .ok()
}

/// Stores the files of a program on this device, for every version from now on: those that not every device keeps.
pub fn keep_program(name: &'static str) {
    spawn_local(async move {
        if let Some(worker) = worker_ready()
            .await
            .and_then(|registration| registration.active())
        {
            let _ = worker.post_message(&format!("keep {name}").into());
        }
    });
}
