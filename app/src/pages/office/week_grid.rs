//! A week that is painted: a grid of days and half hours beside the typed times, which it fills in. They stay the truth.

use leptos::{
    ev::{KeyboardEvent, PointerEvent},
    html,
    prelude::*,
    wasm_bindgen::JsCast,
    web_sys::{Element, HtmlFormElement},
};
use servery_domain::{
    hours::{
        painted_week::{CELL, CELLS, CellState, PaintedWeek, TooManyTimes},
        table::TIMES_A_DAY,
        week::{DayTimes, write_time},
    },
    time::Weekday,
};

use crate::{
    components::{form, opening},
    form_fields::FormFields,
    text::{Texts, office::Key},
    week_form::{WEEKDAYS, day_times, time_field},
};

/// The cell that the keyboard begins at: noon on Monday.
const FIRST: Cell = Cell {
    day: 0,
    cell: CELLS / 2,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Cell {
    day: usize,
    cell: usize,
}

impl Cell {
    /// The cell under a finger or a mouse.
    fn at(event: &PointerEvent) -> Option<Self> {
        // A finger that moves stays with the element that it has touched first.
        let element = document().element_from_point(event.client_x() as f32, event.client_y() as f32)?;
        let number = |name| element.get_attribute(name)?.parse().ok();
        Some(Self {
            day: number("data-day")?,
            cell: number("data-cell")?,
        })
    }

    fn id(self) -> String {
        format!("painted-{}-{}", self.day, self.cell)
    }

    fn moved(self, (days, cells): (isize, isize)) -> Self {
        Self {
            day: self.day.saturating_add_signed(days).min(WEEKDAYS.len() - 1),
            cell: self.cell.saturating_add_signed(cells).min(CELLS - 1),
        }
    }
}

/// From where it was begun to where it has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stroke {
    from: Cell,
    to: Cell,
}

impl Stroke {
    fn days(self) -> (usize, usize) {
        (self.from.day.min(self.to.day), self.from.day.max(self.to.day))
    }

    fn cells(self) -> (usize, usize) {
        (self.from.cell.min(self.to.cell), self.from.cell.max(self.to.cell))
    }

    fn contains(self, at: Cell) -> bool {
        let ((first_day, last_day), (first, last)) = (self.days(), self.cells());
        (first_day..=last_day).contains(&at.day) && (first..=last).contains(&at.cell)
    }
}

#[derive(Clone, Copy)]
struct WeekGrid {
    texts: Texts,
    /// What is in the form the grid is in.
    place: NodeRef<html::Div>,
    week: RwSignal<PaintedWeek>,
    stroke: RwSignal<Stroke>,
    /// Whether a finger or a mouse paints.
    is_painting: RwSignal<bool>,
    /// The day that would have had too many times.
    refused: RwSignal<Option<usize>>,
}

/// `rows` are the typed times. What is typed in them is painted, and the other way round.
pub fn with_rows(texts: Texts, rows: impl IntoView + 'static) -> impl IntoView {
    let grid = WeekGrid {
        texts,
        place: NodeRef::new(),
        week: RwSignal::new(PaintedWeek::of(&Default::default())),
        stroke: RwSignal::new(Stroke {
            from: FIRST,
            to: FIRST,
        }),
        is_painting: RwSignal::new(false),
        refused: RwSignal::new(None),
    };
    let (is_offered, is_open) = (RwSignal::new(false), RwSignal::new(false));
    // Effects run in browsers only: without a program nothing can be painted.
    Effect::new(move |_| is_offered.set(true));
    let click = move |_| {
        grid.read();
        is_open.update(|is_open| *is_open = !*is_open);
    };
    // It is read when it is opened, too.
    let typed = move |_| {
        if is_open.get_untracked() {
            grid.read();
        }
    };
    let label = move || match is_open.get() {
        true => texts.get(Key::WeekGridClose),
        false => texts.get(Key::WeekGridOpen),
    };
    let button = move || {
        is_offered.get().then(|| {
            view! { <button class="quiet" type="button" aria-expanded=move || is_open.get().to_string() on:click=click>{label}</button> }
        })
    };
    view! {
        <div class="week" node_ref=grid.place on:input=typed>
            {button}
            {move || is_open.get().then(|| grid.view())}
            {rows}
        </div>
    }
}

