//! Servery's rules and wire types.
//!
//! Invariant: nothing here reads a clock, uses randomness or does I/O.
//! Callers pass these in, so the browser, the server and a simulator get the same results.

pub mod about;
pub mod account;
pub mod allocate;
pub mod audit;
pub mod basket;
pub mod board;
pub mod brand_color;
pub mod card_decline;
mod codes;
pub mod contact;
pub mod coupon;
pub mod currency;
pub mod cursor;
pub mod delivery_area;
pub mod delivery_map;
pub mod device;
pub mod domain_name;
pub mod draft;
pub mod edit;
#[cfg(test)]
mod fixtures;
pub mod hours;
pub mod id;
pub mod installation;
pub mod invitation;
pub mod job;
pub mod lang;
pub mod legal;
pub mod limits;
pub mod menu;
pub mod menu_import;
pub mod mistake;
pub mod new_restaurant;
#[cfg(feature = "openapi")]
mod openapi;
pub mod order;
pub mod order_intake;
pub mod order_search;
pub mod order_settings;
pub mod passkey;
pub mod picture_fault;
pub mod picture_shape;
pub mod place;
pub mod pos;
pub mod problem;
pub mod public_holidays;
pub mod push;
pub mod quote;
pub mod reorder;
pub mod restaurant;
pub mod restaurant_file;
pub mod revision;
pub mod search;
pub mod selection;
pub mod slot_capacity;
pub mod slots;
pub mod slug;
pub mod staff;
mod string_newtype;
pub mod sync;
pub mod tax;
pub mod theme;
pub mod time;
pub mod translation;
pub mod typed_amount;
