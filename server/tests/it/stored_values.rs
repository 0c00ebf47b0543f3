//! No stored value makes the server panic or hang: somebody may have changed it by hand, or another version may have written it. The
//! values are drawn from a fixed seed. `PROPTEST_CASES` says how many; a red is repeated by running the test again.
//!
//! On SQLite only: rows are read by the same code on both engines.

use std::{
    panic,
    sync::{Arc, Mutex, mpsc},
    thread::{self, ThreadId},
    time::{Duration, Instant},
};

use proptest::{
    prelude::*,
    sample::Index,
    test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner},
};
use serde_json::{Value, json};
use servery::{clock, jobs, orders::timeouts, settings::Settings};
use servery_domain::account::Role;
use sqlx::{AssertSqlSafe, Connection, Row, SqliteConnection, sqlite::SqliteRow};

use crate::{erasure::Evening, orders::DINER, test_app::TestApp};

/// What is done to a value inside of JSON.
type Edit<'a> = Box<dyn Fn(&mut Value) + 'a>;

const CASES: u32 = 40;
/// For all that is read in one case. A loop without an end takes longer.
const LIMIT: Duration = Duration::from_secs(60);
/// How long the catalog may take to notice a change; one that it cannot read it never shows.
const NOTICED: Duration = Duration::from_millis(700);
/// What every node reads a copy of.
const OF_CATALOG: [&str; 8] = [
    "restaurants",
    "categories",
    "dishes",
    "option_groups",
    "choices",
    "dish_option_groups",
    "route_modes",
    "stock",
];

/// What a value becomes.
#[derive(Debug, Clone)]
enum Change {
    Number(i64),
    Text(String),
    /// The place in the JSON becomes this.
    Part(Index, Value),
    /// It is not there any more.
    Without(Index),
    /// The list there is so many times as long.
    Repeated(Index, usize),
}

#[derive(Debug, Clone)]
struct Case {
    column: Index,
    row: Index,
    change: Change,
}

fn numbers() -> impl Strategy<Value = i64> {
    prop_oneof![
        prop::sample::select(vec![
            0,
            -1,
            1,
            255,
            65_536,
            i64::from(i32::MAX) + 1,
            i64::from(u32::MAX) + 1,
            999_999_999_999_999,
            -999_999_999_999_999,
            1_000_000_000_000_000_000,
            i64::MAX,
            i64::MIN,
        ]),
        any::<i64>(),
    ]
}

fn texts() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            "",
            " ",
            "x",
            "null",
            "[]",
            "{}",
            "{",
            "0",
            "\u{202e}\u{0}",
            "00000000000000000000000000000000",
            "9999-12-31T23:59",
            "0000-01-01T00:00",
            "Mo-Su 00:00-24:00",
        ])
        .prop_map(str::to_owned),
        ".{0,40}",
        prop::sample::select(vec!["é".repeat(5_000), "[".repeat(5_000)]),
    ]
}

fn values() -> impl Strategy<Value = Value> {
    prop_oneof![
        numbers().prop_map(Value::from),
        texts().prop_map(Value::from),
        prop::sample::select(vec![Value::Null, json!([]), json!({}), json!(true), json!(1e300)]),
    ]
}

fn cases() -> impl Strategy<Value = Case> {
    let change = prop_oneof![
        2 => numbers().prop_map(Change::Number),
        1 => texts().prop_map(Change::Text),
        4 => (any::<Index>(), values()).prop_map(|(at, value)| Change::Part(at, value)),
        1 => any::<Index>().prop_map(Change::Without),
        1 => (any::<Index>(), 2..400_usize).prop_map(|(at, times)| Change::Repeated(at, times)),
    ];
    (any::<Index>(), any::<Index>(), change).prop_map(|(column, row, change)| Case { column, row, change })
}

/// The places in a JSON value, as JSON pointers, the whole included.
fn places(value: &Value, here: &str, found: &mut Vec<String>) {
    found.push(here.to_owned());
    match value {
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                places(item, &format!("{here}/{at}"), found);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                let name = name.replace('~', "~0").replace('/', "~1");
                places(member, &format!("{here}/{name}"), found);
            }
        }
        _ => {}
    }
}

