//! The coupon field; the server says what the coupon takes off.

use leptos::{html, prelude::*};
use servery_domain::limits;

use crate::{
    backend::Offline,
    pages::ordering::{components::validation_text, draft_editor::DraftEditor},
    text::{Key, texts},
};

#[component]
pub fn CouponField(editor: DraftEditor) -> impl IntoView {
    let texts = texts();
    let typed = NodeRef::<html::Input>::new();
    let offline = use_context::<Offline>();
    let apply = move || {
        if let Some(typed) = typed.get_untracked() {
            editor.change(|draft| draft.basket.coupon = typed.value().trim().to_owned());
        }
    };
    let click = move |event: leptos::ev::MouseEvent| {
        if editor.actions().is_some() {
            event.prevent_default();
            apply();
        }
    };
    let refused = move || {
        editor
            .quote
            .with(|quote| validation_text::coupon_of(texts, quote))
    };
    let checking = move || {
        let key = if offline.is_some_and(|Offline(offline)| offline.get()) {
            Key::CheckoutCheckedLater
        } else {
            Key::CheckoutChecking
        };
        (editor.unchecked.get() && editor.draft.with(|draft| !draft.basket.coupon.is_empty()))
            .then(|| texts.get(key).to_owned())
    };
    view! {
        <div class="coupon">
            <label for="coupon">{texts.get(Key::CheckoutCoupon)}</label>
            <input id="coupon" name="coupon" value=editor.draft.with_untracked(|draft| draft.basket.coupon.clone()) maxlength=limits::COUPON autocomplete="off"
                autocapitalize="characters" spellcheck="false" aria-describedby="wrong-coupon" node_ref=typed on:change=move |_| apply()/>
            <button type="submit" on:click=click>{texts.get(Key::CheckoutApply)}</button>
            <p class="wrong" id="wrong-coupon" role="status">{move || checking().or_else(refused)}</p>
        </div>
    }
}
