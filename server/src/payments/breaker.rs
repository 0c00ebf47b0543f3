//! A circuit breaker: a provider that fails again and again is left alone for a while, and callers learn it at once.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// Failures in a row that open it.
const FAILURES: u32 = 5;
/// How long it stays open before one caller may try again.
const REST: Duration = Duration::from_secs(10);

#[derive(Default)]
pub struct Breaker {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    failures: u32,
    /// Nobody may try before.
    closed_until: Option<Instant>,
}

impl Breaker {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether to try. After its rest, whoever asks first tries for all.
    pub fn lets(&self, now: Instant) -> bool {
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

    pub fn worked(&self) {
        *self.state() = State::default();
    }

    pub fn failed(&self, now: Instant) {
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
            assert!(breaker.lets(start));
            breaker.failed(start);
        }
        assert!(!breaker.lets(start + REST / 2));
        assert!(breaker.lets(start + REST), "the first");
        assert!(!breaker.lets(start + REST), "and no other");
        breaker.failed(start + REST);
        assert!(!breaker.lets(start + REST + REST / 2));
        assert!(breaker.lets(start + REST * 2));
        breaker.worked();
        assert!(breaker.lets(start + REST * 2) && breaker.lets(start + REST * 2));
    }
}
