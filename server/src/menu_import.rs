//! Imports of menus into the office: what a file changes becomes one edit. The service behind the API, the plain form and the program.

use servery_domain::{
    edit::{Edit, EditRefusal, PartChange},
    id::EditId,
    menu_import::{FilePosition, ImportFault, ImportMistake, ImportSummary, ImportedMenu, Unlisted},
    restaurant_file::RestaurantFile,
};

use crate::{
    accounts::sessions::CurrentUser,
    edits::{self, EditFailure},
    http::error::ApiError,
    menu_file::{self, MISTAKES, Words},
    restaurant_file,
    state::AppState,
};

pub enum ImportOutcome {
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

/// All of the file, or nothing of it. The same import again changes nothing.
pub async fn import(
    app: &AppState,
    user: &CurrentUser,
    slug: &str,
    import: MenuImport,
) -> Result<ImportOutcome, ApiError> {
    let office = edits::edited_restaurant(app, user, slug).await?;
    let id = import.id;
    if let Some(entry) = office.edits.iter().find(|entry| entry.edit.id == id) {
        return Ok(ImportOutcome::Imported(summary(&entry.edit.changes, Vec::new())));
    }
    let edited = office.edited;
    let read = move || {
        let made = changes(&edited, &import)?;
        Ok((made, import.dry_run))
    };
    // A menu of ten thousand dishes takes a good part of a second.
    let read = tokio::task::spawn_blocking(read);
    let read = read.await.map_err(|error| ApiError::internal(&error))?;
    let ((changes, left_out), dry_run) = match read {
        Ok(read) => read,
        Err(mistakes) => return Ok(ImportOutcome::Mistakes(mistakes)),
    };
    let summary = summary(&changes, left_out);
    if changes.is_empty() || dry_run {
        return Ok(ImportOutcome::Imported(summary));
    }
    match edits::put_edit(app, user, slug, &Edit { id, changes }).await {
        Ok(()) => Ok(ImportOutcome::Imported(summary)),
        Err(EditFailure::Other(error)) => Err(error),
        Err(EditFailure::Refused(EditRefusal::Mistakes(mistakes))) => {
            let mistakes = mistakes.iter().map(|mistake| not_accepted(mistake.to_string()));
            Ok(ImportOutcome::Mistakes(mistakes.collect()))
        }
        Err(failure) => Ok(ImportOutcome::Refused(failure)),
    }
}

/// What a file changes, and the names of the dishes that it leaves out.
type Changes = (Vec<PartChange>, Vec<String>);

fn changes(file: &RestaurantFile, import: &MenuImport) -> Result<Changes, Vec<ImportMistake>> {
    let (imported, left_out) = match own_file(&import.file) {
        Some(own) => (whole_restaurant(file, own?)?, Vec::new()),
        None => {
            let menu = menu_file::read(&import.file, file.currency, &Words::of(file.lang))?;
            let merged = merged(file, &menu, import)?;
            (merged, menu.left_out)
        }
    };
    let mistakes = imported.mistakes();
    if !mistakes.is_empty() {
        let mistakes = mistakes.iter().take(MISTAKES);
        return Err(mistakes
            .map(|mistake| not_accepted(mistake.to_string()))
            .collect());
    }
    Ok((file.changes_to(&imported), left_out))
}

fn merged(
    file: &RestaurantFile,
    menu: &ImportedMenu,
    import: &MenuImport,
) -> Result<RestaurantFile, Vec<ImportMistake>> {
    file.with_menu(menu, import.id, import.unlisted)
        .map_err(|mut mistakes| {
            mistakes.truncate(MISTAKES);
            mistakes
        })
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

fn summary(changes: &[PartChange], left_out: Vec<String>) -> ImportSummary {
    let mut summary = ImportSummary {
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
