//! Stored answers of the API, for reading without a network.

use leptos::prelude::window;
use servery_app::{api, routes};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Cache, Response};

use crate::document;

/// Named after the API version, because the format may change with it.
const KEPT: &str = "answers-v1";

async fn open() -> Result<Cache, JsValue> {
    JsFuture::from(window().caches()?.open(KEPT)).await?.dyn_into()
}

async fn put(address: &str, answer: &Response) -> Result<(), JsValue> {
    JsFuture::from(open().await?.put_with_str(address, answer))
        .await
        .map(drop)
}

/// Stores in the background, for pages that work offline. Searches are not stored: the whole list is stored
/// and can be searched.
/// Storing may fail on a full disk or in a private window; the page is shown anyway.
pub fn store(address: &str, answer: Result<Response, JsValue>) {
    let offline = routes::find(&document::visit().path).is_some_and(|route| route.offline);
    if !offline || api::is_search(address) {
        return;
    }
    let address = address.to_owned();
    spawn_local(async move {
        if let Ok(answer) = answer {
            let _ = put(&address, &answer).await;
        }
    });
}

pub async fn get(address: &str) -> Option<JsValue> {
    let found = JsFuture::from(open().await.ok()?.match_with_str(address))
        .await
        .ok()?;
    let response: Response = found.dyn_into().ok()?;
    JsFuture::from(response.json().ok()?).await.ok()
}
