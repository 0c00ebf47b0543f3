//! What Servery remembers.
//!
//! Invariant: callers see the [`Store`] port and never an engine. Both engines run the same statements,
//! and pass the same contract (`tests/contract.rs`).

pub mod accounts;
mod batch;
pub mod devices;
pub mod orders;
pub mod passkeys;
pub mod push_subscriptions;
mod sql;

use std::sync::Arc;

use async_trait::async_trait;
use servery_domain::{
    hours::OpeningHours,
    id::{DishId, RestaurantId},
    menu::Menu,
    restaurant::Restaurant,
    revision::Revision,
    slug::Slug,
};

pub use crate::sql::{PostgresStore, SqlStore, SqliteStore};

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the slug '{0}' belongs to another restaurant")]
    SlugTaken(Slug),
    #[error("not accepted: {0}")]
    Refused(String),
    #[error("'{0}' is neither sqlite:PATH nor postgres://…")]
    UnknownEngine(String),
    #[error("a stored value cannot be read: {0}")]
    Unreadable(String),
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

pub type Result<T> = std::result::Result<T, StoreError>;

/// What has changed since a caller last looked, told by two numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Revisions {
    /// Any restaurant or menu.
    pub catalog: Revision,
    /// The operator's choice of modes.
    pub modes: Revision,
    /// Which dishes have run out.
    pub stock: Revision,
}

/// A dish with hours of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Daypart {
    pub restaurant: RestaurantId,
    pub dish: DishId,
    pub served: OpeningHours,
}

#[async_trait]
pub trait Menus: Send + Sync {
    /// Brings the tables up to this version. Several nodes of a PostgreSQL may call it at once.
    async fn migrate(&self) -> Result<()>;

    /// Ends all connections. A SQLite store is one file after that, whole, and may be moved.
    async fn close(&self);

    async fn revisions(&self) -> Result<Revisions>;

    /// All that this version can read, in the order of their slugs.
    async fn restaurants(&self) -> Result<Vec<Restaurant>>;

    async fn menu(&self, restaurant: RestaurantId) -> Result<Option<Menu>>;

    /// The dishes of all restaurants that have hours of their own.
    async fn dayparts(&self) -> Result<Vec<Daypart>>;

    /// Puts the restaurant and its whole menu in place of what was there, under the next revision.
    async fn put_restaurant(&self, restaurant: &Restaurant, menu: &Menu) -> Result<Revision>;

    /// The operator's mode for each path that has one.
    async fn modes(&self) -> Result<Vec<(String, String)>>;

    /// Sets the mode of a path, or takes it back.
    async fn set_mode(&self, path: &str, mode: Option<&str>) -> Result<Revision>;
}

/// All of it.
pub trait Store:
    Menus
    + orders::Orders
    + accounts::Accounts
    + passkeys::Passkeys
    + push_subscriptions::PushSubscriptions
    + devices::Devices
{
}

impl<
    T: Menus
        + orders::Orders
        + accounts::Accounts
        + passkeys::Passkeys
        + push_subscriptions::PushSubscriptions
        + devices::Devices,
> Store for T
{
}

/// Opens `sqlite:PATH` (made if it is not there) or `postgres://…`.
pub async fn connect(database: &str) -> Result<Arc<dyn Store>> {
    match database.split_once(':') {
        Some(("sqlite", path)) => Ok(Arc::new(SqliteStore::open(path.trim_start_matches("//")).await?)),
        Some(("postgres" | "postgresql", _)) => Ok(Arc::new(PostgresStore::open(database).await?)),
        _ => Err(StoreError::UnknownEngine(database.to_owned())),
    }
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
