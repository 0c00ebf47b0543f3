//! Public holidays.

use axum::{
    Json,
    extract::Query,
    http::header::CACHE_CONTROL,
    response::{IntoResponse, Response},
};
use servery_domain::public_holidays::PublicHolidays;

use crate::{
    http::error::{AcceptsJson, ApiError, Pairs, Text},
    public_holidays,
};

/// The public holidays of a country, and of a region of it. Changes with a new version of the server only
#[utoipa::path(
    get, path = "/api/v1/holidays/{country}", tag = "restaurants",
    params(
        ("country" = String, Path, min_length = 2, max_length = 2, description = "ISO 3166-1 alpha-2", example = "DE"),
        ("region" = Option<String>, Query, max_length = 80, description = "The code of a region", example = "BY"),
    ),
    responses((status = 200, body = PublicHolidays), (status = 404)),
)]
pub async fn get_holidays(
    _: AcceptsJson,
    Text(country): Text,
    Query(pairs): Pairs,
) -> Result<Response, ApiError> {
    let region = pairs.iter().find(|(name, _)| name == "region");
    let region = region
        .map(|(_, code)| code.as_str())
        .filter(|code| !code.is_empty());
    let found = public_holidays::of_country(&country, region)?;
    Ok(([(CACHE_CONTROL, "public, max-age=86400")], Json(found)).into_response())
}
