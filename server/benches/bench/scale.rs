//! What each request costs in a small town and in large ones: the same requests, one after another.

use std::time::{Duration, Instant};

use crate::{
    chart,
    connection::Connection,
    load,
    orders::Order,
    say,
    server_process::ServerProcess,
    town::{self, OWNER, PASSWORD},
};

/// Restaurants that are visited, of a larger town at random.
const VISITED: usize = 100;
const OWNED: usize = 5;
const ORDERED_AT: usize = 10;
const CHANGES: usize = 20;
const IDLE: Duration = Duration::from_secs(10);
/// The unit of what a request takes.
const REQUEST: &str = "us";
const THIN: &str = "cookie: servery_render=thin\r\n";

type Figure = (&'static str, f64, &'static str);

/// What was measured in a town.
pub struct Town {
    name: String,
    restaurants: usize,
    figures: Vec<Figure>,
}

/// Each figure of a town stands beside that of the first.
pub fn measure_towns(
    engine: &str,
    restaurants: impl Iterator<Item = usize>,
    database: impl Fn(usize) -> String,
) -> Vec<Town> {
    let mut towns: Vec<Town> = Vec::new();
    for restaurants in restaurants {
        let town = Town {
            name: format!("{engine}_{restaurants}"),
            restaurants,
            figures: measure(&database(restaurants), restaurants),
        };
        town.say(towns.first());
        towns.push(town);
    }
    towns
}

impl Town {
    fn say(&self, first: Option<&Self>) {
        for (place, (name, value, unit)) in self.figures.iter().enumerate() {
            let of_first = first.map(|first| (format!("{}_{name}", first.name), first.figures[place].1));
            let baseline = of_first.as_ref().map(|(name, value)| (name.as_str(), *value));
            say(&format!("{}_{name}", self.name), *value, unit, baseline);
        }
    }
}

/// Of the requests.
pub fn chart(towns: &[Town]) -> String {
    let names = towns[0].figures.iter().filter(|(_, _, unit)| *unit == REQUEST);
    let lines = names.map(|(name, ..)| chart::Line {
        name,
        times: towns
            .iter()
            .filter_map(|town| town.figures.iter().find(|(found, ..)| found == name))
            .map(|(_, value, _)| *value)
            .collect(),
    });
    let restaurants: Vec<usize> = towns.iter().map(|town| town.restaurants).collect();
    chart::draw(&restaurants, &lines.collect::<Vec<_>>())
}

/// Makes a town in this empty database, and measures it.
fn measure(database: &str, restaurants: usize) -> Vec<Figure> {
    load::pin(1);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let started = Instant::now();
    runtime.block_on(town::make(database, restaurants));
    let made = started.elapsed();
    let visited = visited(restaurants);
    let owned = &visited[..OWNED];
    runtime.block_on(town::employ(database, owned));
    let server = ServerProcess::start(database);
    let mut client = Client::new(&server);
    let mut figures = vec![
        ("made", made.as_secs_f64(), "s"),
        ("first_start", server.ready_after.as_secs_f64() * 1e3, "ms"),
    ];
    client.assert_indexed(restaurants);
    figures.extend(client.diner(&visited));
    figures.push(client.order(&visited[..ORDERED_AT]));
    figures.extend(client.staff(owned));
    figures.extend(client.changes(&server, owned[0]));
    figures.push(("idle", share_of_time(&server, IDLE) * 100.0, "% of a core"));
    figures.push(("memory", server.memory() / f64::from(1 << 20), "MiB"));
    drop(server);
    let again = ServerProcess::start(database);
    figures.push(("start", again.ready_after.as_secs_f64() * 1e3, "ms"));
    figures
}

/// The same in each run.
fn visited(restaurants: usize) -> Vec<usize> {
    let mut visited: Vec<usize> = Vec::new();
    let mut step = 0;
    while visited.len() < VISITED.min(restaurants) {
        let number = town::scattered(1_000_000 + step) % restaurants + 1;
        step += 1;
        if !visited.contains(&number) {
            visited.push(number);
        }
    }
    visited
}

/// The part of a core that the server uses.
fn share_of_time(server: &ServerProcess, time: Duration) -> f64 {
    let before = server.processor_time();
    std::thread::sleep(time);
    (server.processor_time() - before).as_secs_f64() / time.as_secs_f64()
}

/// In microseconds.
fn median(mut times: Vec<Duration>) -> f64 {
    times.sort();
    times[times.len() / 2].as_micros() as f64
}

fn timed<T>(work: impl FnOnce() -> T) -> Duration {
    let started = Instant::now();
    work();
    started.elapsed()
}

struct Client {
    connection: Connection,
    address: String,
}

impl Client {
    fn new(server: &ServerProcess) -> Self {
        Self {
            connection: Connection::open(&server.address),
            address: server.address.clone(),
        }
    }

