//! How long clients had to wait and try again, by the fault that was made meanwhile.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// A kill and a start take seconds: who has no answer after this never gets one.
const LONGEST_ABSENCE: Duration = Duration::from_secs(60);

#[derive(Default)]
pub struct Phase {
    pub name: String,
    pub answers: usize,
    pub retries: usize,
    /// Requests that were never answered.
    pub given_up: usize,
    pub longest_stall: Duration,
}

/// The last phase is the one that goes on.
pub struct Log(Mutex<Vec<Phase>>);

impl Default for Log {
    fn default() -> Self {
        Self(Mutex::new(vec![Phase::default()]))
    }
}

impl Log {
    fn phases(&self) -> MutexGuard<'_, Vec<Phase>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn begin(&self, name: &str) {
        self.phases().push(Phase {
            name: name.to_owned(),
            ..Phase::default()
        });
    }

    pub fn take(&self) -> Vec<Phase> {
        std::mem::take(&mut *self.phases())
    }

    pub fn answered(&self, after: Duration) {
        if let Some(phase) = self.phases().last_mut() {
            phase.answers += 1;
            phase.longest_stall = phase.longest_stall.max(after);
        }
    }

    /// Whether the client tries again.
    #[must_use]
    pub fn failed(&self, path: &str, why: &str, waiting: Duration) -> bool {
        let tries_again = waiting < LONGEST_ABSENCE;
        if !tries_again {
            println!("  {path} is not answered: {why}");
        }
        if let Some(phase) = self.phases().last_mut() {
            phase.retries += usize::from(tries_again);
            phase.given_up += usize::from(!tries_again);
        }
        tries_again
    }
}
