//! `Idempotency-Key`: a repeated request gets the same answer and changes nothing.

use axum::http::HeaderMap;
use servery_domain::{limits, problem::ProblemType};
use servery_store::orders::IdempotentRequest;
use sha2::{Digest, Sha256};

use crate::{clock, http::error::ApiError};

const HEADER: &str = "idempotency-key";

/// The key of this request, and a fingerprint that differs for another request with the same key.
pub fn request(headers: &HeaderMap, path: &str, body: &[u8]) -> Result<IdempotentRequest, ApiError> {
    let missing = || {
        ApiError::new(
            ProblemType::KeyMissing,
            "send an 'Idempotency-Key' that you make anew for each order, and send again when you try again",
        )
    };
    let key = headers
        .get(HEADER)
        .and_then(|key| key.to_str().ok())
        .ok_or_else(missing)?;
    // In the draft standard it is a quoted string; many clients send it without quotes.
    of_key(key.trim().trim_matches('"'), path, body)
}

pub fn of_key(key: &str, path: &str, body: &[u8]) -> Result<IdempotentRequest, ApiError> {
    let plain = |byte: u8| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\';
    if !(16..=limits::KEY).contains(&key.len()) || !key.bytes().all(plain) {
        return Err(ApiError::new(
            ProblemType::KeyMissing,
            format!(
                "an 'Idempotency-Key' has 16 to {} letters, digits and hyphens",
                limits::KEY
            ),
        ));
    }
    let digest = Sha256::new()
        .chain_update(path)
        .chain_update([0])
        .chain_update(body)
        .finalize();
    let fingerprint = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    Ok(IdempotentRequest {
        key: key.to_owned(),
        fingerprint,
        at: clock::now(),
    })
}
