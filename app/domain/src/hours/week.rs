//! Opening hours as a week in which each day has times of its own.

use super::{OpeningHours, parse::WEEKDAYS};
use crate::time::DAY;

/// From and to, in minutes from midnight. What ends before its beginning ends on the next day, and midnight is the end of the day.
pub type DayTimes = (i64, i64);

/// Minutes from midnight of `HH:MM`.
pub fn read_time(typed: &str) -> Option<i64> {
    let (hours, minutes) = typed.trim().split_once(':')?;
    let number = |text: &str, below: i64| {
        let number = text.parse::<i64>().ok()?;
        (text.len() == 2 && (0..below).contains(&number)).then_some(number)
    };
    Some(number(hours, 24)? * 60 + number(minutes, 60)?)
}

/// The hours of a week from Monday on; `None` if the times of a day overlap, or no day has any.
pub fn of_week(days: &[Vec<DayTimes>; 7]) -> Option<OpeningHours> {
    if days.iter().all(Vec::is_empty) || !days.iter().all(|times| is_in_order(times)) {
        return None;
    }
    let rules: Vec<String> = runs(days)
        .into_iter()
        .filter(|(_, _, times)| !times.is_empty())
        .map(|(first, last, times)| rule(first, last, times))
        .collect();
    // A comma, because after a semicolon the night before would end at midnight.
    rules.join(", ").parse().ok()
}

fn is_in_order(times: &[DayTimes]) -> bool {
    let mut free_from = 0;
    times.iter().enumerate().all(|(number, (from, to))| {
        let (to, is_last) = (end(*to), number + 1 == times.len());
        let follows = *from >= free_from && *from != to && (*from < to || is_last);
        free_from = if *from < to { to } else { DAY };
        follows
    })
}

fn end(to: i64) -> i64 {
    if to == 0 { DAY } else { to }
}

/// Days in a row that have the same times.
fn runs(days: &[Vec<DayTimes>; 7]) -> Vec<(usize, usize, &[DayTimes])> {
    let mut runs: Vec<(usize, usize, &[DayTimes])> = Vec::new();
    for (day, times) in days.iter().enumerate() {
        match runs.last_mut() {
            Some((_, last, same)) if *same == times.as_slice() => *last = day,
            _ => runs.push((day, day, times)),
        }
    }
    runs
}

/// `HH:MM`
pub fn write_time(minutes: i64) -> String {
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

/// `11:30-14:30,17:30-22:00`; `None` if there are none, or they overlap.
pub(super) fn write_times(times: &[DayTimes]) -> Option<String> {
    (!times.is_empty() && is_in_order(times)).then(|| list(times))
}

fn list(times: &[DayTimes]) -> String {
    let times: Vec<String> = times
        .iter()
        .map(|(from, to)| format!("{}-{}", write_time(*from), write_time(end(*to))))
        .collect();
    times.join(",")
}

fn rule(first: usize, last: usize, times: &[DayTimes]) -> String {
    let days = match first == last {
        true => WEEKDAYS[first].to_owned(),
        false => format!("{}-{}", WEEKDAYS[first], WEEKDAYS[last]),
    };
    format!("{days} {}", list(times))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn week(days: &[(usize, &[(&str, &str)])]) -> Option<String> {
        let mut week: [Vec<DayTimes>; 7] = Default::default();
        for (day, times) in days {
            week[*day] = times
                .iter()
                .map(|(from, to)| (read_time(from).unwrap(), read_time(to).unwrap()))
                .collect();
        }
        of_week(&week).map(|hours| hours.as_str().to_owned())
    }

    #[test]
    fn days_with_the_same_times_are_written_as_one() {
        let lunch_and_dinner: &[_] = &[("11:30", "14:30"), ("17:30", "22:00")];
        let late: &[_] = &[("18:00", "02:00")];
        let written = week(&[
            (1, lunch_and_dinner),
            (2, lunch_and_dinner),
            (3, lunch_and_dinner),
            (4, late),
            (5, late),
            (6, &[("12:00", "00:00")]),
        ]);
        let expected = "Tu-Th 11:30-14:30,17:30-22:00, Fr-Sa 18:00-02:00, Su 12:00-24:00";
        assert_eq!(written.as_deref(), Some(expected));
    }

    #[test]
    fn a_day_may_have_no_end() {
        let always = of_week(&[const { Vec::new() }; 7].map(|_: Vec<DayTimes>| vec![(0, 0)])).unwrap();
        assert_eq!(always.as_str(), "Mo-Su 00:00-24:00");
        let opening = always.at(crate::time::LocalMinute(12 * 60), &[]);
        assert!(opening.open && opening.change.is_none(), "{opening:?}");
    }

    #[test]
    fn a_night_goes_on_after_midnight() {
        let times = (18 * 60, 2 * 60);
        let hours = of_week(&[const { Vec::new() }; 7].map(|_: Vec<DayTimes>| vec![times])).unwrap();
        let monday = crate::time::Day(4);
        let spans = hours.spans_of(monday, &[]);
        assert_eq!(spans.len(), 1, "{spans:?}");
        assert_eq!((spans[0].from, spans[0].to), (18 * 60, 26 * 60));
    }

    #[test]
    fn times_that_contradict_each_other_are_refused() {
        for times in [
            &[("12:00", "12:00")][..],
            &[("12:00", "15:00"), ("14:00", "18:00")],
            &[("18:00", "02:00"), ("19:00", "20:00")],
            &[("17:00", "20:00"), ("11:00", "14:00")],
        ] {
            assert_eq!(week(&[(0, times)]), None, "{times:?}");
        }
        assert_eq!(week(&[]), None, "a restaurant that never opens");
        for time in ["", "24:00", "9:00", "12:60", "12", "12:00:00", "-1:00"] {
            assert_eq!(read_time(time), None, "{time}");
        }
    }
}
