//! What `public/widget.js` puts into another web site.

use std::sync::Arc;

use axum::{
    extract::{Query, State},
    http::HeaderMap,
    response::Response,
};
use leptos::prelude::*;
use servery_app::{pages::browse::widget::Widget, text::Texts};
use servery_domain::menu::Menu;

use super::{cross_origin_answer::CrossOriginAnswer, render::render};
use crate::{
    http::error::{ApiError, Pairs, Text},
    state::AppState,
};

/// `GET /restaurants/{slug}/widget?lang=de`: a part of a page.
pub async fn get_widget(
    State(app): State<Arc<AppState>>,
    Text(slug): Text,
    Query(pairs): Pairs,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let answer = CrossOriginAnswer::find(&app, &slug, &pairs).await?;
    let page = format!("{}/restaurants/{slug}", app.settings.base_url(&answer.listing));
    let (texts, listing) = (Texts::of(answer.lang), answer.listing.clone());
    let write = async |menu: Arc<Menu>| {
        let document = move || {
            let widget = Widget {
                texts,
                listing: &listing,
                menu: &menu,
                page,
            };
            widget.view().to_html()
        };
        render(|| (), document).await.html
    };
    let path = format!("/restaurants/{slug}/widget");
    answer
        .respond(&app, (&path, "text/html; charset=utf-8"), &headers, write)
        .await
}
