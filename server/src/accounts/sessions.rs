//! Sessions: the browser has a token in a cookie, the store has its hash.

use std::sync::Arc;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderValue, request::Parts},
};
use servery_domain::{
    account::{self, Account, Permission, Role, SignedIn, StaffPosition},
    id::{AccountId, RestaurantId},
    problem::ProblemType,
    restaurant::Restaurant,
    time::Timestamp,
};
use servery_store::accounts::{AccountRoles, Session};
use sha2::{Digest, Sha256};

use crate::{
    clock,
    http::{error::ApiError, visitor},
    state::AppState,
};

/// The prefix binds the cookie to this host and to TLS; browsers accept 127.0.0.1 without TLS.
pub const COOKIE: &str = "__Host-session";
/// Seconds between two updates of a session's last use.
const TOUCH_INTERVAL: i64 = 3_600;

/// The account that is signed in, and its roles.
#[derive(Debug, Clone)]
pub struct CurrentUser {
    pub account: Account,
    pub staff: Vec<(RestaurantId, Role)>,
    pub is_operator: bool,
    /// The stored key of this session.
    pub session: String,
    pub signed_in_at: Timestamp,
}

impl CurrentUser {
    pub fn role(&self, restaurant: RestaurantId) -> Option<Role> {
        self.staff
            .iter()
            .find(|(of, _)| *of == restaurant)
            .map(|(_, role)| *role)
    }

    pub fn check(&self, restaurant: RestaurantId, act: Permission<'_>) -> Result<Role, ApiError> {
        let role = self.role(restaurant).filter(|role| role.may(act));
        role.ok_or_else(|| {
            tracing::warn!(account = %self.account.id, %restaurant, "an account may not do what it asked for");
            ApiError::new(
                ProblemType::Forbidden,
                "your account may not do this in this restaurant",
            )
        })
    }

    /// For what concerns the whole installation.
    pub fn check_operator(&self) -> Result<(), ApiError> {
        match self.is_operator {
            true => Ok(()),
            false => {
                tracing::warn!(account = %self.account.id, "an account that is no operator's asked for the installation");
                Err(ApiError::new(
                    ProblemType::Forbidden,
                    "your account does not run this installation",
                ))
            }
        }
    }

    /// What opens or ends an account needs a sign-in of the last minutes: a browser may have been left open.
    pub fn check_fresh(&self) -> Result<(), ApiError> {
        match account::is_fresh(self.signed_in_at, clock::now()) {
            true => Ok(()),
            false => Err(ApiError::new(
                ProblemType::SignedOut,
                format!(
                    "sign in again: this needs a sign-in of the last {} minutes",
                    account::FRESH_FOR / 60
                ),
            )),
        }
    }

    /// With the names of the restaurants; a deleted restaurant is left out.
    pub async fn signed_in(&self, app: &AppState) -> Result<SignedIn, ApiError> {
        let ids: Vec<RestaurantId> = self.staff.iter().map(|(restaurant, _)| *restaurant).collect();
        let entries = app.catalog.by_ids(&ids).await?;
        let position = |(id, role): &(RestaurantId, Role)| {
            let entry = entries.get(id)?;
            Some(staff_position(&entry.listing().restaurant, *role))
        };
        Ok(SignedIn {
            account: self.account.clone(),
            staff: self.staff.iter().filter_map(position).collect(),
            is_operator: self.is_operator,
        })
    }
}

pub fn staff_position(restaurant: &Restaurant, role: Role) -> StaffPosition {
    StaffPosition {
        restaurant: restaurant.id,
        slug: restaurant.slug.clone(),
        name: restaurant.name.clone(),
        role,
    }
}

/// For handlers that need a session.
impl FromRequestParts<Arc<AppState>> for CurrentUser {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, app: &Arc<AppState>) -> Result<Self, ApiError> {
        session(app, &parts.headers)
            .await?
            .ok_or_else(|| ApiError::new(ProblemType::SignedOut, "sign in first"))
    }
}

/// 256 random bits.
pub fn token() -> Result<String, getrandom::Error> {
    Ok(visitor::token()? + &visitor::token()?)
}

/// The hash under which a token is stored.
pub fn key(token: &str) -> String {
    Sha256::digest(token)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// The key of the session in the cookie, whether or not such a session exists.
pub fn cookie_key(headers: &HeaderMap) -> Option<String> {
    visitor::cookie(headers, COOKIE)
        .filter(|token| token.len() == 64)
        .map(key)
}

pub async fn session(app: &AppState, headers: &HeaderMap) -> Result<Option<CurrentUser>, ApiError> {
    let Some(key) = cookie_key(headers) else {
        return Ok(None);
    };
    session_by_key(app, &key).await
}

/// The current state of a session, for a stream that was opened earlier.
pub async fn session_by_key(app: &AppState, key: &str) -> Result<Option<CurrentUser>, ApiError> {
    let Some((session, account)) = app.store.session(key).await? else {
        return Ok(None);
    };
    let now = clock::now();
    let AccountRoles { staff, is_operator } = app.store.account_roles(account.id).await?;
    let limits = account::session_limits(is_operator || !staff.is_empty());
    if !limits.is_valid(session.created_at, session.seen_at, now) {
        app.store.end_session(key).await?;
        return Ok(None);
    }
    if now.0 - session.seen_at.0 > TOUCH_INTERVAL {
        app.store.touch_session(key, now).await?;
    }
    Ok(Some(CurrentUser {
        account,
        staff,
        is_operator,
        session: key.to_owned(),
        signed_in_at: session.created_at,
    }))
}

/// Starts a session with a new token and ends the one that the browser had, so that a token known before sign-in is worthless.
pub async fn start(app: &AppState, headers: &HeaderMap, account: AccountId) -> Result<HeaderValue, ApiError> {
    let (token, now) = (token()?, clock::now());
    let expires_at = Timestamp(now.0 + account::DINER_SESSION.longest);
    let session = Session {
        key: key(&token),
        account,
        created_at: now,
        seen_at: now,
        expires_at,
    };
    app.store
        .start_session(&session, cookie_key(headers).as_deref())
        .await?;
    let cookie = format!(
        "{COOKIE}={token}; Path=/; Max-Age={}; Secure; HttpOnly; SameSite=Lax",
        account::DINER_SESSION.longest
    );
    HeaderValue::from_str(&cookie).map_err(|error| ApiError::internal(&error))
}

/// The cookie that deletes the session cookie.
pub fn expired_cookie() -> HeaderValue {
    HeaderValue::from_static("__Host-session=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax")
}
