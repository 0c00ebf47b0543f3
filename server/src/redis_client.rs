//! Redis, which all nodes share. It may be away at any time: then each node goes on by itself.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use redis::{
    Client, RedisError, RedisResult,
    aio::{ConnectionManager, ConnectionManagerConfig},
};
use tokio::time::timeout;

/// What is in Redis makes an answer quicker, or a limit stricter. It is not worth a longer wait.
const ANSWER_LIMIT: Duration = Duration::from_millis(100);
/// How long nobody asks after it did not answer.
const PAUSE: Duration = Duration::from_secs(1);
const LONGEST_RECONNECT_DELAY: Duration = Duration::from_secs(1);

pub struct RedisClient {
    connection: ConnectionManager,
    /// When it did not answer for the last time, unless it has answered since.
    away_since: Mutex<Option<Instant>>,
}

impl RedisClient {
    /// Connects when it is first asked.
    pub fn open(address: &str) -> Result<Self, RedisError> {
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(ANSWER_LIMIT))
            .set_response_timeout(Some(ANSWER_LIMIT))
            .set_max_delay(LONGEST_RECONNECT_DELAY);
        Ok(Self {
            connection: ConnectionManager::new_lazy_with_config(Client::open(address)?, config)?,
            away_since: Mutex::default(),
        })
    }

    /// `None` if it does not answer in time, or did not a moment ago.
    pub async fn ask<T>(&self, question: impl AsyncFnOnce(ConnectionManager) -> RedisResult<T>) -> Option<T> {
        if self.away().is_some_and(|since| since.elapsed() < PAUSE) {
            return None;
        }
        let answer = timeout(ANSWER_LIMIT, question(self.connection.clone())).await;
        let answer = answer.map_err(|_| "no answer in time".to_owned());
        match answer.and_then(|answer| answer.map_err(|error| error.to_string())) {
            Ok(answer) => {
                if self.away().take().is_some() {
                    tracing::info!("Redis answers again");
                }
                Some(answer)
            }
            Err(error) => {
                if self.away().replace(Instant::now()).is_none() {
                    tracing::error!(error, "Redis does not answer; each node goes on by itself");
                }
                None
            }
        }
    }

    pub fn is_away(&self) -> bool {
        self.away().is_some()
    }

    fn away(&self) -> MutexGuard<'_, Option<Instant>> {
        self.away_since.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
