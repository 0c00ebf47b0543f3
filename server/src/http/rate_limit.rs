//! Rate limits for requests that are costly or worth guessing. With Redis all nodes have the same buckets. Without it, and while it is away,
//! each node counts alone: with several nodes the limit is that much higher.

use std::{sync::Arc, time::Instant};

use servery_domain::{account::normalized_email, id::DeviceId, problem::ProblemType};

use crate::http::{
    client::Client,
    error::ApiError,
    rate_limit_headers::{Level, Policy},
    redis_buckets::RedisBuckets,
    token_buckets::TokenBuckets,
};
use crate::redis_client::RedisClient;

/// Sign-ins to one account from one address: wrong guesses from elsewhere must not lock its holder out.
pub static SIGN_IN: Policy = Policy {
    name: "sign-in",
    quota: 10,
    window: 300,
};
/// Sign-ins from one address, to any account.
pub static SIGN_INS_FROM: Policy = Policy {
    name: "sign-ins-from",
    quota: 100,
    window: 300,
};
pub static SIGN_UPS_FROM: Policy = Policy {
    name: "sign-ups-from",
    quota: 100,
    window: 3_600,
};
/// Mails with an invitation to a restaurant's team, by one client and to one address.
pub static INVITATIONS_FROM: Policy = Policy {
    name: "invitations-from",
    quota: 30,
    window: 3_600,
};
pub static INVITATIONS_TO: Policy = Policy {
    name: "invitations-to",
    quota: 5,
    window: 3_600,
};
/// Password resets of one account. No other request uses them up.
pub static RESETS: Policy = Policy {
    name: "resets",
    quota: 5,
    window: 3_600,
};
/// Mails to one address that a stranger can trigger.
pub static MAILS_TO: Policy = Policy {
    name: "mails-to",
    quota: 5,
    window: 3_600,
};
/// Mails about orders and receipts to one address, which its holder need not have typed.
pub static ORDER_MAILS_TO: Policy = Policy {
    name: "order-mails-to",
    quota: 30,
    window: 3_600,
};
pub static MAILS_FROM: Policy = Policy {
    name: "mails-from",
    quota: 60,
    window: 3_600,
};
/// Unknown coupon codes. A valid one costs nothing.
pub static COUPONS: Policy = Policy {
    name: "coupons",
    quota: 60,
    window: 600,
};
/// Browsers without a visitor cookie: each of them gets a stored draft.
pub static BROWSERS: Policy = Policy {
    name: "browsers",
    quota: 600,
    window: 3_600,
};
/// Drafts that one address stores, and how much they hold together.
pub static DRAFTS: Policy = Policy {
    name: "drafts",
    quota: 600,
    window: 600,
};
pub static DRAFT_KILOBYTES: Policy = Policy {
    name: "draft-kilobytes",
    quota: 3_000,
    window: 600,
};
/// Orders that wait for a card payment: each of them holds portions until it is given up.
pub static UNPAID_ORDERS: Policy = Policy {
    name: "unpaid-orders",
    quota: 5,
    window: 600,
};
/// The same from one address, which many people may share.
pub static UNPAID_ORDERS_FROM: Policy = Policy {
    name: "unpaid-orders-from",
    quota: 30,
    window: 600,
};
/// Wrong pairing codes. A valid one costs nothing.
pub static PAIRINGS: Policy = Policy {
    name: "pairings",
    quota: 10,
    window: 600,
};
/// Sync requests of one device.
pub static SYNCS: Policy = Policy {
    name: "syncs",
    quota: 600,
    window: 60,
};
/// Searches for addresses: one for each pause while somebody types.
pub static PLACES: Policy = Policy {
    name: "places",
    quota: 300,
    window: 60,
};
/// A till asks every other second what became of a payment.
pub static READER_PAYMENTS: Policy = Policy {
    name: "reader-payments",
    quota: 120,
    window: 60,
};
/// Pictures that one account uploads.
pub static PICTURES: Policy = Policy {
    name: "pictures",
    quota: 200,
    window: 3_600,
};
/// PINs that one account sets: a hash takes a tenth of a second of a core.
pub static PINS: Policy = Policy {
    name: "pins",
    quota: 60,
    window: 3_600,
};
/// Pages of other web sites that one account has loaded.
pub static WEB_PAGES: Policy = Policy {
    name: "web-pages",
    quota: 30,
    window: 3_600,
};
pub static ORDERS: Policy = Policy {
    name: "orders",
    quota: 60,
    window: 60,
};

