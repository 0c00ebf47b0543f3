//! Two parts of a verb at the same time, for a machine with two cores.

use std::{panic::resume_unwind, thread};

use crate::{
    failure::{Failure, Result},
    stop,
};

/// When one fails, the other is stopped. Not nested: the stop is for all that run.
pub fn in_parallel<A, B: Send>(
    here: impl FnOnce() -> Result<A>,
    beside: impl FnOnce() -> Result<B> + Send,
) -> Result<(A, B)> {
    let (here, beside) = thread::scope(|scope| {
        let beside = scope.spawn(|| stopping_others(beside));
        let here = stopping_others(here);
        (here, beside.join().unwrap_or_else(|panic| resume_unwind(panic)))
    });
    stop::set_part_failed(false);
    match (here, beside) {
        (Ok(here), Ok(beside)) => Ok((here, beside)),
        // Which of the two failed first stopped the other.
        (Err(Failure::Stopped), Err(reason)) | (Err(reason), _) | (_, Err(reason)) => Err(reason),
    }
}

fn stopping_others<T>(part: impl FnOnce() -> Result<T>) -> Result<T> {
    let outcome = part();
    if outcome.is_err() {
        stop::set_part_failed(true);
    }
    outcome
}
