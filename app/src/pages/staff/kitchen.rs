use leptos::prelude::*;

use super::Premises;
use crate::text::{staff::Key, texts};

#[component]
pub fn Kitchen(premises: Premises) -> impl IntoView {
    let texts = texts();
    let name = premises.listed.restaurant.name.clone();
    view! {
        <article class="kitchen">
            <h1>{texts.get(Key::KitchenTitle)}</h1>
            <p>{name}</p>
        </article>
    }
}
