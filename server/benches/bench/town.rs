//! A seeded town of many restaurants, each with 50 dishes and 20 orders: copies of one, under names of their own. Written by the database
//! itself, row by row from those of the first restaurant.

use servery::cli::demo;
use servery_domain::{
    account::Role,
    audit::Author,
    id::{DishId, RestaurantId},
    restaurant_file::RestaurantFile,
    time::Timestamp,
};
use servery_store::restaurant_files::ImportMode;
use sqlx::{AssertSqlSafe, Column, Row};

use crate::{
    connection::Connection,
    orders::Order,
    server_process::{self, ServerProcess},
};

const DISHES: usize = 50;
const ORDERS: usize = 20;
/// Of them are still open.
const OPEN: usize = 3;
/// Names that one statement writes.
const NAMES: usize = 500;
pub const OWNER: &str = "owner@town.example";
pub const PASSWORD: &str = "a town of many restaurants";
/// It is always open.
const FIRST: &str = "lighthouse-diner";

/// In the order of their references.
const TABLES: [&str; 13] = [
    "restaurants",
    "counters",
    "categories",
    "dishes",
    "option_groups",
    "choices",
    "dish_option_groups",
    "restaurant_changes",
    "legal_notices",
    "orders",
    "order_events",
    "guest_terms",
    "coupons",
];

const FIRST_WORDS: [&str; 24] = [
    "Golden", "Old", "Little", "Green", "Blue", "Red", "Silver", "Quiet", "Happy", "Royal", "Corner",
    "River", "Garden", "Harbour", "Station", "Market", "Castle", "Bridge", "Forest", "Mountain", "Island",
    "Lemon", "Copper", "Velvet",
];
const SECOND_WORDS: [&str; 24] = [
    "Dragon",
    "Mill",
    "Kitchen",
    "Olive",
    "Lantern",
    "Table",
    "Spoon",
    "Fork",
    "Oven",
    "Grill",
    "Bakery",
    "Bistro",
    "Tavern",
    "Cantina",
    "Noodle",
    "Curry",
    "Pizzeria",
    "Taqueria",
    "Brasserie",
    "Canteen",
    "Diner",
    "Pantry",
    "Teahouse",
    "Smokehouse",
];
const CUISINES: [&str; 6] = ["american", "italian", "japanese", "indian", "mexican", "german"];

pub enum Database {
    Sqlite(sqlx::SqlitePool),
    Postgres(sqlx::PgPool),
}

macro_rules! on {
    ($database:expr, $pool:ident => $work:expr) => {
        match $database {
            Database::Sqlite($pool) => $work,
            Database::Postgres($pool) => $work,
        }
    };
}

impl Database {
    pub async fn open(address: &str) -> Self {
        match address.starts_with("sqlite:") {
            true => Self::Sqlite(sqlx::SqlitePool::connect(address).await.unwrap()),
            false => Self::Postgres(sqlx::PgPool::connect(address).await.unwrap()),
        }
    }

    async fn execute(&self, statement: String) {
        on!(self, pool => sqlx::query(AssertSqlSafe(statement)).execute(pool).await.map(drop)).unwrap();
    }

    /// None if the table has no rows.
    async fn columns(&self, table: &str) -> Option<Vec<String>> {
        let statement = format!("select * from {table} limit 1");
        on!(self, pool => {
            let row = sqlx::query(AssertSqlSafe(statement)).fetch_optional(pool).await.unwrap();
            row.map(|row| row.columns().iter().map(|column| column.name().to_owned()).collect())
        })
    }
}

/// A restaurant of the town: its slug is `town-N`, its id begins with N.
pub fn slug(number: usize) -> String {
    format!("town-{number}")
}

pub fn id(number: usize) -> RestaurantId {
    format!("{}{}", prefix(number), &first_id()[8..]).parse().unwrap()
}

fn prefix(number: usize) -> String {
    format!("{number:08x}")
}

fn first_id() -> String {
    first_file().id.to_string()
}

fn first_file() -> RestaurantFile {
    let files = demo::catalog().unwrap();
    let mut file = files
        .into_iter()
        .find(|file| file.slug.as_str() == FIRST)
        .unwrap();
    // All orders are for as soon as possible: they are to find room.
    file.ordering.per_slot = None;
    file.ordering.work_per_slot = None;
    let present: usize = file.categories.iter().map(|category| category.dishes.len()).sum();
    let missing = DISHES - present;
    let dishes = &mut file.categories[0].dishes;
    let model = dishes[0].clone();
    dishes.extend((1..=missing).map(|number| {
        let mut dish = model.clone();
        dish.id = DishId(model.id.0 + 1_000 + number as u128);
        dish.name = format!("{} no. {}", model.name, number + 1);
        dish
    }));
    file
}

