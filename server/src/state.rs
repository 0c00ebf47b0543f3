//! Everything a handler may need, and the table of addresses.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::{HeaderMap, Method, Uri},
    middleware,
    response::Response,
    routing::{delete, get, post, put},
};
use quick_cache::{Weighter, sync::Cache};
use servery_app::{render::ServerLoad, routes::ROUTES};
use servery_domain::{
    limits,
    problem::{Kind, Problem},
};
use servery_store::Store;
use tokio::sync::{Notify, watch};
use tower_http::catch_panic::CatchPanicLayer;

use crate::{
    accounts::passwords::Passwords,
    api,
    assets::Assets,
    catalog::{Catalog, Edition},
    html::{
        self,
        page::{Rendered, ViewKey},
    },
    http::{
        cached_body::Cached,
        client, csrf,
        error::ApiError,
        health,
        rate_limit::RateLimiter,
        telemetry::{self, Metrics},
    },
    jobs::push::Pusher,
    orders::{broadcast::Broadcaster, group_commit::GroupCommit},
    payments::Cards,
    settings::Settings,
};

/// Bytes of rendered views, and of answers of the API, that are kept at hand; the least used go first.
const KEPT_BYTES: u64 = 64 * 1024 * 1024;
/// How many of them that will be, about.
const KEPT_ABOUT: usize = 2_000;

pub type AnswerKey = (Edition, String);

#[derive(Clone)]
pub struct ByWeight;

impl Weighter<ViewKey, Arc<Rendered>> for ByWeight {
    fn weight(&self, _: &ViewKey, view: &Arc<Rendered>) -> u64 {
        view.weight()
    }
}

impl Weighter<AnswerKey, Arc<Cached>> for ByWeight {
    fn weight(&self, _: &AnswerKey, answer: &Arc<Cached>) -> u64 {
        answer.weight()
    }
}

const FEEL_EVERY: Duration = Duration::from_millis(50);

pub struct AppState {
    pub store: Arc<dyn Store>,
    pub catalog: Arc<Catalog>,
    pub group_commit: GroupCommit,
    pub live: Arc<Broadcaster>,
    /// None, if the operator has no provider.
    pub cards: Option<Cards>,
    /// Said to streams, which would not end by themselves.
    pub stopping: watch::Sender<bool>,
    pub assets: Assets,
    pub metrics: Metrics,
    pub answers: Cache<AnswerKey, Arc<Cached>, ByWeight>,
    pub views: Cache<ViewKey, Arc<Rendered>, ByWeight>,
    pub settings: Settings,
    /// Said when there may be something to do.
    pub work: Arc<Notify>,
    pub passwords: Passwords,
    pub rates: RateLimiter,
    pub pusher: Pusher,
    /// Milliseconds that a task was late when it last came to its turn.
    lateness: AtomicU64,
}

impl AppState {
    pub fn new(
        store: Arc<dyn Store>,
        catalog: Arc<Catalog>,
        cards: Option<Cards>,
        assets: Assets,
        settings: Settings,
    ) -> Arc<Self> {
        let (live, work) = (Arc::new(Broadcaster::default()), Arc::new(Notify::new()));
        Arc::new(Self {
            group_commit: GroupCommit::start(store.clone(), live.clone(), work.clone()),
            live,
            cards,
            stopping: watch::Sender::new(false),
            store,
            catalog,
            assets,
            metrics: Metrics::new(),
            answers: Cache::with_weighter(KEPT_ABOUT, KEPT_BYTES, ByWeight),
            views: Cache::with_weighter(KEPT_ABOUT, KEPT_BYTES, ByWeight),
            settings,
            work,
            passwords: Passwords::default(),
            rates: RateLimiter::default(),
            pusher: Pusher::default(),
            lateness: AtomicU64::new(0),
        })
    }

    pub fn load(&self) -> ServerLoad {
        if self.lateness.load(Ordering::Relaxed) >= self.settings.heavy_at() {
            ServerLoad::Heavy
        } else {
            ServerLoad::Calm
        }
    }

    /// Measures, until it is dropped, how long a task waits for its turn: as long as requests do.
    pub async fn feel_load(self: Arc<Self>) {
        loop {
            let due = Instant::now() + FEEL_EVERY;
            tokio::time::sleep_until(due.into()).await;
            self.lateness
                .store(due.elapsed().as_millis() as u64, Ordering::Relaxed);
        }
    }
}

