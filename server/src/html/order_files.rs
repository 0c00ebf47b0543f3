//! Orders as a file, for the books.

use std::sync::Arc;

use axum::{
    extract::State,
    http::{HeaderMap, Uri},
    response::Response,
};
use servery_app::page_address::{self, PageAddress};
use servery_domain::{order_search::OrderSearch, problem::ProblemType};

use super::{menu_files::attachment, order_forms::redirect, preferences::Preferences};
use crate::{
    accounts::sessions::CurrentUser,
    http::error::{ApiError, Text},
    order_file,
    orders::order_search,
    state::AppState,
};

/// `GET /board/{slug}/orders.csv`: those that the same search lists.
pub async fn get_orders_csv(
    State(app): State<Arc<AppState>>,
    user: CurrentUser,
    uri: Uri,
    headers: HeaderMap,
    Text(slug): Text,
) -> Result<Response, ApiError> {
    let address = PageAddress::new(uri.path(), uri.query().unwrap_or_default());
    let lang = Preferences::usual_lang(&address, &headers);
    let search = OrderSearch::parse(&mut address.page_pairs())
        .map_err(|parameter| ApiError::new(ProblemType::Malformed, parameter.to_string()))?;
    let exported = match order_search::export(&app, &user, &slug, &search).await {
        Err(error) if error.0.is(ProblemType::TooLarge) => {
            let wrong = ("wrong", "too-many".to_owned());
            let pairs = search.pairs().into_iter().chain([wrong]);
            return Ok(redirect(&page_address::address(
                &format!("/board/{slug}/orders"),
                pairs,
            )));
        }
        exported => exported?,
    };
    let written = tokio::task::spawn_blocking(move || order_file::csv(&exported.orders, lang)).await;
    let written = written.map_err(|error| ApiError::internal(&error))?;
    let bytes = written.map_err(|error| ApiError::internal(&error))?;
    attachment(&slug, ("orders.csv", "text/csv; charset=utf-8"), bytes)
}
