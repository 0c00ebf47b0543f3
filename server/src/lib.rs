//! Servery's server.
//!
//! Invariant: a handler keeps no state that another node needs. The store has all of it; what is in memory is a copy,
//! keyed by the edition of the catalog that it was made from.

#![recursion_limit = "256"]

pub mod about;
pub mod accounts;
pub mod api;
pub mod assets;
pub mod audit_log;
mod cashiers;
pub mod catalog;
pub mod cli;
pub mod clock;
mod csv_file;
pub mod delivery_map;
mod domains;
pub mod edits;
pub mod html;
pub mod http;
pub mod installation;
pub mod invitations;
pub mod jobs;
pub mod legal;
pub mod menu_file;
pub mod menu_import;
mod middleware;
pub mod new_restaurant;
mod order_file;
pub mod orders;
pub mod payments;
pub mod pictures;
pub mod places;
pub mod public_holidays;
mod qr_code;
mod qr_sheet;
mod redis_client;
pub mod release;
pub mod restaurant_file;
pub mod router;
pub mod settings;
pub mod staff;
pub mod state;
pub mod sync;
mod web_page;
