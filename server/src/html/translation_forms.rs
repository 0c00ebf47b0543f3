//! The form of the office in which a menu is translated.

use axum::{extract::Query, response::Response};
use form_urlencoded::Serializer;
use servery_app::{page_address::address, translation_form};
use servery_domain::{
    edit::{Edit, MenuTextKey, TypedTranslation},
    lang::Lang,
    limits,
    problem::ProblemType,
};

use super::{
    office_forms::{id_in, wrong},
    order_forms::{Form, FormContext, redirect, respond},
};
use crate::{
    accounts::sessions::CurrentUser,
    edits::{self, EditFailure},
    http::error::{ApiError, Pairs, Text, parameter},
    state::AppState,
};

/// Parameters of the page that it keeps.
const KEPT: [&str; 4] = ["to", "category", "show", "after"];

/// `POST /office/{slug}/translations?to=de`: saves what was typed as one edit. What somebody else has changed meanwhile comes back.
pub async fn post_translations(
    context: FormContext,
    user: Result<CurrentUser, ApiError>,
    Text(slug): Text,
    Query(pairs): Pairs,
    form: Form,
) -> Response {
    let here = format!("/office/{slug}/translations");
    let kept = KEPT
        .iter()
        .filter_map(|name| Some((*name, parameter(&pairs, name)?.to_owned())));
    let said = save(&context.0, user, &slug, (parameter(&pairs, "to"), &form)).await;
    let result = said.map(|said| redirect(&address(&here, kept.chain(said))));
    respond(result, &context).await
}

/// Parameters of the page that say what became of the form.
async fn save(
    app: &AppState,
    user: Result<CurrentUser, ApiError>,
    slug: &str,
    (to, form): (Option<&str>, &Form),
) -> Result<Vec<(&'static str, String)>, ApiError> {
    let user = user?;
    let office = edits::edited_restaurant(app, &user, slug).await?;
    let file = &office.edited;
    let to = to.and_then(Lang::from_tag).filter(|to| *to != file.lang);
    let to = to.ok_or_else(|| {
        let detail = "'to' is a language of the pages in which the menu is not written";
        ApiError::new(ProblemType::NotAccepted, detail)
    })?;
    let id = edits::derived_id(id_in(form.fields())?, &[form.to_query().as_bytes()]);
    // A double click.
    if office.edits.iter().any(|entry| entry.edit.id == id) {
        return Ok(vec![("done", "saved".to_owned())]);
    }
    let typed = translation_form::read(form.fields());
    let translated = file.translate(to, &typed);
    let refused = translated
        .refused
        .keys()
        .filter_map(|key| Some((*key, typed.get(key)?)));
    let refused: Vec<(MenuTextKey, &TypedTranslation)> = refused.collect();
    let is_changed = !translated.changes.is_empty();
    if is_changed {
        let edit = Edit {
            id,
            changes: translated.changes,
        };
        match edits::put_edit(app, &user, slug, &edit).await {
            Ok(()) => {}
            Err(EditFailure::Other(error)) => return Err(error),
            Err(failure) => {
                let changed = typed.iter().filter(|(_, typed)| typed.is_change());
                let changed: Vec<_> = changed.map(|(key, typed)| (*key, typed)).collect();
                return Ok(vec![
                    ("wrong", wrong(&failure).to_owned()),
                    ("form", unsaved(&changed)),
                ]);
            }
        }
    }
    Ok(match (refused.is_empty(), is_changed) {
        (false, _) => vec![("wrong", "translations".to_owned()), ("form", unsaved(&refused))],
        (true, true) => vec![("done", "saved".to_owned())],
        (true, false) => vec![("done", "same".to_owned())],
    })
}

/// What was typed, for the page to show it again, as far as an address may be long.
fn unsaved(typed: &[(MenuTextKey, &TypedTranslation)]) -> String {
    let mut form = String::new();
    for (key, typed) in typed {
        let pair = Serializer::new(String::new())
            .append_pair(&key.to_string(), &typed.text)
            .finish();
        if form.len() + pair.len() > limits::NEW_RESTAURANT_FORM {
            break;
        }
        if !form.is_empty() {
            form.push('&');
        }
        form.push_str(&pair);
    }
    form
}
