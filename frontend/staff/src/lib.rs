//! The program of the staff app.
//!
//! Invariant: it decides by the rules of `domain::pos`, like the server, and shows nothing before it is
//! stored on this device.

use servery_app::pages::staff::StaffPage;
use wasm_bindgen::prelude::*;

/// Called by the page's script once the wasm is loaded, with the catalogue of the page's language.
#[wasm_bindgen]
pub fn start(texts: Vec<String>) -> Result<(), JsError> {
    servery_frontend::start::<StaffPage>(texts)
}
