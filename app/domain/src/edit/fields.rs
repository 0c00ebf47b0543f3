//! The fields of a part, compared and merged one by one.

use super::part::{CategoryHead, OpeningTimes, Profile};
use crate::{
    coupon::Coupon,
    menu::{Dish, OptionGroup},
    order_settings::OrderSettings,
    pos::station::Station,
    restaurant_file::TableCode,
    tax::TaxRules,
};

pub(super) trait Fields: Sized {
    /// The names of the fields that differ.
    fn changed(before: &Self, after: &Self) -> Vec<&'static str>;

    /// Takes these fields from another value.
    fn take(&mut self, from: &Self, fields: &[&str]);

    /// `current` with what differs between `before` and `after`. Adds the names of fields that `current` has changed otherwise.
    fn merge(current: &Self, before: &Self, after: &Self, conflicts: &mut Vec<&'static str>) -> Self;
}

/// A field of one value.
fn merge_field<T: Clone + PartialEq>(
    name: &'static str,
    [current, before, after]: [&T; 3],
    conflicts: &mut Vec<&'static str>,
) -> T {
    if current == before {
        return after.clone();
    }
    if after != before && after != current {
        conflicts.push(name);
    }
    current.clone()
}

/// Every field is named, so that none is forgotten when one is added.
macro_rules! fields {
    ($($type:ident { $($field:ident),+ $(,)? })+) => {$(
        impl Fields for $type {
            fn changed(before: &Self, after: &Self) -> Vec<&'static str> {
                let mut changed = Vec::new();
                $(if before.$field != after.$field {
                    changed.push(stringify!($field));
                })+
                changed
            }

            fn take(&mut self, from: &Self, fields: &[&str]) {
                $(if fields.contains(&stringify!($field)) {
                    self.$field = from.$field.clone();
                })+
            }

            fn merge(current: &Self, before: &Self, after: &Self, conflicts: &mut Vec<&'static str>) -> Self {
                Self {
                    $($field: merge_field(
                        stringify!($field),
                        [&current.$field, &before.$field, &after.$field],
                        conflicts,
                    ),)+
                }
            }
        }
    )+};
}

fields! {
    Profile { name, cuisine, description, address, phone, zone, brand_color, picture }
    OpeningTimes { hours, holidays }
    TaxRules { name, included, eat_in, takeaway }
    OrderSettings {
        collection, at_table, zones, preparation, slot, per_slot, days_ahead, accepts_itself, answers_within, service_fee, tips,
        payments,
    }
    CategoryHead { id, name, description }
    Dish { id, name, description, price, allergens, diets, option_groups, picture, served, tax }
    OptionGroup { id, name, min, max, choices }
    Station { id, name, categories }
    Coupon { code, effect, minimum, from, until, uses, per_customer }
    TableCode { name, code }
}
