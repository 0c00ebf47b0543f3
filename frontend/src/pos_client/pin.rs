//! A slow hash, so that a device's storage does not reveal PINs.

use js_sys::{Array, Object, Reflect, Uint8Array};
use leptos::prelude::window;
use servery_domain::{id::CashierId, pos::cashier::PIN_ROUNDS};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::CryptoKey;

/// In hexadecimal digits, salted with the cashier's id.
pub async fn hash(cashier: CashierId, pin: &str) -> Result<String, JsValue> {
    let crypto = window().crypto()?.subtle();
    let bytes = |text: &str| Uint8Array::from(text.as_bytes());
    let usages = Array::of1(&"deriveBits".into());
    let key = crypto.import_key_with_str("raw", &bytes(pin), "PBKDF2", false, &usages)?;
    let key: CryptoKey = JsFuture::from(key).await?.dyn_into()?;
    let how = Object::new();
    for (name, value) in [
        ("name", JsValue::from("PBKDF2")),
        ("hash", "SHA-256".into()),
        ("salt", bytes(&cashier.to_string()).into()),
        ("iterations", PIN_ROUNDS.into()),
    ] {
        Reflect::set(&how, &name.into(), &value)?;
    }
    let bits = JsFuture::from(crypto.derive_bits_with_object(&how, &key, 256)?).await?;
    Ok(Uint8Array::new(&bits)
        .to_vec()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect())
}
