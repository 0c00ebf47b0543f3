//! What a device stores of a restaurant is encrypted. The server makes the key; a revoked device deletes it.

use chacha20poly1305::{AeadInOut, ChaCha20Poly1305, KeyInit, Nonce};
use js_sys::Uint8Array;
use leptos::prelude::window;
use servery_domain::device::StorageKey;
use wasm_bindgen::{JsCast, JsValue};

/// Bytes of the nonce, which precedes the text.
const NONCE: usize = 12;

pub struct Cipher(ChaCha20Poly1305);

fn unreadable() -> JsValue {
    "a stored entry cannot be decrypted".into()
}

fn bytes_of(key: &StorageKey) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    let digits = key.0.as_bytes();
    if digits.len() != 2 * bytes.len() {
        return None;
    }
    for (byte, digits) in bytes.iter_mut().zip(digits.chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    }
    Some(bytes)
}

impl Cipher {
    /// `None` for what is no key.
    pub fn new(key: &StorageKey) -> Option<Self> {
        bytes_of(key).map(|bytes| Self(ChaCha20Poly1305::new(&bytes.into())))
    }

    pub fn encrypt(&self, text: &str) -> Result<JsValue, JsValue> {
        let mut nonce = [0; NONCE];
        window().crypto()?.get_random_values_with_u8_array(&mut nonce)?;
        let mut buffer = text.as_bytes().to_vec();
        self.0
            .encrypt_in_place(&Nonce::from(nonce), b"", &mut buffer)
            .map_err(|_| JsValue::from_str("an entry cannot be encrypted"))?;
        let stored = Uint8Array::new_with_length((NONCE + buffer.len()) as u32);
        stored.subarray(0, NONCE as u32).copy_from(&nonce);
        stored.subarray(NONCE as u32, stored.length()).copy_from(&buffer);
        Ok(stored.into())
    }

    pub fn decrypt(&self, stored: &JsValue) -> Result<String, JsValue> {
        let stored = stored.dyn_ref::<Uint8Array>().ok_or_else(unreadable)?.to_vec();
        let (nonce, text) = stored.split_first_chunk::<NONCE>().ok_or_else(unreadable)?;
        let mut buffer = text.to_vec();
        self.0
            .decrypt_in_place(&Nonce::from(*nonce), b"", &mut buffer)
            .map_err(|_| unreadable())?;
        String::from_utf8(buffer).map_err(|_| unreadable())
    }
}
