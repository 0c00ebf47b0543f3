//! Push notifications of an order. The browser asks for permission only after a click.

use leptos::{either::EitherOf3, prelude::*, task::spawn_local};
use servery_domain::basket::Fulfilment;

use super::OrderView;
use crate::{
    backend::{NotificationState, actions},
    components::render_info::RenderInfo,
    mode::Mode,
    text::{Key, Texts},
};

/// Empty until the browser's support is known, with the final height reserved.
pub fn set_notifications(texts: Texts, shown: OrderView, token: &str) -> impl IntoView + use<> {
    let state = RwSignal::new(None::<NotificationState>);
    let failed = RwSignal::new(false);
    learn(state, token.to_owned());
    let delivered = shown
        .order
        .with_untracked(|order| matches!(order.ordered.fulfilment, Fulfilment::Delivery(_)));
    let label = texts.get(if delivered {
        Key::OrderTellDelivery
    } else {
        Key::OrderTell
    });
    let over = Memo::new(move |_| shown.order.with(|order| order.progress.state.is_over()));
    let possible = Memo::new(move |_| {
        state
            .get()
            .filter(|state| !over.get() && *state != NotificationState::Impossible)
    });
    let blocked = Memo::new(move |_| possible.get().map(|state| state == NotificationState::Blocked));
    let token = token.to_owned();
    let content = move || match blocked.get() {
        None => EitherOf3::A(()),
        Some(true) => EitherOf3::B(
            view! { <details><summary>{label}</summary><p class="facts">{texts.get(Key::OrderTellBlocked)}</p></details> },
        ),
        Some(false) => EitherOf3::C(switch(texts, label, state, failed, token.clone())),
    };
    let RenderInfo { decision, .. } = use_context().expect("whoever makes a page says how it was made");
    let room = move || !over.get();
    (decision.mode != Mode::Thin).then(|| view! { <div class="tell" class:room=room>{content}</div> })
}

fn learn(state: RwSignal<Option<NotificationState>>, token: String) {
    Effect::new(move |_| {
        let Some(actions) = actions() else { return };
        let token = token.clone();
        // Without an answer nothing is offered.
        spawn_local(async move {
            // The page may have been left meanwhile.
            state.try_set(actions.notification_state(&token).await.ok());
        });
    });
}

fn switch(
    texts: Texts,
    label: &'static str,
    state: RwSignal<Option<NotificationState>>,
    failed: RwSignal<bool>,
    token: String,
) -> impl IntoView {
    let on = move || state.get() == Some(NotificationState::On);
    let actions = actions();
    let change = move |_| {
        let Some(actions) = actions.clone() else { return };
        let (token, on) = (token.clone(), on());
        spawn_local(async move {
            let now = actions.set_notifications(&token, texts.lang, !on).await;
            failed.try_set(now.is_err());
            if let Ok(now) = now {
                state.try_set(Some(now));
            }
        });
    };
    let said = move || match failed.get() {
        true => Some(texts.get(Key::OrderTellFailed)),
        false => on().then(|| texts.get(Key::OrderTold)),
    };
    view! {
        <button class="quiet" type="button" on:click=change>{move || if on() { texts.get(Key::OrderTellStop) } else { label }}</button>
        <p class="facts" role="status">{said}</p>
    }
}
