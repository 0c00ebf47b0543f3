//! What stands for a content in its address and in its ETag.

use sha2::{Digest, Sha256};

pub fn content_hash(body: &[u8]) -> String {
    short_hex(&Sha256::digest(body))
}

/// As much of a SHA-256 digest as stands in an address.
pub fn short_hex(digest: &[u8]) -> String {
    digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
