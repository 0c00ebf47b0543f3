//! What was published, when and by whom. What a publication changed can be taken back.

use leptos::prelude::*;
use servery_domain::{
    edit::{EditedRestaurant, Publication, PublicationLog},
    slug::Slug,
};

use super::{
    changes::{sentences, who_and_when},
    edit_id::edit_id,
    layout::{Tab, layout},
};
use crate::{
    components::{audit_entry::author, dish_badges::isolated},
    text::{Texts, office::Key, texts},
};

pub fn page(slug: &Slug, office: &EditedRestaurant, log: &PublicationLog) -> impl IntoView + use<> {
    let texts = texts();
    let publications = &log.publications;
    let none = publications
        .is_empty()
        .then(|| view! { <p class="hint">{texts.get(Key::HistoryNone)}</p> });
    let rows: Vec<_> = publications
        .iter()
        .map(|known| publication(texts, slug, office, (log, known)))
        .collect();
    // The first publication has the number 1.
    let oldest = publications.last().filter(|oldest| oldest.number > 1);
    let older = oldest.map(|oldest| {
        let address = format!("/office/{slug}/history?before={}", oldest.number);
        view! { <p><a href=address>{texts.get(Key::HistoryOlder)}</a></p> }
    });
    let body = view! {
        <h2>{texts.get(Key::HistoryTitle)}</h2>
        {none}
        {rows}
        {older}
    };
    layout((slug, &log.name), Tab::History, Some(office), body)
}

fn publication(
    texts: Texts,
    slug: &Slug,
    office: &EditedRestaurant,
    (log, publication): (&PublicationLog, &Publication),
) -> impl IntoView + use<> {
    let when = log.now.moved(log.at, publication.at);
    let when = isolated(&format!("{} {}", when.day(), when.clock()));
    let by = texts.fill(
        Key::ChangesBy,
        &[("who", &author(texts, &publication.by)), ("when", &when)],
    );
    let edits = publication.edits.iter().rev().map(|entry| {
        view! {
            <li>
                <span>
                    {sentences(texts, &office.edited, entry)}
                    <br/>
                    <span class="hint">{who_and_when(texts, entry, (log.at, log.now))}</span>
                </span>
                <form class="acts" method="post" action=format!("/office/{slug}/changes")>
                    {edit_id(office.new_id)}
                    <input type="hidden" name="edit" value=entry.edit.id.to_string()/>
                    <input type="hidden" name="publication" value=publication.number.to_string()/>
                    <button name="act" value="undo">{texts.get(Key::ChangesUndo)}</button>
                </form>
            </li>
        }
    });
    let edits: Vec<_> = edits.collect();
    view! {
        <section>
            <h3>{texts.fill(Key::HistoryNumber, &[("n", &publication.number.to_string())])}</h3>
            <p class="hint">{by}</p>
            <ul class="rows">{edits}</ul>
        </section>
    }
}
