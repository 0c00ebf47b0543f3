//! The last button, and what becomes of what it sends.

use leptos::{either::Either, ev::MouseEvent, html, prelude::*, task::spawn_local};

use super::checkout_state::Desk;
use crate::{
    backend::{Offline, Placing},
    text::{Key, Texts},
};

pub fn button(texts: Texts, desk: Desk, form: NodeRef<html::Form>) -> impl IntoView {
    let offline = use_context::<Offline>();
    let away = move || offline.is_some_and(|Offline(offline)| offline.get());
    let label = move || {
        let total = desk
            .making
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
        let Some(actions) = desk.making.actions() else {
            return;
        };
        event.prevent_default();
        desk.read(form);
        spawn_local(async move {
            // What is placed is what the server would say now, if it can be asked.
            if desk.making.unchecked.get_untracked() && !untrack(away) {
                desk.making.ask().await;
            }
            if let Some(field) = desk.try_it() {
                desk.focus(field);
                return;
            }
            let (draft, total) = (
                desk.making.draft.get_untracked(),
                desk.making.quote.with_untracked(|quote| quote.total),
            );
            actions.place(&desk.making.slug(), &draft, total, texts.lang);
        });
    };
    view! {
        <p class="facts">{move || away().then(|| texts.get(Key::CheckoutOffline))}</p>
        <div class="order"><button type="submit" name="place" value="1" on:click=click>{label}</button></div>
    }
}

/// While it is on its way; outside of the form, which waits.
pub fn waiting(texts: Texts, desk: Desk) -> impl IntoView {
    let take_back = move |_| {
        if let Some(actions) = desk.making.actions() {
            actions.take_back();
        }
    };
    let shown = move || match desk.state() {
        Placing::Sending => Some(Either::Left(view! { <p>{texts.get(Key::CheckoutSending)}</p> })),
        Placing::Waiting => Some(Either::Right(view! {
            <p>{texts.get(Key::CheckoutWaiting)}</p>
            <button type="button" on:click=take_back>{texts.get(Key::CheckoutTakeBack)}</button>
        })),
        _ => None,
    };
    view! { <div class="waiting" role="status">{shown}</div> }
}

/// Goes where an order that was placed is shown, and shows how things are where it was not.
pub fn follow(desk: Desk) {
    Effect::new(move |_| {
        let (Some(actions), Some(placing)) = (desk.making.actions(), desk.placing) else {
            return;
        };
        match placing.get() {
            Placing::Placed(receipt) => {
                placing.set(Placing::Idle);
                let pays = receipt.state == servery_domain::order::State::Unpaid;
                actions.go(&format!(
                    "/orders/{}{}",
                    receipt.token,
                    if pays { "/pay" } else { "" }
                ));
            }
            Placing::Changed { quote, .. } => {
                desk.making.learn(*quote);
                desk.focus("news");
            }
            Placing::Refused(_) | Placing::TooLate => desk.focus("news"),
            Placing::Idle | Placing::Sending | Placing::Waiting => {}
        }
    });
}
