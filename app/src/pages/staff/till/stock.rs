//! What is left of a dish: none, so many portions, or as many as are asked for.

use leptos::{ev::SubmitEvent, html, prelude::*};
use servery_domain::{id::DishId, pos::op::Action};

use super::till_state::Counter;
use crate::{pages::staff::dialog::Sheet, text::staff::Key};

/// Portions that anybody counts.
const MOST: u32 = 999;

#[component]
pub fn Stock(counter: Counter, dish: DishId) -> impl IntoView {
    let name = counter.premises.menu.dish(dish).map(|dish| dish.name.clone())?;
    let left = counter
        .house
        .with_untracked(|house| house.stock(dish).map(|stock| stock.left));
    let portions = NodeRef::<html::Input>::new();
    let counting = counter.clone();
    let count = move |event: SubmitEvent| {
        event.prevent_default();
        let left = portions
            .get_untracked()
            .and_then(|field| field.value().parse().ok());
        if left.is_some() {
            counting.ask_and_close(Action::Stock { dish, left });
        }
    };
    let set = |key: Key, to: Option<u32>| {
        let (counter, word) = (counter.clone(), counter.word(key));
        let here = (left == to).to_string();
        view! { <button type="button" aria-pressed=here on:click=move |_| counter.ask_and_close(Action::Stock { dish, left: to })>{word}</button> }
    };
    let keys = (set(Key::StockNone, Some(0)), set(Key::StockFree, None));
    let value = left.filter(|left| *left > 0).map(|left| left.to_string());
    Some(view! {
        <Sheet title=name close=counter.close()>
            <form class="fields" on:submit=count>
                <div class="beside">{keys}</div>
                <label><span>{counter.word(Key::StockLeft)}</span><input node_ref=portions type="number" min="1" max=MOST value=value required inputmode="numeric" autocomplete="off"/></label>
                <button type="submit" class="main">{counter.word(Key::DoKeep)}</button>
            </form>
        </Sheet>
    })
}
