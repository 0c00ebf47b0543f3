//! The forms of the office that change the menu and the settings.

use axum::response::Response;
use servery_app::{
    form_fields::FormFields,
    office_edit::{self, FormFault, Said, SentForm},
    page_address::{PageAddress, address},
    part_form::PartForm,
    text::Texts,
};
use servery_domain::{
    edit::{Edit, NewEditSchedule, PartChange, PartKey},
    id::EditId,
    problem::ProblemType,
    time::TimeZoneName,
};

use super::{
    order_forms::{Form, FormContext, redirect, respond},
    preferences::Preferences,
};
use crate::{
    accounts::sessions::CurrentUser,
    clock,
    edits::{self, EditFailure},
    http::{
        error::{ApiError, Segments, Text},
        visitor,
    },
    public_holidays::{self, Added},
    state::AppState,
};

/// `POST /office/{slug}`: what the menu's buttons do at once.
pub async fn post_menu(
    context: FormContext,
    user: Result<CurrentUser, ApiError>,
    Text(slug): Text,
    form: Form,
) -> Response {
    let part = form.get("part").parse::<PartKey>().ok();
    let result = change_menu(&context, user, &slug, &form).await;
    let result = result.map(|said| redirect(&office_edit::menu_address(&slug, said, part.as_ref())));
    respond(result, &context).await
}

/// Does something with a part, or with many prices.
async fn change_menu(
    (app, _, headers, _): &FormContext,
    user: Result<CurrentUser, ApiError>,
    slug: &str,
    form: &Form,
) -> Result<Said, ApiError> {
    let user = user?;
    let lang = Preferences::usual_lang(&PageAddress::new(&format!("/office/{slug}"), ""), headers);
    let office = edits::edited_restaurant(app, &user, slug).await?;
    let id = id_of_act(form)?;
    let done = office_edit::done(form.fields());
    // A double click. It would do the same once more, with what the first one has changed.
    if office.edits.iter().any(|entry| entry.edit.id == id) {
        return Ok(done);
    }
    let sent = SentForm {
        fields: form.fields(),
        file: &office.edited,
        texts: Texts::of(lang),
        id,
    };
    match sent.menu_edit() {
        Ok(Some(edit)) => said(edits::put_edit(app, &user, slug, &edit).await, done),
        Ok(None) => Ok(office_edit::SAME),
        Err(FormFault::Wrong(wrong)) => Ok(("wrong", wrong.first().copied().unwrap_or_default())),
        Err(FormFault::NotAccepted(error)) => Err(ApiError::new(ProblemType::NotAccepted, error)),
    }
}

/// A refusal is said on the page that the form was on.
fn said(result: Result<(), EditFailure>, done: Said) -> Result<Said, ApiError> {
    match result {
        Ok(()) => Ok(done),
        Err(EditFailure::Other(error)) => Err(error),
        Err(failure) => Ok(("wrong", wrong(&failure))),
    }
}

pub fn wrong(failure: &EditFailure) -> &'static str {
    match failure {
        EditFailure::Refused(refusal) => office_edit::wrong(refusal),
        EditFailure::TooMany => "too-many",
        EditFailure::IdTaken | EditFailure::Other(_) => "conflict",
    }
}

fn edit_id(form: &Form) -> Result<EditId, ApiError> {
    id_in(form.fields())
}

/// The id that a page's forms have.
pub fn id_in(fields: FormFields<'_>) -> Result<EditId, ApiError> {
    fields.get("id").parse().map_err(|_| {
        ApiError::new(
            ProblemType::NotAccepted,
            "'id' is not the id of an edit: open the page again",
        )
    })
}

/// The forms of a page have one id. What each of them does is an edit of its own, and the same form again is the same edit.
fn id_of_act(form: &Form) -> Result<EditId, ApiError> {
    Ok(edits::derived_id(edit_id(form)?, &[form.to_query().as_bytes()]))
}

/// `POST /office/{slug}/parts/{part}`: a form that is not accepted comes back as it was filled in.
pub async fn post_part(
    context: FormContext,
    user: Result<CurrentUser, ApiError>,
    Segments((slug, part)): Segments<(String, String)>,
    form: Form,
) -> Response {
    respond(save_part(&context, user, (&slug, &part), &form).await, &context).await
}

async fn save_part(
    (app, _, headers, _): &FormContext,
    user: Result<CurrentUser, ApiError>,
    (slug, part): (&str, &str),
    form: &Form,
) -> Result<Response, ApiError> {
    let user = user?;
    let file = edits::edited_restaurant(app, &user, slug).await?.edited;
    let kind = PartForm::read(part)
        .ok_or_else(|| ApiError::new(ProblemType::NotFound, "there is no such part of a restaurant"))?;
    let here = format!("/office/{slug}/parts/{part}");
    let lang = Preferences::usual_lang(&PageAddress::new(&here, ""), headers);
    let sent = SentForm {
        fields: form.fields(),
        file: &file,
        texts: Texts::of(lang),
        id: edit_id(form)?,
    };
    let is_zone = |zone: &TimeZoneName| clock::zone(zone).is_some();
    let edit = match sent.part_edit(&kind, EditId(visitor::id()?), is_zone) {
        Ok(Some(edit)) => edit,
        Ok(None) => {
            return Ok(redirect(&office_edit::menu_address(
                slug,
                office_edit::SAME,
                None,
            )));
        }
        Err(FormFault::NotAccepted(error)) => return Err(ApiError::new(ProblemType::NotAccepted, error)),
        Err(FormFault::Wrong(wrong)) => {
            let typed = sent.typed_again(None);
            return Ok(redirect(&office_edit::form_address(
                &here,
                &wrong.join(","),
                &typed,
            )));
        }
    };
    let stored = match edits::put_edit(app, &user, slug, &edit).await {
        // The form was changed after a step back in the browser.
        Err(EditFailure::IdTaken) => {
            let id = EditId(visitor::id()?);
            edits::put_edit(app, &user, slug, &Edit { id, ..edit.clone() }).await
        }
        stored => stored,
    };
    let failure = match stored {
        Ok(()) => {
            let part = edit.changes.first().map(PartChange::key);
            let done = office_edit::done(form.fields());
            return Ok(redirect(&office_edit::menu_address(slug, done, part.as_ref())));
        }
        Err(EditFailure::Other(error)) => return Err(error),
        Err(failure) => failure,
    };
    let typed = match &failure {
        EditFailure::Refused(refusal) => sent.typed_again(Some(refusal)),
        _ => sent.typed_again(None),
    };
    Ok(redirect(&office_edit::form_address(
        &here,
        wrong(&failure),
        &typed,
    )))
}

