//! Why a push message was not delivered.

use reqwest::StatusCode;
use servery_store::StoreError;

use crate::http::error::ApiError;

#[derive(Debug, thiserror::Error)]
pub enum PushError {
    #[error("the push service does not answer: {0}")]
    Away(String),
    #[error("the push service refused: {0}")]
    Refused(StatusCode),
    #[error("--push-key is 32 bytes as base64url, a key of P-256")]
    Key,
    #[error("what the browser gave to encrypt with is no key")]
    BrowserKey,
    #[error("the message is too long")]
    TooLong,
    #[error("no randomness: {0}")]
    Random(#[from] getrandom::Error),
    #[error("no client: {0}")]
    Client(#[from] reqwest::Error),
    #[error("the message cannot be written: {0}")]
    Message(#[from] serde_json::Error),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl PushError {
    /// Whether further tries are unlikely to succeed.
    pub fn is_permanent(&self) -> bool {
        matches!(
            self,
            Self::Refused(_) | Self::Key | Self::BrowserKey | Self::TooLong
        )
    }
}

impl From<PushError> for ApiError {
    fn from(error: PushError) -> Self {
        Self::internal(&error)
    }
}
