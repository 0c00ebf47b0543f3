//! Why a verb ended early, as a sentence for the person at the terminal.

use std::{fmt, io};

pub type Result<T = ()> = std::result::Result<T, Failure>;

#[derive(Debug)]
pub enum Failure {
    Said(String),
    /// Ctrl-C, SIGTERM, or another part that runs beside this one has failed.
    Stopped,
}

pub fn fail<T>(sentence: impl Into<String>) -> Result<T> {
    Err(Failure::Said(sentence.into()))
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Said(sentence) => formatter.write_str(sentence),
            Self::Stopped => formatter.write_str("stopped"),
        }
    }
}

/// Says what was tried when the system refuses.
pub trait Explain<T> {
    fn explain(self, what: impl fmt::Display) -> Result<T>;
}

impl<T> Explain<T> for io::Result<T> {
    fn explain(self, what: impl fmt::Display) -> Result<T> {
        self.map_err(|error| Failure::Said(format!("{what}: {error}")))
    }
}
