//! The button that orders the same again.

use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};
use servery_domain::{order::TrackedOrder, reorder::basket_from};

use crate::{
    backend::actions,
    text::{Key, texts},
};

#[component]
pub fn Again(tracked: TrackedOrder) -> impl IntoView {
    let texts = texts();
    let actions = actions();
    let action = format!("/orders/{}/reorder", tracked.token);
    let again = move |event: SubmitEvent| {
        let Some(actions) = actions.clone() else { return };
        event.prevent_default();
        let (slug, lines) = (
            tracked.slug.clone(),
            basket_from(&tracked.order.ordered.lines).lines,
        );
        spawn_local(async move {
            let Ok(mut draft) = actions.latest_draft(&slug).await else {
                return;
            };
            lines.into_iter().for_each(|line| draft.basket.add(line));
            draft.count_change();
            let _ = actions
                .save_draft(&slug, &draft, &draft.basket.dishes().to_string())
                .await;
            actions.navigate(&format!("/restaurants/{slug}/basket"));
        });
    };
    view! { <form method="post" action=action on:submit=again><button type="submit">{texts.get(Key::OrderAgain)}</button></form> }
}
