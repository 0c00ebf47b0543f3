//! Who did what in a restaurant, for its owners and managers, and what was done with an account, for its holder.

use servery_domain::{
    account::Permission,
    audit::{AuditEntry, AuditLog},
    time::Timestamp,
};

use crate::{
    accounts::sessions::CurrentUser,
    catalog::restaurant_now::{RestaurantNow, restaurant_now},
    http::error::ApiError,
    state::AppState,
};

pub async fn of_restaurant(
    app: &AppState,
    user: &CurrentUser,
    slug: &str,
    before: Option<Timestamp>,
) -> Result<AuditLog, ApiError> {
    let RestaurantNow {
        listing,
        menu,
        now: (at, now),
        ..
    } = restaurant_now(app, slug).await?;
    let restaurant = &listing.restaurant;
    user.check(restaurant.id, Permission::AuditLog)?;
    let before = before.unwrap_or(Timestamp(i64::MAX));
    let (entries, more) = app.store.restaurant_log(restaurant.id, before).await?;
    Ok(AuditLog {
        name: restaurant.name.clone(),
        currency: menu.currency,
        at,
        now,
        entries,
        more,
    })
}

pub async fn of_account(app: &AppState, user: &CurrentUser) -> Result<Vec<AuditEntry>, ApiError> {
    Ok(app.store.account_log(user.account.id).await?)
}