    /// How long each of these takes, in the middle.
    fn get_each(&mut self, paths: impl IntoIterator<Item = String>, headers: &str) -> f64 {
        let times = paths
            .into_iter()
            .map(|path| timed(|| self.connection.get(&path, headers).successful()));
        median(times.collect())
    }

    /// A server is ready when its index has all restaurants.
    fn assert_indexed(&mut self, restaurants: usize) {
        let name = town::name(restaurants).replace(' ', "+");
        let found = self.connection.get(&format!("/api/v1/restaurants?q={name}"), "");
        let found = found.successful().json();
        assert_eq!(found["items"].as_array().unwrap().len(), 1, "{found}");
    }

    fn diner(&mut self, visited: &[usize]) -> Vec<Figure> {
        let page = |number: &usize| format!("/restaurants/{}", town::slug(*number));
        let home = self.get_each((0..50).map(|_| "/".to_owned()), THIN);
        // Each with other words, so that none is answered from a cache.
        let search = |path: &'static str| {
            visited.iter().map(move |number| {
                let word = town::name(*number).to_lowercase().replace(' ', "+");
                format!("{path}?q={word}&open=1")
            })
        };
        let word = |letters: usize| {
            visited.iter().map(move |number| {
                let name = town::name(*number);
                let (_, second) = name.split_once(' ').unwrap_or_default();
                format!("/api/v1/restaurants?q={}", &second[..letters])
            })
        };
        vec![
            ("home", home, REQUEST),
            (
                "search_by_name",
                self.get_each(search("/api/v1/restaurants"), ""),
                REQUEST,
            ),
            ("search_by_four_letters", self.get_each(word(4), ""), REQUEST),
            (
                "open_now",
                self.get_each((0..20).map(|_| "/api/v1/restaurants?open=1".into()), ""),
                REQUEST,
            ),
            (
                "menu_first_time",
                self.get_each(visited.iter().map(page), THIN),
                REQUEST,
            ),
            (
                "menu_again",
                self.get_each(visited.iter().map(page), THIN),
                REQUEST,
            ),
        ]
    }

    fn order(&mut self, visited: &[usize]) -> Figure {
        let orders: Vec<_> = visited
            .iter()
            .map(|number| {
                let path = format!("/api/v1/restaurants/{}", town::slug(*number));
                Order::new(&self.address, &path)
            })
            .collect();
        let times = orders
            .iter()
            .cycle()
            .take(100)
            .map(|order| timed(|| order.place(&self.address)));
        ("order", median(times.collect()), REQUEST)
    }

    fn staff(&mut self, owned: &[usize]) -> Vec<Figure> {
        let cookie = self.sign_in();
        let board = (0..50).map(|time| {
            format!(
                "/api/v1/restaurants/{}/board",
                town::slug(owned[time % owned.len()])
            )
        });
        let board = self.get_each(board, &cookie);
        let list = (0..50).map(|time| {
            format!(
                "/api/v1/restaurants/{}/orders",
                town::slug(owned[time % owned.len()])
            )
        });
        vec![
            ("board", board, REQUEST),
            ("list_of_orders", self.get_each(list, &cookie), REQUEST),
        ]
    }

    fn sign_in(&mut self) -> String {
        let body = format!(r#"{{"email":"{OWNER}","password":"{PASSWORD}"}}"#);
        let answer = self.connection.post("/api/v1/sessions", "", &body).successful();
        let cookie = answer.header("set-cookie").unwrap();
        format!("cookie: {}\r\n", cookie.split(';').next().unwrap())
    }

    /// A dish is sold out and not, again and again, and each time seen by a diner.
    fn changes(&mut self, server: &ServerProcess, number: usize) -> Vec<Figure> {
        let cookie = self.sign_in();
        let path = format!("/api/v1/restaurants/{}", town::slug(number));
        let menu = self
            .connection
            .get(&format!("{path}/menu"), "")
            .successful()
            .json();
        let dish = menu["categories"][0]["dishes"][0]["id"]
            .as_str()
            .unwrap()
            .to_owned();
        let before = server.processor_time();
        let times = (0..CHANGES).map(|time| {
            let (body, sold_out) = match time % 2 {
                0 => (r#"{"portions":0}"#, true),
                _ => ("{}", false),
            };
            let changed = || {
                let stock = format!("{path}/stock/{dish}");
                self.connection.send("PUT", &stock, &cookie, body).successful();
                loop {
                    let listing = self.connection.get(&path, "").successful().json();
                    let seen = listing["sold_out"]
                        .as_array()
                        .is_some_and(|dishes| !dishes.is_empty());
                    if seen == sold_out {
                        break;
                    }
                }
            };
            timed(changed)
        });
        let seen = median(times.collect());
        let used = (server.processor_time() - before).as_secs_f64() * 1e6 / CHANGES as f64;
        vec![
            ("sold_out_seen", seen, REQUEST),
            ("work_of_a_change", used, "us of a core"),
        ]
    }
}