pub fn router(app: Arc<AppState>) -> Router {
    let mut router = Router::new()
        .route("/livez", get(health::live))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics))
        .route("/api/v1/restaurants", get(api::restaurants::list_restaurants))
        .route(
            "/api/v1/restaurants/{slug}",
            get(api::restaurants::get_restaurant),
        )
        .route("/api/v1/restaurants/{slug}/menu", get(api::restaurants::get_menu))
        .route("/api/v1/restaurants/{slug}/quotes", post(api::quotes::post_quote))
        .route("/api/v1/restaurants/{slug}/orders", post(api::orders::post_order))
        .route("/api/v1/restaurants/{slug}/board", get(api::board::get_board))
        .route(
            "/api/v1/restaurants/{slug}/board/events",
            get(api::board::get_events),
        )
        .route(
            "/api/v1/restaurants/{slug}/orders/{id}/events",
            post(api::board::post_event),
        )
        .route("/api/v1/devices", post(api::devices::post_device))
        .route(
            "/api/v1/device",
            get(api::devices::get_device).delete(api::devices::delete_device),
        )
        .route(
            "/api/v1/restaurants/{slug}/devices",
            get(api::devices::list_devices).post(api::devices::post_code),
        )
        .route(
            "/api/v1/restaurants/{slug}/devices/{id}",
            delete(api::devices::revoke_device),
        )
        .route(
            "/api/v1/restaurants/{slug}/sync",
            post(api::sync::post_sync).layer(DefaultBodyLimit::max(limits::SYNC)),
        )
        .route(
            "/api/v1/restaurants/{slug}/op-imports",
            post(api::sync::post_handed_over).layer(DefaultBodyLimit::max(limits::OP_IMPORT)),
        )
        .route("/api/v1/restaurants/{slug}/pos", get(api::sync::get_pos))
        .route(
            "/api/v1/restaurants/{slug}/sync/events",
            get(api::sync::get_events),
        )
        .route(
            "/api/v1/restaurants/{slug}/stock/{dish}",
            put(api::board::put_stock),
        )
        .route(
            "/api/v1/restaurants/{slug}/draft",
            get(api::drafts::get_draft).put(api::drafts::put_draft),
        )
        .route("/api/v1/restaurants/{slug}/times", get(api::drafts::get_times))
        .route(
            "/api/v1/restaurants/{slug}/coupons/{code}",
            get(api::quotes::get_coupon),
        )
        .route("/api/v1/accounts", post(api::accounts::post_account))
        .route(
            "/api/v1/account",
            get(api::accounts::get_account)
                .patch(api::accounts::patch_account)
                .delete(api::accounts::delete_account),
        )
        .route("/api/v1/account/export", get(api::accounts::get_export))
        .route(
            "/api/v1/account/verifications",
            post(api::accounts::post_verification),
        )
        .route("/api/v1/password-resets", post(api::accounts::post_reset))
        .route(
            "/api/v1/password-resets/{token}",
            post(api::accounts::post_new_password),
        )
        .route(
            "/api/v1/sessions",
            post(api::sessions::post_session).delete(api::sessions::delete_sessions),
        )
        .route(
            "/api/v1/account/passkeys",
            get(api::passkeys::list_passkeys).post(api::passkeys::post_passkey),
        )
        .route(
            "/api/v1/account/passkeys/challenges",
            post(api::passkeys::post_creation),
        )
        .route(
            "/api/v1/account/passkeys/{id}",
            delete(api::passkeys::delete_passkey),
        )
        .route("/api/v1/sessions/challenges", post(api::passkeys::post_request))
        .route("/api/v1/sessions/passkeys", post(api::passkeys::post_session))
        .route("/api/v1/sessions/current", delete(api::sessions::delete_session))
        .route("/api/v1/orders", get(api::orders::list_orders))
        .route("/api/v1/orders/{token}", get(api::orders::get_order))
        .route("/api/v1/orders/{token}/basket", get(api::orders::get_basket))
        .route("/api/v1/orders/{token}/events", get(api::orders::get_events))
        .route("/api/v1/orders/{token}/cancel", post(api::orders::cancel_order))
        .route(
            "/api/v1/orders/{token}/push",
            get(api::push::get_push)
                .put(api::push::put_push)
                .delete(api::push::delete_push),
        )
        .route(
            "/api/v1/orders/{token}/payment",
            post(api::payments::post_payment),
        )
        .route(
            "/api/v1/orders/{token}/pay-at-door",
            post(api::payments::pay_at_door),
        )
        .route("/api/v1/webhooks/cards", post(api::payments::hear_provider))
        .route("/api/v1/about", get(api::about::get_about))
        .route("/api/v1/openapi.json", get(api::openapi::get_openapi))
        .route("/api/v1/docs", get(api::docs::get_docs))
        .route("/sitemap.xml", get(html::sitemap::get_sitemap))
        .route("/shell/{chunk}/{lang}", get(html::shell::get_shell));
    for route in &ROUTES {
        router = router.route(route.path, get(html::page::get_page));
    }
    let router = router
        .route("/restaurants/{slug}/basket", post(html::forms::post_line))
        .route("/restaurants/{slug}/basket/lines", post(html::forms::post_counts))
        .route("/restaurants/{slug}/checkout", post(html::forms::post_checkout))
        .route("/orders/{token}/cancel", post(html::forms::post_cancel))
        .route("/orders/{token}/reorder", post(html::forms::post_reorder))
        .route("/orders/{token}/pay", get(html::forms::get_pay))
        .route("/orders/{token}/paid", get(html::forms::get_paid))
        .route("/orders/{token}/pay-at-door", post(html::forms::post_pay_at_door))
        .route("/board/{slug}/orders/{id}", post(html::board_forms::post_event))
        .route("/board/{slug}/devices", post(html::board_forms::post_devices))
        .route(
            "/board/{slug}/devices/op-imports",
            post(html::board_forms::post_handed_over).layer(DefaultBodyLimit::max(limits::OP_IMPORT)),
        )
        .route("/board/{slug}/stock", post(html::board_forms::post_stock))
        .route("/staff/{slug}", post(html::staff_forms::post_device))
        .route("/staff/{slug}/kitchen", post(html::staff_forms::post_kitchen))
        .route("/account", post(html::account_forms::post_account))
        .route("/account/sign-in", post(html::account_forms::post_sign_in))
        .route("/account/sign-up", post(html::account_forms::post_sign_up))
        .route("/account/sign-out", post(html::account_forms::post_sign_out))
        .route("/account/delete", post(html::account_forms::post_delete))
        .route("/account/reset", post(html::account_forms::post_ask_reset))
        .route("/account/reset/{token}", post(html::account_forms::post_reset))
        .route("/account/verify/{token}", post(html::account_forms::post_verify))
        .route("/t/{code}", get(html::forms::get_table));
    router
        .fallback(not_found)
        .method_not_allowed_fallback(wrong_method)
        .layer(DefaultBodyLimit::max(limits::BODY))
        .layer(middleware::from_fn_with_state(app.clone(), csrf::guard))
        .layer(middleware::from_fn_with_state(app.clone(), client::meet))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(middleware::from_fn_with_state(app.clone(), telemetry::observe))
        .with_state(app)
}

