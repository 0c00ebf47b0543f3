//! The server as its callers see it: one program, a real database, no parts replaced.

#![allow(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod account_security;
mod accounts;
mod api;
mod api_audit;
mod bad_input;
mod board;
mod catalog;
mod connections;
mod devices;
mod generated_client;
mod health;
mod http;
mod linked;
mod mail;
mod mail_server;
mod orders;
mod outage;
mod pages;
mod passkeys;
mod payments;
mod peer;
mod plain_staff;
mod privacy;
mod push;
mod push_service;
mod sizes;
mod sync;
mod test_app;
