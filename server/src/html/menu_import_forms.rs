//! The form of a menu's import.

use axum::{
    extract::{Multipart, multipart::MultipartRejection},
    response::Response,
};
use servery_app::import_result::ImportResult;
use servery_domain::menu_import::{FilePosition, ImportFault, ImportMistake, Unlisted};

use super::{
    file_form::{FileForm, FileFormError},
    office_forms::id_in,
    order_forms::{FormContext, redirect, respond},
};
use crate::{
    accounts::sessions::CurrentUser,
    edits::{self, EditFailure},
    http::{
        client::Client,
        error::{ApiError, Text},
    },
    menu_file,
    menu_import::{self, MenuImport, MenuImportOutcome},
    state::AppState,
};
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
    edits::check(app, &user, slug).await?;
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
