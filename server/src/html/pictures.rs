//! The restaurants' pictures.

use axum::{
    http::{
        HeaderValue,
        header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE},
    },
    response::{IntoResponse, Response},
};
use servery_domain::menu::PictureFormat;

use crate::{http::error::ApiError, pictures, state::AppState};

/// Serves `/pictures/ramen-320.avif`: a plain name with the ending of a known format, and nothing else.
pub async fn respond(app: &AppState, path: &str) -> Option<Response> {
    let store = app.pictures.as_ref()?;
    let name = path.strip_prefix("/pictures/")?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    let (stem, ending) = name.rsplit_once('.')?;
    let format = PictureFormat::from_code(ending).filter(|_| !stem.is_empty() && stem.bytes().all(plain))?;
    let body = match store.get(name).await {
        Ok(found) => found?,
        Err(error) => return Some(ApiError::internal(&error).into_response()),
    };
    let caching = match pictures::is_path_of_upload(stem.split('-').next().unwrap_or_default()) {
        true => "public, max-age=31536000, immutable",
        false => "public, max-age=86400",
    };
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(format.media_type())),
        (CACHE_CONTROL, HeaderValue::from_static(caching)),
        // An SVG that is opened as a page must run no script.
        (
            CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(
                "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
            ),
        ),
    ];
    Some((headers, body).into_response())
}