impl Change {
    /// `None` if the change is for JSON and this is none.
    fn of(&self, stored: &Value) -> Option<Value> {
        let (at, edit): (&Index, Edit<'_>) = match self {
            Self::Number(number) => return Some(json!(number)),
            Self::Text(text) => return Some(json!(text)),
            Self::Part(at, value) => (at, Box::new(move |place| *place = value.clone())),
            Self::Without(at) => (
                at,
                Box::new(|place| match place {
                    Value::Object(members) => {
                        drop(members.keys().next().cloned().map(|name| members.remove(&name)))
                    }
                    Value::Array(items) => drop(items.pop()),
                    other => *other = Value::Null,
                }),
            ),
            Self::Repeated(at, times) => (
                at,
                Box::new(move |place| {
                    if let Value::Array(items) = place {
                        *items = items.iter().cycle().take(items.len() * times).cloned().collect();
                    }
                }),
            ),
        };
        let mut tree: Value = serde_json::from_str(stored.as_str()?).ok()?;
        if !tree.is_array() && !tree.is_object() {
            return None;
        }
        let mut all = Vec::new();
        places(&tree, "", &mut all);
        edit(tree.pointer_mut(at.get(&all))?);
        Some(json!(tree.to_string()))
    }
}

/// A column that is no part of a key.
#[derive(Debug, Clone)]
struct Column {
    table: String,
    name: String,
    keys: Vec<String>,
}

struct Town {
    evening: Evening,
    database: SqliteConnection,
    columns: Vec<Column>,
    gets: Vec<(String, String)>,
    restaurant: String,
    basket: Value,
}

fn stored(row: &SqliteRow, at: usize) -> Value {
    let number = row.try_get::<Option<i64>, _>(at).ok().flatten();
    let text = || row.try_get::<Option<String>, _>(at).ok().flatten();
    number.map_or_else(|| text().map_or(Value::Null, Value::from), Value::from)
}

