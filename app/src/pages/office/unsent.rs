//! What this device has changed and the server does not have: how much waits, and what was refused and why.

use std::sync::Arc;

use leptos::prelude::*;
use servery_domain::{
    edit::{Edit, EditOutbox, EditRefusal, EditedRestaurant, PartKey, UnsentEdit},
    problem::Problem,
};

use super::part_text::{field_label, part_kind};
use crate::{
    backend::Offline,
    components::dish_badges::isolated,
    form_fields::FormFields,
    office_edit::{self, OfficeForm, SentForm},
    office_outbox::{OfficeOutbox, office_outbox},
    page_address::visit,
    text::{Texts, office::Key, texts},
};

/// Nothing until the program runs, and while everything is sent.
#[component]
pub fn UnsentEdits(office: Arc<EditedRestaurant>) -> impl IntoView {
    let texts = texts();
    let unsent = RwSignal::new(EditOutbox::default());
    let is_locked = RwSignal::new(false);
    let outbox = office_outbox();
    if let Some(outbox) = outbox.clone() {
        Effect::new(move |_| {
            unsent.set(outbox.unsent().get());
            is_locked.set(outbox.is_locked().get());
        });
    }
    let visit = visit();
    let offline = use_context::<Offline>().map(|Offline(offline)| offline);
    let waiting = move || {
        let count = unsent.with(|unsent| unsent.waiting().count());
        let is_offline = offline.is_some_and(|offline| offline.get());
        let count_text = (count > 0).then(|| {
            let count = texts.lang.decimal(count as u64, 0);
            texts.fill(Key::OfficeUnsent, &[("count", &count)])
        });
        let locked = (count > 0 && is_locked.get()).then(|| texts.get(Key::OfficeUnsentLocked));
        let hint = (count > 0 || is_offline).then(|| texts.get(Key::OfficeUnsentHint));
        view! {
            {count_text.map(|text| view! { <strong>{text}</strong>" " })}
            {locked}
            {hint}
        }
    };
    let refused = move || {
        let here = visit.with_untracked(|visit| visit.path.clone());
        let rows = unsent.with(|unsent| {
            let elsewhere = unsent.refused().filter(|(unsent, _)| is_elsewhere(unsent, &here));
            elsewhere
                .map(|(unsent, problem)| refused_edit((texts, &office), unsent, problem, outbox.clone()))
                .collect::<Vec<_>>()
        });
        (!rows.is_empty()).then(|| {
            view! {
                <section class="refused-edits" role="alert" aria-labelledby="refused-edits">
                    <h2 id="refused-edits">{texts.get(Key::OfficeRefused)}</h2>
                    <ul>{rows}</ul>
                </section>
            }
        })
    };
    view! {
        <div class="unsent" role="status">{waiting}</div>
        {refused}
    }
}

/// The form on this page says itself why it was refused.
fn is_elsewhere(unsent: &UnsentEdit, here: &str) -> bool {
    unsent.form != here || matches!(OfficeForm::at(here), Some((_, OfficeForm::Menu)))
}

fn refused_edit(
    (texts, office): (Texts, &EditedRestaurant),
    unsent: &UnsentEdit,
    problem: &Problem,
    outbox: Option<Arc<dyn OfficeOutbox>>,
) -> impl IntoView + use<> {
    let refusal = office.edited.checked_with(&unsent.edit).err();
    let reason = reason(texts, refusal.as_ref(), problem);
    let open = form_again(texts, office, unsent, refusal.as_ref());
    let id = unsent.edit.id;
    let discard = move |_| {
        if let Some(outbox) = &outbox {
            outbox.discard(id);
        }
    };
    view! {
        <li>
            <p><strong>{name(texts, office, &unsent.edit)}</strong>" "{reason}</p>
            <p class="links">
                {open.map(|open| view! { <a href=open>{texts.get(Key::OfficeRefusedOpen)}</a> })}
                <button type="button" class="quiet" on:click=discard>{texts.get(Key::OfficeRefusedDiscard)}</button>
            </p>
        </li>
    }
}

/// What the edit was about: the name that its first part has here, or what kind of part it is.
fn name(texts: Texts, office: &EditedRestaurant, edit: &Edit) -> String {
    let Some(key) = edit.changes.first().map(|change| change.key()) else {
        return String::new();
    };
    let kind = texts.get(part_kind(&key));
    match office.edited.part(&key).as_ref().and_then(|part| part.name()) {
        Some(name) => format!("{kind} {}:", isolated(name)),
        None => format!("{kind}:"),
    }
}

/// In words of the page, as far as this device knows them; otherwise in the server's.
fn reason(texts: Texts, refusal: Option<&EditRefusal>, problem: &Problem) -> String {
    match refusal {
        Some(EditRefusal::Conflict { fields, .. }) => {
            let fields: Vec<&str> = fields.iter().map(|field| texts.get(field_label(field))).collect();
            texts.fill(Key::OfficeRefusedConflict, &[("fields", &fields.join(", "))])
        }
        Some(EditRefusal::Gone(_)) => texts.get(Key::OfficeWrongGone).to_owned(),
        Some(EditRefusal::Exists(_) | EditRefusal::NotEmpty(_)) => {
            texts.get(Key::OfficeWrongChanged).to_owned()
        }
        Some(EditRefusal::Contradiction | EditRefusal::Mistakes(_)) | None => {
            texts.fill(Key::OfficeRefusedOther, &[("reason", &isolated(&problem.detail))])
        }
    }
}

/// The part's form as it was filled in, or the part that a button was about.
fn form_again(
    texts: Texts,
    office: &EditedRestaurant,
    unsent: &UnsentEdit,
    refusal: Option<&EditRefusal>,
) -> Option<String> {
    if let (_, OfficeForm::Part(_)) = OfficeForm::at(&unsent.form)? {
        let sent = SentForm {
            fields: FormFields(&unsent.typed),
            file: &office.edited,
            texts,
            id: unsent.edit.id,
        };
        let wrong = refusal.map_or("conflict", office_edit::wrong);
        return Some(office_edit::form_address(
            &unsent.form,
            wrong,
            &sent.typed_again(refusal),
        ));
    }
    let key: PartKey = unsent.edit.changes.first()?.key();
    office.edited.part(&key)?;
    Some(format!("{}/parts/{key}", unsent.form))
}
