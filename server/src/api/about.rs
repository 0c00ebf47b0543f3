use std::sync::{Arc, LazyLock};

use axum::{extract::State, http::HeaderMap, response::Response};
use servery_domain::about::{About, Component};

use crate::{
    api::cached_answer::cached_answer,
    http::error::{AcceptsJson, ApiError},
    state::AppState,
};

pub static ABOUT: LazyLock<Arc<About>> = LazyLock::new(|| {
    let lines = include_str!(concat!(env!("OUT_DIR"), "/components.txt")).lines();
    let components = lines.filter_map(|line| {
        let mut fields = line.split('\t').map(str::to_owned);
        Some(Component {
            name: fields.next()?,
            version: fields.next()?,
            licence: fields.next()?,
        })
    });
    Arc::new(About {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        components: components.collect(),
    })
});

/// The version of this server and its dependencies
#[utoipa::path(get, path = "/api/v1/about", tag = "about", responses((status = 200, body = About)))]
pub async fn get_about(
    _: AcceptsJson,
    State(app): State<Arc<AppState>>,
    request: HeaderMap,
) -> Result<Response, ApiError> {
    let edition = app.catalog.now().edition;
    cached_answer(
        &app,
        &request,
        edition,
        servery_app::api::ABOUT.to_owned(),
        async { Ok(ABOUT.clone()) },
    )
    .await
}