impl WeekGrid {
    fn form(self) -> Option<HtmlFormElement> {
        let place: Element = self.place.get_untracked()?.into();
        place.closest("form").ok()??.dyn_into().ok()
    }

    /// A day whose times cannot be read yet is painted as closed.
    fn read(self) {
        let Some(form) = self.form() else { return };
        let pairs = form::pairs(&form);
        let days = WEEKDAYS.map(|day| day_times(FormFields(&pairs), day).unwrap_or_default());
        self.week.set(PaintedWeek::of(&days));
    }

    /// Opens what is closed where the stroke begins, and closes what is open.
    fn paint(self) {
        let stroke = self.stroke.get_untracked();
        let (before, from) = (self.week.get_untracked(), stroke.from);
        let is_open = before.cell(from.day, from.cell) != CellState::Open;
        let after = before.painted(stroke.days(), stroke.cells(), is_open);
        match (before.times(), after.times()) {
            (_, Err(TooManyTimes(day))) => self.refused.set(Some(day)),
            (before, Ok(after)) => {
                self.refused.set(None);
                let before = before.ok();
                self.write(&after, before.as_ref());
            }
        }
    }

    /// Days that nobody has painted stay as they are typed.
    fn write(self, days: &[Vec<DayTimes>; 7], before: Option<&[Vec<DayTimes>; 7]>) {
        let Some(form) = self.form() else { return };
        for (number, (day, times)) in WEEKDAYS.into_iter().zip(days).enumerate() {
            if before.is_some_and(|before| before[number] == *times) {
                continue;
            }
            for place in 1..=TIMES_A_DAY {
                let (from, to) = times.get(place - 1).copied().unzip();
                for (end, time) in [("from", from), ("to", to)] {
                    let value = time.map(write_time).unwrap_or_default();
                    form::fill_in(&form, &time_field(day, end, place), &value);
                }
            }
        }
        if let Some(place) = self.place.get_untracked() {
            form::say_typed(&place);
        }
    }

    fn view(self) -> impl IntoView {
        let texts = self.texts;
        let heads: Vec<_> = Weekday::ALL
            .into_iter()
            .map(|day| {
                let name = opening::weekday(texts, day);
                view! { <span class="head" role="columnheader" aria-label=name>{short(name)}</span> }
            })
            .collect();
        let rows: Vec<_> = (0..CELLS).map(|cell| self.row(cell)).collect();
        let refused = move || {
            self.refused.get().map(|day| {
                let name = opening::weekday(texts, Weekday::ALL[day]);
                view! { <p class="wrong" role="alert">{texts.fill(Key::WeekGridTooMany, &[("day", name)])}</p> }
            })
        };
        view! {
            <p class="hint" id="week-grid-hint">{texts.get(Key::WeekGridHint)}</p>
            {refused}
            <div
                class="week-grid" role="grid" aria-label=texts.get(Key::WeekGridLabel) aria-describedby="week-grid-hint" aria-multiselectable="true"
                on:pointerdown=move |event| self.begin(&event) on:pointermove=move |event| self.go_on(&event) on:pointerup=move |_| self.end()
                on:pointercancel=move |_| self.is_painting.set(false) on:keydown=move |event| self.pressed(&event)
            >
                <div class="hour-row" role="row"><span class="head" role="columnheader">{texts.get(Key::WeekGridTime)}</span>{heads}</div>
                {rows}
            </div>
        }
    }

