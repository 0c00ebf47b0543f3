//! When a dish is served that is not available now.

use servery_domain::{menu::Dish, restaurant::Listing};

use super::opening::{spans, weekday};
use crate::text::{Key, Texts};

/// `Served 11:30–14:30`; `None` for dishes that are available.
pub fn not_served(texts: Texts, listing: &Listing, dish: &Dish) -> Option<String> {
    let away = listing.not_served.iter().find(|away| away.dish == dish.id)?;
    let (Some(from), Some(served)) = (away.from, &dish.served) else {
        return Some(texts.get(Key::MenuNotServed).to_owned());
    };
    let (day, minute) = (from.day(), from.0 - from.midnight().0);
    let mut of_day = served.spans_of(day, &listing.restaurant.holidays);
    of_day.retain(|span| span.to > minute);
    let key = if day == listing.today {
        Key::MenuServed
    } else {
        Key::MenuServedDay
    };
    Some(texts.fill(
        key,
        &[
            ("day", weekday(texts, day.weekday())),
            ("time", &spans(texts, &of_day)),
        ],
    ))
}
