//! The data that Servery stores.
//!
//! Invariant: callers see the [`Store`] port and never an engine. Both engines run the same statements,
//! and pass the same contract (`tests/contract`).

pub mod accounts;
pub mod audit_log;
mod batch;
pub mod cashiers;
pub mod change_feed;
pub mod demo;
pub mod devices;
pub mod domains;
pub mod edits;
pub mod erasure;
mod inspect;
pub mod invitations;
pub mod jobs;
pub mod listings;
mod menus;
pub mod orders;
pub mod passkeys;
pub mod payments;
pub mod places;
pub mod push_subscriptions;
pub mod reader_payments;
pub mod restaurant_files;
pub mod restaurant_index;
mod sql;
mod sqlite_files;

use std::{sync::Arc, time::Duration};

use servery_domain::time::Timestamp;

pub use crate::{
    inspect::{DatabasePlace, Inspection, Tables, inspect},
    menus::{Menus, Revisions},
    sql::{PostgresStore, SqlStore, SqliteStore, tls::is_here},
    sqlite_files::{backup, restore},
};

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("not accepted: {0}")]
    Refused(String),
    /// With what stands before its colon: behind it may be a password.
    #[error("a database is sqlite:PATH or postgres://…, and this one begins with '{0}'")]
    UnknownEngine(String),
    #[error(
        "no TLS with '{host}': {cause}. Everybody on the way could read what is sent in plain text. Servery checks the certificate of a \
         database on the network unless its address says otherwise: add '?sslrootcert=FILE' for a certificate authority of your own, \
         '?sslmode=require' for TLS without a check, or '?sslmode=disable' if the network is private"
    )]
    NoTls { host: String, cause: String },
    #[error("the database '{path}' cannot be made: {cause}. Is its folder there?")]
    NoFile { path: String, cause: std::io::Error },
    #[error("{0}")]
    Copy(String),
    #[error("a stored value cannot be read: {0}")]
    Unreadable(String),
    #[error("the database did not answer within {} seconds", .0.as_secs())]
    NoAnswer(Duration),
    #[error(transparent)]
    Engine(#[from] sqlx::Error),
    #[error(transparent)]
    Migration(#[from] sqlx::migrate::MigrateError),
}

impl StoreError {
    /// Somebody else wrote the same rows at the same time; what was tried may work now.
    pub fn is_conflict(&self) -> bool {
        let Self::Engine(sqlx::Error::Database(error)) = self else {
            return false;
        };
        // PostgreSQL's serialization failure and deadlock.
        error.is_unique_violation() || matches!(error.code().as_deref(), Some("40001" | "40P01"))
    }

    /// The database cannot be reached, or cannot write now; the same call may succeed later.
    pub fn is_unavailable(&self) -> bool {
        use sqlx::Error as Engine;
        match self {
            Self::NoAnswer(_) => true,
            Self::Engine(Engine::Database(error)) => error.code().is_some_and(|code| is_outage(&code)),
            Self::Engine(error) => matches!(
                error,
                Engine::Io(_)
                    // A proxy that has no database behind it closes the connection instead of an answer.
                    | Engine::Protocol(_)
                    | Engine::Tls(_)
                    | Engine::PoolTimedOut
                    | Engine::PoolClosed
                    | Engine::WorkerCrashed
            ),
            _ => false,
        }
    }
}

/// PostgreSQL's codes have five characters and a class; those of SQLite are numbers with the kind in the lowest byte.
fn is_outage(code: &str) -> bool {
    if code.len() == 5 {
        // Connection, resources, intervention by an operator; read-only, and idle in a transaction for too long.
        let classes = ["08", "53", "57"];
        return classes.iter().any(|class| code.starts_with(class)) || matches!(code, "25006" | "25P03");
    }
    let kind = code.parse::<u32>().map(|code| code & 0xff);
    // Busy, read-only, IO error, full, cannot be opened.
    matches!(kind, Ok(5 | 8 | 10 | 13 | 14))
}

/// A call of the store that is given up when it takes too long. What it would have written may be stored or not.
pub async fn within<T>(limit: Duration, call: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::time::timeout(limit, call)
        .await
        .unwrap_or(Err(StoreError::NoAnswer(limit)))
}

pub type Result<T> = std::result::Result<T, StoreError>;

/// The whole port.
pub trait Store:
    Menus
    + listings::Listings
    + restaurant_index::RestaurantIndex
    + orders::Orders
    + payments::Payments
    + jobs::Jobs
    + accounts::Accounts
    + audit_log::AuditLogs
    + passkeys::Passkeys
    + push_subscriptions::PushSubscriptions
    + places::Places
    + devices::Devices
    + reader_payments::ReaderPayments
    + restaurant_files::RestaurantFiles
    + invitations::Invitations
    + cashiers::Cashiers
    + domains::Domains
    + edits::Edits
    + erasure::Erasure
    + demo::Demo
{
}

impl<E: sql::Engine> Store for SqlStore<E> {}

/// Connections to a PostgreSQL at the most, beside the one that listens.
pub const CONNECTIONS: u32 = 8;

/// Opens `sqlite:PATH` (made if it is not there) or `postgres://…`.
pub async fn connect(database: &str) -> Result<Arc<dyn Store>> {
    connect_with(database, CONNECTIONS).await
}

/// With at most so many connections to a PostgreSQL.
pub async fn connect_with(database: &str, connections: u32) -> Result<Arc<dyn Store>> {
    if let Some(path) = sqlite_path(database) {
        return Ok(Arc::new(SqliteStore::open(path).await?));
    }
    match database.split_once(':') {
        Some(("postgres" | "postgresql", _)) => {
            Ok(Arc::new(PostgresStore::open(database, connections).await?))
        }
        _ => Err(StoreError::UnknownEngine(scheme(database))),
    }
}

/// What an address begins with, up to the first colon, and not all of it if it has none.
fn scheme(database: &str) -> String {
    let scheme = database.split_once(':').map_or(database, |(scheme, _)| scheme);
    scheme.chars().take(12).collect()
}

/// The file of a SQLite database.
pub fn sqlite_path(database: &str) -> Option<&str> {
    let path = database.strip_prefix("sqlite:")?;
    Some(path.trim_start_matches("//"))
}

/// Small lists of codes are stored as JSON text, which both engines have.
fn json<T: serde::Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|error| StoreError::Unreadable(error.to_string()))
}

