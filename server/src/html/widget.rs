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

use super::{render::render, rendered::Rendered};
use crate::{
    catalog::restaurant_now::{RestaurantNow, restaurant_now},
    http::{
        content_hash::content_hash,
        error::{ApiError, Pairs, Text},
    },
    state::AppState,
};

/// Seconds for which browsers and proxies may keep it.
const FRESH: i64 = 30;

/// `GET /restaurants/{slug}/widget?lang=de`: a part of a page, for every web site; without a language, in that of the menu.
pub async fn get_widget(
    State(app): State<Arc<AppState>>,
    Text(slug): Text,
    Query(pairs): Pairs,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let RestaurantNow {
        listing, menu, now, ..
    } = restaurant_now(&app, &slug).await?;
    let lang = match pairs.iter().find(|(name, _)| name == "lang") {
        None => listing.restaurant.lang,
        Some((_, tag)) => Lang::from_tag(tag).ok_or_else(|| {
            ApiError::new(
                ProblemType::NotAccepted,
                format!("there are no texts in the language '{tag}'"),
            )
        })?,
    };
    let page = format!("{}/restaurants/{slug}", app.settings.base_url(&listing));
    let fresh = (app.catalog.now().edition.until.0 - now.0.0).clamp(0, FRESH);
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
    let rendered = render(|| (), document).await;
    let etag = content_hash(rendered.html.as_bytes());
    let rendered = Rendered::new(rendered.status, rendered.headers, rendered.html, Some(&etag));
    let mut response = rendered.respond(&headers);
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
