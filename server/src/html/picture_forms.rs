//! The picture of a dish or of the restaurant, in the office.

use axum::{
    extract::multipart::{Multipart, MultipartRejection},
    response::Response,
};
use servery_app::page_address::address;
use servery_domain::{
    edit::{PartKey, UnknownPart},
    id::EditId,
    menu::Picture,
    picture_fault::PictureFault,
    problem::ProblemType,
};

use super::{
    file_form::{FileForm, FileFormError},
    office_forms::{id_in, wrong},
    order_forms::{Form, FormContext, redirect, respond},
};
use crate::{
    accounts::sessions::CurrentUser,
    edits::{self, EditFailure},
    http::{
        client::Client,
        error::{ApiError, Segments},
    },
    pictures,
    state::AppState,
};

/// `POST /office/{slug}/parts/{part}/picture`
pub async fn post_picture(
    context: FormContext,
    client: Client,
    user: Result<CurrentUser, ApiError>,
    Segments((slug, part)): Segments<(String, String)>,
    form: Result<Multipart, MultipartRejection>,
) -> Response {
    let result = upload(&context.0, user, &client, (&slug, &part), form).await;
    answer(&context, (&slug, &part), result).await
}

/// `POST /office/{slug}/parts/{part}/picture/remove`
pub async fn post_picture_removal(
    context: FormContext,
    user: Result<CurrentUser, ApiError>,
    Segments((slug, part)): Segments<(String, String)>,
    form: Form,
) -> Response {
    let result = remove(&context.0, user, (&slug, &part), &form).await;
    answer(&context, (&slug, &part), result).await
}

async fn answer(
    context: &FormContext,
    (slug, part): (&str, &str),
    result: Result<&'static str, ApiError>,
) -> Response {
    let page = |said| address(&format!("/office/{slug}/parts/{part}"), [("picture", said)]) + "#picture";
    respond(result.map(|said| redirect(&page(said))), context).await
}

/// What the page says about it.
async fn upload(
    app: &AppState,
    user: Result<CurrentUser, ApiError>,
    client: &Client,
    (slug, part): (&str, &str),
    form: Result<Multipart, MultipartRejection>,
) -> Result<&'static str, ApiError> {
    let user = user?;
    let key = key(part)?;
    let upload = match pictures::admit(app, (&user, client), slug).await {
        Err(error) if error.0.is(ProblemType::TooOften) => return Ok("often"),
        Err(error) if error.0.is(ProblemType::Unavailable) => return Ok("busy"),
        admitted => admitted?,
    };
    let form = match FileForm::read(form).await {
        Ok(form) => form,
        Err(FileFormError::TooLarge) => return Ok(PictureFault::TooLarge.code()),
        Err(FileFormError::Other(error)) => return Err(error),
    };
    let id = id_in(form.fields())?;
    if form.file.is_empty() {
        return Ok("no-file");
    }
    match upload.add(form.file, key.picture_shape()).await? {
        Ok(picture) => set(app, &user, (slug, &key), (id, Some(picture))).await,
        Err(fault) => Ok(fault.code()),
    }
}

async fn remove(
    app: &AppState,
    user: Result<CurrentUser, ApiError>,
    (slug, part): (&str, &str),
    form: &Form,
) -> Result<&'static str, ApiError> {
    let user = user?;
    edits::check(app, &user, slug).await?;
    let (key, id) = (key(part)?, id_in(form.fields())?);
    set(app, &user, (slug, &key), (id, None)).await
}

async fn set(
    app: &AppState,
    user: &CurrentUser,
    of: (&str, &PartKey),
    (id, picture): (EditId, Option<Picture>),
) -> Result<&'static str, ApiError> {
    let done = match picture {
        Some(_) => "saved",
        None => "removed",
    };
    match pictures::set(app, user, of, (id, picture)).await {
        Ok(()) => Ok(done),
        Err(EditFailure::Other(error)) => Err(error),
        Err(failure) => Ok(wrong(&failure)),
    }
}

fn key(part: &str) -> Result<PartKey, ApiError> {
    part.parse()
        .map_err(|error: UnknownPart| ApiError::new(ProblemType::NotFound, error.to_string()))
}
