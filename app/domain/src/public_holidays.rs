//! The public holidays of a country and of its regions.

use serde::{Deserialize, Serialize};

use crate::time::Day;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PublicHolidays {
    /// None if the holidays are the same in the whole country.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub regions: Vec<HolidayRegion>,
    /// In the whole country, and in the region that was asked for.
    pub days: Vec<Day>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HolidayRegion {
    pub code: String,
    /// In the country's language.
    pub name: String,
}

/// The days that are still to come by themselves, and these up to the end of next year.
pub fn with_holidays(known: &[Day], holidays: &[Day], today: Day) -> Vec<Day> {
    let (year, ..) = today.civil();
    let last = Day::new(year + 1, 12, 31);
    // A night that began yesterday goes on.
    let yesterday = today.plus(-1);
    let new = holidays.iter().filter(|day| **day <= last);
    let mut days: Vec<Day> = known
        .iter()
        .chain(new)
        .copied()
        .filter(|day| *day >= yesterday)
        .collect();
    days.sort();
    days.dedup();
    days
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holidays_of_this_year_and_the_next_are_added_and_those_that_are_over_go() {
        let day = |year, month, day| Day::new(year, month, day);
        let known = [day(2026, 1, 1), day(2027, 8, 2), day(2026, 12, 25)];
        let list = [
            day(2026, 10, 3),
            day(2026, 12, 25),
            day(2027, 1, 1),
            day(2028, 1, 1),
        ];
        assert_eq!(
            with_holidays(&known, &list, day(2026, 11, 30)),
            [day(2026, 12, 25), day(2027, 1, 1), day(2027, 8, 2)]
        );
    }
}
