//! Servery's pages.
//!
//! Invariant: a page never knows where it runs. It asks a [`backend::Backend`] from context and renders what it answers;
//! nothing here is compiled for one side only, except the catalogues that a browser receives instead.

#![recursion_limit = "256"]

pub mod api;
pub mod backend;
pub mod checkout_form;
pub mod components;
pub mod form_fields;
pub mod import_result;
pub mod line_form;
pub mod mode;
pub mod new_restaurant_form;
pub mod office_edit;
pub mod office_outbox;
pub mod page_address;
pub mod pages;
pub mod part_form;
pub mod pos_client;
pub mod query;
pub mod render;
pub mod routes;
pub mod text;
pub mod translation_form;
pub mod week_form;
