//! A restaurant's settings for orders: fulfilment, delivery zones, slots, fees, tips, payment.

use serde::{Deserialize, Serialize};

use crate::{
    currency::Minor,
    delivery_area::{Bounds, DeliveryArea, Point},
    limits,
};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OrderSettings {
    pub collection: bool,
    pub at_table: bool,
    /// The first zone that contains an address applies. Without zones there is no delivery.
    pub zones: Vec<DeliveryZone>,
    /// Minutes from the order until it is prepared.
    pub preparation: u16,
    /// Minutes from one slot to the next, counted from opening.
    pub slot: u16,
    /// Orders per slot at most.
    pub per_slot: Option<u16>,
    /// Days after today for which orders are accepted.
    pub days_ahead: u8,
    /// Orders are accepted automatically.
    pub accepts_itself: bool,
    /// Minutes after which an unanswered order is rejected.
    pub answers_within: u16,
    /// Millionths of the total of the dishes.
    pub service_fee: u32,
    pub tips: bool,
    pub payments: Vec<PaymentMethod>,
}

impl Default for OrderSettings {
    fn default() -> Self {
        Self {
            collection: false,
            at_table: false,
            zones: Vec::new(),
            preparation: 20,
            slot: 15,
            per_slot: None,
            days_ahead: 2,
            accepts_itself: false,
            answers_within: 10,
            service_fee: 0,
            tips: false,
            payments: vec![PaymentMethod::Door],
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeliveryZone {
    pub name: String,
    pub area: DeliveryArea,
    pub fee: Minor,
    /// The minimum total of the dishes.
    #[serde(default)]
    pub minimum: Minor,
    /// The total of the dishes from which delivery is free.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub free_from: Option<Minor>,
    /// Minutes of travel.
    #[serde(default)]
    pub travel: u16,
}

crate::menu::codes! {
    PaymentMethod { Door = "door", Card = "card" }
}

impl DeliveryZone {
    pub fn fee_for(&self, dishes: Minor) -> Minor {
        if self.free_from.is_some_and(|from| dishes >= from) {
            Minor::ZERO
        } else {
            self.fee
        }
    }
}

impl OrderSettings {
    pub fn zone(&self, postcode: &str, point: Option<Point>) -> Option<&DeliveryZone> {
        self.zones.iter().find(|zone| zone.area.contains(postcode, point))
    }

    /// Whether an address needs a point to be in one of the areas.
    pub fn has_drawn_areas(&self) -> bool {
        self.zones.iter().any(|zone| zone.area.bounds().is_some())
    }

    /// Whether it takes a point to say in which zone an address is.
    pub fn needs_point(&self, postcode: &str) -> bool {
        let is_drawn = |zone: &&DeliveryZone| zone.area.bounds().is_some();
        let first = self
            .zones
            .iter()
            .find(|zone| is_drawn(zone) || zone.area.contains(postcode, None));
        first.as_ref().is_some_and(is_drawn)
    }

    /// A rectangle around all drawn areas.
    pub fn bounds(&self) -> Option<Bounds> {
        let drawn = self.zones.iter().filter_map(|zone| zone.area.bounds());
        drawn.reduce(Bounds::with)
    }

    pub fn delivers(&self) -> bool {
        !self.zones.is_empty()
    }

    /// Orders are possible only at a table, by its code.
    pub fn only_at_table(&self) -> bool {
        self.at_table && !self.collection && !self.delivers()
    }

    /// Whether any fulfilment is offered.
    pub fn takes_orders(&self) -> bool {
        self.collection || self.at_table || self.delivers()
    }

    pub fn check(&self) -> Result<(), String> {
        if !(5..=240).contains(&self.slot)
            || self.preparation > 24 * 60
            || self.days_ahead > limits::DAYS_AHEAD
        {
            return Err(format!(
                "slots of 5 to 240 minutes, a day's preparation and {} days ahead are the limits",
                limits::DAYS_AHEAD
            ));
        }
        if self.per_slot == Some(0)
            || self.answers_within == 0
            || self.service_fee > 1_000_000
            || self.payments.is_empty()
        {
            return Err("a slot takes an order at least, an answer takes a minute at least, and there is a way to pay".into());
        }
        for zone in &self.zones {
            zone.area
                .check()
                .map_err(|error| format!("{}: {error}", zone.name))?;
            let sound = |amount: Minor| (0..=limits::PRICE).contains(&amount.0);
            if !sound(zone.fee) || !sound(zone.minimum) || zone.free_from.is_some_and(|from| !sound(from)) {
                return Err(format!(
                    "{}: fee and minimum are not below zero, nor above {}",
                    zone.name,
                    limits::PRICE
                ));
            }
        }
        Ok(())
    }
}
