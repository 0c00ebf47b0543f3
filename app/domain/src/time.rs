//! Time as rules need it: UTC seconds for what happened, a restaurant's own minutes for what its clock on the wall says.
//! Turning one into the other takes a time-zone database, which the caller has and this crate has not.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::text_type::text_type;

/// Seconds since 1970 in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Timestamp(pub i64);

/// An IANA zone name: `Europe/Berlin`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Zone(pub String);

pub const DAY: i64 = 24 * 60;

/// A minute on a restaurant's wall clock, counted from 1970-01-01 00:00 there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(value_type = String, example = "2026-11-21T22:30"))]
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
    pub const ALL: [Self; 7] = [Self::Monday, Self::Tuesday, Self::Wednesday, Self::Thursday, Self::Friday, Self::Saturday, Self::Sunday];
}

impl LocalMinute {
    pub const fn new(year: i64, month: i64, day: i64, hour: i64, minute: i64) -> Self {
        Self(days_from_civil(year, month, day) * DAY + hour * 60 + minute)
    }

    pub fn weekday(self) -> Weekday {
        // 1970-01-01 was a Thursday.
        Weekday::ALL[(self.0.div_euclid(DAY) + 3).rem_euclid(7) as usize]
    }

    /// Minutes since midnight.
    pub fn of_day(self) -> i64 {
        self.0.rem_euclid(DAY)
    }

    pub fn midnight(self) -> Self {
        Self(self.0 - self.of_day())
    }

    /// Whole days from that day to this one, whatever the hour.
    pub fn days_after(self, other: Self) -> i64 {
        self.0.div_euclid(DAY) - other.0.div_euclid(DAY)
    }

    /// `22:30`
    pub fn clock(self) -> String {
        format!("{:02}:{:02}", self.of_day() / 60, self.of_day() % 60)
    }
}

impl fmt::Display for LocalMinute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = civil_from_days(self.0.div_euclid(DAY));
        write!(f, "{year:04}-{month:02}-{day:02}T{}", self.clock())
    }
}

text_type!(LocalMinute, MalformedTime, "a local time is written 2026-11-21T22:30");

impl FromStr for LocalMinute {
    type Err = MalformedTime;
    fn from_str(text: &str) -> Result<Self, MalformedTime> {
        let number = |range: std::ops::Range<usize>, most: i64| {
            let digits = text.get(range).filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()));
            digits.and_then(|digits| digits.parse().ok()).filter(|number| *number <= most).ok_or(MalformedTime)
        };
        let separators = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':')];
        if text.len() != 16 || separators.iter().any(|(at, byte)| text.as_bytes()[*at] != *byte) {
            return Err(MalformedTime);
        }
        let minute = Self::new(number(0..4, 9999)?, number(5..7, 12)?, number(8..10, 31)?, number(11..13, 23)?, number(14..16, 59)?);
        // 2026-02-30 would have slid into March.
        if minute.to_string() == text { Ok(minute) } else { Err(MalformedTime) }
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
    fn the_calendar_is_right() {
        assert_eq!(LocalMinute::new(1970, 1, 1, 0, 0), LocalMinute(0));
        let minute = LocalMinute::new(2026, 11, 21, 22, 30);
        assert_eq!(minute.weekday(), Weekday::Saturday);
        assert_eq!(minute.to_string(), "2026-11-21T22:30");
        assert_eq!(LocalMinute::new(2024, 2, 29, 0, 0).weekday(), Weekday::Thursday);
        assert_eq!(LocalMinute::new(2026, 11, 22, 0, 1).days_after(minute), 1);
    }

    #[test]
    fn days_that_are_not_on_the_calendar_are_refused() {
        for text in
            ["2026-02-30T10:00", "2026-13-01T10:00", "2026-01-01 10:00", "2026-01-01T24:00", "2026-01-01T10:0é", "", "+026-01-01T10:00"]
        {
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
