//! Rate limits as a response reports them.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header::RETRY_AFTER};

/// `quota` requests within `window` seconds; tokens come back at a steady rate.
#[derive(Debug, PartialEq, Eq)]
pub struct Policy {
    pub name: &'static str,
    pub quota: u32,
    pub window: u32,
}

impl Policy {
    pub fn seconds_per_token(&self) -> f64 {
        f64::from(self.window) / f64::from(self.quota)
    }
}

/// The state of one bucket after a request.
#[derive(Debug, Clone, Copy)]
pub struct Level {
    pub policy: &'static Policy,
    pub left: u32,
    /// Seconds until the bucket is full, and until it has one token.
    pub full_in: u32,
    pub next_in: u32,
    pub refused: bool,
}

impl Level {
    /// `left` may have a part of a token.
    pub fn new(policy: &'static Policy, left: f64, refused: bool) -> Self {
        let seconds = |tokens: f64| (tokens.max(0.0) * policy.seconds_per_token()).ceil() as u32;
        Self {
            policy,
            left: left as u32,
            full_in: seconds(f64::from(policy.quota) - left),
            next_in: seconds(1.0 - left).max(1),
            refused,
        }
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
    use super::*;

    static TEST: Policy = Policy {
        name: "test",
        quota: 3,
        window: 30,
    };
    static COUPONS: Policy = Policy {
        name: "coupons",
        quota: 60,
        window: 600,
    };

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
