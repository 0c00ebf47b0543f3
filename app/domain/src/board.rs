//! What the people behind the counter see: the orders that are under way, and what is left of each dish that is counted.

use serde::{Deserialize, Serialize};

use crate::{
    account::Role,
    currency::Currency,
    id::{DishId, RestaurantId},
    order::{Order, State},
    time::LocalMinute,
};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Board {
    pub restaurant: RestaurantId,
    pub name: String,
    /// Of whoever looks.
    pub role: Role,
    pub currency: Currency,
    /// On the restaurant's clock.
    pub now: LocalMinute,
    /// Those that are not over and not waiting for their money, the oldest first.
    pub orders: Vec<Order>,
    pub dishes: Vec<BoardDish>,
    /// The tables that orders name by their codes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tables: Vec<BoardTable>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BoardDish {
    pub id: DishId,
    pub name: String,
    /// Portions, if they are counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<u32>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BoardTable {
    pub code: String,
    pub name: String,
}

crate::menu::codes! {
    /// Where an order stands on the board, from left to right.
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

    /// An order as it is now, unless something newer is known of it; says whether that changed anything.
    /// One that is over stays known, and is in no column, so that nothing older brings it back.
    pub fn put(&mut self, order: Order) -> bool {
        if self
            .orders
            .iter()
            .any(|known| known.id == order.id && known.revision >= order.revision)
        {
            return false;
        }
        // Nobody tells a board the time; an order was placed at one.
        self.now = self.now.max(order.ordered.placed_on);
        self.orders.retain(|known| known.id != order.id);
        let at = self.orders.partition_point(|known| known.number < order.number);
        self.orders.insert(at, order);
        true
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
