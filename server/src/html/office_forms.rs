//! The forms of the office.

use axum::{
    extract::{Multipart, multipart::MultipartRejection},
    response::Response,
};
use servery_app::{
    form_fields::FormFields,
    import_result::ImportResult,
    page_address::{PageAddress, address},
    pages::account::links::WEAK_PASSWORD,
    part_form::{self, PartForm},
    text::{Texts, office},
};
use servery_domain::{
    account::{Password, Permission, Role, SignUp, StaffPosition},
    edit::{Direction, Edit, EditRefusal, PartChange, PartKey, UnknownPart},
    id::EditId,
    invitation::{Invitation, NewStaffInvitation},
    lang::Lang,
    menu_import::{FilePosition, ImportFault, ImportMistake, Unlisted},
    pos::cashier::NewCashier,
    problem::ProblemType,
    restaurant_file::RestaurantFile,
    time::TimeZoneName,
};

use super::{
    account_forms::with_cookie,
    file_form::{FileForm, FileFormError},
    order_forms::{Form, FormContext, redirect, respond},
    preferences::Preferences,
};
use crate::{
    accounts::sessions::{self, CurrentUser},
    cashiers, clock,
    edits::{self, EditFailure},
    http::{
        client::Client,
        error::{ApiError, Segments, Text},
        invitation_cookie, visitor,
    },
    invitations, menu_file,
    menu_import::{self, MenuImport, MenuImportOutcome},
    new_restaurant::{self, Outcome},
    public_holidays::{self, Added},
    staff,
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
        Err(error) if error.0.is(ProblemType::SignedOut) => Ok(redirect(&invitations::path(&token))),
        Err(error) if error.0.status < 500 => {
            let path = invitations::path(&token);
            Ok(redirect(&address(&path, [("wrong", refusal_code(&error))])))
        }
        Err(error) => Err(error),
    };
    respond(result, &context).await
}

/// A link that is over needs no word: the page says so.
fn refusal_code(error: &ApiError) -> &'static str {
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
        let accepted = invitations::accept_as(app, &user, token).await?;
        return Ok(redirect(&next_page(&accepted)));
    }
    let sign_up = SignUp {
        email: form.get("email").to_owned(),
        password: Password(form.raw("password").to_owned()),
        name: form.get("name").to_owned(),
        lang: Preferences::usual_lang(&PageAddress::new(NEW_RESTAURANT, ""), headers),
    };
    let (accepted, cookie) = invitations::accept_as_new(app, (client, headers), token, sign_up).await?;
    Ok(match cookie {
        Some(cookie) => with_cookie(redirect(&next_page(&accepted)), cookie),
        None => redirect(&address("/account/sign-up", [("done", "sent")])),
    })
}

/// Where the work begins.
fn next_page(accepted: &Invitation) -> String {
    match &accepted.position {
        None => NEW_RESTAURANT.to_owned(),
        Some(StaffPosition { slug, role, .. }) => match role.may(Permission::Edit) {
            true => format!("/office/{slug}"),
            false => format!("/board/{slug}"),
        },
    }
}

/// `POST /office/{slug}/staff`: invites somebody, and changes roles.
pub async fn post_staff(
    context: FormContext,
    client: Client,
    user: Result<CurrentUser, ApiError>,
    Text(slug): Text,
    form: Form,
) -> Response {
    let here = format!("/office/{slug}/staff");
    let result = match change_staff(&context.0, user, &client, (&slug, &here), &form).await {
        Err(error) => match staff_refusal(&error, form.get("act")) {
            Some(wrong) => Ok(redirect(&address(&here, [("wrong", wrong)]))),
            None => Err(error),
        },
        done => done,
    };
    respond(result, &context).await
}

/// What the page says about it; `None` for what needs a page of its own.
fn staff_refusal(error: &ApiError, act: &str) -> Option<&'static str> {
    match (invitation_refusal(error), act) {
        (wrong, "invite" | "withdraw") => wrong,
        (Some("email"), "pin") => Some("pin"),
        (Some("invitations"), "pin") => Some("cashiers"),
        (Some("invitations"), _) => Some("last-owner"),
        (Some("email"), _) => Some("refused"),
        (wrong, _) => wrong,
    }
}

/// What a page with invitations says about it; `None` for what needs a page of its own.
pub fn invitation_refusal(error: &ApiError) -> Option<&'static str> {
    let refusals = [
        (ProblemType::Conflict, "invitations"),
        (ProblemType::TooOften, "often"),
        (ProblemType::NotAccepted, "email"),
        // Another person was faster: the list shows the current state.
        (ProblemType::NotFound, "gone"),
    ];
    refusals
        .into_iter()
        .find(|(kind, _)| error.0.is(*kind))
        .map(|(_, wrong)| wrong)
}

