//! Pictures that owners upload.

use std::sync::Arc;

use axum::{
    Json,
    extract::{FromRequest, Query, Request, State},
};
use servery_domain::{
    menu::Picture, picture_fault::PictureFault, picture_shape::PictureShape, problem::ProblemType, slug::Slug,
};

use crate::{
    accounts::sessions::CurrentUser,
    http::{
        client::Client,
        error::{ApiError, Pairs, Raw, Text, parameter},
    },
    pictures,
    state::AppState,
};

/// Upload a picture: a JPEG, PNG or WebP. It is turned upright, freed of its metadata and stored in several formats and widths. A photo is cropped to 4:3
/// around its middle; a logo becomes a square that has all of it. An edit then gives it to a dish, the profile or the theme. The same file again is the same picture
#[utoipa::path(
    post, path = "/api/v1/restaurants/{slug}/pictures", tag = "office", params(
        ("slug" = Slug, Path), ("shape" = Option<PictureShape>, Query, description = "Without it, a photo"),
    ),
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "At most 16 MiB and 32 million pixels, at least 320 × 240, a logo 96 on its longer side"),
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
    Query(pairs): Pairs,
    request: Request,
) -> Result<Json<Picture>, ApiError> {
    let shape = match parameter(&pairs, "shape") {
        None => PictureShape::default(),
        Some(code) => PictureShape::from_code(code)
            .ok_or_else(|| ApiError::new(ProblemType::NotAccepted, "'shape' is photo or logo"))?,
    };
    let upload = pictures::admit(&app, (&user, &client), &slug).await?;
    let Raw(file) = Raw::from_request(request, &()).await?;
    match upload.add(file, shape).await? {
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
