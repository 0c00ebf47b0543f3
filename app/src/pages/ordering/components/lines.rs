//! The lines of a basket or an order, a row each, as on a receipt.

use leptos::prelude::*;
use servery_domain::{currency::Currency, quote::QuotedLine, selection::QuotedPick};

use crate::text::Texts;

pub fn receipt(texts: Texts, lines: &[QuotedLine], currency: Currency) -> impl IntoView + use<> {
    let rows: Vec<_> = lines
        .iter()
        .map(|line| {
            view! {
                <li>
                    <span class="times">{format!("{} ×", line.count)}</span>
                    <div><p class="name" dir="auto">{line.name.clone()}</p>{details(&line.picks, &line.note)}</div>
                    <span class="price" dir="auto">{texts.lang.money(line.sum, currency)}</span>
                </li>
            }
        })
        .collect();
    view! { <ul class="lines">{rows}</ul> }
}

/// The picks, indented by depth, and the note.
pub fn details(picks: &[QuotedPick], note: &str) -> impl IntoView + use<> {
    let rows: Vec<_> = picks
        .iter()
        .map(|pick| view! { <li class=format!("depth-{}", pick.depth) dir="auto">{pick.name.clone()}</li> })
        .collect();
    let picks = (!rows.is_empty()).then(|| view! { <ul class="picks">{rows}</ul> });
    let note =
        (!note.is_empty()).then(|| view! { <p class="line-note" dir="auto">{format!("“{note}”")}</p> });
    view! { {picks}{note} }
}
