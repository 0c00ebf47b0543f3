//! What a storm happens to: a database with one busy diner, a card provider, and a server between them.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use servery::{
    assets::Assets,
    catalog::Catalog,
    cli::demo,
    clock,
    payments::{self, cards::Cards},
    settings::Settings,
    state::AppState,
};
use servery_domain::{
    account::Role,
    audit::Author,
    coupon::{Coupon, CouponEffect},
    currency::Minor,
    id::DishId,
    restaurant::Restaurant,
    revision::Revision,
    time::Timestamp,
};
use servery_store::Store;
use tokio::sync::Mutex;

use crate::{
    new_session::new_session,
    peer::{PUBLISHABLE_KEY, Peer, SECRET, WEBHOOK_SECRET},
    servery::Servery,
};

/// Portions of the dishes that run out in a storm.
pub const PORTIONS: u32 = 150;
/// So many dishes are counted from the start; staff begin to count others.
const COUNTED: usize = 3;
/// How many dishes staff count at most.
const COUNTED_LATER: usize = 6;
/// How often the coupon can be used.
pub const USES: u32 = 40;
pub const COUPON: &str = "STORM";

pub struct Shop {
    pub client: reqwest::Client,
    pub servery: Mutex<Servery>,
    pub address: String,
    pub store: Arc<dyn Store>,
    pub database: String,
    pub restaurant: Restaurant,
    /// Where its counter stood when everything was set up.
    pub opened_at: Revision,
    /// Dishes without options.
    pub dishes: Vec<DishId>,
    /// The portions that there were of each counted dish, from the start and since.
    pub portions: Mutex<BTreeMap<DishId, i64>>,
    /// The revisions in which staff set portions.
    pub restocked: Mutex<BTreeSet<i64>>,
    /// Another node, on which orders time out.
    pub node: Arc<AppState>,
    /// Of an owner.
    pub owner: String,
    /// A card that works.
    pub card: String,
    pub peer: Peer,
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

impl Shop {
    pub async fn open(engine: &str) -> Self {
        let peer = Peer::start().await;
        let client = reqwest::Client::builder()
            .timeout(Duration::from_secs(20))
            .build()
            .unwrap();
        let folder = tempfile::tempdir().unwrap();
        let database = database(engine, folder.path()).await;
        let store = servery_store::connect(&database).await.unwrap();
        store.migrate().await.unwrap();
        let mut file = demo::catalog()
            .unwrap()
            .into_iter()
            .find(|file| file.slug.as_str() == "lighthouse-diner")
            .unwrap();
        file.coupons.push(Coupon {
            code: COUPON.into(),
            effect: CouponEffect::Portion(100_000),
            minimum: Minor::ZERO,
            from: None,
            until: None,
            uses: Some(USES),
            per_customer: None,
            paused: false,
        });
        let (restaurant, menu) = (file.restaurant(), file.menu());
        demo::fill(store.as_ref(), &[file]).await.unwrap();
        let plain = menu
            .dishes()
            .filter(|dish| dish.option_groups.is_empty() && dish.served.is_none())
            .map(|dish| dish.id);
        let dishes: Vec<_> = plain.take(10).collect();
        let counted = &dishes[..COUNTED];
        for dish in menu.dishes() {
            let portions = counted.contains(&dish.id).then_some(PORTIONS);
            store
                .set_stock(restaurant.id, dish.id, portions, clock::now())
                .await
                .unwrap();
        }
        let portions = counted.iter().map(|dish| (*dish, i64::from(PORTIONS)));
        let portions = Mutex::new(portions.collect());
        let opened_at = store.revision(restaurant.id).await.unwrap();
        let settings = [
            ("--database", database.as_str()),
            ("--card-provider", &peer.proxy),
            ("--card-secret", SECRET),
            ("--card-webhook-secret", WEBHOOK_SECRET),
            ("--card-publishable-key", PUBLISHABLE_KEY),
        ];
        let arguments: Vec<String> = settings
            .into_iter()
            .flat_map(|(name, value)| [name.to_owned(), value.to_owned()])
            .collect();
        let mut servery = Servery::new(&arguments).await;
        servery.start(&client).await;
        let card = peer.card("4242424242424242").await;
        let address = servery.address.clone();
        let owner = owner(store.as_ref(), &restaurant).await;
        let node = node(store.clone(), peer.cards()).await;
        Self {
            client,
            servery: Mutex::new(servery),
            address,
            store,
            database,
            restaurant,
            opened_at,
            dishes,
            portions,
            restocked: Mutex::default(),
            node,
            owner,
            card,
            peer,
            _folder: folder,
        }
    }

    /// Staff set the portions of a dish. Nobody else may write meanwhile: what was left before is needed exactly.
    pub async fn restock(&self, dish: usize, portions: u32) {
        let dish = self.dishes[dish % COUNTED_LATER];
        let left = self.store.stock(self.restaurant.id).await.unwrap();
        let left = i64::from(left.get(&dish).copied().unwrap_or(0));
        self.store
            .set_stock(self.restaurant.id, dish, Some(portions), clock::now())
            .await
            .unwrap();
        let revision = self.store.revision(self.restaurant.id).await.unwrap();
        self.restocked.lock().await.insert(revision.0);
        *self.portions.lock().await.entry(dish).or_default() += i64::from(portions) - left;
    }

    /// Whoever was refused after a kill asks no more about a card that was charged before it: the servers find out by themselves.
    pub async fn settle_open_payments(&self) {
        let later = Timestamp(clock::now().0 + 1);
        payments::check_open_payments(&self.node, later, 0).await.unwrap();
    }

    pub async fn close(&self) {
        self.servery.lock().await.kill();
    }
}

async fn node(store: Arc<dyn Store>, cards: Cards) -> Arc<AppState> {
    let catalog = Catalog::open(store.clone(), cards.takers()).await.unwrap();
    AppState::new(store, catalog, cards, Assets::new().unwrap(), Settings::default()).await
}

/// The cookie of an account that owns the restaurant.
async fn owner(store: &dyn Store, restaurant: &Restaurant) -> String {
    let (account, cookie) = new_session(store).await;
    let by = (Author::Operator, clock::now());
    store
        .put_staff(account, restaurant.id, Role::Owner, by)
        .await
        .unwrap();
    cookie
}
