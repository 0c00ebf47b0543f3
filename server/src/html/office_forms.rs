//! The forms of the office.

use axum::response::Response;
use servery_app::{
    page_address::{PageAddress, address},
    pages::account::links::WEAK_PASSWORD,
    part_form::{self, PartForm},
    text::{Texts, office},
};
use servery_domain::{
    account::{Password, SignUp},
    edit::{Direction, Edit, EditRefusal, PartChange, PartKey, UnknownPart},
    id::EditId,
    lang::Lang,
    problem::ProblemType,
    restaurant_file::RestaurantFile,
};

use super::{
    account_forms::with_cookie,
    order_forms::{Form, FormContext, redirect, respond},
    preferences::Preferences,
};
use crate::{
    accounts::sessions::{self, CurrentUser},
    edits::{self, EditFailure},
    http::{
        client::Client,
        error::{ApiError, Segments, Text},
        visitor,
    },
    invitations,
    new_restaurant::{self, Outcome},
    state::AppState,
};

const NEW_RESTAURANT: &str = "/new-restaurant";

/// `POST /invitations/{token}`: accepts it with a new account, or with the one that is signed in.
pub async fn post_invitation(
    context: FormContext,
    client: Client,
    Text(token): Text,
    form: Form,
) -> Response {
    let result = match accept(&context, &client, &token, &form).await {
        Ok(response) => Ok(response),
        // The page then asks for an account.
        Err(error) if error.0.is(ProblemType::SignedOut) => Ok(redirect(&format!("/invitations/{token}"))),
        Err(error) if error.0.status < 500 => {
            let path = format!("/invitations/{token}");
            Ok(redirect(&address(&path, [("wrong", said(&error))])))
        }
        Err(error) => Err(error),
    };
    respond(result, &context).await
}

/// A link that is over needs no word: the page says so.
fn said(error: &ApiError) -> &'static str {
    let problem = &error.0;
    if problem.is(ProblemType::Conflict) {
        "email-taken"
    } else if problem.is(ProblemType::TooOften) {
        "often"
    } else if problem.is(ProblemType::WeakPassword) {
        WEAK_PASSWORD
    } else {
        "refused"
    }
}

async fn accept(
    context: &FormContext,
    client: &Client,
    token: &str,
    form: &Form,
) -> Result<Response, ApiError> {
    let (app, headers) = (&context.0, &context.2);
    if !form.get("signed-in").is_empty() {
        let user = sessions::session(app, headers).await?;
        let user = user.ok_or_else(|| ApiError::new(ProblemType::SignedOut, "sign in first"))?;
        invitations::accept_as(app, &user, token).await?;
        return Ok(redirect(NEW_RESTAURANT));
    }
    let sign_up = SignUp {
        email: form.get("email").to_owned(),
        password: Password(form.raw("password").to_owned()),
        name: form.get("name").to_owned(),
        lang: Preferences::usual_lang(&PageAddress::new(NEW_RESTAURANT, ""), headers),
    };
    let cookie = invitations::accept_as_new(app, (client, headers), token, sign_up).await?;
    Ok(with_cookie(redirect(NEW_RESTAURANT), cookie))
}

/// `POST /new-restaurant`: a form that is not accepted comes back as it was filled in.
pub async fn post_new_restaurant(
    context: FormContext,
    user: Result<CurrentUser, ApiError>,
    form: Result<Form, ApiError>,
) -> Response {
    respond(create(&context, user, form).await, &context).await
}

async fn create(
    (app, _, headers, _): &FormContext,
    user: Result<CurrentUser, ApiError>,
    form: Result<Form, ApiError>,
) -> Result<Response, ApiError> {
    let (user, form) = (user?, form?);
    let lang = Preferences::usual_lang(&PageAddress::new(NEW_RESTAURANT, ""), headers);
    Ok(
        match new_restaurant::create(app, &user, form.fields(), lang).await? {
            Outcome::Created(slug) => redirect(&address(NEW_RESTAURANT, [("done", slug.as_str())])),
            Outcome::Wrong(wrong) => {
                let wrong: Vec<&str> = wrong.iter().map(|field| field.code()).collect();
                let pairs = [("wrong", wrong.join(",")), ("form", form.to_query())];
                redirect(&address(NEW_RESTAURANT, pairs))
            }
        },
    )
}

/// `POST /office/{slug}`: what the menu's buttons do at once.
pub async fn post_menu(
    context: FormContext,
    user: Result<CurrentUser, ApiError>,
    Text(slug): Text,
    form: Form,
) -> Response {
    let here = format!("/office/{slug}");
    let result = change_menu(&context, user, &slug, &form).await;
    let result = result.map(|done| redirect(&address(&here, [("done", done)])));
    respond(refused_at(&here, result), &context).await
}

/// Does something with a part, or with many prices; answers with what was done.
async fn change_menu(
    (app, _, headers, _): &FormContext,
    user: Result<CurrentUser, ApiError>,
    slug: &str,
    form: &Form,
) -> Result<&'static str, ApiError> {
    let user = user?;
    let lang = Preferences::usual_lang(&PageAddress::new(&format!("/office/{slug}"), ""), headers);
    let file = edits::edited_restaurant(app, &user, slug).await?.edited;
    let id = edit_id(form)?;
    let changes = match form.get("act") {
        "reprice" => repriced(&file, form, lang)?,
        act => changed_part(&file, act, form, (id, lang))?,
    };
    if changes.is_empty() {
        return Ok("same");
    }
    let done = match form.get("act") {
        "remove" => "removed",
        _ => "saved",
    };
    put_edit(app, &user, slug, Edit { id, changes }).await?;
    Ok(done)
}

