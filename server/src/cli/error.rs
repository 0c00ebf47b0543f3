//! Why a command failed, as the terminal shows it.

pub type CliError = Box<dyn std::error::Error + Send + Sync>;
