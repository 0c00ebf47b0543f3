//! This browser as a device of the restaurant: how it is let in, how it fares, and how it leaves.

use leptos::prelude::*;

use super::Premises;
use crate::text::{staff::Key, texts};

#[component]
pub fn Device(premises: Premises) -> impl IntoView {
    let texts = texts();
    let name = premises.listed.restaurant.name.clone();
    view! {
        <article class="device">
            <h1>{texts.get(Key::DeviceTitle)}</h1>
            <p>{name}</p>
        </article>
    }
}
