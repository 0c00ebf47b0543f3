//! The port on SQLite and PostgreSQL.

mod account_rows;
mod accounts;
mod audit_log;
mod cashiers;
mod changes;
mod demo;
mod devices;
mod domains;
mod edits;
mod engine;
mod erasure;
mod invitations;
mod jobs;
mod listings;
mod load_batch;
mod menu_rows;
mod menus;
mod order_rows;
mod order_search;
mod orders;
mod passkeys;
mod payments;
mod places;
mod pos_rows;
mod push_subscriptions;
mod reader_payments;
mod restaurant_files;
mod restaurant_index;
mod restaurant_rows;
mod retention;
mod rows;
mod save_batch;
mod staff;
pub(crate) mod tls;

pub(crate) use engine::POSTGRES_CLOCK;
pub use engine::{Engine, PostgresStore, SqlStore, SqliteStore};
