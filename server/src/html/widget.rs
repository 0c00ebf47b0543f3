//! What `public/widget.js` puts into another web site.

use std::sync::Arc;

use axum::{
    extract::{Query, State},
    http::{
        HeaderMap,
        header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_LANGUAGE, VARY},
    },
    response::Response,
};
use leptos::prelude::*;
use servery_app::{pages::browse::widget::Widget, text::Texts};
use servery_domain::{lang::Lang, problem::ProblemType};

use super::render::render;
use crate::{
    catalog::restaurant_now::{RestaurantNow, restaurant_now},
    http::{
        cached_body::Cached,
        content_hash::content_hash,
        error::{ApiError, Pairs, Text, parameter},
    },
    state::AppState,
};

/// Seconds for which browsers and proxies may keep it.
const FRESH: i64 = 30;

/// `GET /restaurants/{slug}/widget?lang=de`: a part of a page, for every web site. Where there are no texts in its language, in that of
/// the menu.
pub async fn get_widget(
    State(app): State<Arc<AppState>>,
    Text(slug): Text,
    Query(pairs): Pairs,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    // Before what it is the key of: newer content under an older edition is looked up by nobody later.
    let snapshot = app.catalog.now().clone();
    let RestaurantNow { listing, now, .. } = restaurant_now(&app, &slug).await?;
    let edition = snapshot.edition_of(&listing.restaurant.slug);
    let lang = parameter(&pairs, "lang").and_then(Lang::from_tag);
    let lang = lang.unwrap_or(listing.restaurant.lang);
    let page = format!("{}/restaurants/{slug}", app.settings.base_url(&listing));
    let key = (edition, format!("/restaurants/{slug}/widget?lang={}", lang.tag()));
    let cached = app.answer_cache.get_or_insert_async(&key, async {
        let menu = app.catalog.shown_menu(&listing.restaurant, Some(lang)).await?;
        let menu = menu.ok_or_else(|| ApiError::new(ProblemType::NotFound, &slug))?;
        let texts = Texts::of(lang);
        let document = move || {
            let widget = Widget {
                texts,
                listing: &listing,
                menu: &menu,
                page,
            };
            widget.view().to_html()
        };
        let html = render(|| (), document).await.html;
        let tag = content_hash(html.as_bytes());
        Ok::<Arc<Cached>, ApiError>(Cached::new("text/html; charset=utf-8", &tag, html))
    });
    let mut response = cached.await?.respond(&headers);
    let fresh = (edition.until.0 - now.0.0).clamp(0, FRESH);
    let own = response.headers_mut();
    for (name, value) in [
        (ACCESS_CONTROL_ALLOW_ORIGIN, "*".to_owned()),
        (CACHE_CONTROL, format!("public, max-age={fresh}")),
        (CONTENT_LANGUAGE, lang.tag().to_owned()),
        (VARY, "accept-encoding".to_owned()),
    ] {
        // Digits and words.
        if let Ok(value) = value.parse() {
            own.insert(name, value);
        }
    }
    Ok(response)
}
