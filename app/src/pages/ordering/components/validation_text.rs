//! What keeps an order from being placed, in words, and the field that it concerns.

use servery_domain::{
    coupon::CouponRefusal,
    id::LineId,
    menu::Menu,
    order_settings::Ordering,
    quote::{Hindrance, Quote},
    slots::SlotRefusal,
};

use crate::{
    components::dish_badges::isolated,
    text::{Key, Texts},
};

pub struct Wrong {
    pub field: &'static str,
    pub words: String,
}

/// Of the hindrances of a quote, in their order.
pub fn hindrances(texts: Texts, quote: &Quote, menu: &Menu, ordering: &Ordering) -> Vec<Wrong> {
    quote
        .hindrances
        .iter()
        .map(|hindrance| wrong(texts, quote, menu, ordering, hindrance))
        .collect()
}

fn wrong(texts: Texts, quote: &Quote, menu: &Menu, ordering: &Ordering, hindrance: &Hindrance) -> Wrong {
    let plain = |field, key| Wrong {
        field,
        words: texts.get(key).to_owned(),
    };
    match hindrance {
        Hindrance::Empty => plain("lines", Key::BasketEmpty),
        Hindrance::Service if ordering.only_at_table() => plain("service", Key::HindranceOnlyAtTable),
        Hindrance::Service => plain("service", Key::HindranceService),
        Hindrance::OutOfArea if ordering.collection => plain("postcode", Key::HindranceOutOfArea),
        Hindrance::OutOfArea => plain("postcode", Key::HindranceOutOfAreaOnly),
        Hindrance::BelowMinimum { minimum } => {
            let money = |amount| texts.lang.money(amount, quote.currency);
            let values = [
                ("minimum", money(*minimum)),
                ("missing", money(*minimum - quote.sum_of_dishes())),
            ];
            let words = texts.fill(
                Key::HindranceBelowMinimum,
                &values.each_ref().map(|(name, value)| (*name, value.as_str())),
            );
            Wrong {
                field: "service",
                words,
            }
        }
        Hindrance::Time(refusal) => plain("slot", time(*refusal)),
        Hindrance::Options { line, group, .. } => {
            let group = menu
                .group(*group)
                .map_or_else(String::new, |group| isolated(&group.name));
            let words = texts.fill(
                Key::HindranceOptions,
                &[("dish", &dish(quote, *line)), ("group", &group)],
            );
            Wrong {
                field: "lines",
                words,
            }
        }
        Hindrance::UnknownOption { line } => Wrong {
            field: "lines",
            words: texts.fill(Key::HindranceUnknownOption, &[("dish", &dish(quote, *line))]),
        },
        Hindrance::Coupon(refusal) => plain("coupon", coupon(*refusal)),
        Hindrance::Tip => plain("tip", Key::HindranceTip),
    }
}

fn dish(quote: &Quote, line: LineId) -> String {
    quote
        .lines
        .iter()
        .find(|quoted| quoted.id == line)
        .map_or_else(String::new, |quoted| isolated(&quoted.name))
}

fn time(refusal: SlotRefusal) -> Key {
    match refusal {
        SlotRefusal::Closed => Key::HindranceClosed,
        SlotRefusal::TooLate => Key::HindranceTooLate,
        SlotRefusal::Gone => Key::HindranceGone,
        SlotRefusal::TooFar => Key::HindranceTooFar,
        SlotRefusal::NoSlot => Key::HindranceNoSlot,
        SlotRefusal::Full => Key::HindranceFull,
    }
}

fn coupon(refusal: CouponRefusal) -> Key {
    match refusal {
        CouponRefusal::Unknown => Key::CouponUnknown,
        CouponRefusal::TooEarly => Key::CouponTooEarly,
        CouponRefusal::Expired => Key::CouponExpired,
        CouponRefusal::BelowMinimum => Key::CouponBelowMinimum,
        CouponRefusal::UsedUp => Key::CouponUsedUp,
        CouponRefusal::UsedByYou => Key::CouponUsedByYou,
        CouponRefusal::NothingToTakeOff => Key::CouponNothingToTakeOff,
        CouponRefusal::TooOften => Key::CouponTooOften,
    }
}

/// Why a coupon takes nothing off.
pub fn coupon_of(texts: Texts, quote: &Quote) -> Option<String> {
    quote.hindrances.iter().find_map(|hindrance| match hindrance {
        Hindrance::Coupon(refusal) => Some(texts.get(coupon(*refusal)).to_owned()),
        _ => None,
    })
}

/// Of a field that was filled in in a way that cannot be meant.
pub fn malformed(texts: Texts, field: &str) -> Option<Wrong> {
    let (field, key) = match field {
        "name" => ("name", Key::WrongName),
        "phone" => ("phone", Key::WrongPhone),
        "email" => ("email", Key::WrongEmail),
        "street" => ("street", Key::WrongStreet),
        "postcode" => ("postcode", Key::WrongPostcode),
        "city" => ("city", Key::WrongCity),
        "hint" => ("hint", Key::WrongTooLong),
        "note" => ("note", Key::WrongTooLong),
        "allergies" => ("allergies", Key::WrongTooLong),
        "coupon" => ("coupon", Key::WrongTooLong),
        "payment" => ("payment", Key::WrongPayment),
        _ => return None,
    };
    Some(Wrong {
        field,
        words: texts.get(key).to_owned(),
    })
}
