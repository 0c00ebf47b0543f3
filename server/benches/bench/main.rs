//! `./dev bench`: each figure beside its baseline, in one run. The server has one core, the load generator another.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark that cannot be run ends"
)]

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

mod chart;
mod connection;
mod load;
mod orders;
mod scale;
mod server_process;
mod town;
mod twin;

use std::{sync::Arc, thread, time::Duration};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, header::CONTENT_TYPE},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use servery::{
    accounts::customer::Customer,
    assets::Assets,
    catalog::{CardTakers, Catalog, CatalogEntry},
    cli::demo,
    html::{page::render_view, view_cache::ViewKey},
    http::telemetry,
    payments::cards::Cards,
    router::router,
    settings::Settings,
    state::AppState,
};
use servery_app::{
    mode::Mode,
    page_address::PageAddress,
    render::{Decision, Reason},
    routes::Chunk,
};
use servery_domain::lang::Lang;
use tokio::net::TcpListener;

use crate::{connection::Connection, server_process::ServerProcess};

const BIG_MENU: &str = "/restaurants/jade-lantern";
const BIG_SLUG: &str = "jade-lantern";

/// Serves on a thread and a core of its own, until the process ends.
fn serve(name: &str, make: impl Future<Output = Router> + Send + 'static) -> String {
    let (tell, told) = std::sync::mpsc::channel();
    let named = thread::Builder::new().name(name.to_owned());
    let started = named.spawn(move || {
        load::pin(0);
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap()
            .block_on(async {
                let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
                let router = make.await;
                tell.send(listener.local_addr().unwrap().to_string()).unwrap();
                servery::http::serve::serve(listener, router, Default::default(), std::future::pending())
                    .await
                    .unwrap();
            });
    });
    started.unwrap();
    told.recv().unwrap()
}

/// The same accept loop as axum's own, which is what a bare handler would use.
fn serve_bare(router: Router) -> String {
    let (tell, told) = std::sync::mpsc::channel();
    thread::spawn(move || {
        load::pin(0);
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap()
            .block_on(async {
                let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
                tell.send(listener.local_addr().unwrap().to_string()).unwrap();
                axum::serve(listener, router).await.unwrap();
            });
    });
    told.recv().unwrap()
}

async fn demo_app(folder: &std::path::Path) -> Arc<AppState> {
    demo_on(&format!("sqlite:{}", folder.join("bench.db").display())).await
}

async fn demo_on(database: &str) -> Arc<AppState> {
    let store = servery_store::connect(database).await.unwrap();
    store.migrate().await.unwrap();
    if store.restaurants().await.unwrap().is_empty() {
        let mut catalog = demo::catalog().unwrap();
        // All orders are for as soon as possible: they are to find room.
        for restaurant in &mut catalog {
            restaurant.ordering.per_slot = None;
            restaurant.ordering.work_per_slot = None;
        }
        demo::fill(store.as_ref(), &catalog).await.unwrap();
    }
    let settings = Settings {
        heavy_at: Some(u64::MAX),
        ..Settings::default()
    };
    AppState::new(
        store.clone(),
        Catalog::open(store, CardTakers::Nobody).await.unwrap(),
        Cards::default(),
        Assets::new().unwrap(),
        settings,
    )
    .await
    .unwrap()
}

async fn big_restaurant(app: &AppState) -> Arc<CatalogEntry> {
    let found = app.catalog.by_slug(&BIG_SLUG.parse().unwrap()).await;
    found.unwrap().unwrap()
}

async fn uncached_view(State(app): State<Arc<AppState>>, headers: HeaderMap) -> Response {
    let visit = PageAddress::new(BIG_MENU, "");
    let decision = Decision {
        mode: Mode::Thin,
        reason: Reason::Default,
    };
    let restaurant = big_restaurant(&app).await;
    let edition = app.catalog.now().edition_of(&restaurant);
    let key = ViewKey::new(edition, decision, Lang::English, &visit);
    render_view(
        &app,
        Some(restaurant),
        Chunk::Browse,
        &visit,
        &key,
        Customer::default(),
    )
    .await
    .respond(&headers)
}

