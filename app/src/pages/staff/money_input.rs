//! A field for an amount of money.

use leptos::{html, prelude::*, web_sys::HtmlInputElement};
use servery_domain::{currency::Minor, limits, typed_amount};

use super::screen::Screen;
use crate::text::staff::Key;

pub fn field(screen: &Screen, key: Key, value: RwSignal<Minor>) -> impl IntoView + use<> {
    labelled(screen, key, value, false)
}

/// A required field; zero is valid.
pub fn counted(screen: &Screen, key: Key, value: RwSignal<Minor>) -> impl IntoView + use<> {
    labelled(screen, key, value, true)
}

fn labelled(screen: &Screen, key: Key, value: RwSignal<Minor>, required: bool) -> impl IntoView + use<> {
    let (label, no_amount, typed) = (
        screen.text(key),
        screen.text(Key::AmountWrong),
        NodeRef::<html::Input>::new(),
    );
    let (lang, currency) = (screen.texts.lang, screen.premises.menu.currency);
    // Shows values set elsewhere, without changing what is being typed.
    Effect::new(move |_| {
        let value = value.get();
        let Some(input) = typed.get() else { return };
        if typed_amount::read(lang, currency, &input.value()).unwrap_or(Minor::ZERO) != value {
            input.set_value(&typed_amount::editable(lang, currency, value));
            input.set_custom_validity("");
        }
    });
    let take = move |input: HtmlInputElement| {
        let text = input.value();
        let amount = typed_amount::read(lang, currency, &text);
        // An invalid amount blocks the form.
        input.set_custom_validity(if amount.is_none() && !text.trim().is_empty() {
            no_amount
        } else {
            ""
        });
        value.set(amount.unwrap_or(Minor::ZERO));
    };
    view! {
        <label>
            <span>{label}</span>
            <input node_ref=typed inputmode="decimal" required=required maxlength=limits::AMOUNT autocomplete="off" on:input:target=move |event| take(event.target())/>
        </label>
    }
}
