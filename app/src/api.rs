//! The addresses of the JSON API, as pages ask for them.

use servery_domain::{
    cursor::Cursor,
    id::{EditId, OrderId, PaymentId},
    lang::Lang,
    order_search::OrderSearch,
    search::Search,
    slug::Slug,
    time::Timestamp,
};

use crate::page_address::address;

pub const RESTAURANTS: &str = "/api/v1/restaurants";
pub const NEW_RESTAURANT: &str = "/api/v1/new-restaurant";
pub const ABOUT: &str = "/api/v1/about";

pub fn restaurants(search: &Search) -> String {
    address(RESTAURANTS, search.pairs())
}

/// Whether an address of the API asks for some of the restaurants only.
pub fn is_search(address: &str) -> bool {
    let query = address.strip_prefix(RESTAURANTS);
    query.is_some_and(|query| query.starts_with('?'))
}

pub fn restaurant(slug: &Slug) -> String {
    format!("{RESTAURANTS}/{slug}")
}

pub fn menu(slug: &Slug, lang: Option<Lang>) -> String {
    match lang {
        Some(lang) => format!("{RESTAURANTS}/{slug}/menu?lang={}", lang.tag()),
        None => format!("{RESTAURANTS}/{slug}/menu"),
    }
}

pub fn legal(slug: &Slug) -> String {
    format!("{RESTAURANTS}/{slug}/legal")
}

pub fn holidays(country: &str) -> String {
    format!("/api/v1/holidays/{country}")
}

pub fn draft(slug: &Slug) -> String {
    format!("{RESTAURANTS}/{slug}/draft")
}

pub fn times(slug: &Slug) -> String {
    format!("{RESTAURANTS}/{slug}/times")
}

pub fn quotes(slug: &Slug, lang: Lang) -> String {
    format!("{RESTAURANTS}/{slug}/quotes?lang={}", lang.tag())
}

pub fn places(near: &Slug, typed: &str) -> String {
    address("/api/v1/places", [("near", near.as_str()), ("q", typed)])
}

pub const MAP: &str = "/api/v1/map";

pub fn orders_at(slug: &Slug) -> String {
    format!("{RESTAURANTS}/{slug}/orders")
}

pub fn order_list(slug: &Slug, search: &OrderSearch) -> String {
    address(&orders_at(slug), search.pairs())
}

pub fn order_record(slug: &Slug, order: OrderId) -> String {
    format!("{}/{order}", orders_at(slug))
}

pub const ORDERS: &str = "/api/v1/orders";

pub fn order(token: &str) -> String {
    format!("{ORDERS}/{token}")
}

pub fn order_events(token: &str) -> String {
    format!("{ORDERS}/{token}/events")
}

pub fn push(token: &str) -> String {
    format!("{}/push", order(token))
}

pub const ACCOUNT: &str = "/api/v1/account";

pub const ACCOUNT_LOG: &str = "/api/v1/account/log";
pub const PASSKEYS: &str = "/api/v1/account/passkeys";
pub const PASSKEY_CHALLENGES: &str = "/api/v1/account/passkeys/challenges";
pub const SESSION_CHALLENGES: &str = "/api/v1/sessions/challenges";
pub const PASSKEY_SESSIONS: &str = "/api/v1/sessions/passkeys";

pub const DEVICE: &str = "/api/v1/device";
pub const DEVICES: &str = "/api/v1/devices";

pub fn pos(slug: &Slug) -> String {
    format!("{RESTAURANTS}/{slug}/pos")
}

pub fn sync(slug: &Slug) -> String {
    format!("{RESTAURANTS}/{slug}/sync")
}

pub fn sync_events(slug: &Slug) -> String {
    format!("{RESTAURANTS}/{slug}/sync/events")
}

pub fn reader_payments(slug: &Slug) -> String {
    format!("{RESTAURANTS}/{slug}/reader-payments")
}

pub fn cancel_reader_payment(slug: &Slug, payment: PaymentId) -> String {
    format!("{}/{payment}/cancel", reader_payments(slug))
}

pub fn board(slug: &Slug) -> String {
    format!("{RESTAURANTS}/{slug}/board")
}

pub fn edits(slug: &Slug) -> String {
    format!("{RESTAURANTS}/{slug}/edits")
}

pub fn edit(slug: &Slug, id: EditId) -> String {
    format!("{}/{id}", edits(slug))
}

pub fn staff(slug: &Slug) -> String {
    format!("{RESTAURANTS}/{slug}/staff")
}

/// Publications before a number; the newest if there is none.
pub fn publications(slug: &Slug, before: Option<u32>) -> String {
    let before = before.map(|before| before.to_string());
    let pairs = before.iter().map(|before| ("before", before.as_str()));
    address(&format!("{RESTAURANTS}/{slug}/publications"), pairs)
}

pub fn invitation(token: &str) -> String {
    format!("/api/v1/invitations/{token}")
}

pub fn devices(slug: &Slug) -> String {
    format!("{RESTAURANTS}/{slug}/devices")
}

/// Entries from before a moment; the newest if there is none.
/// With the restaurants behind a cursor.
pub fn installation(after: Option<&Cursor>) -> String {
    let after = after.map(Cursor::to_string);
    let pairs = after.iter().map(|after| ("after", after.as_str()));
    address("/api/v1/installation", pairs)
}

pub fn audit_log(slug: &Slug, before: Option<Timestamp>) -> String {
    let before = before.map(|before| before.0.to_string());
    let pairs = before.iter().map(|before| ("before", before.as_str()));
    address(&format!("{RESTAURANTS}/{slug}/log"), pairs)
}

pub fn board_events(slug: &Slug) -> String {
    format!("{RESTAURANTS}/{slug}/board/events")
}
