//! What the client needs of the browser: a lock, persistent storage, the app's files, updates, sound.

use js_sys::{Array, Function, Promise};
use leptos::prelude::{RwSignal, Set, document, window};
use servery_app::pos_client::{Installation, StorageUsage, UnsupportedReason};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    AudioContext, Blob, BlobPropertyBag, Event, HtmlElement, ServiceWorkerRegistration, StorageManager, Url,
};

use crate::device::{self, member, worker_ready, workers};

const LOCK: &str = "staff";
const BRIGHT: &str = "bright";
/// The cache of API answers.
const ANSWERS: &str = "answers-v1";
/// Bytes that are needed; a private window gets less.
const LEAST: f64 = 20_000_000.0;
const OFTEN: i32 = 60 * 60 * 1_000;

/// Calls back once this tab is the leader, which it stays until it is closed.
pub fn lead(leads: impl FnOnce() + 'static) {
    // A browser without locks cannot be a device.
    let Some(locks) = device::locks() else { return };
    device::with_lock(&locks, LOCK, move || {
        leads();
        Promise::new(&mut |_, _| {})
    });
}

fn manager() -> Option<StorageManager> {
    member(&window().navigator(), "storage")?.dyn_into().ok()
}

/// Why this browser cannot be a device.
pub async fn unsupported() -> Option<UnsupportedReason> {
    if !window().is_secure_context() {
        return Some(UnsupportedReason::Insecure);
    }
    if workers().is_none() || device::locks().is_none() {
        return Some(UnsupportedReason::NoWorker);
    }
    let StorageUsage { used, left, .. } = measured(false).await?;
    (used + left < LEAST).then_some(UnsupportedReason::NoStorage)
}

async fn measured(kept: bool) -> Option<StorageUsage> {
    let estimate = JsFuture::from(manager()?.estimate().ok()?).await.ok()?;
    let bytes = |name| {
        member(&estimate, name)
            .and_then(|bytes| bytes.as_f64())
            .unwrap_or_default()
    };
    let used = bytes("usage");
    Some(StorageUsage {
        kept,
        used,
        left: (bytes("quota") - used).max(0.0),
    })
}

pub async fn storage() -> Option<StorageUsage> {
    let manager = manager()?;
    let yes = async |asked: Result<Promise, JsValue>| JsFuture::from(asked.ok()?).await.ok()?.as_bool();
    let kept = match yes(manager.persisted()).await {
        Some(true) => true,
        _ => yes(manager.persist()).await == Some(true),
    };
    measured(kept).await
}

async fn registration() -> Option<ServiceWorkerRegistration> {
    JsFuture::from(workers()?.get_registration())
        .await
        .ok()?
        .dyn_into()
        .ok()
}

pub async fn delete_cached_app() {
    if let Ok(caches) = window().caches() {
        for name in [ANSWERS, "staff"] {
            // Nothing to delete.
            let _ = JsFuture::from(caches.delete(name)).await;
        }
    }
}

/// Checks for a new version regularly, since a till is open for weeks, and reports when one is installed.
pub fn watch_updates(waits: RwSignal<bool>) {
    spawn_local(async move {
        let Some(registration) = worker_ready().await else {
            return;
        };
        let known = registration.clone();
        let see = Closure::<dyn Fn()>::new(move || waits.set(known.waiting().is_some())).into_js_value();
        waits.set(registration.waiting().is_some());
        let found = {
            let registration = registration.clone();
            Closure::<dyn Fn()>::new(move || {
                if let Some(fresh) = registration.installing() {
                    fresh.set_onstatechange(Some(see.unchecked_ref()));
                }
            })
        };
        registration.set_onupdatefound(Some(found.into_js_value().unchecked_ref()));
        let look = move || {
            let Ok(update) = registration.update() else { return };
            spawn_local(async {
                // Offline, the check fails.
                let _ = JsFuture::from(update).await;
            });
        };
        look();
        let again = Closure::<dyn Fn()>::new(look).into_js_value();
        let _ = window().set_interval_with_callback_and_timeout_and_arguments_0(again.unchecked_ref(), OFTEN);
    });
}

/// Activates the new version for all tabs. This tab reloads at once, others when they are loaded next.
pub fn install_update() {
    let Some(workers) = workers() else { return };
    let reload = Closure::once_into_js(|| drop(window().location().reload()));
    let _ = workers.add_event_listener_with_callback("controllerchange", reload.unchecked_ref());
    spawn_local(async {
        if let Some(waiting) = registration()
            .await
            .and_then(|registration| registration.waiting())
        {
            let _ = waiting.post_message(&"update".into());
        }
    });
}

