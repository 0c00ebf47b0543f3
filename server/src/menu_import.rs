//! Imports of menus into the office: what a file changes becomes one edit. The service behind the API, the plain form and the program.

use servery_domain::{
    edit::{Edit, EditRefusal, PartChange},
    id::EditId,
    limits,
    menu_import::{FilePosition, ImportFault, ImportMistake, ImportSummary, Unlisted},
    restaurant_file::RestaurantFile,
};

use tokio::sync::Semaphore;

use crate::{
    accounts::sessions::CurrentUser,
    edits::{self, EditFailure},
    http::{client::Client, error::ApiError, rate_limit},
    menu_file::{self, MISTAKES, Words},
    restaurant_file,
    state::AppState,
    web_page::{self, WebPageError},
};

pub enum MenuImportOutcome {
    Imported(ImportSummary),
    Mistakes(Vec<ImportMistake>),
    Refused(EditFailure),
}

/// An import, of which the client has chosen the id.
pub struct MenuImport {
    pub id: EditId,
    pub file: Vec<u8>,
    pub unlisted: Unlisted,
    /// Only say what would change.
    pub dry_run: bool,
}

/// A menu that is read takes memory many times its size: one after another on each node.
static ONE_AT_A_TIME: Semaphore = Semaphore::const_new(1);

/// The page of a web site, as a file.
pub async fn load_page(
    app: &AppState,
    (user, client): (&CurrentUser, &Client),
    address: &str,
) -> Result<Result<Vec<u8>, ImportMistake>, ApiError> {
    app.rate_limiter
        .take_for_person(&rate_limit::WEB_PAGES, &user.account.id.to_string(), client)
        .await?;
    let loaded = match address.chars().count() > limits::WEB_ADDRESS {
        true => Err(WebPageError::Address),
        false => web_page::load(&app.settings, address).await,
    };
    Ok(loaded.map_err(|error| {
        let (fault, value) = match error {
            WebPageError::Address => (ImportFault::PageAddress, address.to_owned()),
            WebPageError::TooLarge => (ImportFault::TooLarge, menu_file::MOST_BYTES.to_owned()),
            WebPageError::Status(status) => (ImportFault::PageNotLoaded, format!("HTTP {status}")),
            WebPageError::Unreachable(error) => {
                tracing::info!(%error, "a page that a menu was to be imported from was not loaded");
                (ImportFault::PageNotLoaded, address.to_owned())
            }
        };
        ImportMistake::new(FilePosition::File, fault, value)
    }))
}

/// All of the file, or nothing of it. The same import again changes nothing; another file under the same id is another import.
pub async fn import(
    app: &AppState,
    user: &CurrentUser,
    slug: &str,
    import: MenuImport,
) -> Result<MenuImportOutcome, ApiError> {
    edits::check(app, user, slug).await?;
    let turn = ONE_AT_A_TIME.acquire().await;
    let turn = turn.map_err(|error| ApiError::internal(&error))?;
    let office = edits::edited_restaurant(app, user, slug).await?;
    let id = import.edit_id();
    let known = office
        .edits
        .into_iter()
        .find(|entry| entry.edit.id == id && !import.dry_run);
    let (edited, dry_run) = (office.edited, import.dry_run);
    let is_known = known.is_some();
    // A menu of ten thousand dishes takes a good part of a second.
    let read = tokio::task::spawn_blocking(move || {
        // Nothing ends it, not even a client that goes away: the next one waits for its end.
        let _turn = turn;
        match is_known {
            true => left_out(&edited, &import).map(|left_out| (Vec::new(), left_out)),
            false => changes(&edited, &import),
        }
    });
    let read = read.await.map_err(|error| ApiError::internal(&error))?;
    let (changes, left_out) = match read {
        Ok(read) => read,
        Err(mistakes) => return Ok(MenuImportOutcome::Mistakes(mistakes)),
    };
    if let Some(entry) = known {
        return Ok(MenuImportOutcome::Imported(summary(
            Some(id),
            &entry.edit.changes,
            left_out,
        )));
    }
    let is_made = !changes.is_empty() && !dry_run;
    let summary = summary(is_made.then_some(id), &changes, left_out);
    if !is_made {
        return Ok(MenuImportOutcome::Imported(summary));
    }
    match edits::put_edit(app, user, slug, &Edit { id, changes }).await {
        Ok(()) => Ok(MenuImportOutcome::Imported(summary)),
        Err(EditFailure::Other(error)) => Err(error),
        Err(EditFailure::Refused(EditRefusal::Mistakes(mistakes))) => {
            let mistakes = mistakes.iter().take(MISTAKES);
            let mistakes = mistakes.map(|mistake| not_accepted(mistake.to_string()));
            Ok(MenuImportOutcome::Mistakes(mistakes.collect()))
        }
        Err(failure) => Ok(MenuImportOutcome::Refused(failure)),
    }
}

