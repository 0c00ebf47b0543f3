use leptos::prelude::*;

use super::Premises;
use crate::text::{staff::Key, texts};

#[component]
pub fn Floor(premises: Premises) -> impl IntoView {
    let texts = texts();
    let name = premises.listed.restaurant.name.clone();
    view! {
        <article class="floor">
            <h1>{texts.get(Key::FloorTitle)}</h1>
            <p>{name}</p>
        </article>
    }
}
