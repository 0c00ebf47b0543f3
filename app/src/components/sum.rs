//! The label of one of the sums of a total.

use servery_domain::{
    currency::{Currency, Minor},
    quote::Sum,
    tax::TaxRate,
};

use super::dish_badges::isolated;
use crate::text::{Key, Texts};

/// The label of a sum, and an additional note.
pub fn words(texts: Texts, currency: Currency, sum: &Sum) -> (String, Option<String>) {
    match sum {
        Sum::Dishes(_) => (texts.get(Key::SumDishes).to_owned(), None),
        Sum::Coupon { code, .. } => (texts.fill(Key::SumCoupon, &[("code", &isolated(code))]), None),
        Sum::Delivery { zone, fee, free_from } => {
            let from =
                |from: Minor| texts.fill(Key::SumFreeFrom, &[("amount", &texts.lang.money(from, currency))]);
            let remark = if *fee == Minor::ZERO {
                Some(texts.get(Key::SumFree).to_owned())
            } else {
                free_from.map(from)
            };
            (texts.fill(Key::SumDelivery, &[("zone", &isolated(zone))]), remark)
        }
        Sum::Service { millionths, .. } => (
            texts.fill(Key::SumService, &[("rate", &texts.percent(TaxRate(*millionths)))]),
            None,
        ),
        Sum::Tax { name, rate, .. } => (
            texts.fill(
                Key::SumTax,
                &[("name", &isolated(name)), ("rate", &texts.percent(*rate))],
            ),
            None,
        ),
        Sum::Tip(_) => (texts.get(Key::SumTip).to_owned(), None),
    }
}
