//! The server as its callers see it: one program, a real database, no parts replaced.

#![allow(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod access_matrix;
mod account_security;
mod accounts;
mod api;
mod asvs;
mod audit;
mod audit_log;
mod bad_input;
mod board;
mod card_page;
mod catalog;
mod connections;
mod devices;
mod doctor;
mod erasure;
mod generated_client;
mod health;
mod http;
mod installed;
mod licences;
mod linked;
mod mail;
mod mail_server;
mod new_session;
mod orders;
mod outage;
mod pages;
mod passkey_algorithms;
mod passkeys;
mod payments;
mod peer;
mod places;
mod plain_staff;
mod privacy;
mod push;
mod push_service;
mod readers;
mod sizes;
mod stored_values;
mod stripe_api;
mod stripe_types;
mod sync;
mod terminal;
mod test_app;
