//! Every address that the server answers.

use std::{any::Any, sync::Arc};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, Method, Uri},
    middleware::{from_fn, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use servery_app::routes::ROUTES;
use servery_domain::{
    limits,
    problem::{Kind, Problem},
};
use tower_http::catch_panic::CatchPanicLayer;

use crate::{
    api,
    html::{account_forms, board_forms, order_forms, page, pictures, release_files, sitemap, staff_forms},
    http::{
        error::{ApiError, accepts, body_limit},
        health, time_limits,
    },
    middleware,
    state::AppState,
};

/// `/metrics` on an address of its own.
pub fn metrics_router(app: Arc<AppState>) -> Router {
    metrics().with_state(app)
}

fn metrics() -> Router<Arc<AppState>> {
    Router::new().route("/metrics", get(health::metrics))
}

pub fn router(app: Arc<AppState>) -> Router {
    let metrics = match app.settings.metrics_listen {
        Some(_) => Router::new(),
        None => metrics(),
    };
    Router::new()
        .merge(metrics)
        .merge(api::routes::routes().split_for_parts().0)
        .merge(pages())
        .merge(forms())
        .route("/api/v1/openapi.json", get(api::openapi::get_openapi))
        .route("/api/v1/docs", get(api::docs::get_docs))
        .route("/livez", get(health::live))
        .route("/readyz", get(health::ready))
        .route("/sitemap.xml", get(sitemap::get_sitemap))
        .route("/service-worker.js", get(release_files::get_service_worker))
        .route("/shell/{chunk}/{lang}", get(release_files::get_shell))
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(body_limit(limits::BODY))
        .layer(from_fn_with_state(app.clone(), middleware::refuse_cross_site))
        .layer(from_fn(middleware::refuse_nul))
        .layer(from_fn_with_state(app.clone(), middleware::identify_client))
        .layer(from_fn(time_limits::limit_time))
        .layer(CatchPanicLayer::custom(handler_panicked))
        .layer(from_fn_with_state(app.clone(), middleware::record_request))
        .with_state(app)
}

fn pages() -> Router<Arc<AppState>> {
    ROUTES.iter().fold(Router::new(), |router, route| {
        router.route(route.path, get(page::get_page))
    })
}

/// What the pages' forms send when no script runs.
fn forms() -> Router<Arc<AppState>> {
    let op_imports = post(board_forms::post_op_imports).layer(body_limit(limits::OP_IMPORT));
    Router::new()
        .route("/restaurants/{slug}/basket", post(order_forms::post_line))
        .route("/restaurants/{slug}/basket/lines", post(order_forms::post_counts))
        .route("/restaurants/{slug}/checkout", post(order_forms::post_checkout))
        .route("/orders/{token}/cancel", post(order_forms::post_cancel))
        .route("/orders/{token}/reorder", post(order_forms::post_reorder))
        .route("/orders/{token}/pay", get(order_forms::get_pay))
        .route("/orders/{token}/paid", get(order_forms::get_paid))
        .route("/orders/{token}/pay-at-door", post(order_forms::post_pay_at_door))
        .route("/board/{slug}/orders/{id}", post(board_forms::post_event))
        .route("/board/{slug}/devices", post(board_forms::post_devices))
        .route("/board/{slug}/devices/op-imports", op_imports)
        .route("/board/{slug}/stock", post(board_forms::post_stock))
        .route("/staff/{slug}", post(staff_forms::post_device))
        .route("/staff/{slug}/kitchen", post(staff_forms::post_kitchen))
        .route("/account", post(account_forms::post_account))
        .route("/account/sign-in", post(account_forms::post_sign_in))
        .route("/account/sign-up", post(account_forms::post_sign_up))
        .route("/account/sign-out", post(account_forms::post_sign_out))
        .route("/account/delete", post(account_forms::post_delete))
        .route("/account/reset", post(account_forms::post_reset_request))
        .route("/account/reset/{token}", post(account_forms::post_reset))
        .route("/account/verify/{token}", post(account_forms::post_verify))
        .route("/t/{code}", get(order_forms::get_table))
}

/// A file or a picture, if there is one.
async fn not_found(
    State(app): State<Arc<AppState>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let not_found = Problem::new(Kind::NotFound, uri.path());
    if !matches!(method, Method::GET | Method::HEAD) {
        return ApiError(not_found).into_response();
    }
    if let Some(file) = app.assets.respond(uri.path(), &headers) {
        return file;
    }
    if let Some(picture) = pictures::respond(&app, uri.path()).await {
        return picture;
    }
    refuse(&app, &method, &uri, &headers, not_found).await
}

async fn method_not_allowed(
    State(app): State<Arc<AppState>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let detail = format!("{} has no such method; 'Allow' names those it has", uri.path());
    let wrong_method = Problem::new(Kind::WrongMethod, detail);
    refuse(&app, &method, &uri, &headers, wrong_method).await
}

/// A page that says so for people, and a problem for programs.
async fn refuse(
    app: &Arc<AppState>,
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    problem: Problem,
) -> Response {
    let is_read = matches!(*method, Method::GET | Method::HEAD);
    match is_read && !uri.path().starts_with("/api/") && accepts(headers, "text/html") {
        true => page::problem_page(app, uri, headers, problem).await,
        false => ApiError(problem).into_response(),
    }
}

fn handler_panicked(panic: Box<dyn Any + Send>) -> Response {
    let owned = panic.downcast_ref::<String>().map(String::as_str);
    let message = owned.or_else(|| panic.downcast_ref::<&str>().copied());
    tracing::error!(panic = message.unwrap_or("no message"), "a handler panicked");
    ApiError::new(Kind::Broken, "the request is logged under its x-request-id").into_response()
}