/// Downloads a file.
pub fn save(name: &str, text: &str) -> Option<()> {
    let kind = BlobPropertyBag::new();
    kind.set_type("application/json");
    let blob = Blob::new_with_str_sequence_and_options(&Array::of1(&text.into()), &kind).ok()?;
    let address = Url::create_object_url_with_blob(&blob).ok()?;
    let link: HtmlElement = document().create_element("a").ok()?.dyn_into().ok()?;
    link.set_attribute("href", &address).ok()?;
    link.set_attribute("download", name).ok()?;
    link.click();
    Some(())
}

pub fn is_bright() -> bool {
    let bright = window()
        .local_storage()
        .ok()
        .flatten()
        .and_then(|storage| storage.get_item(BRIGHT).ok().flatten())
        .is_some();
    wear(bright);
    bright
}

pub fn set_bright(bright: bool) {
    wear(bright);
    let Ok(Some(storage)) = window().local_storage() else {
        return;
    };
    // Without storage the question is repeated.
    let _ = if bright {
        storage.set_item(BRIGHT, "bright")
    } else {
        storage.remove_item(BRIGHT)
    };
}

fn wear(bright: bool) {
    let Some(html) = document().document_element() else {
        return;
    };
    let _ = if bright {
        html.set_attribute("data-ground", "bright")
    } else {
        html.remove_attribute("data-ground")
    };
}

fn call(of: &JsValue, name: &str, argument: &JsValue) -> Option<JsValue> {
    let function: Function = member(of, name)?.dyn_into().ok()?;
    function.call1(of, argument).ok()
}

/// Of a function that answers later.
fn promised(of: &JsValue, name: &str, argument: &JsValue) -> Option<JsFuture> {
    let promise: Promise = call(of, name, argument)?.dyn_into().ok()?;
    Some(JsFuture::from(promise))
}

/// Does nothing in browsers that show no number.
pub fn set_badge(count: usize) {
    // Zero takes it away.
    let Some(shown) = promised(&window().navigator(), "setAppBadge", &JsValue::from(count as u32)) else {
        return;
    };
    spawn_local(async move {
        // An app that is not installed has no icon.
        let _ = shown.await;
    });
}

/// Keeps the screen on until it is released, or the page is hidden. `None` if the browser cannot, or saves energy.
pub async fn wake_lock() -> Option<JsValue> {
    let wake_lock = member(&window().navigator(), "wakeLock")?;
    promised(&wake_lock, "request", &"screen".into())?.await.ok()
}

pub fn release_wake_lock(lock: &JsValue) {
    call(lock, "release", &JsValue::UNDEFINED);
}

/// How the app can be installed, before the browser offers anything.
pub fn installation() -> Installation {
    let runs_installed = window()
        .match_media("(display-mode: standalone)")
        .ok()
        .flatten()
        .is_some_and(|query| query.matches());
    // A property of Safari on phones and tablets, which offers nothing by itself.
    let safari = member(&window().navigator(), "standalone").and_then(|standalone| standalone.as_bool());
    match (runs_installed, safari) {
        (true, _) | (_, Some(true)) => Installation::Installed,
        (false, Some(false)) => Installation::ByMenu,
        (false, None) => Installation::Unavailable,
    }
}

/// Calls back with each offer of the browser to install the app, in place of its own question.
pub fn on_install_offer(hear: impl Fn(JsValue) + 'static) {
    let hear = Closure::<dyn Fn(Event)>::new(move |event: Event| {
        event.prevent_default();
        hear(event.into());
    });
    // Fails only for an invalid name.
    let _ = window()
        .add_event_listener_with_callback("beforeinstallprompt", hear.into_js_value().unchecked_ref());
}

pub fn accept_offer(offer: &JsValue) {
    let Some(asked) = promised(offer, "prompt", &JsValue::UNDEFINED) else {
        return;
    };
    spawn_local(async move {
        // What was answered the browser tells by the event 'appinstalled'.
        let _ = asked.await;
    });
}

/// Plays two short notes. Browsers stay silent until the page was touched once.
pub fn play_sound() {
    let Ok(sound) = AudioContext::new() else { return };
    let play = |pitch: f32, at: f64| -> Result<(), JsValue> {
        let (note, loudness) = (sound.create_oscillator()?, sound.create_gain()?);
        note.frequency().set_value(pitch);
        loudness
            .gain()
            .set_value_at_time(0.2, sound.current_time() + at)?;
        loudness
            .gain()
            .exponential_ramp_to_value_at_time(0.001, sound.current_time() + at + 0.25)?;
        note.connect_with_audio_node(&loudness)?;
        loudness.connect_with_audio_node(&sound.destination())?;
        note.start_with_when(sound.current_time() + at)?;
        note.stop_with_when(sound.current_time() + at + 0.3)
    };
    // Without audio the ticket is still shown.
    let _ = play(880.0, 0.0).and_then(|()| play(1_175.0, 0.2));
}
