//! What nobody can guess: passwords of a cluster, and ids of orders.

use std::{fmt::Write as _, fs::File, io::Read as _};

use crate::failure::{Explain, Result};

/// 128 bits as 32 hexadecimal digits.
pub fn random_id() -> Result<String> {
    let mut bytes = [0; 16];
    File::open("/dev/urandom")
        .and_then(|mut random| random.read_exact(&mut bytes))
        .explain("there are no random numbers")?;
    let mut text = String::new();
    for byte in bytes {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
    }
    Ok(text)
}
