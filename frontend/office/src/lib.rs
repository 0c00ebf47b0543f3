//! The program of the office.
//!
//! Invariant: each form of these pages works without it.

use servery_app::pages::office::OfficePage;
use wasm_bindgen::prelude::*;

/// Called by the page's script once the wasm is loaded, with the catalogue of the page's language.
#[wasm_bindgen]
pub fn start(texts: Vec<String>) -> Result<(), JsError> {
    servery_frontend::start::<OfficePage>(texts)
}
