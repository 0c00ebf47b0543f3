//! A form with a file.

use axum::{
    body::Bytes,
    extract::multipart::{Multipart, MultipartError, MultipartRejection},
    http::StatusCode,
};
use servery_app::form_fields::FormFields;
use servery_domain::problem::ProblemType;

use crate::http::error::ApiError;

pub struct FileForm {
    fields: Vec<(String, String)>,
    /// Empty if none was chosen.
    pub file: Bytes,
}

pub enum FileFormError {
    TooLarge,
    Other(ApiError),
}

impl FileForm {
    /// The file is the part of the name `file`.
    pub async fn read(form: Result<Multipart, MultipartRejection>) -> Result<Self, FileFormError> {
        let mut form = form.map_err(|error| not_accepted(error.body_text()))?;
        let (mut fields, mut file) = (Vec::new(), Bytes::new());
        while let Some(field) = form.next_field().await.map_err(unreadable)? {
            let name = field.name().unwrap_or_default().to_owned();
            let content = field.bytes().await.map_err(unreadable)?;
            if name == "file" {
                file = content;
                continue;
            }
            let text = String::from_utf8(content.into()).map_err(|error| not_accepted(error.to_string()))?;
            if text.contains('\0') {
                return Err(not_accepted("a field contains a NUL".to_owned()));
            }
            fields.push((name, text));
        }
        Ok(Self { fields, file })
    }

    pub fn fields(&self) -> FormFields<'_> {
        FormFields(&self.fields)
    }
}

fn unreadable(error: MultipartError) -> FileFormError {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => FileFormError::TooLarge,
        _ => not_accepted(error.body_text()),
    }
}

fn not_accepted(error: String) -> FileFormError {
    FileFormError::Other(ApiError::new(ProblemType::NotAccepted, error))
}
