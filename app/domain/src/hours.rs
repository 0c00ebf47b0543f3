//! Opening hours in OpenStreetMap's syntax: `Mo-Fr 11:30-14:30,17:30-23:00; Sa 12:00-02:00; Su off`.
//!
//! Understood: days, lists and ranges of days, several spans a day, spans across midnight, `off`, `24/7`. As in OpenStreetMap a later
//! rule replaces an earlier one for the days it names. Anything else is refused rather than half understood.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::time::{DAY, LocalMinute};

pub const LONGEST: usize = 500;

/// Minutes since the midnight its day began with; the end may lie in the next day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    pub from: i64,
    pub to: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct OpeningHours {
    text: String,
    week: [Vec<Span>; 7],
}

/// Open or closed, and when that changes; it never does if there is no `change`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Opening {
    pub open: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<Change>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Change {
    /// On the restaurant's clock.
    pub at: LocalMinute,
    /// 0 today, 1 tomorrow.
    pub in_days: i64,
}

impl OpeningHours {
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The spans of each day, Monday first.
    pub fn week(&self) -> &[Vec<Span>; 7] {
        &self.week
    }

    pub fn spans_of(&self, day: crate::time::Day, _holidays: &[crate::time::Day]) -> Vec<Span> {
        self.week[day.midnight().weekday() as usize].clone()
    }

    pub fn at(&self, at: LocalMinute, _holidays: &[crate::time::Day]) -> Opening {
        let today = at.midnight();
        let weekday = at.weekday() as i64;
        let mut runs: Vec<(i64, i64)> = Vec::new();
        // Yesterday's last span may reach into today; a week on, everything repeats.
        for day in -1..=8 {
            let start = today.0 + day * DAY;
            for span in &self.week[(weekday + day).rem_euclid(7) as usize] {
                let (from, to) = (start + span.from, start + span.to);
                match runs.last_mut() {
                    Some(last) if from <= last.1 => last.1 = last.1.max(to),
                    _ => runs.push((from, to)),
                }
            }
        }
        let next = runs.iter().find(|(_, to)| at.0 < *to);
        let open = next.is_some_and(|(from, _)| *from <= at.0);
        let until = next.map(|(from, to)| if open { *to } else { *from });
        let never_closes = until.is_some_and(|until| open && until - at.0 > 7 * DAY);
        let change = until.filter(|_| !never_closes).map(LocalMinute);
        Opening { open, change: change.map(|then| Change { at: then, in_days: then.days_after(at) }) }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MalformedHours(pub String);

impl fmt::Display for MalformedHours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "opening hours are written like 'Mo-Fr 11:30-14:30,17:30-23:00; Sa 12:00-02:00'; '{}' is not understood", self.0)
    }
}

impl std::error::Error for MalformedHours {}

const DAYS: [&str; 7] = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"];

fn refuse<T>(part: &str) -> Result<T, MalformedHours> {
    Err(MalformedHours(part.chars().take(40).collect()))
}

fn day(text: &str) -> Result<usize, MalformedHours> {
    DAYS.iter().position(|day| *day == text).map_or_else(|| refuse(text), Ok)
}

fn days(text: &str) -> Result<Vec<usize>, MalformedHours> {
    let mut all = Vec::new();
    for part in text.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last) = (day(first)?, day(last)?);
        let length = (last + 7 - first) % 7;
        all.extend((0..=length).map(|step| (first + step) % 7));
    }
    Ok(all)
}

fn clock(text: &str) -> Result<i64, MalformedHours> {
    let two = |digits: &str| -> Option<i64> {
        if digits.len() == 2 && digits.bytes().all(|b| b.is_ascii_digit()) { digits.parse().ok() } else { None }
    };
    let minute = text.split_once(':').and_then(|(hour, minute)| Some((two(hour)?, two(minute)?)));
    match minute {
        Some((hour, minute)) if hour * 60 + minute <= 2 * DAY && minute < 60 => Ok(hour * 60 + minute),
        _ => refuse(text),
    }
}

fn spans(text: &str) -> Result<Vec<Span>, MalformedHours> {
    let mut all = Vec::new();
    for part in text.split(',') {
        let Some((from, to)) = part.split_once('-') else { return refuse(part) };
        let (from, to) = (clock(from)?, clock(to)?);
        let to = if to <= from { to + DAY } else { to };
        if from >= DAY || to > 2 * DAY {
            return refuse(part);
        }
        all.push(Span { from, to });
    }
    all.sort();
    Ok(all)
}

