//! Imports of menus: a table, or what another program has exported.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Query, State},
};
use servery_domain::{
    id::EditId,
    menu_import::{ImportSummary, Unlisted},
    problem::ProblemType,
    slug::Slug,
};

use super::board::ids;
use crate::{
    accounts::sessions::CurrentUser,
    http::error::{AcceptsJson, ApiError, Pairs, Raw, Segments, parameter},
    menu_file::told,
    menu_import::{self, MenuImport, MenuImportOutcome},
    state::AppState,
};

/// Import a menu as one edit: CSV, Excel (XLSX), GloriaFood's JSON, a page with schema.org's Menu, or Servery's own file. The same import again changes nothing
#[utoipa::path(
    put, path = "/api/v1/restaurants/{slug}/menu-imports/{id}", tag = "office",
    params(
        ("slug" = Slug, Path), ("id" = EditId, Path),
        ("unlisted" = Option<Unlisted>, Query, description = "What happens to dishes that the file does not list; without it, they are kept"),
        ("dry_run" = Option<bool>, Query, description = "Only say what would change"),
    ),
    request_body(content = String, content_type = "application/octet-stream"),
    responses(
        (status = 200, body = ImportSummary), (status = 403), (status = 404),
        (status = 409, description = "Too many edits are not published"),
        (status = 422, description = "Nothing was imported; the detail has a line for each mistake"),
    ),
    security(("session" = [])),
)]
pub async fn put_menu_import(
    _: AcceptsJson,
    State(app): State<Arc<AppState>>,
    user: CurrentUser,
    Segments((slug, id)): Segments<(String, String)>,
    Query(pairs): Pairs,
    Raw(file): Raw,
) -> Result<Json<ImportSummary>, ApiError> {
    let not_accepted = |detail: &str| ApiError::new(ProblemType::NotAccepted, detail);
    let unlisted = match parameter(&pairs, "unlisted") {
        None => Unlisted::Keep,
        Some(code) => {
            Unlisted::from_code(code).ok_or_else(|| not_accepted("'unlisted' is keep or remove"))?
        }
    };
    let dry_run = match parameter(&pairs, "dry_run") {
        None | Some("false") => false,
        Some("true") => true,
        Some(_) => return Err(not_accepted("'dry_run' is true or false")),
    };
    let import = MenuImport {
        id: ids(&id)?,
        file: file.into(),
        unlisted,
        dry_run,
    };
    match menu_import::import(&app, &user, &slug, import).await? {
        MenuImportOutcome::Imported(summary) => Ok(Json(summary)),
        MenuImportOutcome::Mistakes(mistakes) => Err(not_accepted(&told(&mistakes))),
        MenuImportOutcome::Refused(failure) => Err(failure.into()),
    }
}
