//! Opening hours as a table: a week, public holidays, and closures. What most restaurants have can be written so.

use super::{
    OpeningHours,
    parse::MONTHS,
    rule::{Dates, Rule, Span, insert},
    week::{DayTimes, of_week, write_times},
};
use crate::time::{DAY, Day, Weekday};

/// What a table has room for.
pub const TIMES_A_DAY: usize = 2;
pub const CLOSURES: usize = 20;
/// Days from the first to the last of a closure: longer ones are a slip of the pen.
const LONGEST_CLOSURE: i64 = 1_000;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HoursTable {
    /// From Monday on.
    pub days: [Vec<DayTimes>; 7],
    pub holidays: HolidayTimes,
    pub closures: Vec<Closure>,
}

/// What holds on a public holiday.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum HolidayTimes {
    #[default]
    AsUsual,
    Closed,
    Times(Vec<DayTimes>),
}

/// Both days are closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closure {
    pub first: Day,
    pub last: Day,
}

impl HoursTable {
    /// `None` if the hours have rules that a table does not show.
    pub fn of(hours: &OpeningHours) -> Option<Self> {
        let weekly = hours.rules.iter().take_while(|rule| rule.dates.is_empty());
        let (weekly, dated) = hours.rules.split_at(weekly.count());
        let closures: Option<Vec<Vec<Closure>>> = dated.iter().map(closures).collect();
        let mut days: [Vec<DayTimes>; 7] = Default::default();
        for (weekday, times) in Weekday::ALL.into_iter().zip(&mut days) {
            *times = times_of(weekly, weekday, false)?;
        }
        let table = Self {
            days,
            holidays: holiday_times(weekly)?,
            closures: closures?.concat(),
        };
        let written = table.hours()?;
        table.is_same(hours, &written).then_some(table)
    }

    /// `None` if the times of a day overlap, no day has any, a closure ends before it begins or years later, or there is too much of it.
    pub fn hours(&self) -> Option<OpeningHours> {
        let is_short = |Closure { first, last }: &Closure| last.0 - first.0 <= LONGEST_CLOSURE;
        if self.closures.len() > CLOSURES || !self.closures.iter().all(is_short) {
            return None;
        }
        let mut text = of_week(&self.days)?.as_str().to_owned();
        match &self.holidays {
            HolidayTimes::AsUsual => {}
            HolidayTimes::Closed => text.push_str("; PH off"),
            HolidayTimes::Times(times) => {
                text.push_str("; PH ");
                text.push_str(&write_times(times)?);
            }
        }
        for Closure { first, last } in &self.closures {
            text.push_str("; ");
            text.push_str(&date(*first));
            if last != first {
                text.push('-');
                text.push_str(&date(*last));
            }
            text.push_str(" off");
        }
        text.parse().ok()
    }

    /// Whether two hours are the same on every kind of day.
    fn is_same(&self, one: &OpeningHours, other: &OpeningHours) -> bool {
        let same = |day: Day, holidays: &[Day]| one.plan(day, holidays) == other.plan(day, holidays);
        let last = self.closures.iter().map(|closure| closure.last.0).max();
        // A week without a date of its own.
        let free = Day(last.unwrap_or_default() + 8);
        let weekly = (0..7).map(|days| free.plus(days)).all(|day| {
            let before = day.plus(-1);
            let holidays: [&[Day]; 4] = [&[], &[day], &[before], &[before, day]];
            holidays.into_iter().all(|holidays| same(day, holidays))
        });
        weekly
            && self
                .closures
                .iter()
                .all(|Closure { first, last }| (first.0 - 1..=last.0 + 1).all(|day| same(Day(day), &[])))
    }
}

/// `None` if the rule says anything but that these dates are closed.
fn closures(rule: &Rule) -> Option<Vec<Closure>> {
    if rule.days.is_some() || !rule.spans.is_empty() {
        return None;
    }
    let closure = |dates: &Dates| match dates {
        Dates::Once { first, last } => Some(Closure {
            first: *first,
            last: *last,
        }),
        Dates::Yearly { .. } => None,
    };
    rule.dates.iter().map(closure).collect()
}

