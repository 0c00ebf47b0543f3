//! A restaurant's board: its orders under way, and what staff do to them. The API and the plain forms both come here.

use servery_domain::{
    account::Act,
    board::{Board, BoardDish, BoardTable, Column},
    id::{DishId, OrderId, RestaurantId},
    order::{Actor, Event, Order},
    problem::Kind,
};

use crate::{
    accounts::sessions::{self, Signed},
    clock,
    http::error::Refusal,
    orders,
    state::App,
};

pub async fn see(app: &App, signed: &Signed, slug: &str) -> Result<Board, Refusal> {
    let counter = orders::counter(app, slug).await?;
    let restaurant = counter.listed.restaurant.id;
    let role = signed.check(restaurant, Act::See)?;
    let orders = orders(app, restaurant).await?;
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
    Ok(Board {
        restaurant,
        role,
        name: counter.listed.restaurant.name.clone(),
        currency: counter.menu.currency,
        now: counter.now.1,
        orders,
        dishes: dishes.collect(),
        tables: tables.collect(),
    })
}

/// Whether somebody may see the orders of a restaurant, and which that is.
pub async fn watched(app: &App, signed: &Signed, slug: &str) -> Result<RestaurantId, Refusal> {
    let restaurant = orders::restaurant_named(app, slug)?;
    signed.check(restaurant, Act::See)?;
    Ok(restaurant)
}

/// Whoever began to watch may still do so: they have not signed out, and still work here.
pub async fn still_watched(app: &App, session: &str, restaurant: RestaurantId) -> Result<bool, Refusal> {
    let signed = sessions::of_key(app, session).await?;
    Ok(signed.is_some_and(|signed| signed.check(restaurant, Act::See).is_ok()))
}

/// The orders that a board shows, the oldest first.
pub async fn orders(app: &App, restaurant: RestaurantId) -> Result<Vec<Order>, Refusal> {
    let open = app.store.open_orders(restaurant).await?;
    Ok(open
        .into_iter()
        .filter(|order| Column::of(order.progress.state).is_some())
        .collect())
}

pub async fn advance(
    app: &App,
    signed: &Signed,
    slug: &str,
    order: OrderId,
    event: Event,
) -> Result<Order, Refusal> {
    let restaurant = orders::restaurant_named(app, slug)?;
    signed.check(restaurant, Act::Advance(&event))?;
    let own = app
        .store
        .order(order)
        .await?
        .is_some_and(|tracked| tracked.order.ordered.restaurant == restaurant);
    if !own {
        return Err(Refusal::new(
            Kind::NotFound,
            "there is no such order in this restaurant",
        ));
    }
    orders::advance(app, order, event, Actor::Staff).await
}

pub async fn set_stock(
    app: &App,
    signed: &Signed,
    slug: &str,
    dish: DishId,
    portions: Option<u32>,
) -> Result<(), Refusal> {
    let counter = orders::counter(app, slug).await?;
    let restaurant = counter.listed.restaurant.id;
    signed.check(restaurant, Act::Stock)?;
    if counter.menu.dish(dish).is_none() {
        return Err(Refusal::new(Kind::NotFound, "there is no such dish on this menu"));
    }
    Ok(app
        .store
        .set_stock(restaurant, dish, portions, clock::now())
        .await?)
}
