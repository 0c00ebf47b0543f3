//! A restaurant's board: its open orders, and what staff do with them. The service behind the API and the plain forms.

use std::sync::Arc;

use servery_domain::{
    account::{Permission, Role},
    audit::Author,
    board::{Board, BoardDish, BoardTable, Column},
    id::{DishId, OrderId, RestaurantId},
    order::{Event, Order},
    order_intake::IntakeChange,
    problem::ProblemType,
};

use crate::{
    accounts::sessions::{self, CurrentUser},
    catalog::{
        CatalogEntry,
        restaurant_now::{restaurant_called, restaurant_id, restaurant_now},
    },
    clock,
    http::error::ApiError,
    orders,
    payments::amount,
    state::AppState,
};

pub async fn board(app: &AppState, user: &CurrentUser, slug: &str) -> Result<Board, ApiError> {
    let counter = restaurant_now(app, slug).await?;
    let restaurant = counter.listing.restaurant.id;
    let role = user.check(restaurant, Permission::See)?;
    let orders = orders(app, restaurant, role).await?;
    let stock = app.store.stock(restaurant).await?;
    let dishes = counter.menu.dishes().map(|dish| BoardDish {
        id: dish.id,
        name: dish.name.clone(),
        left: stock.get(&dish.id).copied(),
    });
    let tables = app
        .store
        .tables(restaurant)
        .await?
        .into_iter()
        .map(|(code, name)| BoardTable { code, name });
    let ordering = &counter.listing.restaurant.ordering;
    let areas = match role.may(Permission::SeeAddresses) {
        true => ordering.drawn_areas().cloned().collect(),
        false => Vec::new(),
    };
    let busy = counter.intake.busy;
    Ok(Board {
        restaurant,
        role,
        name: counter.listing.restaurant.name.clone(),
        currency: counter.menu.currency,
        now: counter.now.1,
        orders,
        dishes: dishes.collect(),
        tables: tables.collect(),
        areas,
        pause: counter.pause(),
        busy: busy.map(|busy| (busy.minutes, clock::local(&counter.zone, busy.until))),
    })
}

/// The restaurant of this slug and the user's role there, if the user may see its orders.
pub async fn watchable_restaurant(
    app: &AppState,
    user: &CurrentUser,
    slug: &str,
) -> Result<(Arc<CatalogEntry>, Role), ApiError> {
    let restaurant = restaurant_called(app, slug).await?;
    let role = user.check(restaurant.listing().restaurant.id, Permission::See)?;
    Ok((restaurant, role))
}

/// Whether the session still exists and its account still has the role in the restaurant.
pub async fn may_still_watch(
    app: &AppState,
    session: &str,
    (restaurant, role): (RestaurantId, Role),
) -> Result<bool, ApiError> {
    let user = sessions::session_by_key(app, session).await?;
    Ok(user.is_some_and(|user| user.role(restaurant) == Some(role)))
}

/// The orders that a board shows to this role, oldest first.
pub async fn orders(app: &AppState, restaurant: RestaurantId, role: Role) -> Result<Vec<Order>, ApiError> {
    let open = app.store.open_orders(restaurant).await?;
    Ok(open
        .iter()
        .filter(|order| Column::of(order.progress.state).is_some())
        .filter_map(|order| role.view(order))
        .collect())
}

pub async fn advance(
    app: &AppState,
    user: &CurrentUser,
    slug: &str,
    order: OrderId,
    event: Event,
) -> Result<Order, ApiError> {
    let restaurant = restaurant_id(app, slug).await?;
    let role = user.check(restaurant, Permission::Cause(&event))?;
    let own = app
        .store
        .order(order)
        .await?
        .map(|tracked| tracked.order)
        .filter(|order| order.ordered.restaurant == restaurant && role.view(order).is_some());
    let own =
        own.ok_or_else(|| ApiError::new(ProblemType::NotFound, "there is no such order in this restaurant"))?;
    user.check(restaurant, Permission::Advance(&own, &event))?;
    if let Event::Refund { amount: back, .. } = &event {
        amount::of_provider(own.ordered.currency, *back).ok_or_else(|| {
            ApiError::new(
                ProblemType::NotAccepted,
                "exactly this amount cannot go back to a card",
            )
        })?;
    }
    let author = Author::Account(user.account.id);
    let after = match event {
        Event::Rescheduled { to } => {
            let current = restaurant_now(app, slug).await?;
            orders::reschedule(app, &current, (order, to), author).await?
        }
        event => orders::advance(app, order, event, author).await?,
    };
    Ok(role.view(&after).unwrap_or(after))
}

/// Pauses orders, takes them again, or says how much longer the kitchen needs.
pub async fn change_intake(
    app: &AppState,
    user: &CurrentUser,
    slug: &str,
    change: IntakeChange,
) -> Result<(), ApiError> {
    let restaurant = restaurant_id(app, slug).await?;
    user.check(restaurant, Permission::Pause)?;
    let now = clock::now();
    change.check(now)?;
    let by = (Author::Account(user.account.id), now);
    app.store.change_order_intake(restaurant, change, by).await?;
    // The next page is about what holds now.
    Ok(app.catalog.reload_if_changed().await?)
}

pub async fn set_stock(
    app: &AppState,
    user: &CurrentUser,
    slug: &str,
    dish: DishId,
    portions: Option<u32>,
) -> Result<(), ApiError> {
    let counter = restaurant_now(app, slug).await?;
    let restaurant = counter.listing.restaurant.id;
    user.check(restaurant, Permission::Stock)?;
    if counter.menu.dish(dish).is_none() {
        return Err(ApiError::new(
            ProblemType::NotFound,
            "there is no such dish on this menu",
        ));
    }
    Ok(app
        .store
        .set_stock(restaurant, dish, portions, clock::now())
        .await?)
}
