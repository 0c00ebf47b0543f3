//! The contract of the store: every method of every port, on both engines. A missing engine fails it.

#![allow(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod builders;
mod engines;
mod fixture;

mod accounts;
mod changes;
mod coverage;
mod device_orders;
mod devices;
mod jobs;
mod menus;
mod order_checks;
mod orders;
mod payments;
mod push;
mod sqlite_files;
mod sync;
