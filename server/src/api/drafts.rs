use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header::CACHE_CONTROL},
    response::{IntoResponse, Response},
};
use servery_domain::{draft::Draft, slots::Times, slug::Slug};

use crate::{
    accounts::customer::Customer,
    http::error::{AcceptsJson, ApiError, JsonBody, Text},
    orders::{drafts, quotes},
    state::AppState,
};

/// The draft of this browser, which a cookie identifies
#[utoipa::path(
    get, path = "/api/v1/restaurants/{slug}/draft", tag = "orders", params(("slug" = Slug, Path)),
    responses((status = 200, body = Draft), (status = 404)),
    security((), ("session" = []), ("visitor" = [])),
)]
pub async fn get_draft(
    _: AcceptsJson,
    State(app): State<Arc<AppState>>,
    Text(slug): Text,
    customer: Customer,
) -> Result<Response, ApiError> {
    let draft = drafts::draft(&app, &slug, &customer).await?;
    Ok(([(CACHE_CONTROL, "private, no-store")], Json(draft)).into_response())
}

/// Store the draft of this browser
#[utoipa::path(
    put, path = "/api/v1/restaurants/{slug}/draft", tag = "orders", params(("slug" = Slug, Path)), request_body = Draft,
    responses((status = 204, description = "It is kept"), (status = 404)),
    security((), ("session" = []), ("visitor" = [])),
)]
pub async fn put_draft(
    State(app): State<Arc<AppState>>,
    Text(slug): Text,
    customer: Customer,
    JsonBody(draft): JsonBody<Draft>,
) -> Result<Response, ApiError> {
    let visitor = customer.browser(&app).await?;
    drafts::save_draft(&app, &slug, (visitor, &customer.client), &draft).await?;
    app.visitor_cookies
        .write(app.store.as_ref(), StatusCode::NO_CONTENT, visitor)
        .await
}

/// The restaurant's local time, and which slots are full
#[utoipa::path(
    get, path = "/api/v1/restaurants/{slug}/times", tag = "orders", params(("slug" = Slug, Path)),
    responses((status = 200, body = Times), (status = 404)),
)]
pub async fn get_times(
    _: AcceptsJson,
    State(app): State<Arc<AppState>>,
    Text(slug): Text,
) -> Result<Response, ApiError> {
    Ok((
        [(CACHE_CONTROL, "no-store")],
        Json(quotes::times(&app, &slug).await?),
    )
        .into_response())
}
