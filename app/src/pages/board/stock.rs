//! The portions left of each dish: sold out, counted, or unlimited.

use leptos::prelude::*;
use servery_domain::{
    board::{Board, BoardDish},
    slug::Slug,
};

use crate::{
    page_address::visit,
    text::{Key, Texts},
};

pub fn stock(texts: Texts, slug: &Slug, board: &Board) -> impl IntoView + use<> {
    // Counted and sold-out dishes come first, because staff look for these.
    let (counted, rest): (Vec<&BoardDish>, Vec<&BoardDish>) =
        board.dishes.iter().partition(|dish| dish.left.is_some());
    // Stays open after a change, so that staff can continue.
    let open = visit().with_untracked(|visit| visit.get("stock").is_some());
    let rows: Vec<_> = counted
        .into_iter()
        .chain(rest)
        .map(|dish| row(texts, slug, dish))
        .collect();
    view! {
        <details class="stock" id="stock" open=open>
            <summary>{texts.get(Key::BoardStock)}</summary>
            <p class="small-print">{texts.get(Key::BoardStockNote)}</p>
            <ul>{rows}</ul>
        </details>
    }
}

fn row(texts: Texts, slug: &Slug, dish: &BoardDish) -> impl IntoView + use<> {
    let action = format!("/board/{slug}/stock");
    let left = dish
        .left
        .map(|left| view! { <span class="left">{texts.count(Key::BoardLeft, left as usize)}</span> });
    let (value, label) = match dish.left {
        None => ("0", Key::BoardSoldOut),
        Some(0) => ("", Key::BoardAvailable),
        Some(_) => ("", Key::BoardNoLimit),
    };
    view! {
        <li>
            <span dir="auto">{dish.name.clone()}</span>
            {left}
            <form method="post" action=action.clone()>
                <input type="hidden" name="dish" value=dish.id.to_string()/>
                <button name="portions" value=value>{texts.get(label)}</button>
            </form>
            <form method="post" action=action>
                <input type="hidden" name="dish" value=dish.id.to_string()/>
                <label><span>{texts.get(Key::BoardCount)}</span><input type="number" name="portions" min="0" max="9999" required inputmode="numeric"/></label>
                <button>{texts.get(Key::BoardSave)}</button>
            </form>
        </li>
    }
}
