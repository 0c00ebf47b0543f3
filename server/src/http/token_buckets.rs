//! Token buckets in this node's memory.

use std::{
    hash::{BuildHasher, RandomState},
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use quick_cache::sync::Cache;

use crate::http::rate_limit_headers::{Level, Policy};

/// Beyond that the least recently used ones are dropped, which makes them full again.
const BUCKETS: usize = 100_000;

struct Bucket {
    left: f64,
    at: Instant,
}

pub struct TokenBuckets {
    buckets: Cache<(&'static str, u64), Arc<Mutex<Bucket>>>,
    /// A random key per process: nobody can choose two names that share a bucket.
    hasher: RandomState,
}

impl Default for TokenBuckets {
    fn default() -> Self {
        Self {
            buckets: Cache::new(BUCKETS),
            hasher: RandomState::new(),
        }
    }
}

impl TokenBuckets {
    /// Takes tokens out of a bucket if it has so many, or returns them if they are negative.
    pub fn take(&self, policy: &'static Policy, who: &str, tokens: f64, now: Instant) -> Level {
        let key = (policy.name, self.hasher.hash_one(who));
        let quota = f64::from(policy.quota);
        let new = || Ok::<_, std::convert::Infallible>(Arc::new(Mutex::new(Bucket { left: quota, at: now })));
        let Ok(bucket) = self.buckets.get_or_insert_with(&key, new);
        let mut bucket = bucket.lock().unwrap_or_else(PoisonError::into_inner);
        let back = now.saturating_duration_since(bucket.at).as_secs_f64() / policy.seconds_per_token();
        (bucket.left, bucket.at) = ((bucket.left + back).min(quota), now.max(bucket.at));
        let refused = bucket.left < tokens;
        if !refused {
            bucket.left = (bucket.left - tokens).min(quota);
        }
        Level::new(policy, bucket.left, refused)
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
        let (buckets, start) = (TokenBuckets::default(), Instant::now());
        let take = |who, after| buckets.take(&TEST, who, 1.0, start + Duration::from_secs(after));
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
}
