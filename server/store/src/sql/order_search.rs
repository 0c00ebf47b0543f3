//! The search over all orders of a restaurant.

use std::ops::Range;

use servery_domain::{
    id::RestaurantId,
    order_search::{OrderCursor, OrderFilter, OrderSearch},
    time::Timestamp,
};
use sqlx::QueryBuilder;

use crate::{
    batch::Batch,
    sql::{
        engine::Engine,
        order_rows::OrderRow,
        rows::{row, select_sql},
    },
};

/// After every term that begins with the same characters.
const LAST: char = '\u{10ffff}';

row! {
    struct GuestTermRow in guest_terms {
        order_id: String,
        restaurant_id: String,
        term: String,
    }
}

impl GuestTermRow {
    /// Of the batch's new orders.
    pub(crate) fn write(batch: &Batch) -> Vec<Self> {
        let orders = batch.new_orders.iter().filter_map(|id| batch.orders.get(id));
        let terms = orders.flat_map(|tracked| {
            let ordered = &tracked.order.ordered;
            ordered.guest_terms().into_iter().map(|term| Self {
                order_id: tracked.order.id.to_string(),
                restaurant_id: ordered.restaurant.to_string(),
                term,
            })
        });
        terms.collect()
    }
}

pub(crate) fn select<E: Engine>(
    restaurant: RestaurantId,
    search: &OrderSearch,
    placed: Range<Timestamp>,
    limit: usize,
) -> QueryBuilder<E> {
    let restaurant = restaurant.to_string();
    let mut query = QueryBuilder::new(select_sql::<OrderRow>("where restaurant_id = "));
    query.push_bind(restaurant.clone());
    query.push(" and placed_at >= ").push_bind(placed.start.0);
    query.push(" and placed_at < ").push_bind(placed.end.0);
    if let Some(OrderCursor { placed_at, number }) = search.before {
        query.push(" and (placed_at, number) < (").push_bind(placed_at.0);
        query.push(", ").push_bind(i64::from(number)).push(")");
    }
    query.push(match search.show {
        OrderFilter::All => "",
        OrderFilter::Open => " and open = true",
        OrderFilter::Fulfilled => " and open = false and called_off = false",
        OrderFilter::CalledOff => " and called_off = true",
    });
    for wanted in search.wanted() {
        query.push(" and id in (select id from orders where restaurant_id = ");
        query.push_bind(restaurant.clone());
        query
            .push(" and number = ")
            .push_bind(wanted.number.map(i64::from));
        if let Some(term) = wanted.term {
            query.push(" union select order_id from guest_terms where restaurant_id = ");
            query.push_bind(restaurant.clone());
            query.push(" and term >= ").push_bind(term.clone());
            query.push(" and term < ").push_bind(format!("{term}{LAST}"));
        }
        query.push(")");
    }
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    query
        .push(" order by placed_at desc, number desc limit ")
        .push_bind(limit);
    query
}
