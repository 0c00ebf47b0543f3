//! The customer of an order: a browser, signed in or not.

use std::sync::Arc;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, request::Parts},
};
use servery_domain::id::VisitorId;
use servery_store::orders::Tracked;

use crate::{
    accounts::sessions::{self, CurrentUser},
    http::{client::Client, error::ApiError, invitation_cookie, rate_limit, visitor},
    state::AppState,
    sync::devices,
};

#[derive(Debug, Clone, Default)]
pub struct Customer {
    pub user: Option<CurrentUser>,
    /// The key of the account's orders.
    pub account: Option<String>,
    pub visitor: Option<String>,
    /// The stored key of the staff device that this browser is, if it is one.
    pub device: Option<String>,
    /// The pairing code that this browser made last.
    pub pairing_code: Option<String>,
    /// The token of the invitation that this browser made last.
    pub invitation: Option<String>,
    pub client: Client,
}

impl Customer {
    pub async fn of(app: &AppState, headers: &HeaderMap, client: Client) -> Result<Self, ApiError> {
        let user = sessions::session(app, headers).await?;
        let account = user.as_ref().map(|user| user.account.id.customer());
        let visitor = app.visitor_cookies.read(app.store.as_ref(), headers).await?;
        Ok(Self {
            user,
            account,
            visitor: visitor.map(|visitor| visitor.to_string()),
            device: devices::cookie_key(headers),
            pairing_code: devices::made_code(headers),
            invitation: invitation_cookie::read(headers),
            client,
        })
    }

    pub fn placed(&self, tracked: &Tracked) -> bool {
        tracked.customer.is_some() && [&self.account, &self.visitor].contains(&&tracked.customer)
    }

    /// The id of this browser; a new one gets it here, and keeps it in a cookie.
    pub async fn browser(&self, app: &AppState) -> Result<VisitorId, ApiError> {
        if let Some(known) = self.visitor.as_deref().and_then(|visitor| visitor.parse().ok()) {
            return Ok(known);
        }
        app.rate_limiter
            .take_for_diner(&rate_limit::BROWSERS, &self.client)
            .await?;
        Ok(VisitorId(visitor::random()?))
    }

    /// The key of this customer's orders.
    pub fn name(&self) -> Option<String> {
        self.account.clone().or_else(|| self.visitor.clone())
    }
}

impl FromRequestParts<Arc<AppState>> for Customer {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, app: &Arc<AppState>) -> Result<Self, ApiError> {
        let client = parts.extensions.get().cloned().unwrap_or_default();
        Self::of(app, &parts.headers, client).await
    }
}
