//! What every web site may load of a restaurant: its widget, its menu as linked data. Made once per edition and language.

use std::sync::Arc;

use axum::{
    http::{
        HeaderMap,
        header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_LANGUAGE, VARY},
    },
    response::Response,
};
use servery_domain::{lang::Lang, menu::Menu, problem::ProblemType, restaurant::Listing};

use crate::{
    catalog::{Edition, restaurant_now::restaurant_called},
    clock,
    http::{
        cached_body::Cached,
        content_hash::content_hash,
        error::{ApiError, parameter},
    },
    state::AppState,
};

/// Seconds for which browsers and proxies may keep it.
const FRESH: i64 = 30;

/// Of one restaurant in one language.
pub struct CrossOriginAnswer {
    pub listing: Arc<Listing>,
    pub lang: Lang,
    edition: Edition,
}

impl CrossOriginAnswer {
    /// In the language that is asked for. Where there are no texts in it, in that of the restaurant.
    pub async fn find(app: &AppState, slug: &str, pairs: &[(String, String)]) -> Result<Self, ApiError> {
        let entry = restaurant_called(app, slug).await?;
        let listing = entry.listing().clone();
        let lang = parameter(pairs, "lang").and_then(Lang::from_tag);
        Ok(Self {
            edition: app.catalog.now().edition_of(&entry),
            lang: lang.unwrap_or(listing.restaurant.lang),
            listing,
        })
    }

    pub async fn respond(
        &self,
        app: &AppState,
        (path, content_type): (&str, &'static str),
        headers: &HeaderMap,
        write: impl AsyncFnOnce(Arc<Menu>) -> String,
    ) -> Result<Response, ApiError> {
        let Self {
            listing,
            lang,
            edition,
        } = self;
        let key = (*edition, format!("{path}?lang={}", lang.tag()));
        let cached = app.answer_cache.get_or_insert_async(&key, async {
            let menu = app.catalog.shown_menu(&listing.restaurant, Some(*lang)).await?;
            let menu = menu.ok_or_else(|| ApiError::new(ProblemType::NotFound, path))?;
            let text = write(menu).await;
            let tag = content_hash(text.as_bytes());
            Ok::<Arc<Cached>, ApiError>(Cached::new(content_type, &tag, text))
        });
        let mut response = cached.await?.respond(headers);
        let fresh = (edition.until.0 - clock::now().0).clamp(0, FRESH);
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
}
