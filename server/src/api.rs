//! `/api/v1`: the JSON API, the only way from a browser to the data. One file per noun; `routes.rs` is the table.

pub mod about;
pub mod accounts;
pub mod audit_log;
pub mod board;
pub mod cached_answer;
pub mod devices;
pub mod docs;
pub mod drafts;
pub mod edits;
pub mod installation;
pub mod map;
pub mod menu_import;
pub mod office;
pub mod openapi;
pub mod orders;
pub mod passkeys;
pub mod payments;
pub mod places;
pub mod push;
pub mod quotes;
pub mod reader_payments;
pub mod restaurants;
pub mod routes;
pub mod sessions;
mod staff;
pub mod stream;
pub mod sync;
