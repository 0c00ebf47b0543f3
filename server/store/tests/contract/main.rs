//! The contract of the store: every method of every port, on both engines. A missing engine fails it.

#![allow(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod builders;
mod engines;
mod fixture;

mod accounts;
mod audit_log;
mod cashiers;
mod changes;
mod coverage;
mod demo;
mod device_orders;
mod devices;
#[path = "../../../../app/domain/tests/sync/dice.rs"]
mod dice;
mod domains;
mod edit_histories;
mod edit_schedules;
mod edits;
mod erasure;
mod invitations;
mod jobs;
mod listings;
mod menus;
mod order_checks;
mod order_search;
mod orders;
mod payments;
mod places;
mod push;
mod reader_payments;
mod restaurant_files;
mod restaurant_index;
mod sqlite_files;
mod staff;
mod staff_invitations;
mod sync;