    fn row(self, cell: usize) -> impl IntoView {
        let time = write_time(CELL * cell as i64);
        let cells: Vec<_> = (0..WEEKDAYS.len())
            .map(|day| self.cell(Cell { day, cell }))
            .collect();
        view! { <div class="hour-row" role="row"><span class="time" role="rowheader">{time}</span>{cells}</div> }
    }

    fn cell(self, at: Cell) -> impl IntoView {
        let state = Memo::new(move |_| self.week.with(|week| week.cell(at.day, at.cell)));
        let is_chosen = Memo::new(move |_| self.stroke.get().contains(at));
        let is_focus = Memo::new(move |_| self.stroke.get().to == at);
        let label = move || self.name(at, state.get());
        view! {
            <span
                id=at.id() role="gridcell" data-day=at.day.to_string() data-cell=at.cell.to_string() aria-label=label
                class:open=move || state.get() == CellState::Open class:partly=move || state.get() == CellState::Partly
                aria-selected=move || is_chosen.get().to_string() tabindex=move || if is_focus.get() { "0" } else { "-1" }
            ></span>
        }
    }

    /// The day, the time, and whether it is open then.
    fn name(self, at: Cell, state: CellState) -> String {
        let texts = self.texts;
        let [from, to] = [at.cell, at.cell + 1].map(|cell| write_time(CELL * cell as i64));
        let state = texts.get(match state {
            CellState::Closed => Key::WeekGridClosed,
            CellState::Partly => Key::WeekGridPartly,
            CellState::Open => Key::WeekGridIsOpen,
        });
        let day = opening::weekday(texts, Weekday::ALL[at.day]);
        let values = [("day", day), ("from", &from), ("to", &to), ("state", state)];
        texts.fill(Key::WeekGridCell, &values)
    }

    fn begin(self, event: &PointerEvent) {
        if let Some(at) = Cell::at(event).filter(|_| event.is_primary() && event.button() == 0) {
            self.stroke.set(Stroke { from: at, to: at });
            self.is_painting.set(true);
        }
    }

    fn go_on(self, event: &PointerEvent) {
        if self.is_painting.get_untracked()
            && let Some(to) = Cell::at(event)
        {
            self.stroke.update(|stroke| stroke.to = to);
        }
    }

    fn end(self) {
        if self.is_painting.get_untracked() {
            self.is_painting.set(false);
            self.paint();
        }
    }

    fn pressed(self, event: &KeyboardEvent) {
        let way = match event.key().as_str() {
            " " => {
                event.prevent_default();
                self.paint();
                return;
            }
            "ArrowUp" => (0, -1),
            "ArrowDown" => (0, 1),
            // Days stand in the direction of the page's language.
            "ArrowLeft" if self.texts.lang.direction() == "rtl" => (1, 0),
            "ArrowRight" if self.texts.lang.direction() == "rtl" => (-1, 0),
            "ArrowLeft" => (-1, 0),
            "ArrowRight" => (1, 0),
            _ => return,
        };
        event.prevent_default();
        let Stroke { from, to } = self.stroke.get_untracked();
        let to = to.moved(way);
        let from = if event.shift_key() { from } else { to };
        self.stroke.set(Stroke { from, to });
        focus(&to.id());
    }
}

/// As much of a day's name as a narrow column has room for. In Arabic all begin with the same article.
fn short(name: &str) -> String {
    name.trim_start_matches("ال").chars().take(2).collect()
}

fn focus(id: &str) {
    let found = document().get_element_by_id(id);
    if let Some(cell) = found.and_then(|found| found.dyn_into::<leptos::web_sys::HtmlElement>().ok()) {
        // Fails only for an element that is gone.
        let _ = cell.focus();
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use servery_domain::lang::Lang;

    use super::*;

    #[test]
    fn short_names_tell_the_days_apart() {
        for lang in Lang::ALL {
            let texts = Texts::of(lang);
            let names: BTreeSet<String> = Weekday::ALL
                .into_iter()
                .map(|day| short(opening::weekday(texts, day)))
                .collect();
            assert_eq!(names.len(), 7, "{names:?}");
        }
    }
}
