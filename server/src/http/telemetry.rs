//! The log: lines of JSON.

use std::io;

use tracing_appender::non_blocking::WorkerGuard;
use tracing_subscriber::{EnvFilter, filter::ParseError};

/// A thread of its own writes the lines, so that no request waits for a terminal. It ends when the guard is dropped.
pub fn start_log(level: &str, writer: impl io::Write + Send + 'static) -> Result<WorkerGuard, ParseError> {
    let filter = EnvFilter::try_new(level)?;
    let (writer, guard) = tracing_appender::non_blocking(writer);
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_env_filter(filter)
        .with_writer(writer)
        .init();
    Ok(guard)
}
