//! A browser's subscription to push notifications of an order.

use serde::{Deserialize, Serialize};

use crate::{
    contact::{InvalidField, invalid_field},
    lang::Lang,
    limits,
};

/// The result of `PushSubscription.toJSON()`, and the language of the notifications.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Subscription {
    /// The URL of the browser's push service.
    pub endpoint: String,
    pub keys: SubscriptionKeys,
    pub lang: Lang,
}

/// Keys that encrypt the messages, as base64url.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SubscriptionKeys {
    pub p256dh: String,
    pub auth: String,
}

/// The address that a push service gave to a browser in place of an earlier one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RenewedSubscription {
    pub endpoint: String,
    pub keys: SubscriptionKeys,
}

/// Whether this browser is subscribed to the order, and the key that identifies this server to push
/// services.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PushState {
    pub key: String,
    pub on: bool,
}

impl Subscription {
    pub fn check(&self) -> Result<(), InvalidField> {
        check(&self.endpoint, &self.keys)
    }
}

impl RenewedSubscription {
    pub fn check(&self) -> Result<(), InvalidField> {
        check(&self.endpoint, &self.keys)
    }
}

fn check(endpoint: &str, keys: &SubscriptionKeys) -> Result<(), InvalidField> {
    if endpoint.len() > limits::ENDPOINT {
        return Err(invalid_field(
            "endpoint",
            format!("has at most {} characters", limits::ENDPOINT),
        ));
    }
    // 65 and 16 bytes as base64url, with or without its padding.
    let long = |text: &str, characters: usize| {
        text.trim_end_matches('=').len() == characters && text.len() <= characters + 2
    };
    match (long(&keys.p256dh, 87), long(&keys.auth, 22)) {
        (false, _) => Err(invalid_field("p256dh", "is a point of P-256 as base64url")),
        (_, false) => Err(invalid_field("auth", "is 16 bytes as base64url")),
        _ => Ok(()),
    }
}
