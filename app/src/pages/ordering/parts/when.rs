//! A moment on the restaurant's clock, as one says it.

use servery_domain::{
    quote::Due,
    time::{Day, LocalMinute},
};

use crate::{
    parts::opening::weekday,
    text::{Key, Texts},
};

pub fn day(texts: Texts, day: Day, today: Day) -> String {
    match day.0 - today.0 {
        0 => texts.get(Key::WhenToday).to_owned(),
        1 => texts.get(Key::WhenTomorrow).to_owned(),
        2..7 => weekday(texts, day.weekday()).to_owned(),
        _ => format!("{} \u{2068}{day}\u{2069}", weekday(texts, day.weekday())),
    }
}

/// `22:30` today, `Tomorrow, 22:30` later.
pub fn moment(texts: Texts, at: LocalMinute, today: Day) -> String {
    match at.day() == today {
        true => at.clock(),
        false => texts.fill(Key::WhenAt, &[("day", &day(texts, at.day(), today)), ("time", &at.clock())]),
    }
}

/// `12:30`, or for a slot `12:30–12:45`.
pub fn due(texts: Texts, due: Due, today: Day) -> String {
    let from = moment(texts, due.from, today);
    if due.to == due.from { from } else { format!("{from}–{}", due.to.clock()) }
}
