//! The program of the browse pages.
//!
//! Invariant: it contains only code that these pages use; it stays below 150,000 bytes after Brotli.

use servery_app::pages::browse::BrowsePage;
use wasm_bindgen::prelude::*;

/// Called by the page's script once the wasm is loaded, with the catalogue of the page's language.
#[wasm_bindgen]
pub fn start(texts: Vec<String>) -> Result<(), JsError> {
    servery_frontend::start::<BrowsePage>(texts)
}
