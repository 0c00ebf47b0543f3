//! Contact, delivery address and notes.

use leptos::prelude::*;
use servery_domain::limits;

use super::checkout_state::CheckoutState;
use crate::text::{Key, Texts};

pub struct Field {
    pub name: &'static str,
    pub label: Key,
    pub value: String,
    pub autocomplete: &'static str,
    pub kind: &'static str,
    pub most: usize,
}

pub fn field(texts: Texts, checkout: CheckoutState, field: Field) -> impl IntoView {
    let Field {
        name,
        label,
        value,
        autocomplete,
        kind,
        most,
    } = field;
    // After the server rejected the form, the first invalid field gets the focus.
    let first = checkout.first_wrong() == Some(name);
    let invalid = move || checkout.words(texts, name).is_some().then_some("true");
    let described = format!("wrong-{name}");
    view! {
        <div class="field">
            <label for=name>{texts.get(label)}</label>
            <input id=name name=name type=kind value=value maxlength=most autocomplete=autocomplete autofocus=first dir="auto" aria-invalid=invalid aria-describedby=described/>
            {checkout.beside(name)}
        </div>
    }
}

pub fn who(texts: Texts, checkout: CheckoutState) -> impl IntoView {
    let contact = checkout
        .editor
        .draft
        .with_untracked(|draft| draft.contact.clone());
    let text = |name, label, value, autocomplete, kind, most| {
        field(
            texts,
            checkout,
            Field {
                name,
                label,
                value,
                autocomplete,
                kind,
                most,
            },
        )
    };
    view! {
        <fieldset>
            <legend>{texts.get(Key::CheckoutWho)}</legend>
            {text("name", Key::CheckoutName, contact.name, "name", "text", limits::NAME)}
            {text("phone", Key::CheckoutPhone, contact.phone, "tel", "tel", limits::PHONE)}
            {text("email", Key::CheckoutEmail, contact.email, "email", "email", limits::EMAIL)}
        </fieldset>
    }
}

pub fn notes(texts: Texts, checkout: CheckoutState) -> impl IntoView {
    let (note, allergies) = checkout
        .editor
        .draft
        .with_untracked(|draft| (draft.note.clone(), draft.allergies.clone()));
    let long = |name: &'static str, label: Key, value: String| {
        view! {
            <div class="field">
                <label for=name>{texts.get(label)}</label>
                <textarea id=name name=name rows="2" maxlength=limits::NOTE dir="auto" autocomplete="off" aria-describedby=format!("wrong-{name}")>{value}</textarea>
                {checkout.beside(name)}
            </div>
        }
    };
    view! { {long("allergies", Key::CheckoutAllergies, allergies)} {long("note", Key::CheckoutNote, note)} }
}
