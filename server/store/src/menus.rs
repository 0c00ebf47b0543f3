//! Restaurants, their menus, and the modes that the operator has chosen.

use async_trait::async_trait;
use servery_domain::{id::RestaurantId, menu::Menu, restaurant::Restaurant, revision::Revision};

use crate::Result;

/// Counters that go up with each change.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Revisions {
    /// Any restaurant: itself, its menu, its domain, what is sold out, its intake.
    pub catalog: Revision,
    /// The operator's choice of modes.
    pub modes: Revision,
}

#[async_trait]
pub trait Menus: Send + Sync {
    /// Migrates the tables to this version. Several nodes of a PostgreSQL may call it at once.
    async fn migrate(&self) -> Result<()>;

    /// Closes all connections. After that a SQLite database is one file and may be moved.
    async fn close(&self);

    /// Milliseconds since 1970 by the clock of a database that is a server.
    async fn clock(&self) -> Result<Option<i64>>;

    async fn revisions(&self) -> Result<Revisions>;

    /// Rises when somebody has lost a role, a session of staff or a device.
    async fn access_revision(&self) -> Result<Revision>;

    /// The restaurants that this version can read, ordered by slug.
    async fn restaurants(&self) -> Result<Vec<Restaurant>>;

    async fn menu(&self, restaurant: RestaurantId) -> Result<Option<Menu>>;

    /// The operator's mode for each path that has one.
    async fn modes(&self) -> Result<Vec<(String, String)>>;

    /// Sets or removes the mode of a path.
    async fn set_mode(&self, path: &str, mode: Option<&str>) -> Result<Revision>;
}
