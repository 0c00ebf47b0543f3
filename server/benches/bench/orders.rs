//! Durable orders per second, next to the same rows written by a loop that does nothing else; and many who watch one order.

use std::{
    io::{Read, Write},
    net::TcpStream,
    sync::Arc,
    time::{Duration, Instant},
};

use servery_domain::id::{LineId, OrderId};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::{connection::Connection, load, server_process::ServerProcess};

const PATH: &str = "/api/v1/restaurants/lighthouse-diner";
const CONNECTIONS: usize = 100;
const TIME: Duration = Duration::from_secs(5);
/// Orders in a transaction of the bare loop: as many as there are connections.
const TOGETHER: usize = CONNECTIONS;

/// As our own clients make them.
fn id() -> u128 {
    servery::http::visitor::id().unwrap()
}

/// Everything of an order but its id.
pub struct Order {
    path: String,
    basket: String,
    total: i64,
}

impl Order {
    /// At the restaurant with this address in the API.
    pub fn new(address: &str, path: &str) -> Self {
        let mut connection = Connection::open(address);
        let menu = connection.get(&format!("{path}/menu"), "").successful().json();
        let dishes = menu["categories"]
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|category| category["dishes"].as_array().unwrap());
        let plain: Vec<_> = dishes
            .filter(|dish| dish["option_groups"].is_null() && dish["name"] != "Meatloaf & Mashed Potatoes")
            .take(3)
            .collect();
        let lines: Vec<_> = plain
            .iter()
            .map(|dish| format!(r#"{{"id":"{}","dish":{},"count":2}}"#, LineId(id()), dish["id"]))
            .collect();
        let basket = format!(r#"{{"lines":[{}]}}"#, lines.join(","));
        let quote = connection.post(&format!("{path}/quotes"), "", &basket);
        let quote = quote.successful().json();
        Self {
            path: path.to_owned(),
            basket,
            total: quote["total"].as_i64().unwrap(),
        }
    }

    pub fn placement(&self) -> String {
        format!(
            r#"{{"id":"{}","basket":{},"contact":{{"name":"Ada Byron","phone":"+1 212 555 0100"}},"payment":"door","seen":{},"lang":"en"}}"#,
            OrderId(id()),
            self.basket,
            self.total
        )
    }

    pub fn place(&self, address: &str) -> serde_json::Value {
        let key = format!("idempotency-key: {:032x}\r\n", id());
        let path = format!("{}/orders", self.path);
        let mut connection = Connection::open(address);
        connection
            .post(&path, &key, &self.placement())
            .successful()
            .json()
    }
}

pub struct Placed {
    pub per_second: f64,
    pub median: Duration,
    pub p99: Duration,
}

pub fn place(address: &str) -> Placed {
    let order = Arc::new(Order::new(address, PATH));
    let warm = Instant::now() + Duration::from_millis(500);
    let end = warm + TIME;
    let mut times = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(async {
            let clients =
                (0..CONNECTIONS).map(|_| tokio::spawn(client(address.to_owned(), order.clone(), warm, end)));
            let mut times = Vec::new();
            for client in clients.collect::<Vec<_>>() {
                times.extend(client.await.unwrap());
            }
            times
        });
    times.sort();
    let at = |part: f64| times[((times.len() - 1) as f64 * part) as usize];
    Placed {
        per_second: times.len() as f64 / TIME.as_secs_f64(),
        median: at(0.5),
        p99: at(0.99),
    }
}

async fn client(address: String, order: Arc<Order>, warm: Instant, end: Instant) -> Vec<Duration> {
    let mut stream = tokio::net::TcpStream::connect(&address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let (mut buffer, mut times) = (vec![0; 8_192], Vec::new());
    loop {
        let body = order.placement();
        let request = format!(
            "POST {PATH}/orders HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\nidempotency-key: {:032x}\r\ncontent-length: {}\r\n\r\n{body}",
            id(),
            body.len()
        );
        let sent = Instant::now();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut filled = stream.read(&mut buffer).await.unwrap();
        // The receipt ends with its total, and arrives with its header or right after it.
        while !buffer[..filled].ends_with(b"}") {
            filled += stream.read(&mut buffer[filled..]).await.unwrap();
        }
        assert!(
            buffer.starts_with(b"HTTP/1.1 201"),
            "{}",
            String::from_utf8_lossy(&buffer[..filled])
        );
        let now = Instant::now();
        if now >= end {
            return times;
        }
        if sent >= warm {
            times.push(now - sent);
        }
    }
}

/// The rows of an order as they lie in the database, to be written again under other names.
struct Rows {
    restaurant: String,
    ordered: String,
    progress: String,
    event: String,
    answer: String,
}

macro_rules! bare_loop {
    ($name:ident, $pool:ty, $options:expr) => {
        /// Orders per second of a loop with nothing around it.
        pub fn $name(database: &str) -> f64 {
            load::pin(0);
            let rate = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
                let pool: $pool = $options(database).await;
                let select = "select restaurant_id, ordered, progress from orders limit 1";
                let (restaurant, ordered, progress): (String, String, String) = sqlx::query_as(select).fetch_one(&pool).await.unwrap();
                let event: String = sqlx::query_scalar("select event from order_events limit 1").fetch_one(&pool).await.unwrap();
                let answer: String = sqlx::query_scalar("select answer from idempotency_keys limit 1").fetch_one(&pool).await.unwrap();
                let rows = Rows { restaurant, ordered, progress, event, answer };
                let mut number: i64 = 1_000_000_000;
                let (started, mut written) = (Instant::now(), 0_u64);
                while started.elapsed() < TIME {
                    let mut change = pool.begin().await.unwrap();
                    for _ in 0..TOGETHER {
                        number += 1;
                        let (id, token, key) = (format!("{:032x}", id()), format!("{:032x}", id()), format!("{:032x}", id()));
                        let insert = "insert into orders (id, restaurant_id, token, number, revision, open, waiting_since, customer, placed_at, ordered, progress) \
                                      values ($1, $2, $3, $4, $5, true, 0, null, 0, $6, $7)";
                        let insert = sqlx::query(insert).bind(&id).bind(&rows.restaurant).bind(&token).bind(number).bind(number);
                        insert.bind(&rows.ordered).bind(&rows.progress).execute(&mut *change).await.unwrap();
                        let insert = "insert into order_events (restaurant_id, revision, order_id, at, actor, event) values ($1, $2, $3, 0, 'diner', $4)";
                        let insert = sqlx::query(insert).bind(&rows.restaurant).bind(number).bind(&id).bind(&rows.event);
                        insert.execute(&mut *change).await.unwrap();
                        let insert = "insert into idempotency_keys (key, fingerprint, status, answer, created_at) values ($1, $2, 201, $3, 0)";
                        sqlx::query(insert).bind(&key).bind(&id).bind(&rows.answer).execute(&mut *change).await.unwrap();
                    }
                    change.commit().await.unwrap();
                    written += TOGETHER as u64;
                }
                written as f64 / started.elapsed().as_secs_f64()
            });
            load::pin(1);
            rate
        }
    };
}

async fn sqlite(database: &str) -> sqlx::SqlitePool {
    use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
    let options = SqliteConnectOptions::new().filename(database.trim_start_matches("sqlite:"));
    let options = options
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(5));
    SqlitePoolOptions::new()
        .max_connections(1)
        .connect_with(options)
        .await
        .unwrap()
}

