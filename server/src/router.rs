//! Every address that the server answers.

use std::sync::Arc;

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, Method, Uri},
    middleware::from_fn_with_state,
    response::{IntoResponse, Response},
    routing::{MethodRouter, get, post},
};
use servery_app::routes::ROUTES;
use servery_domain::{
    limits,
    problem::{Problem, ProblemType},
};

use crate::{
    about, api,
    html::{
        account_forms, board_forms, card_page, invitation_forms, map_file, menu_files, menu_import_forms,
        new_restaurant_forms, office_forms, operator_forms, order_files, order_forms, page, picture_forms,
        pictures, qr_files, release_files, share_forms, sitemap, staff_forms, staff_list_forms,
        staff_manifest, structured_menu, translation_forms, widget,
    },
    http::{
        csrf,
        error::{ApiError, accepts, body_limit},
        health, whoami,
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
        .merge(with_routes(forms()))
        .route("/api/v1/openapi.json", get(api::openapi::get_openapi))
        .route("/api/v1/docs", get(api::docs::get_docs))
        .route("/about/licences", get(about::get_licences))
        .route("/livez", get(health::live))
        .route("/readyz", get(health::ready))
        .route("/whoami", get(whoami::whoami))
        .route("/map/{file}", get(map_file::get_map_file))
        .route("/restaurants/{slug}/widget", get(widget::get_widget))
        .route(
            "/restaurants/{slug}/menu.jsonld",
            get(structured_menu::get_structured_menu),
        )
        .route("/sitemap.xml", get(sitemap::get_sitemap))
        .route(
            "/.well-known/apple-developer-merchantid-domain-association",
            get(card_page::get_apple_pay_association),
        )
        .route(
            "/staff/{slug}/app.webmanifest",
            get(staff_manifest::get_staff_manifest),
        )
        .route("/service-worker.js", get(release_files::get_service_worker))
        .route("/shell/{chunk}/{lang}", get(release_files::get_shell))
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(body_limit(limits::BODY))
        .layer(csrf::layer(&app.settings))
        .layer(from_fn_with_state(app.clone(), middleware::around_handler))
        .with_state(app)
}

fn pages() -> Router<Arc<AppState>> {
    ROUTES.iter().fold(Router::new(), |router, route| {
        router.route(route.path, get(page::get_page))
    })
}

fn with_routes(routes: Vec<(&'static str, MethodRouter<Arc<AppState>>)>) -> Router<Arc<AppState>> {
    routes.into_iter().fold(Router::new(), |router, (path, methods)| {
        router.route(path, methods)
    })
}

/// What the pages' forms send when no script runs, and addresses between two pages.
pub fn forms() -> Vec<(&'static str, MethodRouter<Arc<AppState>>)> {
    let op_imports = post(board_forms::post_op_imports).layer(body_limit(limits::OP_IMPORT));
    let part = post(office_forms::post_part).layer(body_limit(limits::EDIT));
    let translations = post(translation_forms::post_translations).layer(body_limit(limits::EDIT));
    // A form says a little around its file.
    let menu_import =
        post(menu_import_forms::post_menu_import).layer(body_limit(limits::MENU_FILE + limits::BODY));
    let picture = post(picture_forms::post_picture).layer(body_limit(limits::PICTURE_FILE + limits::BODY));
    let new_restaurant =
        post(new_restaurant_forms::post_new_restaurant).layer(body_limit(limits::NEW_RESTAURANT_FORM));
    vec![
        ("/restaurants/{slug}/basket", post(order_forms::post_line)),
        ("/restaurants/{slug}/basket/lines", post(order_forms::post_counts)),
        ("/restaurants/{slug}/checkout", post(order_forms::post_checkout)),
        ("/orders/{token}/cancel", post(order_forms::post_cancel)),
        ("/orders/{token}/reorder", post(order_forms::post_reorder)),
        ("/orders/{token}/pay", get(card_page::get_card_page)),
        ("/orders/{token}/paid", get(order_forms::get_paid)),
        ("/orders/{token}/pay-at-door", post(order_forms::post_pay_at_door)),
        ("/board/{slug}/orders/{id}", post(board_forms::post_event)),
        ("/board/{slug}/orders.csv", get(order_files::get_orders_csv)),
        ("/board/{slug}/devices", post(board_forms::post_devices)),
        ("/board/{slug}/devices/op-imports", op_imports),
        ("/board/{slug}/stock", post(board_forms::post_stock)),
        ("/board/{slug}/intake", post(board_forms::post_intake)),
        ("/staff/{slug}", post(staff_forms::post_device)),
        ("/staff/{slug}/kitchen", post(staff_forms::post_kitchen)),
        ("/account", post(account_forms::post_account)),
        ("/account/sign-in", post(account_forms::post_sign_in)),
        ("/account/sign-up", post(account_forms::post_sign_up)),
        ("/account/sign-out", post(account_forms::post_sign_out)),
        ("/account/delete", post(account_forms::post_delete)),
        ("/account/reset", post(account_forms::post_reset_request)),
        ("/account/reset/{token}", post(account_forms::post_reset)),
        ("/account/verify/{token}", post(account_forms::post_verify)),
        ("/invitations/{token}", post(invitation_forms::post_invitation)),
        ("/new-restaurant", new_restaurant),
        ("/office/{slug}", post(office_forms::post_menu)),
        ("/office/{slug}/parts/{part}", part),
        (
            "/office/{slug}/parts/opening/holidays",
            post(office_forms::post_holidays),
        ),
        ("/office/{slug}/parts/{part}/picture", picture),
        (
            "/office/{slug}/parts/{part}/picture/remove",
            post(picture_forms::post_picture_removal),
        ),
        ("/office/{slug}/changes", post(office_forms::post_changes)),
        ("/office/{slug}/import", menu_import),
        ("/office/{slug}/menu.csv", get(menu_files::get_menu_csv)),
        ("/office/{slug}/menu.xlsx", get(menu_files::get_menu_xlsx)),
        (
            "/office/{slug}/restaurant.json",
            get(menu_files::get_restaurant_file),
        ),
        ("/operator", post(operator_forms::post_operator)),
        ("/operator/invitation.svg", get(qr_files::get_invitation_code)),
        ("/office/{slug}/staff", post(staff_list_forms::post_staff)),
        (
            "/office/{slug}/staff/invitation.svg",
            get(qr_files::get_invitation_code),
        ),
        ("/office/{slug}/share", post(share_forms::post_domain)),
        ("/office/{slug}/translations", translations),
        ("/office/{slug}/qr.svg", get(qr_files::get_page_code)),
        (
            "/office/{slug}/tables/{code}/qr.svg",
            get(qr_files::get_table_code),
        ),
        ("/office/{slug}/tables/sheet.pdf", get(qr_files::get_table_sheet)),
        ("/t/{code}", get(order_forms::get_table)),
    ]
}

/// A file or a picture, if there is one.
async fn not_found(
    State(app): State<Arc<AppState>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let not_found = Problem::new(ProblemType::NotFound, uri.path());
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
    let wrong_method = Problem::new(ProblemType::WrongMethod, detail);
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
