//! The manifest of a restaurant's staff app: installed, it opens at that restaurant and has its pages as shortcuts.

use std::sync::Arc;

use axum::{
    extract::State,
    http::{
        HeaderMap, HeaderValue, Uri,
        header::{CACHE_CONTROL, CONTENT_TYPE, VARY},
    },
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};
use servery_app::{
    page_address::PageAddress,
    text::{Texts, staff::Key},
};
use servery_domain::{lang::Lang, restaurant::Restaurant};

use super::preferences::Preferences;
use crate::{
    catalog::restaurant_now::{listing_of, restaurant_id},
    http::error::{ApiError, Text},
    state::AppState,
};

/// The dark ground of the staff app.
const GROUND: &str = "#171512";
const SHORTCUTS: [(&str, Key); 4] = [
    ("/till", Key::TillTitle),
    ("/kitchen", Key::KitchenTitle),
    ("/floor", Key::FloorTitle),
    ("/runs", Key::RunsTitle),
];

/// `GET /staff/{slug}/app.webmanifest`
pub async fn get_staff_manifest(
    State(app): State<Arc<AppState>>,
    uri: Uri,
    headers: HeaderMap,
    Text(slug): Text,
) -> Result<Response, ApiError> {
    let listing = listing_of(&app, restaurant_id(&app, &slug).await?).await?;
    let address = PageAddress::new(uri.path(), uri.query().unwrap_or_default());
    let lang = Preferences::usual_lang(&address, &headers);
    let manifest = manifest(&listing.restaurant, lang).to_string();
    let headers = [
        (
            CONTENT_TYPE,
            HeaderValue::from_static("application/manifest+json"),
        ),
        (CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (VARY, HeaderValue::from_static("accept-language, cookie")),
    ];
    Ok((headers, manifest).into_response())
}

fn manifest(restaurant: &Restaurant, lang: Lang) -> Value {
    let texts = Texts::of(lang);
    let start = format!("/staff/{}", restaurant.slug);
    let icon = |size: u32, purpose: &str| json!({ "src": format!("/icons/icon-{size}.png"), "sizes": format!("{size}x{size}"), "type": "image/png", "purpose": purpose });
    let shortcuts = SHORTCUTS.map(|(page, title)| {
        json!({ "name": texts.get(title), "url": format!("{start}{page}"), "icons": [icon(192, "any")] })
    });
    json!({
        "id": start,
        "name": format!("{} · Servery", restaurant.name),
        "short_name": restaurant.name,
        "lang": lang.tag(),
        "dir": lang.direction(),
        "start_url": start,
        "scope": start,
        "display": "standalone",
        "background_color": GROUND,
        "theme_color": GROUND,
        "categories": ["business"],
        "icons": [icon(192, "any"), icon(512, "any"), icon(512, "maskable")],
        "shortcuts": shortcuts,
    })
}
