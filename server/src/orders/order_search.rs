//! The list of all orders of a restaurant, for staff who may see whole orders.

use std::ops::Range;

use servery_domain::{
    account::Permission,
    id::{OrderId, RestaurantId},
    limits,
    order::Order,
    order_search::{OrderList, OrderRecord, OrderSearch},
    problem::ProblemType,
    time::{Day, Timestamp},
};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::{
    accounts::sessions::CurrentUser,
    catalog::restaurant_now::{RestaurantNow, restaurant_id, restaurant_now},
    clock,
    http::error::ApiError,
    state::AppState,
};

/// A file's orders take much memory: one after another on each node.
static ONE_AT_A_TIME: Semaphore = Semaphore::const_new(1);

pub async fn list(
    app: &AppState,
    user: &CurrentUser,
    slug: &str,
    search: &OrderSearch,
) -> Result<OrderList, ApiError> {
    let (id, placed) = scope(app, user, slug, search).await?;
    let found = app
        .store
        .search_orders(id, search, placed, limits::PAGE_ORDERS)
        .await?;
    Ok(OrderList {
        orders: found.orders,
        next: found.next,
    })
}

/// Until they are dropped, nobody else gets any.
pub struct ExportedOrders {
    pub orders: Vec<Order>,
    _turn: SemaphorePermit<'static>,
}

/// All orders that a search finds, the newest first, if they are not too many for a file.
pub async fn export(
    app: &AppState,
    user: &CurrentUser,
    slug: &str,
    search: &OrderSearch,
) -> Result<ExportedOrders, ApiError> {
    let (id, placed) = scope(app, user, slug, search).await?;
    let turn = ONE_AT_A_TIME
        .acquire()
        .await
        .map_err(|error| ApiError::internal(&error))?;
    let most = limits::EXPORTED_ORDERS;
    let found = app.store.search_orders(id, search, placed, most).await?;
    if found.unreadable > 0 {
        return Err(ApiError::new(
            ProblemType::Broken,
            format!("{} orders cannot be read; the log says which", found.unreadable),
        ));
    }
    match found.next {
        Some(_) => Err(ApiError::new(
            ProblemType::TooLarge,
            format!("a file has at most {most} orders; choose fewer days"),
        )),
        None => Ok(ExportedOrders {
            orders: found.orders,
            _turn: turn,
        }),
    }
}

/// The restaurant, and the moments at which the search's days begin and end.
async fn scope(
    app: &AppState,
    user: &CurrentUser,
    slug: &str,
    search: &OrderSearch,
) -> Result<(RestaurantId, Range<Timestamp>), ApiError> {
    let RestaurantNow { listing, zone, .. } = restaurant_now(app, slug).await?;
    let restaurant = listing.restaurant.id;
    user.check(restaurant, Permission::SearchOrders)?;
    let midnight = |day: Day| clock::utc(&zone, day.midnight());
    let from = search.from.map_or(Timestamp(0), midnight);
    let to = search.to.map_or(Timestamp(i64::MAX), |day| midnight(day.plus(1)));
    Ok((restaurant, from..to))
}

pub async fn record(
    app: &AppState,
    user: &CurrentUser,
    slug: &str,
    order: OrderId,
) -> Result<OrderRecord, ApiError> {
    let restaurant = restaurant_id(app, slug).await?;
    let role = user.check(restaurant, Permission::SearchOrders)?;
    let tracked = app.store.order(order).await?;
    let order = tracked
        .map(|tracked| tracked.order)
        .filter(|order| order.ordered.restaurant == restaurant);
    let order = order
        .ok_or_else(|| ApiError::new(ProblemType::NotFound, "there is no such order in this restaurant"))?;
    let mut history = app.store.history_with_names(order.id).await?;
    // Colleagues are named by their e-mail addresses, as in the log.
    if !role.may(Permission::AuditLog) {
        history.iter_mut().for_each(|entry| entry.author = None);
    }
    Ok(OrderRecord { role, order, history })
}
