//! Servery's rules and wire types.
//!
//! Invariant: nothing here knows what time it is, rolls dice, reads or writes anything.
//! Callers pass those in, so the browser, the server and a simulator get the same answer.

pub mod about;
pub mod accent;
pub mod account;
pub mod area;
pub mod basket;
pub mod board;
pub mod contact;
pub mod coupon;
pub mod currency;
pub mod cursor;
pub mod device;
pub mod draft;
#[cfg(test)]
mod example;
pub mod hours;
pub mod house;
pub mod id;
pub mod job;
pub mod lang;
pub mod limits;
pub mod listing;
pub mod menu;
pub mod order;
pub mod ordering;
pub mod passkey;
pub mod picked;
pub mod problem;
pub mod push;
pub mod quote;
pub mod restaurant;
pub mod revision;
pub mod share;
pub mod slots;
pub mod slug;
pub mod sync;
pub mod tax;
mod text_type;
pub mod time;
