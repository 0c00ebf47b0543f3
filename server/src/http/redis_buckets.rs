//! Token buckets that all nodes share, in Redis.

use std::sync::Arc;

use redis::Script;
use sha2::{Digest, Sha256};

use crate::{
    http::{
        content_hash::short_hex,
        rate_limit_headers::{Level, Policy},
    },
    redis_client::RedisClient,
};

/// By Redis's clock: those of the nodes may differ. A bucket is forgotten when it would be full.
const TAKE: &str = "
    local quota, window, tokens = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
    local time = redis.call('TIME')
    local now = time[1] + time[2] / 1000000
    local bucket = redis.call('HMGET', KEYS[1], 'left', 'at')
    local left, at = tonumber(bucket[1]) or quota, tonumber(bucket[2]) or now
    left = math.min(quota, left + math.max(0, now - at) * quota / window)
    local refused = left < tokens
    if not refused then left = math.min(quota, left - tokens) end
    redis.call('HSET', KEYS[1], 'left', string.format('%.6f', left), 'at', string.format('%.6f', now))
    redis.call('PEXPIRE', KEYS[1], math.ceil((quota - left) * window / quota * 1000) + 1)
    return { string.format('%.6f', left), refused and 1 or 0 }
";

pub struct RedisBuckets {
    redis: Arc<RedisClient>,
    take: Script,
}

impl RedisBuckets {
    pub fn new(redis: Arc<RedisClient>) -> Self {
        Self {
            redis,
            take: Script::new(TAKE),
        }
    }

    /// As `TokenBuckets::take`; `None` while Redis is away.
    pub async fn take(&self, policy: &'static Policy, who: &str, tokens: f64) -> Option<Level> {
        let mut call = self.take.prepare_invoke();
        call.key(key(policy, who))
            .arg(policy.quota)
            .arg(policy.window)
            .arg(tokens);
        let asked = async |mut connection| call.invoke_async(&mut connection).await;
        let (left, refused): (f64, bool) = self.redis.ask(asked).await?;
        Some(Level::new(policy, left, refused))
    }
}

/// A hash: who reads Redis's keys reads no addresses.
fn key(policy: &Policy, who: &str) -> String {
    let who = short_hex(&Sha256::digest(format!("{} {who}", policy.name)));
    format!("servery:limit:{}:{who}", policy.name)
}
