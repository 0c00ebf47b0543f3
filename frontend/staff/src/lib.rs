//! The program of the staff app.
//!
//! Invariant: it decides by the rules of `domain/house`, as the server does, and nothing is shown before this device has it on its disk.

use servery_app::pages::staff::StaffPage;
use wasm_bindgen::prelude::*;

/// Called by the script of the page once the wasm is there, with the catalogue of the page's language.
#[wasm_bindgen]
pub fn start(texts: Vec<String>) -> Result<(), JsError> {
    servery_frontend::start::<StaffPage>(texts)
}
