//! The forms of the office that change the menu and the settings.

use axum::response::Response;
use servery_app::{
    form_fields::FormFields,
    page_address::{PageAddress, address},
    part_form::{self, PartForm},
    text::{Texts, office},
};
use servery_domain::{
    edit::{Direction, Edit, EditRefusal, NewEditSchedule, PartChange, PartKey, Side, UnknownPart},
    id::EditId,
    lang::Lang,
    problem::ProblemType,
    restaurant_file::RestaurantFile,
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
    let here = format!("/office/{slug}");
    let anchor = form.get("part").parse::<PartKey>().map(|key| format!("#{key}"));
    let result = change_menu(&context, user, &slug, &form).await;
    let result = result.map(|said| redirect(&(address(&here, [said]) + &anchor.unwrap_or_default())));
    respond(result, &context).await
}

/// A parameter of the address that says what became of a form.
type Said = (&'static str, &'static str);

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
    let (act, file) = (form.get("act"), &office.edited);
    let done = match act {
        "remove" => ("done", "removed"),
        _ => ("done", "saved"),
    };
    // A double click. It would do the same once more, with what the first one has changed.
    if office.edits.iter().any(|entry| entry.edit.id == id) {
        return Ok(done);
    }
    let changes = match act {
        "reprice" => match repriced(file, form, lang) {
            Some(changes) => changes,
            None => return Ok(("wrong", "refused")),
        },
        "replace-text" => match file.replace_text(form.raw("find"), form.raw("with")) {
            Some(changes) => changes,
            None => return Ok(("wrong", "refused")),
        },
        act => changed_part(file, act, form, (id, lang))?,
    };
    if changes.is_empty() {
        return Ok(("done", "same"));
    }
    said(
        edits::put_edit(app, &user, slug, &Edit { id, changes }).await,
        done,
    )
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
        EditFailure::Refused(EditRefusal::Gone(_)) => "gone",
        EditFailure::Refused(EditRefusal::Mistakes(_) | EditRefusal::Contradiction) => "refused",
        EditFailure::TooMany => "too-many",
        EditFailure::Refused(_) | EditFailure::IdTaken | EditFailure::Other(_) => "conflict",
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

fn changed_part(
    file: &RestaurantFile,
    act: &str,
    form: &Form,
    (id, lang): (EditId, Lang),
) -> Result<Vec<PartChange>, ApiError> {
    let not_accepted = |error: String| ApiError::new(ProblemType::NotAccepted, error);
    let key_in = |field| {
        let key = form.get(field).parse();
        key.map_err(|error: UnknownPart| not_accepted(error.to_string()))
    };
    let key: PartKey = key_in("part")?;
    Ok(match act {
        "up" => file.shift(&key, Direction::Up).into_iter().collect(),
        "move" => {
            let beside = key_in("beside")?;
            let side = Side::from_code(form.get("side"));
            let side = side.ok_or_else(|| not_accepted("'side' is 'before' or 'after'".to_owned()))?;
            file.move_beside(&key, &beside, side).into_iter().collect()
        }
        "down" => file.shift(&key, Direction::Down).into_iter().collect(),
        "remove" => file.removal(&key),
        "duplicate" => {
            let name = file.part(&key).and_then(|part| part.name().map(str::to_owned));
            let name =
                Texts::of(lang).fill(office::Key::OfficeCopyOf, &[("name", &name.unwrap_or_default())]);
            file.duplicate(&key, (id, name)).into_iter().collect()
        }
        _ => return Err(not_accepted("'act' is not something that can be done".to_owned())),
    })
}

/// `None` if something is no number.
fn repriced(file: &RestaurantFile, form: &Form, lang: Lang) -> Option<Vec<PartChange>> {
    let category = match form.get("category") {
        "" => None,
        category => Some(category.parse().ok()?),
    };
    let change = part_form::price_change(form.fields(), file, lang)?;
    Some(file.reprice(category, change))
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
    let list = format!("/office/{slug}");
    let back = |wrong: &str, typed: &str| Ok(redirect(&address(&here, [("wrong", wrong), ("form", typed)])));
    if let PartForm::Part(PartKey::Profile) = kind
        && clock::zone(&TimeZoneName(form.get("zone").to_owned())).is_none()
    {
        return back("zone", &form.to_query());
    }
    let made = match part_form::edit(&kind, form.fields(), &file, (lang, edit_id(form)?)) {
        // Another new part, typed into a form that has made one already.
        Err(wrong) if wrong == [part_form::ID_TAKEN] => {
            part_form::edit(&kind, form.fields(), &file, (lang, EditId(visitor::id()?)))
        }
        made => made,
    };
    let edit = match made {
        Ok(Some(edit)) => edit,
        Ok(None) => return Ok(redirect(&address(&list, [("done", "same")]))),
        Err(wrong) => return back(&wrong.join(","), &form.to_query()),
    };
    let stored = match edits::put_edit(app, &user, slug, &edit).await {
        // The form was changed after a step back in the browser.
        Err(EditFailure::IdTaken) => {
            let id = EditId(visitor::id()?);
            edits::put_edit(app, &user, slug, &Edit { id, ..edit.clone() }).await
        }
        stored => stored,
    };
    match stored {
        Ok(()) => {
            let anchor = edit.changes.first().map(|change| format!("#{}", change.key()));
            let list = address(&list, [("done", "saved")]);
            Ok(redirect(&(list + &anchor.unwrap_or_default())))
        }
        Err(EditFailure::Other(error)) => Err(error),
        Err(failure) => {
            let seen = match &failure {
                EditFailure::Refused(EditRefusal::Conflict { part, fields }) => {
                    part_form::acknowledged(part, form.fields(), &file, fields)
                }
                _ => None,
            };
            let typed = match seen {
                Some(before) => form.with(part_form::BEFORE, &before),
                None => form.to_query(),
            };
            back(wrong(&failure), &typed)
        }
    }
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
    edits::check(app, &user, slug)?;
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
    edits::check(app, &user, slug)?;
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
