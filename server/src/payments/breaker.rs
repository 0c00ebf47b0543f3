//! A circuit breaker: after repeated failures requests to the provider fail at once for a while.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// Consecutive failures that open it.
const FAILURES: u32 = 5;
/// How long it stays open before one request may try again.
const REST: Duration = Duration::from_secs(10);

#[derive(Default)]
pub struct Breaker {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    failures: u32,
    /// No request is sent before.
    closed_until: Option<Instant>,
}

impl Breaker {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a request may be sent. When the pause is over, only the first request is.
    pub fn allows(&self, now: Instant) -> bool {
        let mut state = self.state();
        match state.closed_until {
            Some(until) if now < until => false,
            Some(_) => {
                state.closed_until = Some(now + REST);
                true
            }
            None => true,
        }
    }

    pub fn record_success(&self) {
        *self.state() = State::default();
    }

    pub fn record_failure(&self, now: Instant) {
        let mut state = self.state();
        state.failures += 1;
        if state.failures >= FAILURES {
            state.closed_until = Some(now + REST);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_opens_after_failures_rests_and_lets_one_try() {
        let (breaker, start) = (Breaker::default(), Instant::now());
        for _ in 0..FAILURES {
            assert!(breaker.allows(start));
            breaker.record_failure(start);
        }
        assert!(!breaker.allows(start + REST / 2));
        assert!(breaker.allows(start + REST), "the first");
        assert!(!breaker.allows(start + REST), "and no other");
        breaker.record_failure(start + REST);
        assert!(!breaker.allows(start + REST + REST / 2));
        assert!(breaker.allows(start + REST * 2));
        breaker.record_success();
        assert!(breaker.allows(start + REST * 2) && breaker.allows(start + REST * 2));
    }
}