async fn twin_view(State(app): State<Arc<AppState>>) -> Html<String> {
    let restaurant = big_restaurant(&app).await;
    let listing = restaurant.listing();
    let menu = app.catalog.menu(&listing.restaurant).await.unwrap().unwrap();
    Html(twin::page(&app.assets.style, listing, &menu))
}

/// Type and body of a page.
fn fetch(address: &str, path: &str, headers: &str) -> (String, Vec<u8>) {
    let answer = Connection::open(address).get(path, headers).successful();
    let kind = answer.header("content-type").unwrap_or_default().to_owned();
    (kind, answer.body)
}

/// Sends these bytes with this type, and does nothing else.
fn bare(content_type: String, body: Vec<u8>) -> String {
    let body = Bytes::from(body);
    serve_bare(Router::new().route(
        "/",
        get(move || {
            std::future::ready(([(CONTENT_TYPE, content_type.clone())], body.clone()).into_response())
        }),
    ))
}

fn say(name: &str, value: f64, unit: &str, baseline: Option<(&str, f64)>) {
    let ratio = baseline
        .map(|(name, baseline)| format!(" (ratio {:.2} of {name})", value / baseline))
        .unwrap_or_default();
    println!("bench {name} {value:.0} {unit}{ratio}");
}

fn say_orders(engine: &str, database: &str, bare: fn(&str) -> f64) {
    let address = serve(engine, {
        let database = database.to_owned();
        async move { router(demo_on(&database).await) }
    });
    let placed = orders::place(&address);
    let baseline = bare(database);
    say(&format!("bare_sqlx_loop_{engine}"), baseline, "orders/s", None);
    say(
        &format!("durable_orders_{engine}"),
        placed.per_second,
        "orders/s",
        Some((&format!("bare_sqlx_loop_{engine}"), baseline)),
    );
    say(
        &format!("durable_orders_{engine}_p50"),
        placed.median.as_micros() as f64,
        "us",
        None,
    );
    say(
        &format!("durable_orders_{engine}_p99"),
        placed.p99.as_micros() as f64,
        "us",
        None,
    );
}

/// A database of its own on the server that ./dev bench starts.
fn postgres(name: &str) -> String {
    use sqlx::{AssertSqlSafe, Connection, Executor};
    let server = std::env::var("SERVERY_TEST_POSTGRES")
        .expect("SERVERY_TEST_POSTGRES names a PostgreSQL server; './dev bench' starts one");
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(async {
            let mut admin = sqlx::PgConnection::connect(&format!("{server}/postgres"))
                .await
                .unwrap();
            for statement in ["drop database if exists", "create database"] {
                admin
                    .execute(AssertSqlSafe(format!("{statement} {name}")))
                    .await
                    .unwrap();
            }
        });
    format!("{server}/{name}")
}

const SUBSCRIBERS: usize = 10_000;
const TOWNS: [usize; 4] = [12, 1_000, 10_000, 100_000];
const MOST_ON_SQLITE: usize = 1_000;

fn orders() {
    let folder = tempfile::tempdir().unwrap();
    load::pin(1);
    say_orders(
        "sqlite",
        &format!("sqlite:{}", folder.path().join("orders.db").display()),
        orders::bare_sqlite,
    );
    say_orders("postgres", &postgres("bench"), orders::bare_postgres);
    let database = format!("sqlite:{}", folder.path().join("streams.db").display());
    server_process::command(&["demo", "--database", &database], "");
    let watched = orders::watch(&ServerProcess::start(&database), SUBSCRIBERS);
    say("order_subscriber", watched.bytes_each, "bytes", None);
    say(
        "last_of_10000_subscribers_told",
        watched.last_told.as_micros() as f64,
        "us",
        None,
    );
}

