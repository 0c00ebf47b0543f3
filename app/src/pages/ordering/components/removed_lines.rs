//! What was in the basket and cannot be had, and why.

use leptos::prelude::*;
use servery_domain::quote::{DropReason, Dropped};

use crate::{
    components::dish_badges::isolated,
    text::{Key, Texts},
};

pub fn dropped(texts: Texts, all: &[Dropped]) -> impl IntoView + use<> {
    let rows: Vec<_> = all
        .iter()
        .map(|dropped| view! { <li>{words(texts, dropped)}</li> })
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

fn words(texts: Texts, dropped: &Dropped) -> String {
    let name = if dropped.name.is_empty() {
        texts.get(Key::DroppedADish).to_owned()
    } else {
        isolated(&dropped.name)
    };
    let key = match dropped.why {
        DropReason::OffTheMenu => Key::DroppedOffTheMenu,
        DropReason::SoldOut => Key::DroppedSoldOut,
        DropReason::NotServedNow => Key::DroppedNotServedNow,
    };
    texts.fill(key, &[("dish", &name), ("n", &dropped.count.to_string())])
}