impl MenuImport {
    /// Of the id, the file and what happens to other dishes.
    fn edit_id(&self) -> EditId {
        edits::derived_id(self.id, &[self.unlisted.code().as_bytes(), &self.file])
    }
}

/// What a file changes, and the names of the dishes that it leaves out.
type ImportedChanges = (Vec<PartChange>, Vec<String>);

fn changes(file: &RestaurantFile, import: &MenuImport) -> Result<ImportedChanges, Vec<ImportMistake>> {
    let (imported, left_out) = match own_file(&import.file) {
        Some(own) => (whole_restaurant(file, own?)?, Vec::new()),
        None => {
            let menu = menu_file::read(&import.file, file.currency, &Words::of(file.lang))?;
            let mut merged = file.with_menu(&menu, import.edit_id(), import.unlisted);
            if let Err(mistakes) = &mut merged {
                mistakes.truncate(MISTAKES);
            }
            (merged?, menu.left_out_names())
        }
    };
    let mistakes = imported.mistakes();
    if !mistakes.is_empty() {
        let mistakes = mistakes.iter().take(MISTAKES);
        return Err(mistakes
            .map(|mistake| not_accepted(mistake.to_string()))
            .collect());
    }
    let changes = file.changes_to(&imported);
    match changes.len() > limits::EDIT_CHANGES {
        true => Err(vec![ImportMistake::new(
            FilePosition::File,
            ImportFault::TooManyChanges,
            limits::EDIT_CHANGES.to_string(),
        )]),
        false => Ok((changes, left_out)),
    }
}

fn left_out(file: &RestaurantFile, import: &MenuImport) -> Result<Vec<String>, Vec<ImportMistake>> {
    match own_file(&import.file) {
        Some(_) => Ok(Vec::new()),
        None => Ok(menu_file::read(&import.file, file.currency, &Words::of(file.lang))?.left_out_names()),
    }
}

fn not_accepted(wrong: String) -> ImportMistake {
    ImportMistake::new(FilePosition::File, ImportFault::NotAccepted, wrong)
}

/// Servery's own file of a restaurant, which says everything; `None` if it is another one.
fn own_file(bytes: &[u8]) -> Option<Result<RestaurantFile, Vec<ImportMistake>>> {
    let text = restaurant_file::read::text(bytes).ok()?;
    if !restaurant_file::read::is_own(text) {
        return None;
    }
    let read = restaurant_file::read::read(text);
    Some(read.map_err(|mistakes| {
        let told = restaurant_file::read::told(text, &mistakes);
        told.lines()
            .take(MISTAKES)
            .map(|line| not_accepted(line.to_owned()))
            .collect()
    }))
}

/// What the office does not change stays: the address of the page, the currency, and the plan of the tables.
fn whole_restaurant(
    file: &RestaurantFile,
    own: RestaurantFile,
) -> Result<RestaurantFile, Vec<ImportMistake>> {
    let of_file = |fault, value: String| vec![ImportMistake::new(FilePosition::File, fault, value)];
    if own.currency != file.currency {
        return Err(of_file(
            ImportFault::OtherCurrency,
            own.currency.code().to_owned(),
        ));
    }
    if own.id != file.id {
        return Err(of_file(ImportFault::OtherRestaurant, own.name));
    }
    Ok(RestaurantFile {
        slug: file.slug.clone(),
        lang: file.lang,
        tables: file.tables.clone(),
        ..own
    })
}

fn summary(edit: Option<EditId>, changes: &[PartChange], left_out: Vec<String>) -> ImportSummary {
    let mut summary = ImportSummary {
        edit,
        left_out,
        ..ImportSummary::default()
    };
    for change in changes {
        match change {
            PartChange::Add { .. } => summary.added += 1,
            PartChange::Remove { .. } => summary.removed += 1,
            PartChange::Replace { .. } | PartChange::Move { .. } => summary.changed += 1,
        }
    }
    summary
}
