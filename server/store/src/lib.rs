//! The data that Servery stores.
//!
//! Invariant: callers see the [`Store`] port and never an engine. Both engines run the same statements,
//! and pass the same contract (`tests/contract`).

pub mod accounts;
mod batch;
pub mod devices;
pub mod jobs;
mod menus;
pub mod orders;
pub mod passkeys;
pub mod payments;
pub mod push_subscriptions;
mod sql;
mod sqlite_files;

use std::{sync::Arc, time::Duration};

use servery_domain::slug::Slug;

pub use crate::{
    menus::{Daypart, Menus, Revisions},
    sql::{PostgresStore, SqlStore, SqliteStore},
    sqlite_files::{backup, restore},
};

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the slug '{0}' belongs to another restaurant")]
    SlugTaken(Slug),
    #[error("not accepted: {0}")]
    Refused(String),
    #[error("'{0}' is neither sqlite:PATH nor postgres://…")]
    UnknownEngine(String),
    #[error(
        "no TLS with '{host}': {cause}. Everybody on the way could read what is sent in plain text. Servery checks the certificate of a \
         database on the network unless its address says otherwise: add '?sslrootcert=FILE' for a certificate authority of your own, \
         '?sslmode=require' for TLS without a check, or '?sslmode=disable' if the network is private"
    )]
    NoTls { host: String, cause: String },
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
}

impl StoreError {
    /// The database cannot be reached, or cannot write now; the same call may succeed later.
    pub fn is_unavailable(&self) -> bool {
        use sqlx::Error as Engine;
        match self {
            Self::NoAnswer(_) => true,
            Self::Engine(Engine::Database(error)) => error.code().is_some_and(|code| is_outage(&code)),
            Self::Engine(error) => matches!(
                error,
                Engine::Io(_)
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
    + orders::Orders
    + payments::Payments
    + jobs::Jobs
    + accounts::Accounts
    + passkeys::Passkeys
    + push_subscriptions::PushSubscriptions
    + devices::Devices
{
}

impl<E: sql::Engine> Store for SqlStore<E> {}

/// Opens `sqlite:PATH` (made if it is not there) or `postgres://…`.
pub async fn connect(database: &str) -> Result<Arc<dyn Store>> {
    if let Some(path) = sqlite_path(database) {
        return Ok(Arc::new(SqliteStore::open(path).await?));
    }
    match database.split_once(':') {
        Some(("postgres" | "postgresql", _)) => Ok(Arc::new(PostgresStore::open(database).await?)),
        _ => Err(StoreError::UnknownEngine(database.to_owned())),
    }
}

fn sqlite_path(database: &str) -> Option<&str> {
    let path = database.strip_prefix("sqlite:")?;
    Some(path.trim_start_matches("//"))
}

/// Small lists of codes are stored as JSON text, which both engines have.
fn json<T: serde::Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|error| StoreError::Unreadable(error.to_string()))
}

fn parse<T: serde::de::DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| StoreError::Unreadable(format!("{error} in {text:?}")))
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
