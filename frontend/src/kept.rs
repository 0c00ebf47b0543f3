//! The API's answers that this device keeps, to be read without a network.

use leptos::prelude::window;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Cache, Response};

/// Named after the API's version: the answers of another one are another format.
const KEPT: &str = "answers-v1";

async fn open() -> Result<Cache, JsValue> {
    JsFuture::from(window().caches()?.open(KEPT)).await?.dyn_into()
}

pub async fn put(address: &str, answer: &str) -> Result<(), JsValue> {
    let response = Response::new_with_opt_str(Some(answer))?;
    JsFuture::from(open().await?.put_with_str(address, &response)).await.map(drop)
}

pub async fn get(address: &str) -> Result<Option<String>, JsValue> {
    let found = JsFuture::from(open().await?.match_with_str(address)).await?;
    let Ok(response) = found.dyn_into::<Response>() else { return Ok(None) };
    Ok(JsFuture::from(response.text()?).await?.as_string())
}
