//! The portions left of a dish: none, a number, or unlimited.

use leptos::{ev::SubmitEvent, html, prelude::*};
use servery_domain::{id::DishId, pos::op::Action};

use super::till_state::TillState;
use crate::{pages::staff::dialog::Dialog, text::staff::Key};

/// Portions that anybody counts.
const MOST: u32 = 999;

#[component]
pub fn StockDialog(till: TillState, dish: DishId) -> impl IntoView {
    let name = till.premises.menu.dish(dish).map(|dish| dish.name.clone())?;
    let left = till
        .pos
        .with_untracked(|pos| pos.stock(dish).map(|stock| stock.left));
    let portions = NodeRef::<html::Input>::new();
    let counting = till.clone();
    let count = move |event: SubmitEvent| {
        event.prevent_default();
        let left = portions
            .get_untracked()
            .and_then(|field| field.value().parse().ok());
        if left.is_some() {
            counting.submit_and_close(Action::Stock { dish, left });
        }
    };
    let set = |key: Key, to: Option<u32>| {
        let (till, word) = (till.clone(), till.text(key));
        let here = (left == to).to_string();
        view! { <button type="button" aria-pressed=here on:click=move |_| till.submit_and_close(Action::Stock { dish, left: to })>{word}</button> }
    };
    let keys = (set(Key::StockNone, Some(0)), set(Key::StockFree, None));
    let value = left.filter(|left| *left > 0).map(|left| left.to_string());
    Some(view! {
        <Dialog title=name close=till.close()>
            <form class="fields" on:submit=count>
                <div class="beside">{keys}</div>
                <label><span>{till.text(Key::StockLeft)}</span><input node_ref=portions type="number" min="1" max=MOST value=value required inputmode="numeric" autocomplete="off"/></label>
                <button type="submit" class="main">{till.text(Key::DoKeep)}</button>
            </form>
        </Dialog>
    })
}
