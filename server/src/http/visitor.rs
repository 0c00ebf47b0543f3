//! The visitor cookie, which identifies a browser that is signed in or not; cookies and random ids.
//!
//! The cookie is signed: a client cannot make up visitors, each of whom may store drafts.

use axum::{
    http::{
        HeaderMap, HeaderValue,
        header::{COOKIE, SET_COOKIE},
    },
    response::{IntoResponse, Response},
};
use hmac::{Hmac, KeyInit, Mac};
use servery_domain::id::{self, VisitorId};
use servery_store::Store;
use sha2::Sha256;
use tokio::sync::OnceCell;

use crate::{clock, http::error::ApiError};

/// The prefix binds the cookie to this host and to TLS; browsers accept 127.0.0.1 without TLS.
pub const VISITOR: &str = "__Host-visitor";
/// The name of the key in the store.
const KEY: &str = "visitor-key";
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

/// The cookie that deletes the visitor cookie: whoever signs out on a shared computer leaves no orders behind.
pub fn expired_cookie() -> HeaderValue {
    HeaderValue::from_static("__Host-visitor=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax")
}

/// Reads and writes the visitor cookie, with a key that all nodes share.
#[derive(Default)]
pub struct VisitorCookies(OnceCell<String>);

impl VisitorCookies {
    /// `None` without a cookie, and for one that this installation did not sign.
    pub async fn read(&self, store: &dyn Store, headers: &HeaderMap) -> Result<Option<VisitorId>, ApiError> {
        let Some((id, tag)) = cookie(headers, VISITOR).and_then(|value| value.split_once('.')) else {
            return Ok(None);
        };
        let Some(visitor) = id.parse().ok() else {
            return Ok(None);
        };
        let tag = (0..tag.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(tag.get(at..at + 2)?, 16).ok())
            .collect::<Option<Vec<u8>>>();
        let mac = self.mac(store, visitor).await?;
        let is_signed = tag.is_some_and(|tag| mac.verify_slice(&tag).is_ok());
        Ok(is_signed.then_some(visitor))
    }

    /// The answer with the visitor cookie.
    pub async fn write(
        &self,
        store: &dyn Store,
        answer: impl IntoResponse,
        visitor: VisitorId,
    ) -> Result<Response, ApiError> {
        let mut response = answer.into_response();
        let value = self.value(store, visitor).await?;
        let cookie = HeaderValue::from_str(&format!(
            "{VISITOR}={value}; Path=/; Max-Age={ONE_YEAR}; Secure; HttpOnly; SameSite=Lax"
        ));
        response
            .headers_mut()
            .extend(cookie.ok().map(|cookie| (SET_COOKIE, cookie)));
        Ok(response)
    }

    pub async fn value(&self, store: &dyn Store, visitor: VisitorId) -> Result<String, ApiError> {
        let tag = self.mac(store, visitor).await?.finalize().into_bytes();
        let tag: String = tag.iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(format!("{visitor}.{tag}"))
    }

    async fn mac(&self, store: &dyn Store, visitor: VisitorId) -> Result<Hmac<Sha256>, ApiError> {
        let key = async || {
            let new = token()? + &token()?;
            Ok::<_, ApiError>(store.secret(KEY, &new).await?)
        };
        let key = self.0.get_or_try_init(key).await?;
        let mut mac =
            Hmac::<Sha256>::new_from_slice(key.as_bytes()).map_err(|error| ApiError::internal(&error))?;
        mac.update(visitor.to_string().as_bytes());
        Ok(mac)
    }
}
