//! The draft of an order that a browser keeps on the server.

use servery_domain::{draft::Draft, id::VisitorId};

use crate::{
    accounts::customer::Customer, catalog::restaurant_now::restaurant_id, clock, http::error::ApiError,
    state::AppState,
};

/// The draft of this browser, completed with name and address of the account.
pub async fn draft(app: &AppState, slug: &str, customer: &Customer) -> Result<Draft, ApiError> {
    let restaurant = restaurant_id(app, slug)?;
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
    visitor: VisitorId,
    draft: &Draft,
) -> Result<(), ApiError> {
    draft.check()?;
    let restaurant = restaurant_id(app, slug)?;
    Ok(app
        .store
        .put_draft(&visitor.to_string(), restaurant, draft, clock::now())
        .await?)
}
