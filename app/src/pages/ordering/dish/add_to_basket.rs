//! Adds a dish to the basket on the device. Without a script the form is sent, and the server does the same.

use std::sync::Arc;

use leptos::{ev::SubmitEvent, html, prelude::*, task::spawn_local};
use servery_domain::{id::LineId, menu::Menu, slug::Slug};

use crate::{backend::actions, components::form, line_form::LineForm};

pub fn adding(slug: Slug, menu: Arc<Menu>, filled_in: NodeRef<html::Form>) -> impl Fn(SubmitEvent) + 'static {
    let actions = actions();
    move |event| {
        let Some(actions) = actions.clone() else { return };
        let pairs = filled_in
            .get_untracked()
            .map(|form| form::pairs(&form))
            .unwrap_or_default();
        let Ok(form) = LineForm::parse(pairs.iter().map(form::borrowed)) else {
            return;
        };
        if menu.dish(form.dish).is_none() {
            return;
        }
        event.prevent_default();
        let (slug, line) = (slug.clone(), form.line(LineId(actions.id())));
        spawn_local(async move {
            let Ok(mut draft) = actions.latest_draft(&slug).await else {
                return;
            };
            draft.basket.add(line);
            draft.count_change();
            let _ = actions
                .save_draft(&slug, &draft, &draft.basket.dishes().to_string())
                .await;
            actions.navigate(&format!("/restaurants/{slug}/basket"));
        });
    }
}