/// Towns of so many restaurants, the smallest first. The chart of those on PostgreSQL is written beside the program.
fn scale(restaurants: &[usize]) {
    let folder = tempfile::tempdir().unwrap();
    let small = restaurants
        .iter()
        .filter(|restaurants| **restaurants <= MOST_ON_SQLITE);
    let file = |restaurants| {
        format!(
            "sqlite:{}",
            folder.path().join(format!("{restaurants}.db")).display()
        )
    };
    scale::measure_towns("sqlite", small.copied(), file);
    let database = |restaurants| postgres(&format!("town_{restaurants}"));
    let towns = scale::measure_towns("postgres", restaurants.iter().copied(), database);
    if towns.len() > 1 {
        let chart = std::env::current_exe().unwrap().with_file_name("scale.svg");
        std::fs::write(&chart, scale::chart(&towns)).unwrap();
        println!("chart {}", chart.display());
    }
}

fn main() {
    let _guard = telemetry::start_log("info", std::io::sink()).unwrap();
    // Cargo adds one of its own.
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| argument != "--bench")
        .collect();
    match arguments.split_first().map(|(name, rest)| (name.as_str(), rest)) {
        Some(("orders", _)) => orders(),
        Some(("scale", [])) => scale(&TOWNS),
        Some(("scale", towns)) => {
            let towns: Vec<usize> = towns.iter().map(|town| town.parse().unwrap()).collect();
            scale(&towns);
        }
        _ => {
            pages();
            orders();
        }
    }
}

fn pages() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_owned();
    let servery = serve("cached", {
        let path = path.clone();
        async move { router(demo_app(&path).await) }
    });
    let uncached = serve("uncached", {
        let path = path.clone();
        async move {
            Router::new()
                .route("/", get(uncached_view))
                .with_state(demo_app(&path).await)
        }
    });
    let twin = serve("twin", async move {
        Router::new()
            .route("/", get(twin_view))
            .with_state(demo_app(&path).await)
    });
    load::pin(1);
    let run = |address: &str, path: &str, headers: &str, connections| {
        load::per_second(address, path, headers, connections, Duration::from_secs(4))
    };
    let thin = "cookie: servery_render=thin\r\n";

    let (page_type, page) = fetch(&servery, BIG_MENU, thin);
    say("thin_menu_page", page.len() as f64, "bytes", None);
    let baseline = run(&bare(page_type, page), "/", "", 32);
    say("bare_axum_same_bytes", baseline, "pages/s", None);
    say(
        "cached_thin_menu",
        run(&servery, BIG_MENU, thin, 32),
        "pages/s",
        Some(("bare_axum_same_bytes", baseline)),
    );

    let hydrated = "cookie: servery_render=hydrated\r\naccept-encoding: br\r\n";
    say(
        "cached_hydrated_menu_br",
        run(&servery, BIG_MENU, hydrated, 32),
        "pages/s",
        Some(("bare_axum_same_bytes", baseline)),
    );

    let (_, page) = fetch(&twin, "/", "");
    say("maud_twin_page", page.len() as f64, "bytes", None);
    let baseline = run(&twin, "/", "", 32);
    say("maud_twin_500_dishes", baseline, "pages/s", None);
    say(
        "uncached_500_dishes",
        run(&uncached, "/", "", 32),
        "pages/s",
        Some(("maud_twin_500_dishes", baseline)),
    );

    let menu = format!("/api/v1{BIG_MENU}/menu");
    let (menu_type, answer) = fetch(&servery, &menu, "");
    let baseline = run(&bare(menu_type, answer), "/", "", 32);
    say("bare_axum_same_json", baseline, "answers/s", None);
    say(
        "api_menu",
        run(&servery, &menu, "", 32),
        "answers/s",
        Some(("bare_axum_same_json", baseline)),
    );

    for (name, bytes) in servery::assets::sizes::measure(&Assets::new().unwrap(), |path, headers| {
        fetch(&servery, path, headers).1
    }) {
        say(name, bytes as f64, "bytes_after_brotli", None);
    }
}
