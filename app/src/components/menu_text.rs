//! A text of the menu that may not be translated into the language of the texts around it.

use leptos::{either::Either, prelude::*};
use servery_domain::translation::{PartTranslations, TextField};

/// The text; with its language and a direction of its own where it is not translated. One element for all places keeps the diners'
/// program small.
pub fn menu_text(text: &str, translations: &PartTranslations, field: TextField) -> impl IntoView + use<> {
    let text = text.to_owned();
    match translations.original_lang(field) {
        Some(lang) => Either::Left(view! { <bdi lang=lang.tag()>{text}</bdi> }),
        None => Either::Right(text),
    }
}