async fn postgres(database: &str) -> sqlx::PgPool {
    sqlx::postgres::PgPoolOptions::new()
        .max_connections(1)
        .connect(database)
        .await
        .unwrap()
}

bare_loop!(bare_sqlite, sqlx::SqlitePool, sqlite);
bare_loop!(bare_postgres, sqlx::PgPool, postgres);

pub struct Watched {
    pub bytes_each: f64,
    pub last_told: Duration,
}

/// All watch one order.
pub fn watch(server: &ServerProcess, subscribers: usize) -> Watched {
    let address = server.address.as_str();
    let receipt = Order::new(address, PATH).place(address);
    let token = receipt["token"].as_str().unwrap();
    let before = server.memory();
    let mut buffer = vec![0; 16_384];
    let mut until = |stream: &mut TcpStream, wanted: &str| {
        let mut heard = String::new();
        while !heard.contains(wanted) {
            let read = stream.read(&mut buffer).unwrap();
            heard.push_str(&String::from_utf8_lossy(&buffer[..read]));
        }
    };
    let mut streams: Vec<TcpStream> = (0..subscribers)
        .map(|_| TcpStream::connect(address).unwrap())
        .collect();
    for stream in &mut streams {
        write!(
            stream,
            "GET /api/v1/orders/{token}/events HTTP/1.1\r\nhost: localhost\r\n\r\n"
        )
        .unwrap();
    }
    streams.iter_mut().for_each(|stream| until(stream, "\"placed\""));
    let bytes_each = (server.memory() - before) / subscribers as f64;
    let started = Instant::now();
    let cancel = std::thread::spawn({
        let (address, path) = (address.to_owned(), format!("/api/v1/orders/{token}/cancel"));
        move || Connection::open(&address).post(&path, "", "{}").successful()
    });
    streams
        .iter_mut()
        .for_each(|stream| until(stream, "\"cancelled\""));
    let last_told = started.elapsed();
    cancel.join().unwrap();
    Watched {
        bytes_each,
        last_told,
    }
}
