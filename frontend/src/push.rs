//! Subscribes this browser to push notifications of an order.

use js_sys::{JSON, Reflect};
use leptos::prelude::window;
use servery_app::{api, backend::NotificationState};
use servery_domain::{
    lang::Lang,
    problem::{Problem, ProblemType},
    push::PushState,
};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Notification, NotificationPermission, PushManager, PushSubscription, PushSubscriptionOptionsInit,
    ServiceWorkerRegistration,
};

use crate::{http::send, json::read};

/// Browsers without support, or on a page without TLS, lack one of these.
fn is_possible() -> bool {
    let has = |target: &JsValue, name: &str| Reflect::has(target, &name.into()).unwrap_or_default();
    let window = window();
    has(&window.navigator(), "serviceWorker") && has(&window, "PushManager") && has(&window, "Notification")
}

async fn state(token: &str) -> Result<PushState, Problem> {
    read(send("GET", &api::push(token), "", None).await?)
}

pub async fn notification_state(token: &str) -> Result<NotificationState, Problem> {
    if !is_possible() {
        return Ok(NotificationState::Impossible);
    }
    match Notification::permission() {
        NotificationPermission::Denied => Ok(NotificationState::Blocked),
        NotificationPermission::Granted if state(token).await?.on => Ok(NotificationState::On),
        _ => Ok(NotificationState::Off),
    }
}

pub async fn set_notifications(token: &str, lang: Lang, on: bool) -> Result<NotificationState, Problem> {
    let address = api::push(token);
    if !on {
        return send("DELETE", &address, "", None)
            .await
            .map(|_| NotificationState::Off);
    }
    let refused = |_| {
        Problem::new(
            ProblemType::Unavailable,
            "the browser gives no address for messages",
        )
    };
    JsFuture::from(Notification::request_permission().map_err(refused)?)
        .await
        .map_err(refused)?;
    match Notification::permission() {
        NotificationPermission::Denied => return Ok(NotificationState::Blocked),
        NotificationPermission::Granted => {}
        // The permission prompt was dismissed.
        _ => return Ok(NotificationState::Off),
    }
    let key = state(token).await?.key;
    let body = subscription(&key, lang).await.map_err(refused)?;
    send("PUT", &address, &body, None)
        .await
        .map(|_| NotificationState::On)
}

/// The subscription in the server's format.
async fn subscription(key: &str, lang: Lang) -> Result<String, JsValue> {
    let container = window().navigator().service_worker();
    // Without a registered service worker, `ready` would never resolve.
    if JsFuture::from(container.get_registration()).await?.is_undefined() {
        return Err(JsValue::UNDEFINED);
    }
    let registration = ServiceWorkerRegistration::from(JsFuture::from(container.ready()?).await?);
    let manager = registration.push_manager()?;
    let subscription = match subscribe(&manager, key).await {
        Ok(subscription) => subscription,
        Err(_) => {
            // A subscription with another key has to be removed first.
            let old = JsFuture::from(manager.get_subscription()?).await?;
            if old.is_null() {
                return Err(old);
            }
            JsFuture::from(PushSubscription::from(old).unsubscribe()?).await?;
            subscribe(&manager, key).await?
        }
    };
    let body = JSON::parse(&String::from(JSON::stringify(&subscription)?))?;
    Reflect::set(&body, &"lang".into(), &lang.tag().into())?;
    JSON::stringify(&body).map(String::from)
}

async fn subscribe(manager: &PushManager, key: &str) -> Result<JsValue, JsValue> {
    let options = PushSubscriptionOptionsInit::new();
    options.set_user_visible_only(true);
    options.set_application_server_key_opt_str(Some(key));
    JsFuture::from(manager.subscribe_with_options(&options)?).await
}
