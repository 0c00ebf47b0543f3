//! Time: UTC seconds for events, and local minutes for a restaurant's wall clock.
//! Converting between them needs a time-zone database, which callers have and this crate does not.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::string_newtype::text_type;

/// Seconds since 1970 in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Timestamp(pub i64);

/// An IANA zone name: `Europe/Berlin`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TimeZoneName(pub String);

pub const DAY: i64 = 24 * 60;

/// A minute of a restaurant's local time, counted from 1970-01-01 00:00.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(value_type = String, pattern = "^([0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))|([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29)T([01][0-9]|2[0-3]):[0-5][0-9]$", example = "2026-11-21T22:30"))]
pub struct LocalMinute(pub i64);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

impl Weekday {
    pub const ALL: [Self; 7] = [
        Self::Monday,
        Self::Tuesday,
        Self::Wednesday,
        Self::Thursday,
        Self::Friday,
        Self::Saturday,
        Self::Sunday,
    ];
}

impl LocalMinute {
    pub const fn new(year: i64, month: i64, day: i64, hour: i64, minute: i64) -> Self {
        Self(Day::new(year, month, day).0 * DAY + hour * 60 + minute)
    }

    /// The local time at `to`, given that it is this at `from`.
    pub fn moved(self, from: Timestamp, to: Timestamp) -> Self {
        Self(self.0 + to.0.div_euclid(60) - from.0.div_euclid(60))
    }

    pub fn day(self) -> Day {
        Day(self.0.div_euclid(DAY))
    }

    pub fn weekday(self) -> Weekday {
        self.day().weekday()
    }

    /// Minutes since midnight.
    pub fn of_day(self) -> i64 {
        self.0.rem_euclid(DAY)
    }

    pub fn midnight(self) -> Self {
        self.day().midnight()
    }

    /// Calendar days from the other day to this one, whatever the hour.
    pub fn days_after(self, other: Self) -> i64 {
        self.day().0 - other.day().0
    }

    /// `22:30`
    pub fn clock(self) -> String {
        format!("{:02}:{:02}", self.of_day() / 60, self.of_day() % 60)
    }
}

impl fmt::Display for LocalMinute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}T{}", self.day(), self.clock())
    }
}

text_type!(
    LocalMinute,
    MalformedTime,
    "a local time is written 2026-11-21T22:30"
);

impl FromStr for LocalMinute {
    type Err = MalformedTime;
    fn from_str(text: &str) -> Result<Self, MalformedTime> {
        let parts = || {
            let (day, clock) = text.split_once('T')?;
            let (hour, minute) = clock.split_once(':')?;
            let minutes = number(hour, 2).filter(|hour| *hour < 24)? * 60
                + number(minute, 2).filter(|minute| *minute < 60)?;
            Some(Self(day.parse::<Day>().ok()?.0 * DAY + minutes))
        };
        parts().ok_or(MalformedTime)
    }
}

/// Clocks that are set forward or back, as in the nights when summer time begins and ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClockChange {
    /// The local time that the clocks show right before.
    pub at: LocalMinute,
    /// Minutes forward; negative: back.
    pub by: i16,
}

impl ClockChange {
    /// The local times that do not happen, or happen twice, because of it.
    fn affected(self) -> std::ops::Range<i64> {
        let other = self.at.0 + i64::from(self.by);
        self.at.0.min(other)..self.at.0.max(other)
    }
}

impl LocalMinute {
    /// What the clocks show so many minutes later. `changes` are those to come.
    pub fn later(self, minutes: i64, changes: &[ClockChange]) -> Self {
        let mut later = self.0 + minutes;
        for change in changes.iter().filter(|change| self < change.at) {
            if later >= change.at.0 {
                later += i64::from(change.by);
            }
        }
        Self(later)
    }

    /// Not skipped or repeated by one of the changes to come.
    pub fn happens_once(self, changes: &[ClockChange]) -> bool {
        changes.iter().all(|change| !change.affected().contains(&self.0))
    }
}

/// A day in a restaurant's local time, counted from 1970-01-01.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(value_type = String, format = Date, example = "2026-12-25"))]
pub struct Day(pub i64);

impl Day {
    pub const fn new(year: i64, month: i64, day: i64) -> Self {
        Self(days_from_civil(year, month, day))
    }

