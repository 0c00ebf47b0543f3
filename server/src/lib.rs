//! Servery's server.
//!
//! Invariant: a handler keeps nothing that another node needs. What lasts is in the store, what is fast is a copy of it,
//! and each copy is named after the edition of the town it was made from.

#![recursion_limit = "256"]

pub mod accounts;
pub mod api;
pub mod assets;
pub mod catalog;
pub mod cli;
pub mod clock;
pub mod html;
pub mod http;
pub mod jobs;
mod middleware;
pub mod orders;
pub mod payments;
pub mod release;
pub mod router;
pub mod settings;
pub mod state;
pub mod sync;
