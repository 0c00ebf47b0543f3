//! Servery's server.
//!
//! Invariant: a handler keeps nothing that another node needs. What lasts is in the store, what is fast is a copy of it,
//! and each copy is named after the edition of the town it was made from.

#![recursion_limit = "256"]

pub mod accounts;
pub mod api;
pub mod app;
pub mod assets;
pub mod board;
pub mod cached;
pub mod caller;
pub mod cli;
pub mod clock;
pub mod demo;
pub mod desk;
pub mod devices;
mod forgetting;
pub mod health;
pub mod html;
pub mod idempotency;
pub mod jobs;
pub mod listen;
pub mod live;
pub mod mail;
pub mod observe;
pub mod ordering;
mod oversized;
pub mod passkeys;
pub mod passwords;
pub mod payments;
pub mod push;
pub mod rates;
pub mod refusal;
pub mod rounds;
pub mod same_site;
mod service_worker;
pub mod sessions;
pub mod settings;
pub mod sizes;
pub mod staff;
pub mod town;
pub mod visitor;
pub mod waiting;
pub mod writer;
