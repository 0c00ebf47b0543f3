//! RFC 8292 (VAPID): a signature tells the push service who sends, with a contact address.

use p256::ecdsa::{Signature, SigningKey, signature::Signer};
use reqwest::Url;
use serde_json::json;
use servery_domain::time::Timestamp;

use super::{base64url, error::PushError};
use crate::http::visitor::bytes;

/// Seconds until a signature expires; the standard allows a day.
const COUNTS: i64 = 12 * 3_600;

pub fn new_key() -> Result<String, PushError> {
    // One in four billion random values is not a key.
    let bytes = bytes::<32>()?;
    SigningKey::from_slice(&bytes)
        .map(|key| base64url::encode(key.to_bytes()))
        .map_err(|_| PushError::Key)
}

pub fn read_key(key: &str) -> Option<SigningKey> {
    SigningKey::from_slice(&base64url::decode(key)?).ok()
}

pub fn public(key: &SigningKey) -> String {
    base64url::encode(key.verifying_key().to_sec1_point(false))
}

/// The value of the Authorization header.
pub fn proof(key: &SigningKey, endpoint: &Url, us: &str, now: Timestamp) -> String {
    // An installation without a host name has no contact page.
    let contact = if us.starts_with("https://") {
        us
    } else {
        "mailto:servery@localhost"
    };
    let claims =
        json!({ "aud": endpoint.origin().ascii_serialization(), "exp": now.0 + COUNTS, "sub": contact });
    let token = format!(
        "{}.{}",
        base64url::encode(r#"{"typ":"JWT","alg":"ES256"}"#),
        base64url::encode(claims.to_string())
    );
    let signature: Signature = key.sign(token.as_bytes());
    format!(
        "vapid t={token}.{}, k={}",
        base64url::encode(signature.to_bytes()),
        public(key)
    )
}