fn holiday_times(weekly: &[Rule]) -> Option<HolidayTimes> {
    let is_named = weekly
        .iter()
        .any(|rule| rule.days.is_some_and(|days| days.holidays));
    if !is_named {
        return Some(HolidayTimes::AsUsual);
    }
    let [monday, rest @ ..] = Weekday::ALL;
    let times = times_of(weekly, monday, true)?;
    for weekday in rest {
        if times_of(weekly, weekday, true)? != times {
            return None;
        }
    }
    Some(match times.is_empty() {
        true => HolidayTimes::Closed,
        false => HolidayTimes::Times(times),
    })
}

/// `None` if there are more than a table has room for, or one is longer than a day.
fn times_of(weekly: &[Rule], weekday: Weekday, is_holiday: bool) -> Option<Vec<DayTimes>> {
    let mut spans = Vec::new();
    for rule in weekly {
        if rule.days.is_none_or(|days| days.are(weekday, is_holiday)) {
            if rule.replaces {
                spans.clear();
            }
            rule.spans.iter().for_each(|span| insert(&mut spans, *span));
        }
    }
    if spans.len() > TIMES_A_DAY {
        return None;
    }
    let times = |Span { from, to }: Span| (to - from <= DAY).then_some((from, to % DAY));
    spans.into_iter().map(times).collect()
}

