use leptos::prelude::*;

use super::Premises;
use crate::text::{staff::Key, texts};

#[component]
pub fn Till(premises: Premises) -> impl IntoView {
    let texts = texts();
    let name = premises.listed.restaurant.name.clone();
    view! {
        <article class="till">
            <h1>{texts.get(Key::TillTitle)}</h1>
            <p>{name}</p>
        </article>
    }
}
