//! A moment in the restaurant's local time, in words.

use servery_domain::{
    quote::Due,
    time::{Day, LocalMinute},
};

use crate::{
    components::opening::weekday,
    text::{Key, Texts},
};

pub fn day(texts: Texts, day: Day, today: Day) -> String {
    match day.0 - today.0 {
        0 => texts.get(Key::WhenToday).to_owned(),
        1 => texts.get(Key::WhenTomorrow).to_owned(),
        2..7 => weekday(texts, day.weekday()).to_owned(),
        _ => texts.fill(
            Key::WhenAt,
            &[
                ("day", weekday(texts, day.weekday())),
                ("time", &date(texts, day)),
            ],
        ),
    }
}

/// `21 November 2026`
pub fn date(texts: Texts, day: Day) -> String {
    const MONTHS: [Key; 12] = [
        Key::MonthJanuary,
        Key::MonthFebruary,
        Key::MonthMarch,
        Key::MonthApril,
        Key::MonthMay,
        Key::MonthJune,
        Key::MonthJuly,
        Key::MonthAugust,
        Key::MonthSeptember,
        Key::MonthOctober,
        Key::MonthNovember,
        Key::MonthDecember,
    ];
    let (year, month, day) = day.civil();
    let name = MONTHS
        .iter()
        .zip(1..)
        .find(|(_, number)| *number == month)
        .map_or("", |(name, _)| texts.get(*name));
    texts.fill(
        Key::MonthDate,
        &[
            ("day", &day.to_string()),
            ("month", name),
            ("year", &year.to_string()),
        ],
    )
}

/// `21 November 2026, 22:30`
pub fn date_and_clock(texts: Texts, at: LocalMinute) -> String {
    texts.fill(
        Key::WhenAt,
        &[("day", &date(texts, at.day())), ("time", &at.clock())],
    )
}

/// `22:30` today, `Tomorrow, 22:30` later.
pub fn moment(texts: Texts, at: LocalMinute, today: Day) -> String {
    match at.day() == today {
        true => at.clock(),
        false => texts.fill(
            Key::WhenAt,
            &[("day", &day(texts, at.day(), today)), ("time", &at.clock())],
        ),
    }
}

/// `12:30`, or for a slot `12:30–12:45`.
pub fn due(texts: Texts, due: Due, today: Day) -> String {
    let from = moment(texts, due.from, today);
    if due.to == due.from {
        from
    } else {
        format!("{from}–{}", due.to.clock())
    }
}

#[cfg(feature = "server")]
#[cfg(test)]
mod tests {
    use servery_domain::lang::Lang;

    use super::*;

    #[test]
    fn a_date_reads_as_people_write_it() {
        let on = Day::new(2026, 3, 4);
        assert_eq!(
            [Lang::English, Lang::German, Lang::Arabic].map(|lang| date(Texts::of(lang), on)),
            ["4 March 2026", "4. März 2026", "4 مارس 2026"]
        );
        assert_eq!(
            day(Texts::of(Lang::English), on.plus(7), on),
            "Wednesday, 11 March 2026"
        );
    }
}