#[derive(Default)]
pub struct RateLimiter {
    shared: Option<RedisBuckets>,
    own: TokenBuckets,
}

impl RateLimiter {
    pub fn new(redis: Option<Arc<RedisClient>>) -> Self {
        Self {
            shared: redis.map(RedisBuckets::new),
            own: TokenBuckets::default(),
        }
    }

    async fn move_by(&self, policy: &'static Policy, who: &str, tokens: f64) -> Level {
        let shared = match &self.shared {
            Some(shared) => shared.take(policy, who, tokens).await,
            None => None,
        };
        shared.unwrap_or_else(|| self.own.take(policy, who, tokens, Instant::now()))
    }

    /// Takes a token of this client, or refuses.
    pub async fn take_for_client(&self, policy: &'static Policy, client: &Client) -> Result<(), ApiError> {
        self.take(policy, &client.address.to_string(), client).await
    }

    /// Takes a token of this e-mail address, whichever client asks.
    pub async fn take_for_email(
        &self,
        policy: &'static Policy,
        email: &str,
        client: &Client,
    ) -> Result<(), ApiError> {
        self.take(policy, &normalized_email(email), client).await
    }

    /// Takes a token of this e-mail address as this client uses it.
    pub async fn take_for_email_from(
        &self,
        policy: &'static Policy,
        email: &str,
        client: &Client,
    ) -> Result<(), ApiError> {
        let who = format!("{} {}", normalized_email(email), client.address);
        self.take(policy, &who, client).await
    }

    /// Takes a token of this device, wherever it is.
    pub async fn take_for_device(
        &self,
        policy: &'static Policy,
        device: DeviceId,
        client: &Client,
    ) -> Result<(), ApiError> {
        self.take(policy, &device.to_string(), client).await
    }

    pub async fn take_for_diner(&self, policy: &'static Policy, client: &Client) -> Result<(), ApiError> {
        self.take_many_for_diner(policy, 1, client).await
    }

    pub async fn take_many_for_diner(
        &self,
        policy: &'static Policy,
        tokens: usize,
        client: &Client,
    ) -> Result<(), ApiError> {
        self.take_unless_loopback(policy, &client.address.to_string(), tokens, client)
            .await
    }

    /// Takes a token of a person: a visitor, an account or a phone number.
    pub async fn take_for_person(
        &self,
        policy: &'static Policy,
        person: &str,
        client: &Client,
    ) -> Result<(), ApiError> {
        self.take_unless_loopback(policy, person, 1, client).await
    }

    /// Loopback has no limit: it is the operator, or a proxy that does not forward addresses, and then all diners would share one bucket.
    async fn take_unless_loopback(
        &self,
        policy: &'static Policy,
        who: &str,
        tokens: usize,
        client: &Client,
    ) -> Result<(), ApiError> {
        match client.address.is_loopback() {
            true => Ok(()),
            false => self.take_many(policy, who, tokens, client).await,
        }
    }

    async fn take(&self, policy: &'static Policy, who: &str, client: &Client) -> Result<(), ApiError> {
        self.take_many(policy, who, 1, client).await
    }

    async fn take_many(
        &self,
        policy: &'static Policy,
        who: &str,
        tokens: usize,
        client: &Client,
    ) -> Result<(), ApiError> {
        let level = self.move_by(policy, who, tokens as f64).await;
        client.record(level);
        if !level.refused {
            return Ok(());
        }
        tracing::warn!(limit = policy.name, "a rate limit was exceeded");
        Err(ApiError::new(
            ProblemType::TooOften,
            format!("{} within {} seconds are the most", policy.quota, policy.window),
        ))
    }

    /// Returns a token for a request that turned out to cost nothing.
    pub async fn return_token(&self, policy: &'static Policy, client: &Client) {
        let level = self.move_by(policy, &client.address.to_string(), -1.0).await;
        client.record(level);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_returned_token_can_be_taken_again() {
        let (limiter, client) = (RateLimiter::default(), Client::default());
        for _ in 0..100 {
            limiter.take_for_client(&COUPONS, &client).await.unwrap();
            limiter.return_token(&COUPONS, &client).await;
        }
    }
}
