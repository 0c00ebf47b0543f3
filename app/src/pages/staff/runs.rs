use leptos::prelude::*;

use super::Premises;
use crate::text::{staff::Key, texts};

#[component]
pub fn Runs(premises: Premises) -> impl IntoView {
    let texts = texts();
    let name = premises.listed.restaurant.name.clone();
    view! {
        <article class="runs">
            <h1>{texts.get(Key::RunsTitle)}</h1>
            <p>{name}</p>
        </article>
    }
}
