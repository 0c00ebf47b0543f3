//! An amount of money that somebody types.

use leptos::{html, prelude::*};
use servery_domain::{currency::Minor, limits};

use super::post::Post;
use crate::text::staff::Key;

pub fn field(post: &Post, key: Key, value: RwSignal<Minor>) -> impl IntoView + use<> {
    let (label, currency, typed) = (post.word(key), post.premises.menu.currency, NodeRef::<html::Input>::new());
    let post = post.clone();
    // What is set otherwise is shown; what is being typed is left alone.
    Effect::new(move |_| {
        let value = value.get();
        let Some(input) = typed.get() else { return };
        let shown = if value == Minor::ZERO { String::new() } else { currency.plain(value) };
        if post.amount(&input.value()).unwrap_or(Minor::ZERO) != value {
            input.set_value(&shown);
        }
    });
    let reading = move |input: String| currency.read(input.trim().replace(',', ".").as_str()).unwrap_or(Minor::ZERO);
    view! {
        <label>
            <span>{label}</span>
            <input node_ref=typed inputmode="decimal" maxlength=limits::AMOUNT autocomplete="off" on:input:target=move |event| value.set(reading(event.target().value()))/>
        </label>
    }
}
