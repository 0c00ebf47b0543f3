//! Scripts that a page needs only when it is asked for what they do.

use std::time::Duration;

use js_sys::{Function, Promise};
use leptos::prelude::{document, set_timeout, window};
use servery_domain::problem::{Problem, ProblemType};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::HtmlScriptElement;

const TIMEOUT: Duration = Duration::from_secs(20);

/// Resolves when the module has run. A module that has run before does not run again.
pub async fn run(address: &str) -> Result<(), Problem> {
    let unreachable = || Problem::new(ProblemType::Unreachable, address);
    if !window().navigator().on_line() {
        return Err(unreachable());
    }
    let loading = Promise::new(&mut |resolve, reject| {
        let too_late = reject.clone();
        set_timeout(move || settle(&too_late), TIMEOUT);
        if append(address, &resolve, &reject).is_err() {
            settle(&reject);
        }
    });
    let loaded = JsFuture::from(loading).await;
    loaded.map(drop).map_err(|_| unreachable())
}

/// What settles a promise returns nothing.
fn settle(outcome: &Function) {
    let _ = outcome.call0(&JsValue::NULL);
}

fn append(address: &str, loaded: &Function, failed: &Function) -> Result<(), JsValue> {
    let script: HtmlScriptElement = document().create_element("script")?.unchecked_into();
    script.set_type("module");
    script.set_src(address);
    script.set_onload(Some(loaded));
    script.set_onerror(Some(failed));
    document().body().ok_or(JsValue::NULL)?.append_child(&script)?;
    Ok(())
}
