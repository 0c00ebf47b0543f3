//! Pictures that owners upload.

use std::sync::Arc;

use axum::{
    Json,
    extract::{FromRequest, Request, State},
};
use servery_domain::{menu::Picture, picture_fault::PictureFault, problem::ProblemType, slug::Slug};

use crate::{
    accounts::sessions::CurrentUser,
    http::{
        client::Client,
        error::{ApiError, Raw, Text},
    },
    pictures,
    state::AppState,
};

/// Upload a picture: a JPEG, PNG or WebP. It is turned upright, cropped to 4:3 around its middle, freed of its metadata and stored in several formats and widths.
/// An edit then gives it to a dish or to the profile. The same file again is the same picture
#[utoipa::path(
    post, path = "/api/v1/restaurants/{slug}/pictures", tag = "office", params(("slug" = Slug, Path)),
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "At most 16 MiB and 32 million pixels, at least 320 × 240"),
    responses(
        (status = 200, body = Picture), (status = 403), (status = 404, description = "No such restaurant, or no folder for pictures"), (status = 413),
        (status = 503, description = "Other pictures are uploaded at this moment"),
    ),
    security(("session" = [])),
)]
pub async fn post_picture(
    State(app): State<Arc<AppState>>,
    user: CurrentUser,
    client: Client,
    Text(slug): Text,
    request: Request,
) -> Result<Json<Picture>, ApiError> {
    let upload = pictures::admit(&app, (&user, &client), &slug)?;
    let Raw(file) = Raw::from_request(request, &()).await?;
    match upload.add(file).await? {
        Ok(picture) => Ok(Json(picture)),
        Err(fault) => Err(refused(fault)),
    }
}

fn refused(fault: PictureFault) -> ApiError {
    let kind = match fault {
        PictureFault::TooLarge => ProblemType::TooLarge,
        _ => ProblemType::NotAccepted,
    };
    ApiError::new(kind, fault.to_string())
}
