//! Stored answers of the API, for reading without a network.

use leptos::prelude::window;
use servery_app::routes;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Cache, Response};

use crate::document;

/// Named after the API's version: the answers of another one are another format.
const KEPT: &str = "answers-v1";

async fn open() -> Result<Cache, JsValue> {
    JsFuture::from(window().caches()?.open(KEPT)).await?.dyn_into()
}

async fn put(address: &str, answer: &Response) -> Result<(), JsValue> {
    JsFuture::from(open().await?.put_with_str(address, answer))
        .await
        .map(drop)
}

/// In the background, if the page that is shown can be read without a network. A search is not kept: the whole list is, and can be searched.
/// A full disk or a private window keeps nothing; the page is shown all the same.
pub fn store(address: &str, answer: Result<Response, JsValue>) {
    let offline = routes::find(&document::visit().path).is_some_and(|route| route.offline);
    if !offline || address.contains('?') {
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
