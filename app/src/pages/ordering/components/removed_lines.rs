//! Lines that were removed from the basket, and why.

use leptos::prelude::*;
use servery_domain::quote::{DropReason, RemovedLine};

use crate::{
    components::dish_badges::isolated,
    text::{Key, Texts},
};

pub fn removed_lines(texts: Texts, all: &[RemovedLine]) -> impl IntoView + use<> {
    let rows: Vec<_> = all
        .iter()
        .map(|removed_lines| view! { <li>{words(texts, removed_lines)}</li> })
        .collect();
    (!rows.is_empty()).then(|| {
        view! {
            <div class="dropped">
                <p>{texts.get(Key::BasketDropped)}</p>
                <ul>{rows}</ul>
            </div>
        }
    })
}

fn words(texts: Texts, removed_lines: &RemovedLine) -> String {
    let name = if removed_lines.name.is_empty() {
        texts.get(Key::RemovedADish).to_owned()
    } else {
        isolated(&removed_lines.name)
    };
    let key = match removed_lines.why {
        DropReason::OffTheMenu => Key::RemovedOffTheMenu,
        DropReason::SoldOut => Key::RemovedSoldOut,
        DropReason::NotServedNow => Key::RemovedNotServedNow,
    };
    texts.fill(key, &[("dish", &name), ("n", &removed_lines.count.to_string())])
}
