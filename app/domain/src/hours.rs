//! Opening hours in OpenStreetMap's syntax: `Mo-Fr 11:30-14:30,17:30-23:00; Sa 12:00-02:00; PH off; Dec 24 11:30-14:00`.
//!
//! Supported: days of the week and public holidays (`PH`), months and dates with or without a year, lists
//! and ranges of all these,
//! several spans a day, spans across midnight, `open`, `off`, `24/7`. Anything else is rejected rather than
//! guessed.
//!
//! Rules follow OpenStreetMap's reference implementation; `tests/hours_oracle.rs` compares with it. After
//! `;` a rule replaces the
//! rules before it for its days, *from midnight to midnight*: in `Fr 18:00-02:00; Sa 18:00-02:00` Friday's
//! night ends at midnight.
//! After `,` it adds to them, and the night ends at two.
//!
//! In one thing they do not follow it: an evening that another rule has replaced has no night. In `Mo-Su 18:00-02:00; We off` the
//! reference opens on Thursday at midnight.

mod day_plan;
pub mod painted_week;
mod parse;
mod rule;
pub mod table;
pub mod week;

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

pub use self::rule::Span;
use self::{day_plan::DayPlan, rule::Rule};
use crate::time::{DAY, Day, LocalMinute};

pub const LONGEST: usize = 500;

/// How many days `at` searches for a change, beginning today: every date of a year once.
pub const OUTLOOK: i64 = 366;

/// By default never open.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct OpeningHours {
    text: String,
    rules: Vec<Rule>,
}

/// Open or closed, and when that changes; `change` is absent if it does not change within a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Opening {
    pub open: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<OpeningChange>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OpeningChange {
    /// In the restaurant's local time.
    pub at: LocalMinute,
    /// 0 is today, 1 is tomorrow.
    pub in_days: i64,
}

impl OpeningHours {
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The holidays may be in any order, and must include all days that `at` can search.
    pub fn at(&self, at: LocalMinute, holidays: &[Day]) -> Opening {
        self.look(at, holidays, OUTLOOK)
    }

    /// `Ok` if the restaurant is open for this whole period; otherwise the opening state at its start.
    pub fn stays_open(&self, from: LocalMinute, to: LocalMinute, holidays: &[Day]) -> Result<(), Opening> {
        let days = to.day().0 - from.day().0 + 1;
        let opening = self.look(from, holidays, days);
        match opening.change {
            None if opening.open => Ok(()),
            Some(closes) if opening.open && to <= closes.at => Ok(()),
            _ => Err(opening),
        }
    }

    /// A change that is more than `days` days ahead is not reported.
    fn look(&self, at: LocalMinute, holidays: &[Day], days: i64) -> Opening {
        let mut open_until = None;
        for day in (0..days).map(|days| at.day().plus(days)) {
            let midnight = day.midnight().0;
            for span in self.plan(day, holidays).spans() {
                let (from, to) = (midnight + span.from, midnight + span.to);
                match open_until {
                    _ if to <= at.0 => {}
                    None if at.0 < from => return Opening::new(false, at, from),
                    None => open_until = Some(to),
                    Some(until) if until < from => return Opening::new(true, at, until),
                    Some(until) => open_until = Some(to.max(until)),
                }
            }
            if let Some(until) = open_until.filter(|until| *until < midnight + DAY) {
                return Opening::new(true, at, until);
            }
        }
        Opening {
            open: open_until.is_some(),
            change: None,
        }
    }

    /// The spans that begin on this day; the last one may end on the next day.
    pub fn spans_of(&self, day: Day, holidays: &[Day]) -> Vec<Span> {
        let mut spans = self.plan(day, holidays).own;
        if let Some(last) = spans.last_mut().filter(|last| last.to == DAY) {
            last.to += self.plan(day.plus(1), holidays).carried;
        }
        spans
    }

    /// Since when the restaurant has been open; at most since yesterday's opening.
    pub fn open_since(&self, at: LocalMinute, holidays: &[Day]) -> Option<LocalMinute> {
        let days = [at.day().plus(-1), at.day()];
        let spans = days.into_iter().flat_map(|day| {
            let midnight = day.midnight().0;
            self.spans_of(day, holidays)
                .into_iter()
                .map(move |span| (midnight + span.from, midnight + span.to))
        });
        let last = spans
            .filter(|(from, _)| *from <= at.0)
            .reduce(|(since, until), (from, to)| match from <= until {
                true => (since, until.max(to)),
                false => (from, to),
            });
        last.filter(|(_, until)| at.0 < *until)
            .map(|(since, _)| LocalMinute(since))
    }

    fn plan(&self, day: Day, holidays: &[Day]) -> DayPlan {
        DayPlan::new(&self.rules, day, holidays)
    }
}

impl Opening {
    pub const fn closed_until_further_notice() -> Self {
        Self {
            open: false,
            change: None,
        }
    }

    pub fn closed_until(at: LocalMinute, now: LocalMinute) -> Self {
        Self::new(false, now, at.0)
    }

