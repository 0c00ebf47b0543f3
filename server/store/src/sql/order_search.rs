//! The search over all orders of a restaurant.

use std::ops::Range;

use servery_domain::{
    id::RestaurantId,
    order_search::{OrderCursor, OrderFilter, OrderSearch, WantedOrder},
    time::Timestamp,
};
use sqlx::QueryBuilder;

use crate::{
    batch::Batch,
    sql::{
        engine::Engine,
        order_rows::OrderRow,
        rows::{columns, row},
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

/// What is rare is looked for first, with an index of its own; without that, SQLite would read all orders of the restaurant.
pub(crate) fn select<E: Engine>(
    restaurant: RestaurantId,
    search: &OrderSearch,
    placed: &Range<Timestamp>,
    limit: i64,
) -> QueryBuilder<E> {
    let restaurant = restaurant.to_string();
    let mut query = QueryBuilder::new(format!("select {} from ", columns::<OrderRow>()));
    let wanted = search.wanted();
    let rare = match search.show {
        OrderFilter::Open => Some("open"),
        OrderFilter::CalledOff => Some("called_off"),
        OrderFilter::All | OrderFilter::Fulfilled => None,
    };
    let is_narrow = rare.is_some() || !wanted.is_empty();
    if is_narrow {
        query.push("(");
        let mut separator = "";
        for wanted in wanted {
            query.push(separator);
            push_wanted(&mut query, &restaurant, wanted);
            separator = " intersect ";
        }
        if let Some(rare) = rare {
            query
                .push(separator)
                .push("select id as order_id from orders where restaurant_id = ");
            query.push_bind(restaurant.clone());
            query.push(format!(" and {rare} = true"));
        }
        // SQLite reads a cross join in its order.
        query.push(") as found cross join ");
    }
    query.push("orders where restaurant_id = ").push_bind(restaurant);
    query.push(if is_narrow { " and id = found.order_id" } else { "" });
    query.push(" and placed_at >= ").push_bind(placed.start.0);
    query.push(" and placed_at < ").push_bind(placed.end.0);
    if let Some(OrderCursor { placed_at, number }) = search.before {
        query.push(" and (placed_at, number) < (").push_bind(placed_at.0);
        query.push(", ").push_bind(i64::from(number)).push(")");
    }
    if search.show == OrderFilter::Fulfilled {
        query.push(" and open = false and called_off = false");
    }
    query
        .push(" order by placed_at desc, number desc limit ")
        .push_bind(limit);
    query
}

/// The orders with this number, or with a term that begins so.
fn push_wanted<E: Engine>(query: &mut QueryBuilder<E>, restaurant: &str, wanted: WantedOrder) {
    query.push("select order_id from (select id as order_id from orders where restaurant_id = ");
    query.push_bind(restaurant.to_owned());
    query
        .push(" and number = ")
        .push_bind(wanted.number.map(i64::from));
    if let Some(term) = wanted.term {
        query.push(" union select order_id from guest_terms where restaurant_id = ");
        query.push_bind(restaurant.to_owned());
        query.push(" and term >= ").push_bind(term.clone());
        query.push(" and term < ").push_bind(format!("{term}{LAST}"));
    }
    query.push(") as wanted");
}
