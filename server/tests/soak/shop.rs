//! What is put under load: a database with one busy restaurant, and the servers before it.

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
    log::Log,
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
    /// Of an owner.
    pub owner: String,
    /// `None` where others start the servers and make the faults.
    pub own: Option<OwnServer>,
    pub log: Log,
}

/// A server of the storm's own, which it kills, with a card provider.
pub struct OwnServer {
    pub servery: Mutex<Servery>,
    /// Another node, on which orders time out.
    pub node: Arc<AppState>,
    pub peer: Peer,
    /// A card that works.
    pub card: String,
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

/// The restaurant as it is before the load.
struct Prepared {
    store: Arc<dyn Store>,
    restaurant: Restaurant,
    dishes: Vec<DishId>,
    portions: BTreeMap<DishId, i64>,
    opened_at: Revision,
    owner: String,
}

impl Prepared {
    async fn in_database(database: &str) -> Self {
        let store = servery_store::connect(database).await.unwrap();
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
        let portions = counted.iter().map(|dish| (*dish, i64::from(PORTIONS))).collect();
        let opened_at = store.revision(restaurant.id).await.unwrap();
        let owner = owner(store.as_ref(), &restaurant).await;
        Self {
            store,
            restaurant,
            dishes,
            portions,
            opened_at,
            owner,
        }
    }
}

fn client() -> reqwest::ClientBuilder {
    // Fails only if it was installed before.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().timeout(Duration::from_secs(20))
}

impl OwnServer {
    async fn start(engine: &str, client: &reqwest::Client) -> (Self, String, Prepared) {
        let peer = Peer::start().await;
        let folder = tempfile::tempdir().unwrap();
        let database = database(engine, folder.path()).await;
        let prepared = Prepared::in_database(&database).await;
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
        servery.start(client).await;
        let own = Self {
            servery: Mutex::new(servery),
            node: node(prepared.store.clone(), peer.cards()).await,
            card: peer.card("4242424242424242").await,
            peer,
            _folder: folder,
        };
        (own, database, prepared)
    }
}

impl Shop {
    /// With a server of its own.
    pub async fn open(engine: &str) -> Self {
        let client = client().build().unwrap();
        let (own, database, prepared) = OwnServer::start(engine, &client).await;
        let address = own.servery.lock().await.address.clone();
        Self::new(client, address, database, prepared, Some(own))
    }

    /// Whose servers somebody else has started, in front of this empty database.
    pub async fn at(address: String, database: String) -> Self {
        // Their certificate is a throw-away one.
        let client = client().tls_danger_accept_invalid_certs(true).build().unwrap();
        let prepared = Prepared::in_database(&database).await;
        Self::new(client, address, database, prepared, None)
    }

    fn new(
        client: reqwest::Client,
        address: String,
        database: String,
        prepared: Prepared,
        own: Option<OwnServer>,
    ) -> Self {
        Self {
            client,
            address,
            database,
            store: prepared.store,
            restaurant: prepared.restaurant,
            opened_at: prepared.opened_at,
            dishes: prepared.dishes,
            portions: Mutex::new(prepared.portions),
            restocked: Mutex::default(),
            owner: prepared.owner,
            own,
            log: Log::default(),
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
    pub async fn settle_open_payments(&self, own: &OwnServer) {
        let later = Timestamp(clock::now().0 + 1);
        payments::check_open_payments(&own.node, later, 0).await.unwrap();
    }
}

async fn node(store: Arc<dyn Store>, cards: Cards) -> Arc<AppState> {
    let catalog = Catalog::open(store.clone(), cards.takers()).await.unwrap();
    AppState::new(store, catalog, cards, Assets::new().unwrap(), Settings::default())
        .await
        .unwrap()
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