/// What a generator of random numbers gives for this number: a step of splitmix64.
pub fn scattered(number: usize) -> usize {
    let mut value = (number as u64).wrapping_add(0x9e37_79b9_7f4a_7c15);
    value = (value ^ value >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    value = (value ^ value >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    (value ^ value >> 31) as usize
}

pub fn name(number: usize) -> String {
    let place = scattered(number);
    let first = FIRST_WORDS[place % FIRST_WORDS.len()];
    let second = SECOND_WORDS[place / 100 % SECOND_WORDS.len()];
    format!("{first} {second} {number}")
}

/// A row of the table of names: number, start of all ids, slug, name, cuisine.
fn row(number: usize) -> String {
    let cuisine = CUISINES[scattered(number) / 10_000 % CUISINES.len()];
    format!(
        "('{}', '{}', '{}', '{cuisine}')",
        prefix(number),
        slug(number),
        name(number)
    )
}

/// Makes the town in an empty database.
pub async fn make(address: &str, restaurants: usize) {
    let store = servery_store::connect(address).await.unwrap();
    store.migrate().await.unwrap();
    let file = first_file();
    let by = (Author::Operator, Timestamp(1_700_000_000));
    store
        .import_restaurant(&file, ImportMode::Write, by)
        .await
        .unwrap();
    let staff = [
        "staff",
        "add",
        OWNER,
        "--restaurant",
        FIRST,
        "--role",
        "owner",
        "--password-stdin",
    ];
    server_process::command(&[&staff[..], &["--database", address]].concat(), PASSWORD);
    place_orders(address);
    let database = Database::open(address).await;
    database
        .execute("create table town (prefix text, slug text, name text, cuisine text)".into())
        .await;
    let numbers: Vec<usize> = (1..=restaurants).collect();
    for some in numbers.chunks(NAMES) {
        let rows: Vec<_> = some.iter().map(|number| row(*number)).collect();
        database
            .execute(format!("insert into town values {}", rows.join(", ")))
            .await;
    }
    for table in TABLES {
        if let Some(columns) = database.columns(table).await {
            database.execute(copies(table, &columns)).await;
        }
    }
    database.execute("drop table town".into()).await;
    if let Database::Postgres(_) = database {
        database.execute("analyze".into()).await;
    }
}

/// The owner of the first restaurant becomes that of these, too.
pub async fn employ(address: &str, restaurants: &[usize]) {
    let store = servery_store::connect(address).await.unwrap();
    let owner = store.account_by_email(OWNER).await.unwrap().unwrap();
    for number in restaurants {
        let by = (Author::Operator, Timestamp(1_700_000_000));
        store
            .put_staff(owner.account.id, id(*number), Role::Owner, by)
            .await
            .unwrap();
    }
}

/// Orders of the first restaurant, as diners place them, most of them over.
fn place_orders(address: &str) {
    let server = ServerProcess::start(address);
    let order = Order::new(&server.address, &format!("/api/v1/restaurants/{FIRST}"));
    let mut connection = Connection::open(&server.address);
    for number in 0..ORDERS {
        let receipt = order.place(&server.address);
        if number >= OPEN {
            let token = receipt["token"].as_str().unwrap();
            connection
                .post(&format!("/api/v1/orders/{token}/cancel"), "", "{}")
                .successful();
        }
    }
}

/// Writes the rows of the first restaurant once more for each of the town.
fn copies(table: &str, columns: &[String]) -> String {
    let first = first_id();
    let values = columns.iter().map(|column| match (table, column.as_str()) {
        ("restaurants", "slug" | "name" | "cuisine") => format!("town.{column}"),
        ("orders", "token")
        | (_, "id" | "restaurant_id" | "category_id" | "dish_id" | "group_id" | "order_id") => {
            format!("town.prefix || substr(origin.{column}, 9)")
        }
        ("orders", "ordered") => {
            format!(
                "replace(origin.{column}, '{first}', town.prefix || '{}')",
                &first[8..]
            )
        }
        _ => format!("origin.{column}"),
    });
    let values: Vec<_> = values.collect();
    format!(
        "insert into {table} ({}) select {} from {table} origin cross join town",
        columns.join(", "),
        values.join(", ")
    )
}