impl FromStr for OpeningHours {
    type Err = MalformedHours;
    fn from_str(text: &str) -> Result<Self, MalformedHours> {
        if text.len() > LONGEST {
            return refuse(text);
        }
        let mut week: [Vec<Span>; 7] = Default::default();
        for rule in text.split(';').map(str::trim) {
            if rule == "24/7" {
                week = std::array::from_fn(|_| vec![Span { from: 0, to: DAY }]);
                continue;
            }
            let (on, when) = match rule.split_once(' ') {
                Some((on, when)) => (days(on)?, when.trim()),
                None if rule.starts_with(|c: char| c.is_ascii_digit()) => ((0..7).collect(), rule),
                None => return refuse(rule),
            };
            let when = if matches!(when, "off" | "closed") { Vec::new() } else { spans(when)? };
            for day in on {
                week[day].clone_from(&when);
            }
        }
        Ok(Self { text: text.to_owned(), week })
    }
}

impl TryFrom<String> for OpeningHours {
    type Error = MalformedHours;
    fn try_from(text: String) -> Result<Self, MalformedHours> {
        text.parse()
    }
}

impl From<OpeningHours> for String {
    fn from(hours: OpeningHours) -> Self {
        hours.text
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    // 2026-11-16 is a Monday.
    fn at(day: i64, hour: i64, minute: i64) -> LocalMinute {
        LocalMinute::new(2026, 11, 16 + day, hour, minute)
    }

    fn changes(opening: Opening) -> (bool, Option<LocalMinute>) {
        (opening.open, opening.change.map(|change| change.at))
    }

    fn hours(text: &str) -> OpeningHours {
        text.parse().unwrap()
    }

    #[test]
    fn case_hours_that_cross_midnight() {
        let bar = hours("Fr,Sa 22:00-02:00");
        assert!(bar.at(at(6, 1, 30), &[]).open, "Sunday 01:30 belongs to Saturday's night");
        assert!(!bar.at(at(0, 1, 30), &[]).open, "Monday 01:30 does not");
        assert_eq!(changes(bar.at(at(5, 23, 0), &[])), (true, Some(at(6, 2, 0))));
        assert_eq!(changes(bar.at(at(6, 2, 0), &[])), (false, Some(at(11, 22, 0))));
        assert_eq!(bar.at(at(6, 2, 0), &[]).change.map(|change| change.in_days), Some(5));
    }

    #[test]
    fn a_break_in_the_afternoon() {
        let trattoria = hours("Mo-Fr 11:30-14:30,17:30-23:00; Sa 12:00-23:00; Su off");
        assert_eq!(changes(trattoria.at(at(0, 12, 0), &[])), (true, Some(at(0, 14, 30))));
        assert_eq!(changes(trattoria.at(at(0, 14, 30), &[])), (false, Some(at(0, 17, 30))));
        assert_eq!(changes(trattoria.at(at(6, 12, 0), &[])), (false, Some(at(7, 11, 30))));
    }

    #[test]
    fn a_later_rule_replaces_an_earlier_one() {
        let cafe = hours("Mo-Su 08:00-18:00; We off; Fr 08:00-22:00");
        assert!(!cafe.at(at(2, 12, 0), &[]).open);
        assert!(cafe.at(at(4, 21, 0), &[]).open);
    }

    #[test]
    fn always_open_has_no_end_and_always_closed_no_start() {
        assert_eq!(hours("24/7").at(at(3, 3, 3), &[]), Opening { open: true, change: None });
        assert_eq!(hours("Mo off").at(at(3, 3, 3), &[]), Opening { open: false, change: None });
    }

    #[test]
    fn ranges_of_days_wrap_round_the_week() {
        let weekend = hours("Fr-Mo 10:00-20:00");
        assert!(weekend.at(at(0, 10, 0), &[]).open && weekend.at(at(6, 10, 0), &[]).open && !weekend.at(at(1, 10, 0), &[]).open);
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for text in [
            "",
            "Mo",
            "Mo 8-18",
            "Mo 08:00",
            "Mo 08:00-",
            "Xx 08:00-18:00",
            "PH off",
            "Mo 25:61-26:00",
            "Mo 30:00-31:00",
            "mo 08:00-18:00",
            "Mo-Fr 08:00-18:00; ",
            &"Mo 08:00-18:00;".repeat(50),
        ] {
            assert!(text.parse::<OpeningHours>().is_err(), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn until_is_the_first_minute_that_differs(minute in 29_000_000..29_020_000_i64) {
            let hours = hours("Mo-Th 11:30-14:30,17:30-23:00; Fr,Sa 18:00-02:00; Su 00:00-04:00,10:00-24:00");
            let now = hours.at(LocalMinute(minute), &[]);
            let until = now.change.unwrap().at;
            prop_assert!(until.0 > minute);
            prop_assert_eq!(hours.at(LocalMinute(until.0 - 1), &[]).open, now.open);
            prop_assert_eq!(hours.at(until, &[]).open, !now.open);
        }
    }
}
