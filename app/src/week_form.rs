//! The inputs of a week's hours.

use servery_domain::hours::{
    table::TIMES_A_DAY,
    week::{DayTimes, read_time},
};

use crate::form_fields::FormFields;

/// As they are in the names of inputs, from Monday on.
pub const WEEKDAYS: [&str; 7] = ["mo", "tu", "we", "th", "fr", "sa", "su"];
/// Public holidays, as a day.
pub const HOLIDAY: &str = "ph";

/// An input of a day: `mo-from-1`.
pub fn time_field(day: &str, end: &str, number: usize) -> String {
    format!("{day}-{end}-{number}")
}

/// The times of a day; `None` if one has no beginning or no end.
pub fn day_times(fields: FormFields<'_>, day: &str) -> Option<Vec<DayTimes>> {
    let times =
        (1..=TIMES_A_DAY).map(|number| ["from", "to"].map(|end| fields.get(&time_field(day, end, number))));
    times
        .filter(|ends| *ends != ["", ""])
        .map(|[from, to]| read_time(from).zip(read_time(to)))
        .collect()
}

/// The times of each day, from Monday on.
pub fn week_times(fields: FormFields<'_>) -> Option<[Vec<DayTimes>; 7]> {
    let mut days: [Vec<DayTimes>; 7] = Default::default();
    for (day, times) in WEEKDAYS.iter().zip(&mut days) {
        *times = day_times(fields, day)?;
    }
    Some(days)
}
