//! Base64 as browsers and push services write it: URL-safe, and without padding.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

pub fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Padding is accepted.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok()
}
