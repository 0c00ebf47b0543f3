//! The card provider's script: where it is, and what the one page that has it may load for it.

/// In the version that belongs to the API's. It is loaded from there only, as the provider demands.
pub const ADDRESS: &str = "https://js.stripe.com/endive/stripe.js";
/// What it may load and ask, as the provider publishes it: <https://docs.stripe.com/security/guide>
pub const SCRIPT_SOURCES: &str = "https://js.stripe.com https://*.js.stripe.com";
pub const FRAME_SOURCES: &str = "https://js.stripe.com https://*.js.stripe.com https://hooks.stripe.com";
pub const CONNECT_SOURCES: &str = "https://api.stripe.com";
/// The `Permissions-Policy` of its page: wallets, from the provider's frames.
pub const PERMISSIONS: &str = "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(self \"https://js.stripe.com\"), usb=()";
