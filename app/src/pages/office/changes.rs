//! What is not published yet: what would change, and each edit with a button that takes it back.

use std::collections::BTreeSet;

use leptos::{either::Either, prelude::*};
use servery_domain::{
    edit::{EditEntry, EditSchedule, EditedRestaurant, PartChange, PartKey, RestaurantPart},
    restaurant_file::RestaurantFile,
    slug::Slug,
    time::{LocalMinute, Timestamp},
};

use super::{
    edit_id::edit_id,
    layout::{Tab, layout},
    part_text::{field_label, field_value, part_kind},
};
use crate::{
    components::{audit_entry::author, dish_badges::isolated},
    text::{Texts, office::Key, texts},
};

pub fn page<S: IntoView>(slug: &Slug, office: &EditedRestaurant, said: S) -> impl IntoView + use<S> {
    let texts = texts();
    let body = match office.edits.last() {
        None => Either::Left(view! { <p class="hint">{texts.get(Key::ChangesNone)}</p> }),
        Some(last) => {
            let publish = view! {
                <form method="post" action=format!("/office/{slug}/changes")>
                    <input type="hidden" name="up-to" value=last.edit.id.to_string()/>
                    <button type="submit" name="act" value="publish">{texts.get(Key::ChangesPublish)}</button>
                </form>
            };
            let steps: Vec<_> = office
                .edits
                .iter()
                .rev()
                .map(|entry| step(texts, slug, office, entry))
                .collect();
            Either::Right(view! {
                {differences(texts, office)}
                {publish}
                {publish_later(texts, slug, office, last)}
                <h3>{texts.get(Key::ChangesEdits)}</h3>
                <ul class="rows">{steps}</ul>
            })
        }
    };
    let body = view! {
        <h2>{texts.get(Key::ChangesTitle)}</h2>
        {said}
        {body}
        {schedules(texts, slug, office)}
    };
    layout((slug, &office.edited.name), Tab::Changes, Some(office), body)
}

fn publish_later(
    texts: Texts,
    slug: &Slug,
    office: &EditedRestaurant,
    last: &EditEntry,
) -> impl IntoView + use<> {
    let soonest = office.now.to_string();
    view! {
        <details>
            <summary>{texts.get(Key::ChangesLater)}</summary>
            <form class="fields" method="post" action=format!("/office/{slug}/changes")>
                <input type="hidden" name="up-to" value=last.edit.id.to_string()/>
                <label>
                    <span>{texts.get(Key::ChangesPublishAt)}</span>
                    <input type="datetime-local" name="publish-at" required min=soonest/>
                </label>
                <p class="hint">{texts.get(Key::ChangesLaterHint)}</p>
                <button type="submit" name="act" value="schedule">{texts.get(Key::ChangesSchedule)}</button>
            </form>
        </details>
    }
}

/// What is published by itself.
fn schedules(texts: Texts, slug: &Slug, office: &EditedRestaurant) -> Option<impl IntoView + use<>> {
    let rows: Vec<_> = office
        .schedules
        .iter()
        .map(|schedule| scheduled(texts, slug, office, schedule))
        .collect();
    (!rows.is_empty()).then(
        || view! { <section class="schedules"><h2>{texts.get(Key::ChangesScheduled)}</h2>{rows}</section> },
    )
}

fn scheduled(
    texts: Texts,
    slug: &Slug,
    office: &EditedRestaurant,
    schedule: &EditSchedule,
) -> impl IntoView + use<> {
    let at = schedule.publish_at;
    let at = isolated(&format!("{} {}", at.day(), at.clock()));
    let by = texts.fill(
        Key::ChangesScheduledBy,
        &[("when", &at), ("who", &author(texts, &schedule.by))],
    );
    let rows: Vec<_> = schedule
        .edits
        .iter()
        .map(|entry| view! { <li><span>{sentences(texts, &office.edited, entry)}</span></li> })
        .collect();
    let edit = schedule.edits.first().map(|entry| entry.edit.id.to_string());
    let cancel = texts.fill(Key::ChangesUnscheduleOf, &[("when", &at)]);
    view! {
        <h3>{by}</h3>
        <ul class="rows">{rows}</ul>
        <form method="post" action=format!("/office/{slug}/changes")>
            <input type="hidden" name="edit" value=edit/>
            <button name="act" value="unschedule" aria-label=cancel>{texts.get(Key::ChangesUnschedule)}</button>
        </form>
    }
}

/// Parts that are shown of many.
const PARTS: usize = 200;

/// What differs from what is published, part by part.
fn differences(texts: Texts, office: &EditedRestaurant) -> impl IntoView + use<> {
    let edits = office.edits.iter().filter(|entry| entry.refusal.is_none());
    let changes = edits.flat_map(|entry| &entry.edit.changes);
    let keys: BTreeSet<PartKey> = changes.map(PartChange::key).collect();
    let more = keys.len().saturating_sub(PARTS);
    let rows: Vec<_> = keys
        .iter()
        .take(PARTS)
        .filter_map(|key| difference(texts, (office.published(), &office.edited), key))
        .map(|(name, lines)| {
            let lines: Vec<_> = lines.into_iter().map(|line| view! { <li>{line}</li> }).collect();
            view! { <li><b dir="auto">{name}</b><ul class="sentences">{lines}</ul></li> }
        })
        .collect();
    let more = (more > 0).then(|| {
        let more = texts.fill(Key::ChangesMore, &[("count", &more.to_string())]);
        view! { <p class="hint">{more}</p> }
    });
    view! { <ul class="rows differences">{rows}</ul> {more} }
}

