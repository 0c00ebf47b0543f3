//! The addresses that the forms of an account's page share.

/// The account's page, which its plain forms are sent to.
pub const ACCOUNT: &str = "/account";
/// The value of `done` in the account's address after a passkey was added.
pub const PASSKEY_ADDED: &str = "passkey";
