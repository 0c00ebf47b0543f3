//! The request that places an order, and its receipt.

use serde::{Deserialize, Serialize};

use super::{Order, State};
use crate::{
    basket::{Basket, Fulfilment},
    contact::{Contact, InvalidField, check_text, faults, first},
    currency::Minor,
    id::OrderId,
    limits,
    order_settings::PaymentMethod,
};

/// A request to place an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Placement {
    /// Made by the client.
    pub id: OrderId,
    pub basket: Basket,
    pub contact: Contact,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::text::<{ crate::limits::NOTE }>))]
    pub note: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::text::<{ crate::limits::NOTE }>))]
    pub allergies: String,
    pub payment: PaymentMethod,
    /// The total that the diner saw. If it has changed, nothing is placed.
    pub seen: Minor,
    pub lang: crate::lang::Lang,
}

impl Placement {
    pub fn check(&self) -> Result<(), InvalidField> {
        first(self.faults())
    }

    /// All invalid fields.
    pub fn faults(&self) -> Vec<InvalidField> {
        let away = !matches!(self.basket.fulfilment, Fulfilment::Table(_));
        let mut all = faults([self.basket.check()]);
        all.extend(self.contact.faults(away));
        if let Fulfilment::Delivery(door) = &self.basket.fulfilment {
            all.extend(door.faults());
        }
        all.extend(faults([
            check_text("note", &self.note, limits::NOTE),
            check_text("allergies", &self.allergies, limits::NOTE),
        ]));
        all
    }
}

/// The receipt of a placed order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlacedOrder {
    pub id: OrderId,
    /// Its holder may follow and cancel the order.
    pub token: String,
    pub number: u32,
    pub state: State,
    pub total: Minor,
}

impl PlacedOrder {
    pub fn new(order: &Order, token: &str) -> Self {
        Self {
            id: order.id,
            token: token.to_owned(),
            number: order.number,
            state: order.progress.state,
            total: order.ordered.total,
        }
    }
}
