//! Pictures that owners upload. The service behind the API and the plain form.

pub mod picture_location;
pub mod picture_store;

use axum::body::Bytes;
use servery_domain::{
    edit::{EditRefusal, PartKey},
    id::EditId,
    limits,
    menu::Picture,
    picture_fault::PictureFault,
    picture_shape::PictureShape,
    problem::ProblemType,
};
use servery_pictures::{ConversionError, ConvertedFile};
use sha2::{Digest, Sha256};

use self::picture_store::{PictureStore, UploadPlace};
use crate::{
    accounts::sessions::CurrentUser,
    edits::{self, EditFailure},
    http::{client::Client, error::ApiError, rate_limit},
    state::AppState,
};

/// Goes into the names of files: what is converted in another way has other names.
const CONVERSION: u8 = 1;

/// A place among the uploads, for as long as its picture is in memory.
pub struct Upload<'a> {
    store: &'a PictureStore,
    _place: UploadPlace,
}

/// Before the body is read.
pub async fn admit<'a>(
    app: &'a AppState,
    (user, client): (&CurrentUser, &Client),
    slug: &str,
) -> Result<Upload<'a>, ApiError> {
    edits::check(app, user, slug).await?;
    let store = app.pictures.as_ref().ok_or_else(|| {
        ApiError::new(
            ProblemType::NotFound,
            "this installation stores no pictures: its operator has to name a place for them with --pictures",
        )
    })?;
    app.rate_limiter
        .take_for_person(&rate_limit::PICTURES, &user.account.id.to_string(), client)
        .await?;
    let place = store.place(user.account.id).ok_or_else(|| {
        ApiError::new(
            ProblemType::Unavailable,
            "other pictures are uploaded at this moment; try again soon",
        )
    })?;
    Ok(Upload { store, _place: place })
}

impl Upload<'_> {
    /// Stores the picture in each format and width. The same file again is the same picture.
    pub async fn add(
        self,
        file: Bytes,
        shape: PictureShape,
    ) -> Result<Result<Picture, PictureFault>, ApiError> {
        if file.len() > limits::PICTURE_FILE {
            return Ok(Err(PictureFault::TooLarge));
        }
        let path = path(&file, shape);
        let turn = self.store.turn().await;
        let turn = turn.map_err(|error| ApiError::internal(&error))?;
        let converted = tokio::task::spawn_blocking(move || {
            // Nothing ends it, not even a client that goes away: the next one waits for its end.
            let _turn = turn;
            servery_pictures::convert(&file, shape)
        });
        let files = match converted.await {
            Ok(Ok(files)) => files,
            Ok(Err(ConversionError::Fault(fault))) => return Ok(Err(fault)),
            Ok(Err(error)) => return Err(ApiError::internal(&error)),
            // A decoder that a damaged file has confused.
            Err(error) if error.is_panic() => {
                tracing::warn!(%error, "a picture could not be decoded");
                return Ok(Err(PictureFault::Unreadable));
            }
            Err(error) => return Err(ApiError::internal(&error)),
        };
        let mut picture = Picture {
            path,
            formats: Vec::new(),
            widths: Vec::new(),
        };
        for ConvertedFile {
            format,
            width,
            content,
        } in files
        {
            let name = format!("{}-{width}.{}", picture.path, format.code());
            let stored = self.store.put(&name, content).await;
            stored.map_err(|error| ApiError::internal(&error))?;
            if !picture.formats.contains(&format) {
                picture.formats.push(format);
            }
            if !picture.widths.contains(&width) {
                picture.widths.push(width);
            }
        }
        Ok(Ok(picture))
    }
}

/// 32 hexadecimal digits that follow from the content.
fn path(file: &[u8], shape: PictureShape) -> String {
    let mut digest = Sha256::new();
    digest.update([CONVERSION]);
    if shape == PictureShape::Logo {
        digest.update(shape.code());
    }
    digest.update(file);
    digest
        .finalize()
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// The content behind such a path never changes.
pub fn is_path_of_upload(path: &str) -> bool {
    path.len() == 32 && path.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// An edit that gives a part another picture, or none. It is not published by itself.
pub async fn set(
    app: &AppState,
    user: &CurrentUser,
    (slug, key): (&str, &PartKey),
    (id, picture): (EditId, Option<Picture>),
) -> Result<(), EditFailure> {
    let office = edits::edited_restaurant(app, user, slug).await?;
    let content = picture.as_ref().map_or("", |picture| &picture.path);
    let id = edits::derived_id(id, &[key.to_string().as_bytes(), content.as_bytes()]);
    let part = office.edited.part(key);
    let before = part.ok_or_else(|| EditFailure::Refused(EditRefusal::Gone(key.clone())))?;
    let after = before
        .with_picture(picture)
        .ok_or(EditFailure::Refused(EditRefusal::Contradiction))?;
    if before == after {
        return Ok(());
    }
    edits::replace_part(app, user, slug, &office, (id, before, after)).await
}
