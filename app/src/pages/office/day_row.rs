//! The times of one day, as inputs.

use leptos::prelude::*;
use servery_domain::hours::{
    table::TIMES_A_DAY,
    week::{DayTimes, write_time},
};

use super::typed_form::TypedForm;
use crate::{
    text::{Texts, office::Key},
    week_form::time_field,
};

pub struct DayRow<'a> {
    /// As in the names of inputs.
    pub day: &'static str,
    pub name: String,
    /// What the form has at first.
    pub times: &'a [DayTimes],
}

impl DayRow<'_> {
    /// `invalid` and `described` are the values of `aria-invalid` and `aria-describedby`.
    pub fn view<I, D>(
        &self,
        texts: Texts,
        typed: &TypedForm,
        (invalid, described): (I, D),
    ) -> impl IntoView + use<I, D>
    where
        I: Fn() -> Option<&'static str> + Clone + Send + 'static,
        D: Fn() -> Option<String> + Clone + Send + 'static,
    {
        let input = |end: &str, number: usize, usual: Option<i64>, label: Key| {
            let field = time_field(self.day, end, number);
            let value = typed.or(&field, &usual.map(write_time).unwrap_or_default());
            let label = texts.fill(label, &[("day", &self.name), ("n", &number.to_string())]);
            view! { <input type="time" name=field value=value aria-invalid=invalid.clone() aria-describedby=described.clone() aria-label=label/> }
        };
        let times: Vec<_> = (1..=TIMES_A_DAY)
            .map(|number| {
                let (from, to) = self.times.get(number - 1).copied().unzip();
                view! {
                    <span class="times">{input("from", number, from, Key::NewFrom)}<span aria-hidden="true">"–"</span>{input("to", number, to, Key::NewTo)}</span>
                }
            })
            .collect();
        view! { <div class="day" role="group" aria-label=self.name.clone()><span class="name">{self.name.clone()}</span>{times}</div> }
    }
}
