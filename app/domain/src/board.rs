//! The board of a restaurant's staff: orders in progress, and stock of the dishes that are counted.

use serde::{Deserialize, Serialize};

use crate::{
    account::Role,
    basket::Fulfilment,
    currency::Currency,
    delivery_area::{DeliveryArea, Point},
    id::{DishId, RestaurantId},
    order::{Order, State},
    order_intake::LocalPause,
    time::LocalMinute,
};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Board {
    pub restaurant: RestaurantId,
    pub name: String,
    /// The role of the person who sees the board.
    pub role: Role,
    pub currency: Currency,
    /// In the restaurant's local time.
    pub now: LocalMinute,
    /// Orders that are paid or paid at the door and not over yet, the oldest first.
    pub orders: Vec<Order>,
    pub dishes: Vec<BoardDish>,
    /// The tables, so that an order's table code can be shown as a name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tables: Vec<BoardTable>,
    /// Where the restaurant delivers to, as far as it is drawn on the map; for those who see addresses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub areas: Vec<DeliveryArea>,
    /// No orders are taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pause: Option<LocalPause>,
    /// The kitchen needs more minutes than usual, until then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub busy: Option<(u16, LocalMinute)>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BoardDish {
    pub id: DishId,
    pub name: String,
    /// Portions left, if the dish is counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<u32>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BoardTable {
    pub code: String,
    pub name: String,
}

crate::codes::codes! {
    /// The columns of the board, from left to right.
    Column { New = "new", Kitchen = "kitchen", Pass = "pass" }
}

impl Column {
    pub const fn of(state: State) -> Option<Self> {
        match state {
            State::Placed => Some(Self::New),
            State::Accepted | State::Preparing => Some(Self::Kitchen),
            State::Ready | State::OutForDelivery => Some(Self::Pass),
            State::Unpaid | State::Collected | State::Delivered | State::Rejected | State::Cancelled => None,
        }
    }
}

impl Board {
    pub fn column(&self, column: Column) -> impl Iterator<Item = &Order> {
        self.orders
            .iter()
            .filter(move |order| Column::of(order.progress.state) == Some(column))
    }

    /// Stores an order unless the same or a newer revision is known. Returns whether anything changed.
    /// An order that is over is kept and shown in no column, so that an older revision cannot bring it
    /// back.
    pub fn put(&mut self, order: Order) -> bool {
        if self
            .orders
            .iter()
            .any(|known| known.id == order.id && known.revision >= order.revision)
        {
            return false;
        }
        // The board receives no clock of its own: the time when an order was placed is the best estimate of
        // now.
        self.now = self.now.max(order.ordered.placed_on);
        self.orders.retain(|known| known.id != order.id);
        let at = self.orders.partition_point(|known| known.number < order.number);
        self.orders.insert(at, order);
        true
    }

    /// The orders in progress that are to be brought, with the point on the map that is known of some.
    pub fn deliveries(&self) -> impl Iterator<Item = (Column, &Order, Option<Point>)> {
        self.orders.iter().filter_map(|order| {
            let Fulfilment::Delivery(door) = &order.ordered.fulfilment else {
                return None;
            };
            Some((Column::of(order.progress.state)?, order, door.point()))
        })
    }

    pub fn table<'a>(&'a self, code: &'a str) -> &'a str {
        self.tables
            .iter()
            .find(|table| table.code == code)
            .map_or(code, |table| &table.name)
    }
}

#[cfg(test)]
mod tests;
