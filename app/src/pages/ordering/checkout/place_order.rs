//! The button that places the order, and the progress of the request.

use leptos::{either::Either, ev::MouseEvent, html, prelude::*, task::spawn_local};

use super::checkout_state::CheckoutState;
use crate::{
    backend::{Offline, PlaceOrderState},
    text::{Key, Texts},
};

pub fn button(texts: Texts, checkout: CheckoutState, form: NodeRef<html::Form>) -> impl IntoView {
    let offline = use_context::<Offline>();
    let away = move || offline.is_some_and(|Offline(offline)| offline.get());
    let label = move || {
        let total = checkout
            .editor
            .quote
            .with(|quote| texts.lang.money(quote.total, quote.currency));
        texts.fill(
            if away() {
                Key::CheckoutPlaceLater
            } else {
                Key::CheckoutPlace
            },
            &[("total", &total)],
        )
    };
    let click = move |event: MouseEvent| {
        let Some(actions) = checkout.editor.actions() else {
            return;
        };
        event.prevent_default();
        checkout.read(form);
        spawn_local(async move {
            // Refreshes the quote first, if the server can be reached.
            if checkout.editor.unchecked.get_untracked() && !untrack(away) {
                checkout.editor.ask().await;
            }
            if let Some(field) = checkout.try_it() {
                checkout.focus(field);
                return;
            }
            let (draft, total) = (
                checkout.editor.draft.get_untracked(),
                checkout.editor.quote.with_untracked(|quote| quote.total),
            );
            actions.place_order(&checkout.editor.slug(), &draft, total, texts.lang);
        });
    };
    view! {
        <p class="facts">{move || away().then(|| texts.get(Key::CheckoutOffline))}</p>
        <div class="order"><button type="submit" name="place" value="1" on:click=click>{label}</button></div>
    }
}

/// The progress of the request, outside of the form, which is disabled meanwhile.
pub fn waiting(texts: Texts, checkout: CheckoutState) -> impl IntoView {
    let take_back = move |_| {
        if let Some(actions) = checkout.editor.actions() {
            actions.withdraw_order();
        }
    };
    let shown = move || match checkout.state() {
        PlaceOrderState::Sending => Some(Either::Left(view! { <p>{texts.get(Key::CheckoutSending)}</p> })),
        PlaceOrderState::Waiting => Some(Either::Right(view! {
            <p>{texts.get(Key::CheckoutWaiting)}</p>
            <button type="button" on:click=take_back>{texts.get(Key::CheckoutTakeBack)}</button>
        })),
        _ => None,
    };
    view! { <div class="waiting" role="status">{shown}</div> }
}

/// Opens the order after it was placed, or shows the changed quote.
pub fn follow(checkout: CheckoutState) {
    Effect::new(move |_| {
        let (Some(actions), Some(placing)) = (checkout.editor.actions(), checkout.placing) else {
            return;
        };
        match placing.get() {
            PlaceOrderState::Placed(receipt) => {
                placing.set(PlaceOrderState::Idle);
                let pays = receipt.state == servery_domain::order::State::Unpaid;
                actions.navigate(&format!(
                    "/orders/{}{}",
                    receipt.token,
                    if pays { "/pay" } else { "" }
                ));
            }
            PlaceOrderState::Changed { quote, .. } => {
                checkout.editor.learn(*quote);
                checkout.focus("news");
            }
            PlaceOrderState::Refused(_) | PlaceOrderState::TooLate => checkout.focus("news"),
            PlaceOrderState::Idle | PlaceOrderState::Sending | PlaceOrderState::Waiting => {}
        }
    });
}
