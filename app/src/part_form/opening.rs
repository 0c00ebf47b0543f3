//! When a restaurant is open: a table, or a text for what a table does not show.

use servery_domain::{
    edit::OpeningTimes,
    hours::{
        OpeningHours,
        table::{CLOSURES, Closure, HolidayTimes, HoursTable},
        week::of_week,
    },
    limits,
    time::Day,
    typed_amount::western_digit,
};

use super::reader::PartFormReader;
use crate::week_form::{HOLIDAY, day_times, week_times};

/// Lines for closures that a form has beside those that are there.
pub const NEW_CLOSURES: usize = 3;
/// The tick for hours as a text.
pub const AS_TEXT: &str = "as-text";

/// The hidden input that has the hours as the form was filled from them. After a conflict the part before it is another one.
pub const HOURS_BEFORE: &str = "hours-before";

/// An input of a closure, counted from 1: `closure-1-from`.
pub fn closure_field(number: usize, end: &str) -> String {
    format!("closure-{number}-{end}")
}

impl PartFormReader<'_> {
    pub(super) fn opening(&mut self, before: &OpeningHours) -> OpeningTimes {
        let hours = match self.is_on(AS_TEXT) {
            true => self.hours_as_text(),
            false => self.hours_of_table(before),
        };
        let typed = self.fields.text("holidays");
        let typed: String = typed.chars().map(western_digit).collect();
        let days = typed.split_whitespace().map(str::parse::<Day>);
        let holidays: Result<Vec<Day>, _> = days.collect();
        let is_accepted = holidays.as_ref().is_ok_and(|days| days.len() <= limits::HOLIDAYS);
        self.hold("holidays", is_accepted);
        OpeningTimes {
            hours: hours.unwrap_or_default(),
            holidays: holidays.unwrap_or_default(),
        }
    }

    fn hours_as_text(&mut self) -> Option<OpeningHours> {
        let hours = self.fields.get("hours").parse().ok();
        self.hold("hours", hours.is_some());
        hours
    }

    fn hours_of_table(&mut self, before: &OpeningHours) -> Option<OpeningHours> {
        let shown = self.fields.find(HOURS_BEFORE);
        let shown_table = shown
            .and_then(|shown| shown.parse().ok())
            .and_then(|hours| HoursTable::of(&hours));
        // A text that nobody has ticked would be dropped without a word.
        self.hold(AS_TEXT, self.fields.find("hours") == shown);
        let days = week_times(self.fields).filter(|days| of_week(days).is_some());
        self.hold("week", days.is_some());
        let holidays = self.holiday_times(shown_table.as_ref());
        self.hold("holiday", holidays.is_some());
        let closures: Option<Vec<Closure>> =
            (1..=CLOSURES).filter_map(|number| self.closure(number)).collect();
        self.hold("closures", closures.is_some());
        let table = HoursTable {
            days: days?,
            holidays: holidays?,
            closures: closures?,
        };
        // What says the same stays as it was written.
        if HoursTable::of(before).as_ref() == Some(&table) {
            return Some(before.clone());
        }
        let hours = table.hours();
        // Each part is accepted, and together they are too long.
        self.hold("closures", hours.is_some());
        hours
    }

    fn holiday_times(&self, shown: Option<&HoursTable>) -> Option<HolidayTimes> {
        let typed = day_times(self.fields, HOLIDAY)?;
        let known = match shown.map(|table| &table.holidays) {
            Some(HolidayTimes::Times(times)) => times.as_slice(),
            _ => &[],
        };
        // New times that the choice above leaves out would be dropped without a word.
        let is_left_over = !typed.is_empty() && typed != known;
        match self.fields.get("holiday") {
            "times" => {
                let week = std::array::from_fn(|_| typed.clone());
                of_week(&week).map(|_| HolidayTimes::Times(typed))
            }
            _ if is_left_over => None,
            "closed" => Some(HolidayTimes::Closed),
            _ => Some(HolidayTimes::AsUsual),
        }
    }

    /// `None` for an empty line, and `Some(None)` for one that is not accepted. Of a single day one date is enough.
    fn closure(&self, number: usize) -> Option<Option<Closure>> {
        let day = |end| match self.fields.get(&closure_field(number, end)) {
            "" => Some(None),
            typed => typed.parse::<Day>().ok().map(Some),
        };
        let (Some(first), Some(last)) = (day("from"), day("to")) else {
            return Some(None);
        };
        let first = first.or(last)?;
        let last = last.unwrap_or(first);
        Some((first <= last).then_some(Closure { first, last }))
    }
}
