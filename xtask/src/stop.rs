//! Ctrl-C and SIGTERM: whoever waits for something finds out here that it shall stop, and cleans up by going out of scope.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use crate::failure::{Failure, Result, fail};

static SIGNALLED: AtomicBool = AtomicBool::new(false);
static PART_FAILED: AtomicBool = AtomicBool::new(false);

/// For an answer that costs nothing to ask for.
pub const OFTEN: Duration = Duration::from_millis(20);

pub fn listen() -> Result {
    ctrlc::set_handler(|| SIGNALLED.store(true, Ordering::SeqCst))
        .or_else(|error| fail(format!("signals cannot be handled: {error}")))
}

pub fn signalled() -> bool {
    SIGNALLED.load(Ordering::SeqCst)
}

/// Ends the parts that run beside one that has failed.
pub fn set_part_failed(failed: bool) {
    PART_FAILED.store(failed, Ordering::SeqCst);
}

pub fn check() -> Result {
    match signalled() || PART_FAILED.load(Ordering::SeqCst) {
        true => Err(Failure::Stopped),
        false => Ok(()),
    }
}

/// Asks again and again, with a pause in between, until there is an answer. `None`: there was none in time.
pub fn poll<T>(
    pause: Duration,
    limit: Option<Duration>,
    mut ask: impl FnMut() -> Result<Option<T>>,
) -> Result<Option<T>> {
    let started = Instant::now();
    loop {
        if let Some(answer) = ask()? {
            return Ok(Some(answer));
        }
        check()?;
        if limit.is_some_and(|limit| started.elapsed() > limit) {
            return Ok(None);
        }
        thread::sleep(pause);
    }
}

/// For who cleans up, and goes on with that when everything shall stop.
pub fn is_so_within(limit: Duration, mut is_so: impl FnMut() -> bool) -> bool {
    let started = Instant::now();
    while !is_so() {
        if started.elapsed() > limit {
            return false;
        }
        thread::sleep(OFTEN);
    }
    true
}