/// Two buttons of one page have one id: what the second one does is another edit.
async fn put_edit(app: &AppState, user: &CurrentUser, slug: &str, edit: Edit) -> Result<(), ApiError> {
    match edits::put_edit(app, user, slug, &edit).await {
        Err(EditFailure::IdTaken) => {
            let edit = Edit {
                id: EditId(visitor::id()?),
                ..edit
            };
            Ok(edits::put_edit(app, user, slug, &edit).await?)
        }
        answer => Ok(answer?),
    }
}

fn edit_id(form: &Form) -> Result<EditId, ApiError> {
    form.get("id").parse().map_err(|_| {
        ApiError::new(
            ProblemType::NotAccepted,
            "'id' is not the id of an edit: open the page again",
        )
    })
}

fn changed_part(
    file: &RestaurantFile,
    act: &str,
    form: &Form,
    (id, lang): (EditId, Lang),
) -> Result<Vec<PartChange>, ApiError> {
    let not_accepted = |error: String| ApiError::new(ProblemType::NotAccepted, error);
    let key: PartKey = form
        .get("part")
        .parse()
        .map_err(|error: UnknownPart| not_accepted(error.to_string()))?;
    Ok(match act {
        "up" => file.shift(&key, Direction::Up).into_iter().collect(),
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

fn repriced(file: &RestaurantFile, form: &Form, lang: Lang) -> Result<Vec<PartChange>, ApiError> {
    let category = match form.get("category") {
        "" => None,
        category => Some(category.parse().map_err(|_| {
            ApiError::new(ProblemType::NotAccepted, "'category' is not the id of a category")
        })?),
    };
    let change = part_form::price_change(form.fields(), file, lang).ok_or_else(|| {
        ApiError::new(
            ProblemType::NotAccepted,
            "a percentage and amounts are numbers, such as -2.5",
        )
    })?;
    Ok(file.reprice(category, change))
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
    let back = |wrong: &str| {
        // What the form was filled from is newer when it is shown again.
        let typed = form.without(part_form::BEFORE);
        Ok(redirect(&address(&here, [("wrong", wrong), ("form", &typed)])))
    };
    let edit = match part_form::edit(&kind, form.fields(), &file, (lang, edit_id(form)?)) {
        Ok(Some(edit)) => edit,
        Ok(None) => return Ok(redirect(&address(&format!("/office/{slug}"), [("done", "same")]))),
        Err(wrong) => return back(&wrong.join(",")),
    };
    let key = edit.changes.first().map(PartChange::key);
    match edits::put_edit(app, &user, slug, &edit).await {
        Ok(()) => {
            let list = address(&format!("/office/{slug}"), [("done", "saved")]);
            let anchor = key.map(|key| format!("#{key}")).unwrap_or_default();
            Ok(redirect(&format!("{list}{anchor}")))
        }
        // The page has made an edit already, and was opened again by the browser's back button.
        Err(EditFailure::IdTaken) => {
            put_edit(app, &user, slug, edit).await?;
            Ok(redirect(&address(
                &format!("/office/{slug}"),
                [("done", "saved")],
            )))
        }
        Err(EditFailure::Refused(EditRefusal::Gone(_))) => back("gone"),
        Err(EditFailure::Refused(EditRefusal::Mistakes(_) | EditRefusal::Contradiction)) => back("refused"),
        Err(EditFailure::Refused(_)) => back("conflict"),
        Err(EditFailure::TooMany) => back("too-many"),
        Err(EditFailure::Other(error)) => Err(error),
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
    let result = result.map(|done| redirect(&address(&here, [("done", done)])));
    respond(refused_at(&here, result), &context).await
}

async fn change_changes(
    app: &AppState,
    user: Result<CurrentUser, ApiError>,
    slug: &str,
    form: &Form,
) -> Result<&'static str, ApiError> {
    let user = user?;
    let office = edits::edited_restaurant(app, &user, slug).await?;
    let no_such_edit = || ApiError::new(ProblemType::NotFound, "there is no such edit");
    if form.get("act") == "publish" {
        let up_to = form.get("up-to").parse().map_err(|_| no_such_edit())?;
        edits::publish(app, &user, slug, up_to).await?;
        return Ok("published");
    }
    let edit: EditId = form.get("edit").parse().map_err(|_| no_such_edit())?;
    let publication: Option<u32> = form.get("publication").parse().ok();
    let known = match publication {
        None => office.edits,
        Some(number) => {
            let log = edits::publications(app, &user, slug, number.checked_add(1)).await?;
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
    match entry.refusal {
        Some(_) => edits::discard_edit(app, &user, slug, edit).await?,
        None => put_edit(app, &user, slug, entry.edit.inverse(edit_id(form)?)).await?,
    }
    Ok("undone")
}

/// A refusal is said on the page that the form was on.
fn refused_at(here: &str, result: Result<Response, ApiError>) -> Result<Response, ApiError> {
    match result {
        Err(error) if error.0.is(ProblemType::Conflict) => {
            Ok(redirect(&address(here, [("wrong", "conflict")])))
        }
        Err(error) if error.0.is(ProblemType::NotAccepted) => {
            Ok(redirect(&address(here, [("wrong", error.0.detail.as_str())])))
        }
        result => result,
    }
}
