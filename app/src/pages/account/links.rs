//! What the forms of the account pages and their handlers share.

/// The account's page, which its plain forms are sent to.
pub const ACCOUNT: &str = "/account";
/// The value of `done` in the account's address after a passkey was added.
pub const PASSKEY_ADDED: &str = "passkey";
/// The value of `wrong` in the address of a password reset whose password was refused.
pub const WEAK_PASSWORD: &str = "password";
