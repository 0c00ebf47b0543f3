//! The port on SQLite and PostgreSQL.

mod account_rows;
mod accounts;
mod batch;
mod devices;
mod engine;
mod menu_rows;
mod menus;
mod order_rows;
mod orders;
mod passkeys;
mod pos_rows;
mod push_subscriptions;
mod restaurant_rows;
mod rows;

pub use engine::{PostgresStore, SqlStore, SqliteStore};
