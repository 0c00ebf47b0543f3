//! What blocks an order, in words, and the field that it concerns.

use servery_domain::{
    coupon::CouponRefusal,
    id::LineId,
    menu::Menu,
    order_settings::OrderSettings,
    quote::{OrderBlocker, Quote},
    slots::SlotRefusal,
};

use crate::{
    components::dish_badges::isolated,
    text::{Key, Texts},
};

pub struct ValidationText {
    pub field: &'static str,
    pub words: String,
}

/// The blockers of a quote, in order. `has_map`: whether the page offers a map to set a point on.
pub fn blockers(
    texts: Texts,
    quote: &Quote,
    menu: &Menu,
    ordering: &OrderSettings,
    has_map: bool,
) -> Vec<ValidationText> {
    quote
        .blockers
        .iter()
        .map(|blocker| wrong(texts, quote, menu, ordering, has_map, blocker))
        .collect()
}

fn wrong(
    texts: Texts,
    quote: &Quote,
    menu: &Menu,
    ordering: &OrderSettings,
    has_map: bool,
    blocker: &OrderBlocker,
) -> ValidationText {
    let plain = |field, key| ValidationText {
        field,
        words: texts.get(key).to_owned(),
    };
    match blocker {
        OrderBlocker::Empty => plain("lines", Key::BasketEmpty),
        OrderBlocker::Fulfilment if ordering.only_at_table() => plain("fulfilment", Key::BlockerOnlyAtTable),
        OrderBlocker::Fulfilment => plain("fulfilment", Key::BlockerFulfilment),
        OrderBlocker::OutOfArea if ordering.collection => plain("postcode", Key::BlockerOutOfArea),
        OrderBlocker::OutOfArea => plain("postcode", Key::BlockerOutOfAreaOnly),
        OrderBlocker::AddressNotFound if has_map => plain("street", Key::BlockerAddressNotFoundMap),
        OrderBlocker::AddressNotFound => plain("street", Key::BlockerAddressNotFound),
        OrderBlocker::BelowMinimum { minimum } => {
            let money = |amount| texts.lang.money(amount, quote.currency);
            let values = [
                ("minimum", money(*minimum)),
                ("missing", money(*minimum - quote.sum_of_dishes())),
            ];
            let words = texts.fill(
                Key::BlockerBelowMinimum,
                &values.each_ref().map(|(name, value)| (*name, value.as_str())),
            );
            ValidationText {
                field: "fulfilment",
                words,
            }
        }
        OrderBlocker::Time(refusal) => plain("slot", time(*refusal)),
        OrderBlocker::Options { line, group, .. } => {
            let group = menu
                .group(*group)
                .map_or_else(String::new, |group| isolated(&group.name));
            let words = texts.fill(
                Key::BlockerOptions,
                &[("dish", &dish(quote, *line)), ("group", &group)],
            );
            ValidationText {
                field: "lines",
                words,
            }
        }
        OrderBlocker::UnknownOption { line } => ValidationText {
            field: "lines",
            words: texts.fill(Key::BlockerUnknownOption, &[("dish", &dish(quote, *line))]),
        },
        OrderBlocker::Coupon(refusal) => plain("coupon", coupon(*refusal)),
        OrderBlocker::Tip => plain("tip", Key::BlockerTip),
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
        SlotRefusal::Closed => Key::BlockerClosed,
        SlotRefusal::TooLate => Key::BlockerTooLate,
        SlotRefusal::Gone => Key::BlockerGone,
        SlotRefusal::TooFar => Key::BlockerTooFar,
        SlotRefusal::NoSlot => Key::BlockerNoSlot,
        SlotRefusal::Full => Key::BlockerFull,
    }
}

fn coupon(refusal: CouponRefusal) -> Key {
    match refusal {
        CouponRefusal::Unknown => Key::CouponUnknown,
        CouponRefusal::Paused => Key::CouponPaused,
        CouponRefusal::TooEarly => Key::CouponTooEarly,
        CouponRefusal::Expired => Key::CouponExpired,
        CouponRefusal::BelowMinimum => Key::CouponBelowMinimum,
        CouponRefusal::UsedUp => Key::CouponUsedUp,
        CouponRefusal::UsedByYou => Key::CouponUsedByYou,
        CouponRefusal::NeedsContact => Key::CouponNeedsContact,
        CouponRefusal::NothingToTakeOff => Key::CouponNothingToTakeOff,
        CouponRefusal::TooOften => Key::CouponTooOften,
    }
}

/// Why a coupon cannot be used.
pub fn coupon_of(texts: Texts, quote: &Quote) -> Option<String> {
    quote.blockers.iter().find_map(|blocker| match blocker {
        OrderBlocker::Coupon(refusal) => Some(texts.get(coupon(*refusal)).to_owned()),
        _ => None,
    })
}

/// The message for a field with an invalid value.
pub fn malformed(texts: Texts, field: &str) -> Option<ValidationText> {
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
    Some(ValidationText {
        field,
        words: texts.get(key).to_owned(),
    })
}
