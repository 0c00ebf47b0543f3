//! One rule of opening hours: the days that it applies to, and their spans.

use crate::time::{DAY, Day, Weekday};

/// Minutes since midnight of its day; the end may be on the next day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    pub from: i64,
    pub to: i64,
}

impl Span {
    pub(super) const WHOLE_DAY: Self = Self { from: 0, to: DAY };
}

/// Inserts a span in order and merges spans that touch.
pub(super) fn insert(spans: &mut Vec<Span>, span: Span) {
    let place = spans.partition_point(|other| other.from < span.from);
    spans.insert(place, span);
    spans.dedup_by(|next, kept| {
        let touch = next.from <= kept.to;
        if touch {
            kept.to = kept.to.max(next.to);
        }
        touch
    });
}

type MonthAndDay = (i64, i64);

/// A range of dates, both ends included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Dates {
    /// Continues into the next year if its last day is before its first.
    Yearly {
        first: MonthAndDay,
        last: MonthAndDay,
    },
    Once {
        first: Day,
        last: Day,
    },
}

impl Dates {
    fn have(&self, day: Day) -> bool {
        match self {
            Self::Once { first, last } => (*first..=*last).contains(&day),
            Self::Yearly { first, last } => {
                let (_, month, day) = day.civil();
                let (begun, not_over) = (*first <= (month, day), (month, day) <= *last);
                if first <= last {
                    begun && not_over
                } else {
                    begun || not_over
                }
            }
        }
    }
}

/// Applies to a day that is any of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Days {
    /// The lowest bit is Monday.
    pub weekdays: u8,
    pub holidays: bool,
}

impl Days {
    pub fn or(self, other: Self) -> Self {
        Self {
            weekdays: self.weekdays | other.weekdays,
            holidays: self.holidays | other.holidays,
        }
    }

    fn have(self, day: Day, holidays: &[Day]) -> bool {
        self.are(day.weekday(), holidays.contains(&day))
    }

    pub fn are(self, weekday: Weekday, is_holiday: bool) -> bool {
        self.weekdays >> weekday as u8 & 1 == 1 || self.holidays && is_holiday
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rule {
    /// Empty means every date.
    pub dates: Vec<Dates>,
    pub days: Option<Days>,
    /// Whether it replaces the earlier rules for its days, or adds to them.
    pub replaces: bool,
    /// Empty means closed.
    pub spans: Vec<Span>,
}

impl Rule {
    pub fn names_days(&self) -> bool {
        self.days.is_some() || !self.dates.is_empty()
    }

    pub fn holds(&self, day: Day, holidays: &[Day]) -> bool {
        (self.dates.is_empty() || self.dates.iter().any(|dates| dates.have(day)))
            && self.days.is_none_or(|days| days.have(day, holidays))
    }
}
