//! The visitor cookie, which identifies a browser that is signed in or not; cookies and random ids.

use axum::{
    http::{
        HeaderMap, HeaderValue,
        header::{COOKIE, SET_COOKIE},
    },
    response::{IntoResponse, Response},
};
use servery_domain::id::{self, VisitorId};

use crate::clock;

/// The prefix binds the cookie to this host and to TLS; browsers accept 127.0.0.1 without TLS.
const VISITOR: &str = "__Host-visitor";
const ONE_YEAR: u32 = 365 * 24 * 3600;

pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let cookies = headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'));
    cookies
        .filter_map(|cookie| cookie.trim().split_once('='))
        .find(|(known, _)| *known == name)
        .map(|(_, value)| value)
}

pub fn bytes<const N: usize>() -> Result<[u8; N], getrandom::Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}

pub fn random() -> Result<u128, getrandom::Error> {
    bytes().map(u128::from_be_bytes)
}

pub fn id() -> Result<u128, getrandom::Error> {
    random().map(|random| id::new(clock::milliseconds(), random))
}

/// 128 random bits, written as ids are.
pub fn token() -> Result<String, getrandom::Error> {
    random().map(|number| format!("{number:032x}"))
}

pub fn visitor(headers: &HeaderMap) -> Option<VisitorId> {
    cookie(headers, VISITOR)?.parse().ok()
}

/// The answer with the visitor cookie.
pub fn remembered(answer: impl IntoResponse, visitor: VisitorId) -> Response {
    let mut response = answer.into_response();
    let cookie = HeaderValue::from_str(&format!(
        "{VISITOR}={visitor}; Path=/; Max-Age={ONE_YEAR}; Secure; HttpOnly; SameSite=Lax"
    ));
    response
        .headers_mut()
        .extend(cookie.ok().map(|cookie| (SET_COOKIE, cookie)));
    response
}
