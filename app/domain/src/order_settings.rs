//! A restaurant's settings for orders: fulfilment, delivery zones, slots, fees, tips, payment.

use serde::{Deserialize, Serialize};

use crate::{
    contact::{InvalidField, check_count, check_name, check_number},
    currency::Minor,
    delivery_area::{Bounds, DeliveryArea, Point},
    limits,
    mistake::Mistakes,
    slot_capacity::SlotLimits,
    time::DAY,
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
    /// Kitchen work per slot at most, in the measure of the dishes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub work_per_slot: Option<u16>,
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
            work_per_slot: None,
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

crate::codes::codes! {
    PaymentMethod { Door = "door", Card = "card" }
}

impl DeliveryZone {
    pub fn fee_for(&self, dishes: Minor) -> Minor {
        delivery_fee(self.fee, self.free_from, dishes)
    }
}

/// The fee, unless the dishes come to the amount from which delivery is free.
pub fn delivery_fee(fee: Minor, free_from: Option<Minor>, dishes: Minor) -> Minor {
    match free_from.is_some_and(|from| dishes >= from) {
        true => Minor::ZERO,
        false => fee,
    }
}

impl OrderSettings {
    pub fn zone(&self, postcode: &str, point: Option<Point>) -> Option<&DeliveryZone> {
        self.zones.iter().find(|zone| zone.area.contains(postcode, point))
    }

    /// The areas that are drawn on the map.
    pub fn drawn_areas(&self) -> impl Iterator<Item = &DeliveryArea> {
        let areas = self.zones.iter().map(|zone| &zone.area);
        areas.filter(|area| area.bounds().is_some())
    }

    /// Whether an address needs a point to be in one of the areas.
    pub fn has_drawn_areas(&self) -> bool {
        self.drawn_areas().next().is_some()
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

    pub fn slot_limits(&self) -> SlotLimits {
        SlotLimits {
            orders: self.per_slot,
            work: self.work_per_slot,
        }
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

    /// Checks the settings before they are accepted; the error names the first thing that is wrong.
    pub fn check(&self) -> Result<(), String> {
        let mut mistakes = Mistakes::default();
        self.check_values(&mut mistakes);
        mistakes.first()
    }

    pub(crate) fn check_values(&self, mistakes: &mut Mistakes) {
        mistakes.list("zones", &self.zones, limits::ZONES, DeliveryZone::check_values);
        mistakes.check(check_minutes("preparation", self.preparation));
        mistakes.check(check_number("slot", self.slot, 5, 240));
        for (field, most) in [("per_slot", self.per_slot), ("work_per_slot", self.work_per_slot)] {
            if most == Some(0) {
                mistakes.add(field, "is 1 or more, or left out");
            }
        }
        mistakes.check(check_number(
            "days_ahead",
            self.days_ahead,
            0,
            limits::DAYS_AHEAD.into(),
        ));
        if self.answers_within == 0 {
            mistakes.add("answers_within", "is 1 or more");
        }
        mistakes.check(check_number("service_fee", self.service_fee, 0, 1_000_000));
        if self.payments.is_empty() {
            mistakes.add("payments", "is empty, so that nobody could pay");
        }
        mistakes.check(check_count(
            "payments",
            self.payments.len(),
            PaymentMethod::ALL.len(),
        ));
    }
}

impl DeliveryZone {
    fn check_values(&self, mistakes: &mut Mistakes) {
        mistakes.check(check_name("name", &self.name, limits::NAME));
        if let Err(wrong) = self.area.check() {
            mistakes.add("area", wrong);
        }
        let amounts = [
            ("fee", Some(self.fee)),
            ("minimum", Some(self.minimum)),
            ("free_from", self.free_from),
        ];
        for (field, amount) in amounts {
            mistakes.check(check_number(
                field,
                amount.unwrap_or_default().0,
                0,
                limits::PRICE,
            ));
        }
        mistakes.check(check_minutes("travel", self.travel));
    }
}

fn check_minutes(field: &'static str, minutes: u16) -> Result<(), InvalidField> {
    check_number(field, minutes, 0, DAY)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hourglass() -> Vec<Point> {
        let corners = [(0, 0), (9, 9), (0, 9), (9, 0)];
        let corner = |(latitude, longitude)| Point { latitude, longitude };
        corners.map(corner).to_vec()
    }

    #[test]
    fn what_is_wrong_is_named() {
        let zone = || DeliveryZone {
            name: "Old town".into(),
            area: DeliveryArea::Postcodes(vec!["1".into()]),
            fee: Minor(250),
            minimum: Minor::ZERO,
            free_from: None,
            travel: 15,
        };
        let sound = || OrderSettings {
            zones: vec![zone()],
            ..OrderSettings::default()
        };
        assert_eq!(sound().check(), Ok(()));
        type Break = fn(&mut OrderSettings);
        let broken: [(Break, &str); 13] = [
            (|it| it.slot = 4, "slot: is 5 to 240"),
            (|it| it.preparation = 1_441, "preparation: is 0 to 1440"),
            (|it| it.days_ahead = 29, "days_ahead: is 0 to 28"),
            (|it| it.per_slot = Some(0), "per_slot: is 1 or more"),
            (|it| it.work_per_slot = Some(0), "work_per_slot: is 1 or more"),
            (|it| it.answers_within = 0, "answers_within: is 1 or more"),
            (|it| it.service_fee = 1_000_001, "service_fee: is 0 to 1000000"),
            (|it| it.payments.clear(), "payments: is empty"),
            (|it| it.zones[0].name.clear(), "zones[0].name: is missing"),
            (
                |it| it.zones[0].area = DeliveryArea::Postcodes(Vec::new()),
                "zones[0].area: an area has",
            ),
            (
                |it| it.zones[0].area = DeliveryArea::Polygon(hourglass()),
                "zones[0].area: the lines of an area do not cross",
            ),
            (|it| it.zones[0].fee = Minor(-1), "zones[0].fee: is 0 to"),
            (
                |it| it.zones[0].free_from = Some(Minor(-1)),
                "zones[0].free_from: is 0 to",
            ),
        ];
        for (breaks, says) in broken {
            let mut settings = sound();
            breaks(&mut settings);
            let refused = settings.check();
            assert!(
                refused.as_ref().is_err_and(|error| error.starts_with(says)),
                "{says}: {refused:?}"
            );
        }
    }
}