/// `POST /office/{slug}/parts/opening/holidays`: adds the public holidays of the restaurant's country, and of a region.
pub async fn post_holidays(
    context: FormContext,
    user: Result<CurrentUser, ApiError>,
    Text(slug): Text,
    form: Form,
) -> Response {
    let result = add_holidays(&context.0, user, &slug, &form).await;
    let page = |said: String| {
        let here = format!("/office/{slug}/parts/opening");
        address(&here, [("holidays", said)]) + "#holidays"
    };
    respond(result.map(|said| redirect(&page(said))), &context).await
}

async fn add_holidays(
    app: &AppState,
    user: Result<CurrentUser, ApiError>,
    slug: &str,
    form: &Form,
) -> Result<String, ApiError> {
    let user = user?;
    edits::check(app, &user, slug).await?;
    let region = Some(form.get("region")).filter(|region| !region.is_empty());
    match public_holidays::add(app, &user, slug, (id_of_act(form)?, region)).await {
        Ok(Added::New(added)) => Ok(added.to_string()),
        Ok(Added::AllKnown) => Ok("known".to_owned()),
        Ok(Added::NoneListed) => Ok("none-listed".to_owned()),
        Err(EditFailure::Other(error)) => Err(error),
        Err(failure) => Ok(wrong(&failure).to_owned()),
    }
}

/// `POST /office/{slug}/changes`: publishes what is not published, or takes an edit back.
pub async fn post_changes(
    context: FormContext,
    user: Result<CurrentUser, ApiError>,
    Text(slug): Text,
    form: Form,
) -> Response {
    let here = format!("/office/{slug}/changes");
    let result = change_changes(&context.0, user, &slug, &form).await;
    respond(result.map(|said| redirect(&address(&here, [said]))), &context).await
}

/// What became of a publication or a schedule.
fn said_of(
    result: Result<(), ApiError>,
    done: &'static str,
    refused: &'static str,
) -> Result<Said, ApiError> {
    match result {
        Ok(()) => Ok(("done", done)),
        // Somebody else was faster: the page shows how it is.
        Err(error) if error.0.is(ProblemType::Conflict) || error.0.is(ProblemType::NotFound) => {
            Ok(("wrong", "conflict"))
        }
        Err(error) if error.0.is(ProblemType::NotAccepted) => Ok(("wrong", refused)),
        Err(error) => Err(error),
    }
}

async fn change_changes(
    app: &AppState,
    user: Result<CurrentUser, ApiError>,
    slug: &str,
    form: &Form,
) -> Result<Said, ApiError> {
    let user = user?;
    edits::check(app, &user, slug).await?;
    let id = |name: &str| form.get(name).parse::<EditId>().map_err(|_| no_such_edit());
    match form.get("act") {
        "publish" => {
            let published = edits::publish(app, &user, slug, id("up-to")?).await;
            said_of(published.map(|_| ()), "published", "refused")
        }
        "schedule" => {
            let up_to = id("up-to")?;
            let Ok(publish_at) = form.get("publish-at").parse() else {
                return Ok(("wrong", "publish-at"));
            };
            let new = NewEditSchedule { publish_at };
            let scheduled = edits::schedule(app, &user, slug, up_to, new).await;
            said_of(scheduled, "scheduled", "publish-at")
        }
        "unschedule" => {
            let unscheduled = edits::unschedule(app, &user, slug, id("edit")?).await;
            said_of(unscheduled, "unscheduled", "refused")
        }
        _ => take_back(app, &user, slug, id("edit")?, form).await,
    }
}

fn no_such_edit() -> ApiError {
    ApiError::new(ProblemType::NotFound, "there is no such edit")
}

/// Makes the opposite of an edit, published or not; one that cannot be made any more goes away.
async fn take_back(
    app: &AppState,
    user: &CurrentUser,
    slug: &str,
    edit: EditId,
    form: &Form,
) -> Result<Said, ApiError> {
    let publication: Option<u32> = form.get("publication").parse().ok();
    let known = match publication {
        None => edits::edited_restaurant(app, user, slug).await?.edits,
        Some(number) => {
            let log = edits::publications(app, user, slug, number.checked_add(1)).await?;
            log.publications
                .into_iter()
                .flat_map(|publication| publication.edits)
                .collect()
        }
    };
    let entry = known
        .iter()
        .find(|entry| entry.edit.id == edit)
        .ok_or_else(no_such_edit)?;
    let done = ("done", "undone");
    if entry.refusal.is_some() {
        edits::discard_edit(app, user, slug, edit).await?;
        return Ok(done);
    }
    let inverse = entry.edit.inverse(id_of_act(form)?);
    said(edits::put_edit(app, user, slug, &inverse).await, done)
}
