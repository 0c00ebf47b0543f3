//! The program of the browse pages.
//!
//! Invariant: nothing is linked in here that these pages do not use; after Brotli it stays under 150,000 bytes.

use servery_app::pages::browse::BrowsePage;
use wasm_bindgen::prelude::*;

/// Called by the script of the page once the wasm is there, with the catalogue of the page's language.
#[wasm_bindgen]
pub fn start(texts: Vec<String>) -> Result<(), JsError> {
    servery_frontend::start::<BrowsePage>(texts)
}