/// `None` for a part that is as it was.
fn difference(
    texts: Texts,
    (before, after): (&RestaurantFile, &RestaurantFile),
    key: &PartKey,
) -> Option<(String, Vec<String>)> {
    let word = |key: Key| vec![texts.get(key).to_owned()];
    let (old, new) = (before.part(key), after.part(key));
    let name = part_name(texts, key, new.as_ref().or(old.as_ref()));
    let lines = match (old, new) {
        (None, None) => return None,
        (None, Some(_)) => word(Key::ChangesAdded),
        (Some(_), None) => word(Key::ChangesRemoved),
        (Some(old), Some(new)) => {
            let mut lines = field_lines(texts, after, (&old, &new));
            if before.place(key) != after.place(key) {
                lines.extend(word(Key::ChangesMoved));
            }
            lines
        }
    };
    (!lines.is_empty()).then_some((name, lines))
}

fn part_name(texts: Texts, key: &PartKey, part: Option<&RestaurantPart>) -> String {
    let kind = texts.get(part_kind(key));
    match part.and_then(RestaurantPart::name) {
        Some(name) => format!("{kind} {}", isolated(name)),
        None => kind.to_owned(),
    }
}

fn field_lines(
    texts: Texts,
    file: &RestaurantFile,
    (old, new): (&RestaurantPart, &RestaurantPart),
) -> Vec<String> {
    let line = |field: &'static str| {
        let label = texts.get(field_label(field));
        let values = field_value(texts, file, old, field).zip(field_value(texts, file, new, field));
        match values {
            Some((before, after)) => texts.fill(
                Key::ChangesFromTo,
                &[
                    ("field", label),
                    ("before", &isolated(&before)),
                    ("after", &isolated(&after)),
                ],
            ),
            None => texts.fill(Key::ChangesChanged, &[("field", label)]),
        }
    };
    old.changed_fields(new).into_iter().map(line).collect()
}

fn step(texts: Texts, slug: &Slug, office: &EditedRestaurant, entry: &EditEntry) -> impl IntoView + use<> {
    let refused = entry.refusal.is_some();
    let refused = refused.then(|| view! { <p class="wrong">{texts.get(Key::ChangesRefused)}</p> });
    let missed = entry.missed_at.map(|at| {
        let at = office.now.moved(office.at, at);
        let at = isolated(&format!("{} {}", at.day(), at.clock()));
        view! { <p class="wrong">{texts.fill(Key::ChangesMissed, &[("when", &at)])}</p> }
    });
    view! {
        <li>
            <span>
                {sentences(texts, &office.edited, entry)}
                <br/>
                <span class="hint">{who_and_when(texts, entry, (office.at, office.now))}</span>
                {missed}
                {refused}
            </span>
            <form class="acts" method="post" action=format!("/office/{slug}/changes")>
                {edit_id(office.new_id)}
                <input type="hidden" name="edit" value=entry.edit.id.to_string()/>
                <button name="act" value="undo">{texts.get(Key::ChangesUndo)}</button>
            </form>
        </li>
    }
}

/// Shown of an edit with many changes.
const SHOWN: usize = 5;

pub fn sentences(texts: Texts, file: &RestaurantFile, entry: &EditEntry) -> impl IntoView + use<> {
    let changes = &entry.edit.changes;
    let rows: Vec<_> = changes
        .iter()
        .take(SHOWN)
        .map(|change| view! { <span class="change">{sentence(texts, file, change)}</span> })
        .collect();
    let more =
        (changes.len() > SHOWN).then(|| view! { <span class="hint">"… +"{changes.len() - SHOWN}</span> });
    view! { {rows}{more} }
}

fn sentence(texts: Texts, file: &RestaurantFile, change: &PartChange) -> String {
    let (part, lines) = match change {
        PartChange::Add { part, .. } => (Some(part.clone()), vec![texts.get(Key::ChangesAdded).to_owned()]),
        PartChange::Remove { part, .. } => (
            Some(part.clone()),
            vec![texts.get(Key::ChangesRemoved).to_owned()],
        ),
        PartChange::Replace { before, after } => {
            (Some(after.clone()), field_lines(texts, file, (before, after)))
        }
        PartChange::Move { part, .. } => (file.part(part), vec![texts.get(Key::ChangesMoved).to_owned()]),
    };
    let name = part_name(texts, &change.key(), part.as_ref());
    let lines = lines.join("; ");
    // A part of one field is called as its field is.
    match lines.starts_with(&format!("{name}:")) {
        true => lines,
        false => format!("{name}: {lines}"),
    }
}

pub fn who_and_when(texts: Texts, entry: &EditEntry, (at, now): (Timestamp, LocalMinute)) -> String {
    let when = now.moved(at, entry.at);
    let when = isolated(&format!("{} {}", when.day(), when.clock()));
    texts.fill(
        Key::ChangesBy,
        &[("who", &author(texts, &entry.by)), ("when", &when)],
    )
}