/// `2026 Dec 24`
fn date(day: Day) -> String {
    let (year, month, day) = day.civil();
    let month = usize::try_from(month - 1)
        .ok()
        .and_then(|month| MONTHS.get(month));
    format!("{year:04} {} {day:02}", month.unwrap_or(&""))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::time::LocalMinute;

    fn table(text: &str) -> Option<HoursTable> {
        HoursTable::of(&text.parse().unwrap())
    }

    fn written(text: &str) -> Option<String> {
        table(text).and_then(|table| Some(table.hours()?.as_str().to_owned()))
    }

    #[test]
    fn what_most_restaurants_have_is_a_table() {
        for (text, rewritten) in [
            (
                "Tu-Fr 11:30-14:30,17:30-23:00; Sa,Su 12:00-23:00",
                "Tu-Fr 11:30-14:30,17:30-23:00, Sa-Su 12:00-23:00",
            ),
            (
                "We-Fr 17:00-22:30; Sa 12:30-23:00; Su 12:30-21:30; Mo,Tu off",
                "We-Fr 17:00-22:30, Sa 12:30-23:00, Su 12:30-21:30",
            ),
            (
                "Mo-Th 12:00-14:30,17:00-23:00; Fr,Sa 12:00-00:30, Su 12:30-22:30",
                "Mo-Th 12:00-14:30,17:00-23:00, Fr-Sa 12:00-00:30, Su 12:30-22:30",
            ),
            ("24/7", "Mo-Su 00:00-24:00"),
            ("10:00-12:00; PH off", "Mo-Su 10:00-12:00; PH off"),
            (
                "Mo-Fr 08:00-18:00; Su,PH 10:00-16:00",
                "Mo-Fr 08:00-18:00, Su 10:00-16:00; PH 10:00-16:00",
            ),
            (
                "Mo-Su 10:00-20:00; 2026 Dec 24-2027 Jan 06,2027 Aug 01 off",
                "Mo-Su 10:00-20:00; 2026 Dec 24-2027 Jan 06 off; 2027 Aug 01 off",
            ),
        ] {
            assert_eq!(written(text).as_deref(), Some(rewritten), "{text}");
        }
    }

    #[test]
    fn hours_that_a_table_would_change_are_no_table() {
        for text in [
            // The night ends at midnight.
            "Fr 18:00-02:00; Sa 18:00-02:00",
            "Mo-Sa 10:00-20:00; Aug off",
            "Mo-Sa 10:00-20:00; Dec 24 10:00-14:00",
            "Mo-Sa 10:00-20:00; 2026 Dec 24 10:00-14:00",
            "2026 Dec 24 off; Mo-Sa 10:00-20:00",
            // On a holiday both times hold, and so each day is another.
            "Mo 10:00-12:00; Tu 10:00-13:00, PH 14:00-16:00",
            "Mo off",
            "Mo-Fr 07:00-10:00,12:00-14:00,18:00-22:00",
            "Mo-Fr 08:00-18:00; PH 07:00-10:00,12:00-14:00,18:00-22:00",
        ] {
            assert_eq!(table(text), None, "{text}");
        }
    }

    #[test]
    fn no_closure_is_lost_that_a_table_has_no_room_for() {
        let days: Vec<String> = (1..=24).map(|day| format!("2026 Dec {day:02}")).collect();
        assert_eq!(table(&format!("Mo-Su 10:00-20:00; {} off", days.join(","))), None);
        assert!(table(&format!("Mo-Su 10:00-20:00; {} off", days[..CLOSURES].join(","))).is_some());
        assert_eq!(table("Mo-Su 10:00-20:00; 2026 Dec 24-2062 Dec 26 off"), None);
    }

    #[test]
    fn nothing_is_open_in_the_nights_of_a_closure_and_of_a_holiday() {
        let mut table = table("Mo-Su 18:00-02:00").unwrap();
        table.holidays = HolidayTimes::Closed;
        table.closures.push(Closure {
            first: Day::new(2026, 12, 24),
            last: Day::new(2026, 12, 26),
        });
        let hours = table.hours().unwrap();
        assert_eq!(HoursTable::of(&hours), Some(table));
        let holiday = Day::new(2027, 1, 1);
        let is_open = |day: Day| hours.at(LocalMinute(day.midnight().0 + 60), &[holiday]).open;
        let nights = [23, 24, 25, 26, 27, 28].map(|day| is_open(Day::new(2026, 12, day)));
        assert_eq!(nights, [true, false, false, false, false, true]);
        assert_eq!([2, 3].map(|day| is_open(Day::new(2027, 1, day))), [false, true]);
    }

    #[test]
    fn a_closure_that_ends_before_it_begins_is_refused() {
        let mut table = table("Mo-Su 10:00-20:00").unwrap();
        let (first, last) = (Day::new(2026, 12, 24), Day::new(2026, 12, 23));
        table.closures.push(Closure { first, last });
        assert_eq!(table.hours(), None);
    }

    #[test]
    fn a_closure_is_closed_from_its_first_to_its_last_day() {
        let mut table = table("Mo-Su 10:00-20:00").unwrap();
        table.closures.push(Closure {
            first: Day::new(2026, 12, 24),
            last: Day::new(2026, 12, 26),
        });
        let hours = table.hours().unwrap();
        let noon = |day| Day::new(2026, 12, day).midnight().0 + 12 * 60;
        let is_open = |day| hours.at(LocalMinute(noon(day)), &[]).open;
        assert_eq!([23, 24, 26, 27].map(is_open), [true, false, false, true]);
    }

    fn day_times() -> impl Strategy<Value = Vec<DayTimes>> {
        // Quarters of an hour, in order: two times at the most, the last one may end on the next day.
        prop::collection::vec(1..120_i64, 0..=4).prop_map(|mut ends| {
            ends.sort_unstable();
            ends.dedup();
            let pairs = ends.chunks_exact(2).map(|pair| (pair[0] * 15, pair[1] * 15));
            let begin_today = pairs.filter(|(from, _)| *from < DAY);
            begin_today.map(|(from, to)| (from, to % DAY)).collect()
        })
    }

    fn holiday() -> impl Strategy<Value = HolidayTimes> {
        prop_oneof![
            Just(HolidayTimes::AsUsual),
            Just(HolidayTimes::Closed),
            day_times()
                .prop_filter("closed has a name of its own", |times| !times.is_empty())
                .prop_map(HolidayTimes::Times),
        ]
    }

    proptest! {
        #[test]
        fn a_table_that_is_written_is_read_again(
            days in prop::array::uniform7(day_times()),
            holidays in holiday(),
            closures in prop::collection::vec((20_000..21_000_i64, 0..40_i64), 0..4),
        ) {
            let closures = closures.into_iter().map(|(first, days)| Closure { first: Day(first), last: Day(first + days) });
            let table = HoursTable { days, holidays, closures: closures.collect() };
            if let Some(hours) = table.hours() {
                prop_assert_eq!(HoursTable::of(&hours), Some(table));
            }
        }

        #[test]
        fn fuzz_no_hours_make_the_reader_fail(text in "( |Mo|Tu|Su|PH|Jan|Dec|2027|24|06|10:00|26:00|24/7|off|-|,|;){0,14}") {
            if let Ok(hours) = text.parse::<OpeningHours>() {
                HoursTable::of(&hours);
            }
        }
    }
}