impl Town {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = format!("sqlite:{}", folder.path().join("town.db").display());
        let mut evening = Evening::on(TestApp::on(folder, file, None, Settings::default()).await).await;
        let app = &evening.app;
        let (owner, account) = (
            app.staff(Role::Owner).await,
            app.signed_in("ada@example.org").await,
        );
        let home = json!([{ "street": "1 Pier", "postcode": "10014", "city": "Millbrook" }]);
        let change = json!({ "name": "Ada", "addresses": home });
        app.call("PATCH", "/api/v1/account", &[("cookie", &account)], &change)
            .await;
        let placement = app.placement(app.basket("Bottomless Coffee", 2).await).await;
        let headers = [
            ("cookie", account.as_str()),
            ("idempotency-key", "a-key-of-the-account"),
        ];
        let placed = app.post(&format!("{DINER}/orders"), &headers, &placement).await;
        assert_eq!(placed.status, 201, "{}", placed.text());
        let draft = json!({ "basket": app.basket("Bottomless Coffee", 1).await });
        app.call("PUT", &format!("{DINER}/draft"), &[("cookie", &account)], &draft)
            .await;
        evening.sell().await;
        let app = &evening.app;
        let diner = app.restaurant("lighthouse-diner").await;
        let dish = app.dish(DINER, "Bottomless Coffee").await;
        let mut basket = app.basket("Bottomless Coffee", 9).await;
        basket["coupon"] = json!("once");
        let placed = placed.json();
        let (token, till) = (
            placed["token"].as_str().unwrap(),
            evening.till.cookie().to_owned(),
        );
        let mut gets = Vec::new();
        for (cookie, paths) in [
            (
                account,
                vec![
                    "/".to_owned(),
                    "/restaurants/lighthouse-diner".into(),
                    format!("/restaurants/lighthouse-diner/dishes/{dish}"),
                    "/restaurants/lighthouse-diner/basket".into(),
                    "/restaurants/lighthouse-diner/checkout".into(),
                    "/orders".into(),
                    format!("/orders/{token}"),
                    "/account".into(),
                    "/sitemap.xml".into(),
                    "/api/v1/restaurants".into(),
                    format!("{DINER}/menu"),
                    format!("{DINER}/times"),
                    format!("{DINER}/draft"),
                    format!("{DINER}/coupons/ONCE"),
                    format!("/api/v1/orders/{token}/basket"),
                    "/api/v1/account/export".into(),
                ],
            ),
            (
                owner,
                vec![
                    "/board/lighthouse-diner".into(),
                    "/board/lighthouse-diner/devices".into(),
                ],
            ),
            (
                till,
                vec![
                    "/staff/lighthouse-diner?render=thin".into(),
                    format!("{DINER}/pos"),
                ],
            ),
            (
                evening.kitchen().await,
                vec!["/staff/lighthouse-diner/kitchen?render=thin".into()],
            ),
        ] {
            gets.extend(paths.into_iter().map(|path| (path, cookie.clone())));
        }
        let mut database = SqliteConnection::connect(&evening.app.database).await.unwrap();
        Self {
            columns: columns(&mut database).await,
            restaurant: diner.id.to_string(),
            basket,
            database,
            evening,
            gets,
        }
    }

    async fn try_case(&mut self, case: &Case) {
        let column = case.column.get(&self.columns).clone();
        let Some((keys, old)) = self.pick(&column, &case.row).await else {
            return;
        };
        let Some(new) = case.change.of(&old) else { return };
        if !self.put(&column, &keys, &new).await {
            return;
        }
        if OF_CATALOG.contains(&column.table.as_str()) {
            self.have_it_noticed().await;
        }
        self.read_everything().await;
        assert!(
            self.put(&column, &keys, &old).await,
            "{column:?} is not as it was"
        );
        if OF_CATALOG.contains(&column.table.as_str()) {
            self.have_it_noticed().await;
        }
    }

    /// The keys and the value of a row, one of the diner's if there are such.
    async fn pick(&mut self, column: &Column, row: &Index) -> Option<(Vec<Value>, Value)> {
        let Column { table, name, keys } = column;
        let here = match table.as_str() {
            "restaurants" => format!("where id = '{}'", self.restaurant),
            _ if keys.iter().chain([name]).any(|key| key == "restaurant_id") => {
                format!("where restaurant_id = '{}'", self.restaurant)
            }
            _ => String::new(),
        };
        let select = format!("select {name}, {} from {table} {here} limit 60", keys.join(", "));
        let rows = sqlx::query(AssertSqlSafe(select))
            .fetch_all(&mut self.database)
            .await
            .unwrap();
        if rows.is_empty() {
            return None;
        }
        let row = row.get(&rows);
        let keys = (1..=keys.len()).map(|at| stored(row, at)).collect();
        Some((keys, stored(row, 0)))
    }

    /// Whether the database takes the value.
    async fn put(&mut self, column: &Column, keys: &[Value], value: &Value) -> bool {
        let places: Vec<String> = (2..)
            .zip(&column.keys)
            .map(|(at, key)| format!("{key} = ${at}"))
            .collect();
        let Column { table, name, .. } = column;
        let update = format!("update {table} set {name} = $1 where {}", places.join(" and "));
        let mut query = sqlx::query(AssertSqlSafe(update));
        for value in [value].into_iter().chain(keys) {
            query = match value {
                Value::Null => query.bind(None::<String>),
                Value::Number(number) => query.bind(number.as_i64()),
                Value::String(text) => query.bind(text.clone()),
                other => query.bind(other.to_string()),
            };
        }
        query.execute(&mut self.database).await.is_ok()
    }

    async fn have_it_noticed(&mut self) {
        let noticed = || {
            self.evening
                .app
                .app
                .catalog
                .now()
                .edition(servery_domain::time::Timestamp(0))
        };
        let before = noticed();
        for update in [
            "update restaurants set revision = revision + 1",
            "update restaurant_changes set revision = (select revision + 1 from revisions where name = 'catalog')",
            "update revisions set revision = revision + 1",
        ] {
            // What was changed may be the number itself.
            let _ = sqlx::query(update).execute(&mut self.database).await;
        }
        let started = Instant::now();
        while noticed() == before && started.elapsed() < NOTICED {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn read_everything(&self) {
        let app = &self.evening.app;
        for (path, cookie) in &self.gets {
            let answer = app.get(path, &[("cookie", cookie), ("accept", "*/*")]).await;
            assert!(!answer.body.is_empty(), "{path}: {}", answer.status);
        }
        app.post(&format!("{DINER}/quotes"), &[], &self.basket).await;
        self.evening.till.tries(app).await;
        let now = clock::now();
        // What cannot be read fails; what follows is asked all the same.
        let _ = jobs::run_due_jobs(&app.app, None, now).await;
        let _ = timeouts::time_out_orders(&app.app, now).await;
        let listed = app.store.restaurants().await.unwrap_or_default();
        let listed: Vec<_> = listed.iter().map(|restaurant| restaurant.id).collect();
        let _ = app.store.order_revisions(&listed).await;
    }
}

async fn columns(database: &mut SqliteConnection) -> Vec<Column> {
    let rows: Vec<(String, String, i64)> = sqlx::query_as(
        "select it.name, info.name, info.pk from sqlite_master it join pragma_table_info(it.name) info \
         where it.type = 'table' and it.name not like '\\_%' escape '\\' and it.name not like 'sqlite%' order by it.name, info.cid",
    )
    .fetch_all(database)
    .await
    .unwrap();
    let keys_of = |table: &str| -> Vec<String> {
        let keys = rows.iter().filter(|(of, _, key)| of == table && *key > 0);
        keys.map(|(_, name, _)| name.clone()).collect()
    };
    let free = rows
        .iter()
        // A session that has run out is deleted when it is read, and the pages of who is signed in would be seen no more.
        .filter(|(table, _, key)| *key == 0 && table != "sessions" && !keys_of(table).is_empty());
    free.map(|(table, name, _)| Column {
        table: table.clone(),
        name: name.clone(),
        keys: keys_of(table),
    })
    .collect()
}

/// What the thread with this id has panicked with.
type Panics = Arc<Mutex<Vec<String>>>;

fn watch_panics(of: ThreadId) -> Panics {
    let panics = Panics::default();
    let (seen, before) = (panics.clone(), panic::take_hook());
    panic::set_hook(Box::new(move |info| {
        if thread::current().id() == of {
            seen.lock().unwrap().push(info.to_string());
        }
        before(info);
    }));
    panics
}

#[test]
fn no_stored_value_makes_the_server_panic_or_hang() {
    let (ask, asked) = mpsc::channel::<Case>();
    let (tell, told) = mpsc::channel::<()>();
    let worker = thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let mut town = Town::new().await;
            town.read_everything().await;
            tell.send(()).unwrap();
            while let Ok(case) = asked.recv() {
                town.try_case(&case).await;
                tell.send(()).unwrap();
            }
            // What runs in the background has survived, too.
            town.have_it_noticed().await;
            for (path, cookie) in &town.gets {
                let answer = town.evening.app.get(path, &[("cookie", cookie)]).await;
                assert_eq!(answer.status, 200, "{path}: {}", answer.text());
            }
        });
    });
    let panics = watch_panics(worker.thread().id());
    told.recv_timeout(LIMIT).expect("the town is made");
    let cases_to_try = std::env::var("PROPTEST_CASES")
        .ok()
        .and_then(|cases| cases.parse().ok());
    let config = Config {
        cases: cases_to_try.unwrap_or(CASES),
        failure_persistence: None,
        max_shrink_iters: 30,
        ..Config::default()
    };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let outcome = runner.run(&cases(), |case| {
        ask.send(case)
            .map_err(|_| TestCaseError::fail("the worker has ended"))?;
        if told.recv_timeout(LIMIT).is_err() {
            let panicked = panics.lock().unwrap().join("\n");
            return Err(TestCaseError::fail(format!(
                "a hang, or the end of the worker: {panicked}"
            )));
        }
        let panicked = std::mem::take(&mut *panics.lock().unwrap());
        prop_assert!(panicked.is_empty(), "{}", panicked.join("\n"));
        Ok(())
    });
    drop(ask);
    if let Err(error) = outcome {
        panic!("{error}");
    }
    worker.join().unwrap();
}
