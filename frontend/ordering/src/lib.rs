//! The program of the ordering pages.
//!
//! Invariant: it adds comfort and no abilities but being told while nobody looks: each form of these pages is sent without it, too.

use servery_app::pages::ordering::OrderingPage;
use wasm_bindgen::prelude::*;

/// Called by the script of the page once the wasm is there, with the catalogue of the page's language.
#[wasm_bindgen]
pub fn start(texts: Vec<String>) -> Result<(), JsError> {
    servery_frontend::start::<OrderingPage>(texts)
}
