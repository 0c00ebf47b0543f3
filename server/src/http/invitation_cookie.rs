//! The cookie with the token of the invitation that a browser has made last. An address with a token would be in its history and in logs.

use axum::http::{HeaderMap, HeaderValue};

use super::{error::ApiError, visitor};

const NAME: &str = "__Host-invitation";
/// Seconds for which the page shows a new link.
const LINK_SHOWN_FOR: u32 = 3600;

/// For the page that its maker sees next.
pub fn write(token: &str) -> Result<HeaderValue, ApiError> {
    let cookie =
        format!("{NAME}={token}; Path=/; Max-Age={LINK_SHOWN_FOR}; Secure; HttpOnly; SameSite=Strict");
    HeaderValue::from_str(&cookie).map_err(|error| ApiError::internal(&error))
}

pub fn read(headers: &HeaderMap) -> Option<String> {
    let token = visitor::cookie(headers, NAME)?;
    let is_token = token.len() == 64 && token.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_token.then(|| token.to_owned())
}
