//! The program of the account and board pages.
//!
//! Invariant: it adds liveliness and no abilities but passkeys: each form of these pages is sent without it, too.

use servery_app::pages::account::AccountPage;
use wasm_bindgen::prelude::*;

/// Called by the script of the page once the wasm is there, with the catalogue of the page's language.
#[wasm_bindgen]
pub fn start(texts: Vec<String>) -> Result<(), JsError> {
    servery_frontend::start::<AccountPage>(texts)
}
