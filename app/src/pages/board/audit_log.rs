//! What staff did in a restaurant, the newest first.

use leptos::prelude::*;
use servery_domain::{audit::AuditLog, slug::Slug};

use crate::{
    components::audit_entry,
    text::{Key, texts},
};

#[component]
pub fn RestaurantLog(slug: Slug, log: AuditLog, is_newest: bool) -> impl IntoView {
    let texts = texts();
    let rows: Vec<_> = log
        .entries
        .iter()
        .map(|entry| {
            let at = log.now.moved(log.at, entry.at);
            let time = format!("{} {}", at.day(), at.clock());
            audit_entry::row(texts, entry, &time, Some(log.currency))
        })
        .collect();
    let none = rows
        .is_empty()
        .then(|| view! { <p class="hint">{texts.get(Key::LogNone)}</p> });
    let last = log.entries.last().filter(|_| log.more);
    let older = last.map(|last| {
        view! { <a href=format!("/board/{slug}/log?before={}", last.at.0)>{texts.get(Key::LogOlder)}</a> }
    });
    let newest = (!is_newest)
        .then(|| view! { <a href=format!("/board/{slug}/log")>{texts.get(Key::LogNewest)}</a>" " });
    view! {
        <article class="prose account">
            <h1>{texts.fill(Key::LogTitle, &[("name", &log.name)])}</h1>
            <p class="lead">{texts.get(Key::LogLead)}</p>
            {none}
            <ul class="rows">{rows}</ul>
            <p>{newest}{older}</p>
            <p><a href=format!("/board/{slug}")>{texts.get(Key::DevicesBoard)}</a></p>
        </article>
    }
}