fn parse<T: serde::de::DeserializeOwned>(text: &str) -> Result<T> {
    // Without the text, in which guests are named.
    serde_json::from_str(text).map_err(|error| StoreError::Unreadable(error.to_string()))
}

/// For what the server has made: numbers that it never makes are not read. What devices send has times by their clocks, which may say
/// anything.
fn parse_own<T: serde::de::DeserializeOwned>(text: &str) -> Result<T> {
    match has_long_number(text) {
        true => Err(StoreError::Unreadable(format!(
            "a number of more than {DIGITS} digits"
        ))),
        false => parse(text),
    }
}

/// Digits of the largest number that the server makes: a thousand times `limits::MONEY`, and far from what 64 bits hold.
const DIGITS: usize = 15;

/// Whether this JSON has a number with more digits, outside its texts.
fn has_long_number(json: &str) -> bool {
    let (mut in_text, mut is_escaped, mut digits) = (false, false, 0);
    json.bytes().any(|byte| {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if in_text => is_escaped = true,
            b'"' => in_text = !in_text,
            _ => {}
        }
        digits = if !in_text && byte.is_ascii_digit() {
            digits + 1
        } else {
            0
        };
        digits > DIGITS
    })
}

/// A stored moment, from the year 1 to the year 9999.
fn moment(stored: i64) -> Result<Timestamp> {
    match (-62_135_596_800..=253_402_300_799).contains(&stored) {
        true => Ok(Timestamp(stored)),
        false => Err(StoreError::Unreadable(format!("the time {stored}"))),
    }
}

/// A stored text as a value of the domain.
fn value<T>(text: String) -> Result<T>
where
    T: TryFrom<String>,
    T::Error: std::fmt::Display,
{
    T::try_from(text).map_err(|error| StoreError::Unreadable(error.to_string()))
}

fn id<T>(text: &str) -> Result<T>
where
    T: std::str::FromStr,
    T::Err: std::fmt::Display,
{
    text.parse()
        .map_err(|error: T::Err| StoreError::Unreadable(format!("{error}: {text:?}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_nobody_can_mean_are_not_read() {
        for (text, is_read) in [
            ("999999999999999", true),
            ("-999999999999999", true),
            ("1000000000000000", false),
            ("-9223372036854775808", false),
        ] {
            assert_eq!(parse_own::<i64>(text).is_ok(), is_read, "{text}");
        }
        let text = r#"["1234567890123456", "a\"1234567890123456", 1]"#;
        assert!(parse_own::<(String, String, i64)>(text).is_ok());
        assert!(parse_own::<(String, i64)>(r#"["\\", 1234567890123456]"#).is_err());
        for (stored, is_read) in [(0, true), (i64::MAX, false), (i64::MIN, false)] {
            assert_eq!(moment(stored).is_ok(), is_read, "{stored}");
        }
    }
}