/// A file, or nothing: a page for people, a problem for programs.
async fn not_found(
    state: axum::extract::State<Arc<AppState>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    use axum::response::IntoResponse;
    if !matches!(method, Method::GET | Method::HEAD) {
        return ApiError::new(Kind::NotFound, uri.path()).into_response();
    }
    if let Some(file) = state.assets.respond(uri.path(), &headers) {
        return file;
    }
    if let Some(picture) = html::pictures::respond(&state, uri.path()).await {
        return picture;
    }
    if uri.path().starts_with("/api/") || !crate::http::error::accepts(&headers, "text/html") {
        return ApiError::new(Kind::NotFound, uri.path()).into_response();
    }
    html::page::problem_page(&state, &uri, &headers, Problem::new(Kind::NotFound, uri.path()))
}

async fn wrong_method(uri: Uri) -> ApiError {
    ApiError::new(
        Kind::WrongMethod,
        format!("{} has no such method; 'Allow' names those it has", uri.path()),
    )
}

fn panicked(panic: Box<dyn std::any::Any + Send>) -> Response {
    use axum::response::IntoResponse;
    let what = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied());
    tracing::error!(panic = what.unwrap_or("no message"), "a handler panicked");
    ApiError::new(Kind::Broken, "the request is logged under its x-request-id").into_response()
}
