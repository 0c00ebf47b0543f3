//! `/api/v1`: the only door from a browser to the data. One file per noun.

pub mod about;
pub mod docs;
pub mod openapi;
pub mod restaurants;

use std::sync::Arc;

use axum::{
    http::{HeaderMap, HeaderValue, header::CACHE_CONTROL},
    response::Response,
};
use serde::Serialize;
use servery_app::{
    render::{Mode, Voices, decide},
    routes::{ROUTES, Route},
};

use crate::{
    app::App,
    cached::Cached,
    refusal::Refusal,
    town::{Edition, Snapshot},
};

/// The paths of the pages that are thick unless the visitor wants otherwise, for clients that navigate by themselves.
const THICK: &str = "servery-thick";

/// Answers from memory, or makes the answer once for this edition.
async fn answer<T: Serialize>(
    app: &App,
    request: &HeaderMap,
    edition: Edition,
    address: String,
    make: impl Future<Output = Result<T, Refusal>>,
) -> Result<Response, Refusal> {
    let key = (edition, address);
    let made = app.answers.get_or_insert_async(&key, async {
        let body =
            serde_json::to_vec(&make.await?).map_err(|error| Refusal::new(servery_domain::problem::Kind::Broken, error.to_string()))?;
        Ok::<Arc<Cached>, Refusal>(Cached::new("application/json", &tag(app, edition), body))
    });
    let mut response = made.await?.respond(request);
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(THICK, thick(&app.town.now()));
    Ok(response)
}

fn thick(town: &Snapshot) -> HeaderValue {
    let voices = |route: &Route| Voices { operator: town.mode(route.path), ..Voices::default() };
    let thick = ROUTES.iter().filter(|route| decide(route, voices(route)).mode == Mode::Thick).map(|route| route.path);
    HeaderValue::from_str(&thick.collect::<Vec<_>>().join(" ")).unwrap_or(HeaderValue::from_static(""))
}

/// The same on every node that runs this version and has this edition.
pub fn tag(app: &App, edition: Edition) -> String {
    format!("{}.{}.{}", edition.revisions.town.0, edition.until.0, app.assets.version)
}