    /// `None` for dates that do not exist, such as 30 February, which `new` would treat as 2 March.
    pub fn on_calendar(year: i64, month: i64, day: i64) -> Option<Self> {
        let found = Self::new(year, month, day);
        if found.civil() == (year, month, day) {
            Some(found)
        } else {
            None
        }
    }

    /// Year, month and day of the month.
    pub const fn civil(self) -> (i64, i64, i64) {
        civil_from_days(self.0)
    }

    #[must_use]
    pub const fn plus(self, days: i64) -> Self {
        Self(self.0 + days)
    }

    pub fn weekday(self) -> Weekday {
        // 1970-01-01 was a Thursday.
        Weekday::ALL[(self.0 + 3).rem_euclid(7) as usize]
    }

    /// The first minute of the day.
    pub const fn midnight(self) -> LocalMinute {
        LocalMinute(self.0 * DAY)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.civil();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

text_type!(Day, MalformedDay, "a day is written 2026-11-21");

impl FromStr for Day {
    type Err = MalformedDay;
    fn from_str(text: &str) -> Result<Self, MalformedDay> {
        let mut parts = text.splitn(3, '-');
        let mut part = |digits| parts.next().and_then(|part| number(part, digits));
        match (part(4), part(2), part(2)) {
            (Some(year), Some(month), Some(day)) => Self::on_calendar(year, month, day).ok_or(MalformedDay),
            _ => Err(MalformedDay),
        }
    }
}

fn number(text: &str, digits: usize) -> Option<i64> {
    if text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit()) {
        text.parse().ok()
    } else {
        None
    }
}

// Howard Hinnant's algorithms for the proleptic Gregorian calendar.
const fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

const fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (era * 400 + year + if month <= 2 { 1 } else { 0 }, month, day)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_clock_goes_on_by_the_minute() {
        let half_past = LocalMinute::new(2026, 11, 21, 22, 30);
        assert_eq!(
            half_past.moved(Timestamp(100), Timestamp(100 + 3_600)),
            LocalMinute::new(2026, 11, 21, 23, 30)
        );
        assert_eq!(
            half_past.moved(Timestamp(-1), Timestamp(-61)),
            LocalMinute::new(2026, 11, 21, 22, 29)
        );
    }

    #[test]
    fn the_calendar_is_right() {
        assert_eq!(LocalMinute::new(1970, 1, 1, 0, 0), LocalMinute(0));
        let minute = LocalMinute::new(2026, 11, 21, 22, 30);
        assert_eq!(minute.weekday(), Weekday::Saturday);
        assert_eq!(minute.to_string(), "2026-11-21T22:30");
        assert_eq!(LocalMinute::new(2024, 2, 29, 0, 0).weekday(), Weekday::Thursday);
        assert_eq!(LocalMinute::new(2026, 11, 22, 0, 1).days_after(minute), 1);
    }

    #[test]
    fn a_day_is_a_date_in_json() {
        let christmas = Day::new(2026, 12, 25);
        assert_eq!(serde_json::to_string(&christmas).unwrap(), r#""2026-12-25""#);
        assert_eq!(serde_json::from_str::<Day>(r#""2026-12-25""#).unwrap(), christmas);
        assert_eq!(
            (christmas.weekday(), christmas.plus(7).civil()),
            (Weekday::Friday, (2027, 1, 1))
        );
        assert_eq!(
            LocalMinute::new(2026, 12, 25, 23, 59).day().midnight(),
            LocalMinute::new(2026, 12, 25, 0, 0)
        );
    }

    #[test]
    fn days_that_are_not_on_the_calendar_are_refused() {
        for text in [
            "2027-02-29",
            "2026-00-10",
            "2026-1-01",
            "2026-01-01-01",
            "26-01-01",
            "+026-01-01",
            "2026-01-1é",
            "",
        ] {
            assert_eq!(text.parse::<Day>(), Err(MalformedDay), "{text}");
        }
        for text in [
            "2026-02-30T10:00",
            "2026-13-01T10:00",
            "2026-01-01 10:00",
            "2026-01-01T24:00",
            "2026-01-01T10:0é",
            "",
            "+026-01-01T10:00",
        ] {
            assert_eq!(text.parse::<LocalMinute>(), Err(MalformedTime), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_minute_survives_being_written(minute in 0..4_000_000_000_i64) {
            prop_assert_eq!(LocalMinute(minute).to_string().parse(), Ok(LocalMinute(minute)));
        }
    }
}
