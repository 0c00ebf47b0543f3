//! What a storm happens to: a database with one busy diner, a card provider, and a server between them.

use std::{
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::Value;
use servery::{cli::demo, clock};
use servery_domain::{
    coupon::{Coupon, CouponEffect},
    currency::Minor,
    id::DishId,
    restaurant::Restaurant,
    revision::Revision,
};
use servery_store::Store;
use tokio::sync::Mutex;

use crate::servery::{Servery, free_port};

pub const SECRET: &str = "sk_test_servery";
/// Portions of the dishes that run out in a storm.
pub const PORTIONS: u32 = 150;
/// How often the coupon can be used.
pub const USES: u32 = 40;
pub const COUPON: &str = "STORM";

pub struct Shop {
    pub client: reqwest::Client,
    pub servery: Mutex<Servery>,
    pub address: String,
    pub provider: String,
    pub store: Arc<dyn Store>,
    pub database: String,
    pub restaurant: Restaurant,
    /// Where its counter stood when everything was set up.
    pub opened_at: Revision,
    /// Dishes without options, and whether their portions are counted.
    pub dishes: Vec<(DishId, bool)>,
    /// A card that works.
    pub card: String,
    peer: std::sync::Mutex<Child>,
    _folder: tempfile::TempDir,
}

async fn database(engine: &str, folder: &std::path::Path) -> String {
    if engine == "sqlite" {
        return format!("sqlite:{}", folder.join("storm.db").display());
    }
    use sqlx::{Connection, Executor};
    let server = std::env::var("SERVERY_TEST_POSTGRES")
        .expect("SERVERY_TEST_POSTGRES names a PostgreSQL server; './dev test' starts one");
    let mut admin = sqlx::PgConnection::connect(&format!("{server}/postgres"))
        .await
        .unwrap();
    for statement in ["drop database if exists storm", "create database storm"] {
        admin.execute(statement).await.unwrap();
    }
    format!("{server}/storm")
}

async fn start_peer(folder: &std::path::Path, client: &reqwest::Client) -> (Child, String) {
    let python = std::env::var("SERVERY_TEST_PEERS")
        .expect("SERVERY_TEST_PEERS names a Python that has 'localstripe'; './dev test' installs one");
    let port = free_port().await;
    let mut command = Command::new(python);
    command
        .args(["-m", "localstripe", "--from-scratch", "--port", &port.to_string()])
        .current_dir(folder);
    let peer = command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("localstripe starts");
    let (address, started) = (format!("http://127.0.0.1:{port}"), Instant::now());
    while client
        .get(format!("{address}/js.stripe.com/v3/"))
        .send()
        .await
        .is_err()
    {
        assert!(
            started.elapsed() < Duration::from_secs(20),
            "localstripe does not answer"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    (peer, address)
}

impl Shop {
    pub async fn open(engine: &str) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .timeout(Duration::from_secs(20))
            .build()
            .unwrap();
        let folder = tempfile::tempdir().unwrap();
        let (peer, provider) = start_peer(folder.path(), &client).await;
        let database = database(engine, folder.path()).await;
        let store = servery_store::connect(&database).await.unwrap();
        store.migrate().await.unwrap();
        let catalog = demo::catalog()
            .unwrap()
            .into_iter()
            .filter(|demo| demo.restaurant.slug.as_str() == "lighthouse-diner")
            .collect::<Vec<_>>();
        demo::fill(store.as_ref(), &catalog).await.unwrap();
        let restaurant = catalog[0].restaurant.clone();
        let plain = catalog[0]
            .menu
            .dishes()
            .filter(|dish| dish.option_groups.is_empty() && dish.served.is_none())
            .map(|dish| dish.id);
        let dishes: Vec<_> = plain
            .take(10)
            .enumerate()
            .map(|(at, dish)| (dish, at < 3))
            .collect();
        for dish in catalog[0].menu.dishes() {
            let counted = dishes.contains(&(dish.id, true)).then_some(PORTIONS);
            store
                .set_stock(restaurant.id, dish.id, counted, clock::now())
                .await
                .unwrap();
        }
        let coupon = Coupon {
            code: COUPON.into(),
            effect: CouponEffect::Portion(100_000),
            minimum: Minor::ZERO,
            from: None,
            until: None,
            uses: Some(USES),
            per_customer: None,
        };
        store.put_coupon(restaurant.id, &coupon).await.unwrap();
        let opened_at = store.revision(restaurant.id).await.unwrap();
        let settings = [
            ("--database", database.as_str()),
            ("--card-provider", &provider),
            ("--card-secret", SECRET),
            ("--card-webhook-secret", "whsec_storm"),
            ("--card-page", "https://cards.example/pay"),
        ];
        let arguments: Vec<String> = settings
            .into_iter()
            .flat_map(|(name, value)| [name.to_owned(), value.to_owned()])
            .collect();
        let mut servery = Servery::new(&arguments).await;
        servery.start(&client).await;
        let card = card(&client, &provider).await;
        let address = servery.address.clone();
        Self {
            client,
            servery: Mutex::new(servery),
            address,
            provider,
            store,
            database,
            restaurant,
            opened_at,
            dishes,
            card,
            peer: std::sync::Mutex::new(peer),
            _folder: folder,
        }
    }

    pub async fn close(&self) {
        self.servery.lock().await.kill();
    }

    /// How often each order was charged, and what was given back in all.
    pub async fn charges(&self) -> Vec<(String, i64)> {
        let mut charges = Vec::new();
        let mut after = String::new();
        loop {
            let from = if after.is_empty() {
                String::new()
            } else {
                format!("&starting_after={after}")
            };
            let request = self
                .client
                .get(format!("{}/v1/payment_intents?limit=100{from}", self.provider))
                .bearer_auth(SECRET);
            let page: Value = request.send().await.unwrap().json().await.unwrap();
            let intents = page["data"].as_array().unwrap();
            let paid = intents.iter().filter(|intent| intent["status"] == "succeeded");
            charges.extend(paid.map(|intent| {
                (
                    intent["metadata"]["order"]
                        .as_str()
                        .unwrap_or_default()
                        .to_owned(),
                    intent["amount"].as_i64().unwrap(),
                )
            }));
            match intents.last() {
                Some(last) if page["has_more"] == true => after = last["id"].as_str().unwrap().to_owned(),
                _ => return charges,
            }
        }
    }
}

async fn card(client: &reqwest::Client, provider: &str) -> String {
    let fields = [
        ("type", "card"),
        ("card[number]", "4242424242424242"),
        ("card[exp_month]", "12"),
        ("card[exp_year]", "2040"),
        ("card[cvc]", "123"),
    ];
    let request = client
        .post(format!("{provider}/v1/payment_methods"))
        .bearer_auth(SECRET)
        .form(&fields);
    request.send().await.unwrap().json::<Value>().await.unwrap()["id"]
        .as_str()
        .unwrap()
        .to_owned()
}

impl Drop for Shop {
    fn drop(&mut self) {
        let mut peer = self.peer.lock().unwrap();
        let _ = peer.kill();
        let _ = peer.wait();
    }
}
