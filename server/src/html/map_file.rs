use std::sync::Arc;

use axum::{
    extract::State,
    http::{HeaderMap, Method, Uri},
    response::Response,
};
use servery_domain::problem::ProblemType;

use crate::{http::error::ApiError, state::AppState};

/// `GET /map/{hash}.pmtiles`: the file of the map on which diners set a point, whole or in parts.
pub async fn get_map_file(
    State(app): State<Arc<AppState>>,
    method: Method,
    uri: Uri,
    request: HeaderMap,
) -> Result<Response, ApiError> {
    let file = app.assets.map().and_then(|map| map.file_at(uri.path()));
    let file = file.ok_or_else(|| ApiError::new(ProblemType::NotFound, uri.path()))?;
    Ok(file.respond(&method, &request))
}
