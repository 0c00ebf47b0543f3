//! What browsers have beside the page: events, timers, locks that all tabs share, and the service worker that keeps files.

use std::time::Duration;

use js_sys::{Function, Promise, Reflect};
use leptos::prelude::{set_timeout, window};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{EventTarget, ServiceWorkerContainer, ServiceWorkerRegistration};

pub fn member(of: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(of, &name.into())
        .ok()
        .filter(|found| !found.is_undefined() && !found.is_null())
}

pub fn on(target: &EventTarget, name: &str, act: impl Fn() + 'static) {
    let closure = Closure::<dyn Fn()>::new(act);
    // Fails only for an invalid name.
    let _ = target.add_event_listener_with_callback(name, closure.as_ref().unchecked_ref());
    closure.forget();
}

pub async fn pause(long: Duration) {
    let promise = Promise::new(&mut |over, _| set_timeout(move || drop(over.call0(&JsValue::NULL)), long));
    // Setting a timer does not fail.
    let _ = JsFuture::from(promise).await;
}

/// Locks that all tabs share.
pub fn locks() -> Option<JsValue> {
    member(&window().navigator(), "locks")
}

/// Calls back once no other tab has the lock, and has it until the returned promise resolves.
pub fn with_lock(locks: &JsValue, name: &str, held: impl FnOnce() -> Promise + 'static) {
    let request = member(locks, "request").and_then(|request| request.dyn_into::<Function>().ok());
    let held = Closure::once_into_js(held);
    // Refused only where a page has no storage either.
    let _ = request.map(|request| request.call2(locks, &name.into(), &held));
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
