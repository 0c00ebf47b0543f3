//! The draft of an order that a browser keeps on the server.

use servery_domain::{draft::Draft, id::VisitorId};

use crate::{
    accounts::customer::Customer,
    catalog::restaurant_now::restaurant_id,
    clock,
    http::{client::Client, error::ApiError, rate_limit},
    state::AppState,
};

/// The draft of this browser, completed with name and address of the account.
pub async fn draft(app: &AppState, slug: &str, customer: &Customer) -> Result<Draft, ApiError> {
    let restaurant = restaurant_id(app, slug).await?;
    let kept = match &customer.visitor {
        Some(visitor) => app.store.draft(visitor, restaurant).await?,
        None => None,
    };
    let mut draft = kept.unwrap_or_default();
    if let Some(user) = &customer.user {
        draft.fill_in(&user.account);
    }
    Ok(draft)
}

pub async fn save_draft(
    app: &AppState,
    slug: &str,
    (visitor, client): (VisitorId, &Client),
    draft: &Draft,
) -> Result<(), ApiError> {
    draft.check()?;
    app.rate_limiter
        .take_for_diner(&rate_limit::DRAFTS, client)
        .await?;
    let bytes = serde_json::to_vec(draft)
        .map_err(|error| ApiError::internal(&error))?
        .len();
    app.rate_limiter
        .take_many_for_diner(&rate_limit::DRAFT_KILOBYTES, bytes.div_ceil(1_000), client)
        .await?;
    let restaurant = restaurant_id(app, slug).await?;
    Ok(app
        .store
        .put_draft(&visitor.to_string(), restaurant, draft, clock::now())
        .await?)
}