async fn change_staff(
    app: &AppState,
    user: Result<CurrentUser, ApiError>,
    client: &Client,
    (slug, here): (&str, &str),
    form: &Form,
) -> Result<Response, ApiError> {
    let user = user?;
    let not_accepted = |what: &str| ApiError::new(ProblemType::NotAccepted, what.to_owned());
    let role = || Role::from_code(form.get("role")).ok_or_else(|| not_accepted("'role' is not a role"));
    let id = || {
        let id = form.get("id").parse();
        id.map_err(|_| not_accepted("'id' is not the id of an invitation: open the page again"))
    };
    let account = || {
        let account = form.get("account").parse();
        account.map_err(|_| not_accepted("'account' is not the id of an account"))
    };
    let cashier = || {
        let cashier = form.get("cashier").parse();
        cashier.map_err(|_| not_accepted("'cashier' is not the id of a cashier"))
    };
    let done = |what: &str| Ok(redirect(&address(here, [("done", what)])));
    match form.get("act") {
        "invite" => {
            let email = Some(form.get("email").to_owned()).filter(|email| !email.is_empty());
            let new = NewStaffInvitation { role: role()?, email };
            match staff::invite(app, (&user, client), slug, id()?, new).await? {
                Some(token) => Ok(with_cookie(redirect(here), invitation_cookie::write(&token)?)),
                None => done("mailed"),
            }
        }
        "withdraw" => {
            staff::withdraw(app, &user, slug, id()?).await?;
            done("withdrawn")
        }
        "role" => {
            let (account, role) = (account()?, role()?);
            staff::change_role(app, &user, slug, account, role).await?;
            match account == user.account.id && !role.may(Permission::Staff) {
                true => Ok(redirect(&format!("/board/{slug}"))),
                false => done("role"),
            }
        }
        "pin" => {
            let new = NewCashier {
                name: form.get("name").to_owned(),
                pin: form.get("pin").to_owned(),
            };
            cashiers::put(app, &user, slug, cashier()?, new).await?;
            done("pin")
        }
        "remove-cashier" => {
            cashiers::remove(app, &user, slug, cashier()?).await?;
            done("cashier-removed")
        }
        "remove" => {
            let account = account()?;
            staff::remove(app, &user, slug, account).await?;
            match account == user.account.id {
                true => Ok(redirect("/account")),
                false => done("left"),
            }
        }
        _ => Err(not_accepted("'act' is not something that can be done")),
    }
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

async fn change_changes(
    app: &AppState,
    user: Result<CurrentUser, ApiError>,
    slug: &str,
    form: &Form,
) -> Result<Said, ApiError> {
    let user = user?;
    let office = edits::edited_restaurant(app, &user, slug).await?;
    let no_such_edit = || ApiError::new(ProblemType::NotFound, "there is no such edit");
    if form.get("act") == "publish" {
        let up_to = form.get("up-to").parse().map_err(|_| no_such_edit())?;
        return match edits::publish(app, &user, slug, up_to).await {
            Ok(_) => Ok(("done", "published")),
            Err(error) if error.0.is(ProblemType::Conflict) => Ok(("wrong", "conflict")),
            Err(error) if error.0.is(ProblemType::NotAccepted) => Ok(("wrong", "refused")),
            Err(error) => Err(error),
        };
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
    let done = ("done", "undone");
    if entry.refusal.is_some() {
        edits::discard_edit(app, &user, slug, edit).await?;
        return Ok(done);
    }
    let inverse = entry.edit.inverse(id_of_act(form)?);
    said(edits::put_edit(app, &user, slug, &inverse).await, done)
}

/// `POST /office/{slug}/import`: a menu from a file.
pub async fn post_menu_import(
    context: FormContext,
    client: Client,
    user: Result<CurrentUser, ApiError>,
    Text(slug): Text,
    form: Result<Multipart, MultipartRejection>,
) -> Response {
    let here = format!("/office/{slug}/import");
    let result = import_menu(&context.0, (user, &client), &slug, form).await;
    respond(result.map(|result| redirect(&result.address(&here))), &context).await
}

async fn import_menu(
    app: &AppState,
    (user, client): (Result<CurrentUser, ApiError>, &Client),
    slug: &str,
    form: Result<Multipart, MultipartRejection>,
) -> Result<ImportResult, ApiError> {
    let user = user?;
    // Before the file is read.
    edits::check(app, &user, slug)?;
    let form = match FileForm::read(form).await {
        Ok(form) => form,
        Err(FileFormError::TooLarge) => {
            let at = FilePosition::File;
            let mistake = ImportMistake::new(at, ImportFault::TooLarge, menu_file::MOST_BYTES);
            return Ok(ImportResult::Mistakes(vec![mistake]));
        }
        Err(FileFormError::Other(error)) => return Err(error),
    };
    let fields = form.fields();
    let file = match (form.file.is_empty(), fields.get("page")) {
        (false, _) => form.file.to_vec(),
        (true, "") => return Ok(ImportResult::NoFile),
        (true, page) => match menu_import::load_page(app, (&user, client), page).await? {
            Ok(file) => file,
            Err(mistake) => return Ok(ImportResult::Mistakes(vec![mistake])),
        },
    };
    let dry_run = fields.get("act") == "check";
    let import = MenuImport {
        id: id_in(fields)?,
        file,
        unlisted: Unlisted::from_code(fields.get("unlisted")).unwrap_or(Unlisted::Keep),
        dry_run,
    };
    Ok(match menu_import::import(app, &user, slug, import).await? {
        MenuImportOutcome::Imported(summary) if dry_run => ImportResult::Checked(summary),
        MenuImportOutcome::Imported(summary) => ImportResult::Imported(summary),
        MenuImportOutcome::Mistakes(mistakes) => ImportResult::Mistakes(mistakes),
        MenuImportOutcome::Refused(EditFailure::TooMany) => ImportResult::TooManyEdits,
        MenuImportOutcome::Refused(_) => ImportResult::Conflict,
    })
}
