//! The form of the opening hours: a week, public holidays and closures, or a text.

use leptos::prelude::*;
use servery_domain::{
    edit::OpeningTimes,
    hours::{
        table::{CLOSURES, HolidayTimes, HoursTable},
        week::DayTimes,
    },
    limits,
    time::Weekday,
};

use super::inputs::{Inputs, LineKind};
use crate::{
    components::opening,
    pages::office::{day_row::DayRow, week_grid},
    part_form::{AS_TEXT, HOURS_BEFORE, NEW_CLOSURES, closure_field},
    text::office::Key,
    week_form::{HOLIDAY, WEEKDAYS},
};

impl Inputs<'_> {
    pub fn opening(&self, opening: &OpeningTimes) -> AnyView {
        let holidays: Vec<String> = opening.holidays.iter().map(ToString::to_string).collect();
        let days = self.paragraph(
            "holidays",
            Key::PartHolidays,
            &holidays.join("\n"),
            limits::HOLIDAYS * 12,
        );
        // Whoever has typed a table gets it back, whatever the hours are by now.
        let is_typed = self.typed.fields().is_some() && !self.typed.is_on(AS_TEXT, false);
        let table = HoursTable::of(&opening.hours).or_else(|| is_typed.then(HoursTable::default));
        let Some(table) = table else {
            return view! {
                <input type="hidden" name=AS_TEXT value="on"/>
                {self.hint(Key::PartHoursNoTable)}
                {self.hours_as_text(opening)}
                {days}
            }
            .into_any();
        };
        let is_text = self.typed.is_on(AS_TEXT, false) || self.typed.is_wrong(AS_TEXT);
        view! {
            {self.week(&table)}
            <fieldset>
                <legend>{self.texts.get(Key::PartHolidayTimes)}</legend>
                {self.holiday(&table.holidays)}
                {days}
            </fieldset>
            {self.closures(&table)}
            <details open=is_text>
                <summary>{self.texts.get(Key::PartHoursAsText)}</summary>
                {self.tick(AS_TEXT.to_owned(), self.texts.get(Key::PartHoursUseText).to_owned(), false)}
                {self.below(AS_TEXT)}
                {self.hours_as_text(opening)}
            </details>
        }
        .into_any()
    }

    fn hours_as_text(&self, opening: &OpeningTimes) -> impl IntoView + use<> {
        let before = self.typed.or(HOURS_BEFORE, opening.hours.as_str());
        view! {
            <input type="hidden" name=HOURS_BEFORE value=before/>
            {self.line("hours", Key::PartHours, opening.hours.as_str(), LineKind::CODE)}
            {self.hint(Key::PartHoursHint)}
        }
    }

    fn week(&self, table: &HoursTable) -> impl IntoView + use<> {
        let days = WEEKDAYS.into_iter().zip(Weekday::ALL).zip(&table.days);
        let rows: Vec<_> = days
            .map(|((day, weekday), times)| {
                let name = opening::weekday(self.texts, weekday).to_owned();
                self.day_row(&DayRow { day, name, times }, "week")
            })
            .collect();
        view! {
            <fieldset>
                <legend>{self.texts.get(Key::PartHours)}</legend>
                {self.hint(Key::NewHoursHint)}
                {week_grid::with_rows(self.texts, rows)}
                {self.below("week")}
            </fieldset>
        }
    }

    fn day_row(&self, row: &DayRow<'_>, code: &'static str) -> impl IntoView + use<> {
        row.view(self.texts, self.typed, (self.invalid(code), self.described(code)))
    }

    fn holiday(&self, holidays: &HolidayTimes) -> impl IntoView + use<> {
        let (chosen, times): (&str, &[DayTimes]) = match holidays {
            HolidayTimes::AsUsual => ("usual", &[]),
            HolidayTimes::Closed => ("closed", &[]),
            HolidayTimes::Times(times) => ("times", times),
        };
        let options = [
            ("usual", Key::PartHolidayUsual),
            ("closed", Key::PartHolidayClosed),
            ("times", Key::PartHolidayOwn),
        ];
        let options = options.map(|(value, label)| (value.to_owned(), self.texts.get(label).to_owned()));
        let label = self.texts.get(Key::PartHolidayOpen).to_owned();
        let name = self.texts.get(Key::PartHolidayDay).to_owned();
        let row = DayRow {
            day: HOLIDAY,
            name,
            times,
        };
        view! {
            {self.select("holiday".to_owned(), "holiday", label, (chosen.to_owned(), options.to_vec()))}
            {self.day_row(&row, "holiday")}
            {self.below("holiday")}
        }
    }

    fn closures(&self, table: &HoursTable) -> impl IntoView + use<> {
        let is_typed = |number: &usize| {
            let typed = |end| {
                self.typed
                    .get(&closure_field(*number, end))
                    .is_some_and(|day| !day.is_empty())
            };
            typed("from") || typed("to")
        };
        let typed = (1..=CLOSURES).rev().find(is_typed).unwrap_or_default();
        let lines = (table.closures.len() + NEW_CLOSURES).clamp(typed, CLOSURES);
        let rows: Vec<_> = (1..=lines)
            .map(|number| {
                let closure = table.closures.get(number - 1);
                let line = |end: &str, label: Key, day: Option<String>| {
                    let label = self.texts.fill(label, &[("n", &number.to_string())]);
                    let name = (closure_field(number, end), "closures");
                    self.bare_line(name, label, &day.unwrap_or_default(), LineKind::DATE)
                };
                view! {
                    <div class="beside">
                        {line("from", Key::PartClosureFrom, closure.map(|closure| closure.first.to_string()))}
                        {line("to", Key::PartClosureTo, closure.map(|closure| closure.last.to_string()))}
                    </div>
                }
            })
            .collect();
        view! {
            <fieldset>
                <legend>{self.texts.get(Key::PartClosures)}</legend>
                {self.hint(Key::PartClosuresHint)}
                {self.below("closures")}
                {rows}
            </fieldset>
        }
    }
}
