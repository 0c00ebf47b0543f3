//! The program of the ordering pages.
//!
//! Invariant: it adds convenience only: each form of these pages works without it. Push notifications are
//! the exception.

use servery_app::pages::ordering::OrderingPage;
use wasm_bindgen::prelude::*;

/// Called by the page's script once the wasm is loaded, with the catalogue of the page's language.
#[wasm_bindgen]
pub fn start(texts: Vec<String>) -> Result<(), JsError> {
    servery_frontend::start::<OrderingPage>(texts)
}
