//! HTTP for every handler: errors, rate limits, cached bodies, CSRF, idempotency, connections, logs, metrics, health, proxies.

pub mod byte_range;
pub mod cached_body;
pub mod client;
pub mod connections;
pub mod content_hash;
pub mod csrf;
pub mod error;
pub mod health;
pub mod idempotency;
pub mod invitation_cookie;
mod lingering_close;
pub mod metrics;
pub mod open_streams;
pub mod own_domain;
pub mod proxy_headers;
pub mod public_network;
pub mod rate_limit;
pub mod rate_limit_headers;
mod redis_buckets;
pub mod serve;
pub mod strict_json;
pub mod telemetry;
pub mod time_limits;
mod token_buckets;
pub mod visitor;
pub mod whoami;
