//! A server with the demo town, for one test.

use std::{
    net::SocketAddr,
    path::Path,
    sync::{Arc, Once},
};

use axum::{
    Router,
    body::{Body, Bytes},
    http::{HeaderMap, Request, StatusCode},
};
use http_body_util::BodyExt;
use serde_json::Value;
use servery::{
    assets::Assets,
    catalog::{Catalog, CatalogEntry},
    cli::demo,
    clock,
    delivery_map::ServedMap,
    http::{connections::ConnectionLimits, serve},
    payments::cards::Cards,
    router::router,
    settings::Settings,
    state::AppState,
};
use servery_domain::{
    audit::Author,
    problem::{Problem, ProblemType},
    restaurant::Restaurant,
    restaurant_file::{RestaurantFile, TableCode},
};
use servery_store::{
    Store,
    restaurant_files::{ImportMode, ImportOutcome},
};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, SqliteConnection};
use tokio::{net::TcpListener, task::JoinHandle};
use tower::ServiceExt;
use tracing_subscriber::{filter::LevelFilter, layer::SubscriberExt};

pub struct TestApp {
    pub router: Router,
    pub app: Arc<AppState>,
    pub store: Arc<dyn Store>,
    pub folder: tempfile::TempDir,
    pub database: String,
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

/// A line that no subscriber wanted when it was first written may be missed later by the subscriber of a single test, which another
/// thread has just begun. One that wants them all, and drops them, prevents that.
fn listen_to_all_log_lines() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let subscriber = tracing_subscriber::registry().with(LevelFilter::INFO);
        tracing::subscriber::set_global_default(subscriber).unwrap();
    });
}

impl TestApp {
    pub async fn new() -> Self {
        Self::heavy_at(u64::MAX).await
    }

    pub async fn heavy_at(milliseconds: u64) -> Self {
        Self::with(
            None,
            Settings {
                heavy_at: Some(milliseconds),
                ..Settings::default()
            },
        )
        .await
    }

    pub async fn with(cards: Option<Cards>, settings: Settings) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = new_database(folder.path()).await;
        Self::on(folder, database, cards, settings).await
    }

    pub async fn on(
        folder: tempfile::TempDir,
        database: String,
        cards: Option<Cards>,
        settings: Settings,
    ) -> Self {
        let store = servery_store::connect(&database).await.unwrap();
        store.migrate().await.unwrap();
        demo::fill(store.as_ref(), &demo::catalog().unwrap())
            .await
            .unwrap();
        Self::start((folder, database), store, cards, settings).await
    }

    /// Nobody has an account, and there is no restaurant.
    pub async fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = new_database(folder.path()).await;
        let store = servery_store::connect(&database).await.unwrap();
        store.migrate().await.unwrap();
        Self::start((folder, database), store, None, Settings::default()).await
    }

    async fn start(
        (folder, database): (tempfile::TempDir, String),
        store: Arc<dyn Store>,
        cards: Option<Cards>,
        settings: Settings,
    ) -> Self {
        listen_to_all_log_lines();
        let cards = cards.unwrap_or_default();
        let catalog = Catalog::open(store.clone(), cards.takers()).await.unwrap();
        tokio::spawn(catalog.clone().watch());
        let heavy_at = settings.heavy_at.or(Some(u64::MAX));
        let in_folder = || folder.path().display().to_string();
        let pictures = settings.pictures.unwrap_or_else(in_folder);
        let settings = Settings {
            heavy_at,
            pictures: Some(pictures),
            ..settings
        };
        let map = ServedMap::open(&settings).unwrap();
        let assets = Assets::new().unwrap().with_map(map).unwrap();
        let app = AppState::new(store.clone(), catalog, cards, assets, settings)
            .await
            .unwrap();
        Self {
            router: router(app.clone()),
            app,
            store,
            folder,
            database,
        }
    }

    /// A restaurant as this node lists it.
    pub async fn entry(&self, slug: &str) -> Arc<CatalogEntry> {
        let entry = self.app.catalog.by_slug(&slug.parse().unwrap()).await;
        entry.unwrap().unwrap()
    }

    /// After a statement that changed restaurants: the server reads them all again.
    pub async fn reload_every_restaurant(&self) {
        // In this order: whoever sees the new revision sees the changes, too.
        self.execute("update restaurant_changes set revision = (select revision + 1 from revisions where name = 'catalog')")
            .await;
        self.execute("update revisions set revision = revision + 1 where name = 'catalog'")
            .await;
        self.app.catalog.reload_if_changed().await.unwrap();
    }

    /// Changes the database behind the server's back.
    pub async fn execute(&self, statement: &'static str) {
        match self.database.starts_with("postgres:") {
            true => {
                let mut connection = PgConnection::connect(&self.database).await.unwrap();
                connection.execute(statement).await.unwrap();
            }
            false => {
                let mut connection = SqliteConnection::connect(&self.database).await.unwrap();
                connection.execute(statement).await.unwrap();
            }
        }
    }

    /// Everything that is stored, as text.
    pub async fn dump(&self) -> String {
        let mut dump = Vec::new();
        if self.database.starts_with("postgres:") {
            let mut connection = PgConnection::connect(&self.database).await.unwrap();
            let tables: Vec<String> =
                sqlx::query_scalar("select tablename::text from pg_tables where schemaname = 'public'")
                    .fetch_all(&mut connection)
                    .await
                    .unwrap();
            for table in tables {
                let rows = AssertSqlSafe(format!("select row_to_json(it)::text from {table} it"));
                let rows: Vec<String> = sqlx::query_scalar(rows).fetch_all(&mut connection).await.unwrap();
                dump.extend(rows.into_iter().map(|row| format!("{table}: {row}")));
            }
        } else {
            let mut connection = SqliteConnection::connect(&self.database).await.unwrap();
            let columns: Vec<(String, String)> = sqlx::query_as(
                "select it.name, group_concat('quote(' || info.name || ')', ' || '' '' || ') from sqlite_master it \
                 join pragma_table_info(it.name) info where it.type = 'table' group by it.name",
            )
            .fetch_all(&mut connection)
            .await
            .unwrap();
            for (table, columns) in columns {
                let rows = AssertSqlSafe(format!("select {columns} from {table}"));
                let rows: Vec<String> = sqlx::query_scalar(rows).fetch_all(&mut connection).await.unwrap();
                dump.extend(rows.into_iter().map(|row| format!("{table}: {row}")));
            }
        }
        dump.join("\n")
    }

    /// As it is stored.
    pub async fn restaurant(&self, slug: &str) -> Restaurant {
        let all = self.store.restaurants().await.unwrap();
        let found = all
            .into_iter()
            .find(|restaurant| restaurant.slug.as_str() == slug);
        found.unwrap()
    }

    /// Changes a restaurant as its owner would: it is exported, changed and imported. The server notices a little later.
    pub async fn change(&self, slug: &str, change: impl FnOnce(&mut RestaurantFile)) {
        let slug = slug.parse().unwrap();
        let mut file = self.store.export_restaurant(&slug).await.unwrap().unwrap();
        change(&mut file);
        let by = (Author::Operator, clock::now());
        let outcome = self
            .store
            .import_restaurant(&file, ImportMode::Write, by)
            .await
            .unwrap();
        assert!(matches!(outcome, ImportOutcome::Changed { .. }), "{outcome:?}");
    }

    /// Puts a code on a table of a restaurant, and lets the server notice.
    pub async fn put_table_code(&self, slug: &str, code: &str, name: &str) {
        let table = TableCode {
            name: name.to_owned(),
            code: code.to_owned(),
        };
        self.change(slug, |file| file.table_codes.push(table)).await;
        self.app.catalog.reload_if_changed().await.unwrap();
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: body.collect().await.unwrap().to_bytes(),
        }
    }

    pub async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let request = headers.iter().fold(Request::get(path), |request, (name, value)| {
            request.header(*name, *value)
        });
        self.send(request.body(Body::empty()).unwrap()).await
    }

    pub async fn json(&self, path: &str) -> Value {
        let answer = self.get(path, &[]).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        serde_json::from_slice(&answer.body).unwrap()
    }
}

