//! Rate limits (token buckets) for requests that are costly or worth guessing. Each node counts alone: with several nodes the limit is that much higher.

use std::{
    hash::{BuildHasher, RandomState},
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use axum::http::{HeaderMap, HeaderName, HeaderValue, header::RETRY_AFTER};
use quick_cache::sync::Cache;
use servery_domain::{account::same_email, id::DeviceId, problem::Kind};

use crate::http::{client::Client, error::ApiError};

/// Buckets in memory. Beyond that the least recently used ones are dropped, which makes them full again.
const BUCKETS: usize = 100_000;

/// `quota` requests within `window` seconds; tokens come back at a steady rate.
#[derive(Debug, PartialEq, Eq)]
pub struct Policy {
    pub name: &'static str,
    pub quota: u32,
    pub window: u32,
}

/// Sign-ins to one account.
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
/// Mails to one address that a stranger can trigger.
pub static MAILS_TO: Policy = Policy {
    name: "mails-to",
    quota: 5,
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
pub static ORDERS: Policy = Policy {
    name: "orders",
    quota: 60,
    window: 60,
};

/// The state of one bucket after a request.
#[derive(Debug, Clone, Copy)]
pub struct Level {
    policy: &'static Policy,
    left: u32,
    /// Seconds until the bucket is full, and until it has one token.
    full_in: u32,
    next_in: u32,
    refused: bool,
}

struct Bucket {
    left: f64,
    at: Instant,
}

pub struct RateLimiter {
    buckets: Cache<(&'static str, u64), Arc<Mutex<Bucket>>>,
    /// A random key per process: nobody can choose two names that share a bucket.
    hasher: RandomState,
}

impl Default for RateLimiter {
    fn default() -> Self {
        Self {
            buckets: Cache::new(BUCKETS),
            hasher: RandomState::new(),
        }
    }
}

impl RateLimiter {
    fn move_by(&self, policy: &'static Policy, who: &str, tokens: f64, now: Instant) -> Level {
        let key = (policy.name, self.hasher.hash_one(who));
        let quota = f64::from(policy.quota);
        let new = || Ok::<_, std::convert::Infallible>(Arc::new(Mutex::new(Bucket { left: quota, at: now })));
        let Ok(bucket) = self.buckets.get_or_insert_with(&key, new);
        let mut bucket = bucket.lock().unwrap_or_else(PoisonError::into_inner);
        let each = f64::from(policy.window) / quota;
        let back = now.saturating_duration_since(bucket.at).as_secs_f64() / each;
        (bucket.left, bucket.at) = ((bucket.left + back).min(quota), now.max(bucket.at));
        let refused = bucket.left < tokens;
        if !refused {
            bucket.left = (bucket.left - tokens).min(quota);
        }
        let seconds = |tokens: f64| (tokens.max(0.0) * each).ceil() as u32;
        Level {
            policy,
            left: bucket.left as u32,
            full_in: seconds(quota - bucket.left),
            next_in: seconds(1.0 - bucket.left).max(1),
            refused,
        }
    }

    /// Takes a token of this client, or refuses.
    pub fn take_for_client(&self, policy: &'static Policy, client: &Client) -> Result<(), ApiError> {
        self.take(policy, &client.address.to_string(), client)
    }

    /// Takes a token of this e-mail address, whichever client asks.
    pub fn take_for_email(
        &self,
        policy: &'static Policy,
        email: &str,
        client: &Client,
    ) -> Result<(), ApiError> {
        self.take(policy, &same_email(email), client)
    }

    /// Takes a token of this device, wherever it is.
    pub fn take_for_device(
        &self,
        policy: &'static Policy,
        device: DeviceId,
        client: &Client,
    ) -> Result<(), ApiError> {
        self.take(policy, &device.to_string(), client)
    }

    /// Loopback has no limit: it is the operator, or a proxy that does not forward addresses, and then all diners would share one bucket.
    pub fn take_for_diner(&self, policy: &'static Policy, client: &Client) -> Result<(), ApiError> {
        if client.address.is_loopback() {
            Ok(())
        } else {
            self.take_for_client(policy, client)
        }
    }

    fn take(&self, policy: &'static Policy, who: &str, client: &Client) -> Result<(), ApiError> {
        let level = self.move_by(policy, who, 1.0, Instant::now());
        client.record(level);
        match level.refused {
            true => Err(ApiError::new(
                Kind::TooOften,
                format!("{} within {} seconds are the most", policy.quota, policy.window),
            )),
            false => Ok(()),
        }
    }

    /// Returns a token for a request that turned out to cost nothing.
    pub fn return_token(&self, policy: &'static Policy, client: &Client) {
        client.record(self.move_by(policy, &client.address.to_string(), -1.0, Instant::now()));
    }
}

/// The `RateLimit` headers of the IETF draft.
pub fn write_headers(levels: &[Level], headers: &mut HeaderMap) {
    // Of several checks of one policy the last one counts.
    let is_last =
        |at: usize, level: &Level| !levels[at + 1..].iter().any(|later| later.policy == level.policy);
    let levels: Vec<&Level> = levels
        .iter()
        .enumerate()
        .filter(|(at, level)| is_last(*at, level))
        .map(|(_, level)| level)
        .collect();
    if levels.is_empty() {
        return;
    }
    let list = |item: &dyn Fn(&Level) -> String| {
        levels
            .iter()
            .map(|level| item(level))
            .collect::<Vec<_>>()
            .join(", ")
    };
    let policies = list(&|level| {
        format!(
            "\"{}\";q={};w={}",
            level.policy.name, level.policy.quota, level.policy.window
        )
    });
    let remaining = list(&|level| format!("\"{}\";r={};t={}", level.policy.name, level.left, level.full_in));
    let retry = levels
        .iter()
        .filter(|level| level.refused)
        .map(|level| level.next_in.to_string())
        .next_back();
    let names = [
        HeaderName::from_static("ratelimit-policy"),
        HeaderName::from_static("ratelimit"),
        RETRY_AFTER,
    ];
    for (name, value) in names.into_iter().zip([Some(policies), Some(remaining), retry]) {
        // Made of names and digits.
        headers.extend(
            value
                .and_then(|value| HeaderValue::from_str(&value).ok())
                .map(|value| (name, value)),
        );
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    static TEST: Policy = Policy {
        name: "test",
        quota: 3,
        window: 30,
    };

    #[test]
    fn a_bucket_drains_and_refills_at_a_steady_rate() {
        let (limiter, start) = (RateLimiter::default(), Instant::now());
        let take = |who, after| limiter.move_by(&TEST, who, 1.0, start + Duration::from_secs(after));
        let left: Vec<(u32, bool)> = (0..4)
            .map(|_| take("ada", 0))
            .map(|level| (level.left, level.refused))
            .collect();
        assert_eq!(left, [(2, false), (1, false), (0, false), (0, true)]);
        assert!(!take("eve", 0).refused, "another's bucket is full");
        let level = take("ada", 4);
        assert_eq!((level.refused, level.next_in, level.full_in), (true, 6, 26));
        assert!(!take("ada", 10).refused);
        assert!(take("ada", 10).refused);
        let later = take("ada", 10_000);
        assert_eq!((later.left, later.full_in), (2, 10), "never more than its quota");
    }

    #[test]
    fn a_returned_token_can_be_taken_again() {
        let (limiter, client) = (RateLimiter::default(), Client::default());
        for _ in 0..100 {
            limiter.take_for_client(&COUPONS, &client).unwrap();
            limiter.return_token(&COUPONS, &client);
        }
    }

    #[test]
    fn a_response_reports_its_limits() {
        let level = |left, refused| Level {
            policy: &TEST,
            left,
            full_in: 20,
            next_in: 7,
            refused,
        };
        let other = Level {
            policy: &COUPONS,
            ..level(5, false)
        };
        let mut headers = HeaderMap::new();
        write_headers(&[], &mut headers);
        assert!(headers.is_empty());
        write_headers(&[level(1, false), other, level(0, true)], &mut headers);
        let said =
            ["ratelimit-policy", "ratelimit", "retry-after"].map(|name| headers[name].to_str().unwrap());
        assert_eq!(
            said,
            [
                "\"coupons\";q=60;w=600, \"test\";q=3;w=30",
                "\"coupons\";r=5;t=20, \"test\";r=0;t=20",
                "7"
            ]
        );
    }
}