    fn new(open: bool, now: LocalMinute, change: i64) -> Self {
        let at = LocalMinute(change);
        Self {
            open,
            change: Some(OpeningChange {
                at,
                in_days: at.days_after(now),
            }),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MalformedHours(pub String);

impl fmt::Display for MalformedHours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(part) = self;
        write!(
            f,
            "opening hours are written like 'Mo-Fr 11:30-14:30,17:30-23:00; Sa 12:00-02:00; PH off'; '{part}' is not understood"
        )
    }
}

impl std::error::Error for MalformedHours {}

impl FromStr for OpeningHours {
    type Err = MalformedHours;
    fn from_str(text: &str) -> Result<Self, MalformedHours> {
        let rules = if text.len() > LONGEST {
            Err(text)
        } else {
            parse::rules(text)
        };
        match rules {
            Ok(rules) => Ok(Self {
                text: text.to_owned(),
                rules,
            }),
            Err(part) => Err(MalformedHours(part.chars().take(40).collect())),
        }
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

    fn day(day: i64) -> Day {
        at(day, 0, 0).day()
    }

    fn span(from: i64, to: i64) -> Span {
        Span {
            from: from * 60,
            to: to * 60,
        }
    }

    #[test]
    fn case_hours_that_cross_midnight() {
        let bar = hours("Fr,Sa 22:00-02:00");
        assert!(
            bar.at(at(6, 1, 30), &[]).open,
            "Sunday 01:30 belongs to Saturday's night"
        );
        assert!(!bar.at(at(0, 1, 30), &[]).open, "Monday 01:30 does not");
        assert_eq!(changes(bar.at(at(5, 23, 0), &[])), (true, Some(at(6, 2, 0))));
        assert_eq!(changes(bar.at(at(6, 2, 0), &[])), (false, Some(at(11, 22, 0))));
        assert_eq!(
            bar.at(at(6, 2, 0), &[]).change.map(|change| change.in_days),
            Some(5)
        );
    }

    #[test]
    fn a_break_in_the_afternoon() {
        let trattoria = hours("Mo-Fr 11:30-14:30,17:30-23:00; Sa 12:00-23:00; Su off");
        assert_eq!(
            changes(trattoria.at(at(0, 12, 0), &[])),
            (true, Some(at(0, 14, 30)))
        );
        assert_eq!(
            changes(trattoria.at(at(0, 14, 30), &[])),
            (false, Some(at(0, 17, 30)))
        );
        assert_eq!(
            changes(trattoria.at(at(6, 12, 0), &[])),
            (false, Some(at(7, 11, 30)))
        );
    }

    #[test]
    fn a_door_is_open_since_it_opened_last() {
        let trattoria = hours("Mo-Fr 11:30-14:30,17:30-23:00, Sa 18:00-02:00");
        let since = |now| trattoria.open_since(now, &[]);
        assert_eq!(
            (since(at(0, 11, 29)), since(at(0, 11, 30)), since(at(0, 14, 29))),
            (None, Some(at(0, 11, 30)), Some(at(0, 11, 30)))
        );
        assert_eq!(
            (since(at(0, 14, 30)), since(at(0, 18, 0)), since(at(0, 23, 0))),
            (None, Some(at(0, 17, 30)), None)
        );
        assert_eq!(
            (since(at(6, 1, 0)), since(at(6, 2, 0))),
            (Some(at(5, 18, 0)), None)
        );
        assert_eq!(hours("24/7").open_since(at(3, 0, 5), &[]), Some(at(2, 0, 0)));
    }

    #[test]
    fn a_later_rule_replaces_an_earlier_one() {
        let cafe = hours("Mo-Su 08:00-18:00; We off; Fr 08:00-22:00");
        assert!(!cafe.at(at(2, 12, 0), &[]).open);
        assert!(cafe.at(at(4, 21, 0), &[]).open);
    }

    #[test]
    fn a_night_ends_at_midnight_where_the_next_day_is_replaced() {
        let replaced = hours("Fr 18:00-02:00; Sa 18:00-02:00");
        assert_eq!(changes(replaced.at(at(4, 20, 0), &[])), (true, Some(at(5, 0, 0))));
        let added = hours("Fr 18:00-02:00, Sa 18:00-02:00");
        assert_eq!(changes(added.at(at(4, 20, 0), &[])), (true, Some(at(5, 2, 0))));
        assert_eq!(added.spans_of(day(4), &[]), [span(18, 26)]);
        assert_eq!(replaced.spans_of(day(4), &[]), [span(18, 24)]);
    }

    #[test]
    fn an_evening_that_is_off_has_no_night() {
        let bar = hours("Mo-Su 18:00-02:00; We off; PH off");
        assert_eq!(bar.spans_of(day(1), &[]), [span(18, 24)]);
        assert_eq!(bar.spans_of(day(2), &[]), []);
        assert_eq!(bar.spans_of(day(3), &[]), [span(18, 26)]);
        assert!(!bar.at(at(3, 1, 0), &[]).open, "the night of Wednesday");
        assert!(bar.at(at(5, 1, 0), &[]).open, "the night of Friday");
        assert!(!bar.at(at(5, 1, 0), &[day(4)]).open, "unless Friday is a holiday");
        assert_eq!(bar.open_since(at(3, 1, 0), &[]), None);
    }

    #[test]
    fn a_holiday_is_a_day_that_the_caller_names() {
        let cafe = hours("Mo-Fr 08:00-18:00; Su,PH 10:00-16:00; Dec 25 off");
        assert!(cafe.at(at(2, 17, 0), &[]).open);
        assert!(!cafe.at(at(2, 17, 0), &[day(2)]).open);
        assert_eq!(
            changes(cafe.at(at(1, 18, 0), &[day(2)])),
            (false, Some(at(2, 10, 0)))
        );
        let christmas = Day::new(2026, 12, 25);
        assert!(
            !cafe
                .at(LocalMinute(christmas.midnight().0 + 12 * 60), &[christmas])
                .open
        );
    }

    #[test]
    fn a_change_is_found_weeks_away() {
        let closed_for_august = hours("Mo-Su 10:00-22:00; Aug off");
        let opening = closed_for_august.at(LocalMinute::new(2026, 7, 31, 22, 0), &[]);
        assert_eq!(
            opening.change,
            Some(OpeningChange {
                at: LocalMinute::new(2026, 9, 1, 10, 0),
                in_days: 32
            })
        );
        let around_the_clock = hours("24/7; 2026 Dec 24-2027 Jan 06 off");
        assert_eq!(
            changes(around_the_clock.at(at(0, 0, 0), &[])),
            (true, Some(LocalMinute::new(2026, 12, 24, 0, 0)))
        );
        assert_eq!(
            changes(around_the_clock.at(LocalMinute::new(2027, 1, 7, 0, 0), &[])),
            (true, None)
        );
    }

    #[test]
    fn the_end_of_february_is_the_end_of_february() {
        let winter = hours("Jan 10-Feb 29 10:00-12:00; Feb 20-28 14:00-16:00");
        let spans_of = |year, month, day| winter.spans_of(Day::new(year, month, day), &[]);
        assert_eq!(
            (spans_of(2027, 2, 28), spans_of(2027, 3, 1)),
            (vec![span(14, 16)], vec![])
        );
        assert_eq!(
            (spans_of(2028, 2, 28), spans_of(2028, 2, 29)),
            (vec![span(14, 16)], vec![span(10, 12)])
        );
        let leap = hours("Mo-Su 10:00-12:00; Feb 29 off").at(LocalMinute::new(2027, 2, 28, 12, 0), &[]);
        assert_eq!(changes(leap), (false, Some(LocalMinute::new(2027, 3, 1, 10, 0))));
    }

    #[test]
    fn always_open_has_no_end_and_always_closed_no_start() {
        assert_eq!(
            hours("24/7").at(at(3, 3, 3), &[]),
            Opening {
                open: true,
                change: None
            }
        );
        assert_eq!(
            hours("Mo off").at(at(3, 3, 3), &[]),
            Opening {
                open: false,
                change: None
            }
        );
    }

    #[test]
    fn ranges_of_days_wrap_round_the_week() {
        let weekend = hours("Fr-Mo 10:00-20:00");
        assert!(
            weekend.at(at(0, 10, 0), &[]).open
                && weekend.at(at(6, 10, 0), &[]).open
                && !weekend.at(at(1, 10, 0), &[]).open
        );
    }

    #[test]
    fn what_is_refused_is_quoted() {
        let refused = |text: &str| text.parse::<OpeningHours>().unwrap_err().0;
        assert_eq!(refused("Mo-Fr 10:00-18:00; SH off"), "SH off");
        assert_eq!(refused("Mo-Fr"), "Mo-Fr");
        assert_eq!(refused(&"Mo 08:00-18:00;".repeat(50)).len(), 40);
    }

    const TOKENS: &str =
        "( |Mo|Tu|Su|PH|Jan|Feb|Dec|2027|24|29|06|10:00|26:00|24/7|off|open|-|,|;|:|é){0,14}";

    proptest! {
        #[test]
        fn a_minute_is_open_if_a_span_of_its_day_or_the_day_before_has_it(minute in at(-7, 0, 0).0..at(14, 0, 0).0) {
            let hours = hours("Mo-Th 11:00-14:00,17:00-25:00; Fr 18:00-02:00; Sa,PH 20:00-04:00; We off, Nov 20-22 00:00-01:00");
            let (holidays, now) = ([day(3)], LocalMinute(minute));
            let snapshot_start = |day: Day| hours.spans_of(day, &holidays).into_iter().any(|span| {
                (span.from..span.to).contains(&(minute - day.midnight().0))
            });
            prop_assert_eq!(hours.at(now, &holidays).open, snapshot_start(now.day()) || snapshot_start(now.day().plus(-1)));
        }

        #[test]
        fn fuzz_any_text_is_understood_or_refused(text in TOKENS) {
            if let Ok(hours) = text.parse::<OpeningHours>() {
                prop_assert_eq!(hours.as_str(), text);
                hours.at(at(0, 0, 0), &[]);
            }
        }

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
