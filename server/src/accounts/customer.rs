//! Whoever places an order: a browser, signed in or not.

use std::sync::Arc;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, request::Parts},
};
use servery_domain::id::VisitorId;
use servery_store::orders::Tracked;

use crate::{
    accounts::sessions::{self, Signed},
    http::{client::Caller, error::Refusal, rate_limit, visitor},
    state::App,
    sync::devices,
};

#[derive(Debug, Clone, Default)]
pub struct Customer {
    pub signed: Option<Signed>,
    /// Under which the orders of an account are found.
    pub account: Option<String>,
    pub visitor: Option<String>,
    /// Under which the store has the device that this browser is.
    pub device: Option<String>,
    pub caller: Caller,
}

impl Customer {
    pub async fn of(app: &App, headers: &HeaderMap, caller: Caller) -> Result<Self, Refusal> {
        let signed = sessions::session(app, headers).await?;
        let account = signed.as_ref().map(|signed| signed.account.id.customer());
        Ok(Self {
            signed,
            account,
            visitor: visitor::visitor(headers).map(|visitor| visitor.to_string()),
            device: devices::named(headers),
            caller,
        })
    }

    pub fn placed(&self, tracked: &Tracked) -> bool {
        tracked.customer.is_some() && [&self.account, &self.visitor].contains(&&tracked.customer)
    }

    /// This browser, which is known from now on.
    pub fn browser(&self, app: &App) -> Result<VisitorId, Refusal> {
        let known = self.visitor.as_deref().and_then(|visitor| visitor.parse().ok());
        known.map_or_else(
            || {
                app.rates.of_diner(&rate_limit::BROWSERS, &self.caller)?;
                Ok(VisitorId(visitor::random()?))
            },
            Ok,
        )
    }

    /// Under which its orders are found again.
    pub fn name(&self) -> Option<String> {
        self.account.clone().or_else(|| self.visitor.clone())
    }
}

impl FromRequestParts<Arc<App>> for Customer {
    type Rejection = Refusal;
    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Refusal> {
        let caller = parts.extensions.get().cloned().unwrap_or_default();
        Self::of(app, &parts.headers, caller).await
    }
}
