//! The list of all orders of a restaurant, for staff who may see whole orders.

use std::ops::Range;

use servery_domain::{
    account::Permission,
    id::OrderId,
    limits,
    order::Order,
    order_search::{OrderCursor, OrderList, OrderRecord, OrderSearch},
    problem::ProblemType,
    time::{Day, Timestamp},
};

use crate::{
    accounts::sessions::CurrentUser,
    catalog::restaurant_now::{RestaurantNow, restaurant_id, restaurant_now},
    clock,
    http::error::ApiError,
    state::AppState,
};

pub async fn list(
    app: &AppState,
    user: &CurrentUser,
    slug: &str,
    search: &OrderSearch,
) -> Result<OrderList, ApiError> {
    let restaurant = restaurant_now(app, slug).await?;
    let id = restaurant.listing.restaurant.id;
    user.check(id, Permission::SearchOrders)?;
    let placed = placed(&restaurant, search);
    let most = limits::PAGE_ORDERS;
    let mut orders = app.store.search_orders(id, search, placed, most + 1).await?;
    let more = orders.len() > most;
    orders.truncate(most);
    let last = orders.last().filter(|_| more);
    Ok(OrderList {
        next: last.map(|last| OrderCursor {
            placed_at: last.ordered.placed_at,
            number: last.number,
        }),
        orders,
    })
}

/// All orders that a search finds, the newest first, if they are not too many for a file.
pub async fn export(
    app: &AppState,
    user: &CurrentUser,
    slug: &str,
    search: &OrderSearch,
) -> Result<Vec<Order>, ApiError> {
    let restaurant = restaurant_now(app, slug).await?;
    let id = restaurant.listing.restaurant.id;
    user.check(id, Permission::SearchOrders)?;
    let placed = placed(&restaurant, search);
    let most = limits::EXPORTED_ORDERS;
    let orders = app.store.search_orders(id, search, placed, most + 1).await?;
    match orders.len() > most {
        true => Err(ApiError::new(
            ProblemType::TooLarge,
            format!("a file has at most {most} orders; choose fewer days"),
        )),
        false => Ok(orders),
    }
}

/// The moments at which the search's days begin and end.
fn placed(restaurant: &RestaurantNow, search: &OrderSearch) -> Range<Timestamp> {
    let midnight = |day: Day| clock::utc(&restaurant.zone, day.midnight());
    let from = search.from.map_or(Timestamp(0), midnight);
    let to = search.to.map_or(Timestamp(i64::MAX), |day| midnight(day.plus(1)));
    from..to
}

pub async fn record(
    app: &AppState,
    user: &CurrentUser,
    slug: &str,
    order: OrderId,
) -> Result<OrderRecord, ApiError> {
    let restaurant = restaurant_id(app, slug)?;
    let role = user.check(restaurant, Permission::SearchOrders)?;
    let tracked = app.store.order(order).await?;
    let order = tracked
        .map(|tracked| tracked.order)
        .filter(|order| order.ordered.restaurant == restaurant);
    let order = order
        .ok_or_else(|| ApiError::new(ProblemType::NotFound, "there is no such order in this restaurant"))?;
    Ok(OrderRecord {
        role,
        history: app.store.history_with_names(order.id).await?,
        order,
    })
}
