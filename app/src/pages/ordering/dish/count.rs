//! A number field, with two buttons where a script runs.

use leptos::{html, prelude::*, web_sys::HtmlInputElement};
use servery_domain::limits;

use crate::text::{Key, texts};

#[component]
pub fn Count(plain: bool, counted: impl Fn() + Clone + Send + 'static) -> impl IntoView {
    let texts = texts();
    let number = NodeRef::<html::Input>::new();
    let alive = RwSignal::new(false);
    Effect::new(move |_| alive.set(true));
    let button = move |sign: &'static str, name: Key, by: i32| {
        let counted = counted.clone();
        let click = move |_| {
            if let Some(number) = number.get() {
                step(&number, by);
                counted();
            }
        };
        (!plain).then(
            || view! { <button type="button" aria-label=texts.get(name) disabled=move || !alive.get() on:click=click>{sign}</button> },
        )
    };
    let (fewer, more) = (button("−", Key::DishFewer, -1), button("+", Key::DishMore, 1));
    view! {
        <div class="count-of">
            <label for="count">{texts.get(Key::DishCount)}</label>
            <div>
                {fewer}
                <input id="count" type="number" name="count" value="1" min="1" max=limits::COUNT required=true inputmode="numeric" autocomplete="off" node_ref=number/>
                {more}
            </div>
        </div>
    }
}

fn step(number: &HtmlInputElement, by: i32) {
    let count = number.value().parse::<i32>().unwrap_or_default() + by;
    number.set_value(&count.clamp(1, i32::from(limits::COUNT)).to_string());
}