/// Serves the router as `servery serve` does: where it is, and the task that ends it.
pub async fn listen(router: Router) -> (SocketAddr, JoinHandle<std::io::Result<()>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let served = serve::serve(
        listener,
        router,
        ConnectionLimits::default(),
        std::future::pending(),
    );
    (address, tokio::spawn(served))
}

impl Answer {
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Fails unless this is that problem, as problem+json with the right status.
    pub fn problem(&self, kind: ProblemType) -> Problem {
        assert_eq!(
            (self.status.as_u16(), self.header("content-type")),
            (kind.status(), "application/problem+json"),
            "{}",
            self.text()
        );
        let problem: Problem = serde_json::from_slice(&self.body).unwrap();
        assert!(problem.is(kind), "{problem}");
        problem
    }
}

/// A database without a restaurant, in a folder that goes away with it.
pub async fn empty_store() -> (tempfile::TempDir, Arc<dyn Store>) {
    let folder = tempfile::tempdir().unwrap();
    let store = servery_store::connect(&new_database(folder.path()).await)
        .await
        .unwrap();
    store.migrate().await.unwrap();
    (folder, store)
}

/// A new database: a file, or with `SERVERY_TEST_ENGINE=postgres` one on the server that `SERVERY_TEST_POSTGRES` names.
async fn new_database(folder: &Path) -> String {
    if std::env::var("SERVERY_TEST_ENGINE").is_ok_and(|engine| engine == "postgres") {
        return new_postgres_database().await;
    }
    format!("sqlite:{}", folder.join("test.db").display())
}

pub async fn new_postgres_database() -> String {
    let server = std::env::var("SERVERY_TEST_POSTGRES")
        .expect("SERVERY_TEST_POSTGRES names a PostgreSQL server; './dev test' starts one");
    let name = format!("it_{}", unique().to_lowercase());
    let mut admin = PgConnection::connect(&format!("{server}/postgres"))
        .await
        .unwrap();
    let create = AssertSqlSafe(format!("create database \"{name}\""));
    admin.execute(create).await.unwrap();
    format!("{server}/{name}")
}

/// An id or a key that nobody else has.
pub fn unique() -> String {
    servery::http::visitor::token().unwrap()
}
