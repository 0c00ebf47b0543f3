//! What a handler may use: the store, copies of what is stored, and the node's own services.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use servery_app::render::ServerLoad;
use servery_domain::about::About;
use servery_store::Store;
use tokio::sync::{Notify, watch};

use crate::{
    about,
    accounts::passwords::Passwords,
    assets::Assets,
    catalog::Catalog,
    html::view_cache::{self, ViewCache},
    http::{
        cached_body::{self, AnswerCache},
        metrics::Metrics,
        open_streams::OpenStreams,
        proxy_headers::ProxyWarning,
        rate_limit::RateLimiter,
        visitor::VisitorCookies,
    },
    jobs::push::pusher::Pusher,
    orders::{broadcast::Broadcaster, group_commit::GroupCommit},
    payments::cards::Cards,
    pictures::picture_store::PictureStore,
    redis_client::RedisClient,
    release::Release,
    settings::{Settings, SettingsError},
};

const LOAD_INTERVAL: Duration = Duration::from_millis(50);

pub struct AppState {
    pub store: Arc<dyn Store>,
    pub catalog: Arc<Catalog>,
    pub group_commit: GroupCommit,
    pub broadcaster: Arc<Broadcaster>,
    pub open_streams: Arc<OpenStreams>,
    pub cards: Cards,
    /// Becomes true when the server stops: event streams would not end by themselves.
    pub shutdown: watch::Sender<bool>,
    /// Before that: balancers are told to send nobody any more.
    draining: AtomicBool,
    pub assets: Assets,
    pub release: Release,
    pub metrics: Metrics,
    pub answer_cache: AnswerCache,
    pub view_cache: ViewCache,
    /// `None` if there is no folder for them.
    pub pictures: Option<PictureStore>,
    pub about: Arc<About>,
    pub settings: Settings,
    /// Notified when a job may be due.
    pub job_signal: Arc<Notify>,
    pub passwords: Passwords,
    pub rate_limiter: RateLimiter,
    /// `None` where the nodes share nothing but the database.
    pub redis: Option<Arc<RedisClient>>,
    pub visitor_cookies: VisitorCookies,
    pub pusher: Pusher,
    pub proxy_warning: ProxyWarning,
    /// How late the last scheduled task started, in milliseconds.
    scheduler_delay: AtomicU64,
}

impl AppState {
    pub async fn new(
        store: Arc<dyn Store>,
        catalog: Arc<Catalog>,
        cards: Cards,
        assets: Assets,
        settings: Settings,
    ) -> Result<Arc<Self>, SettingsError> {
        // Fails only if it was called before.
        let _ = any_spawner::Executor::init_tokio();
        let (broadcaster, job_signal) = (Arc::new(Broadcaster::default()), Arc::new(Notify::new()));
        let redis = settings.redis()?.map(Arc::new);
        Ok(Arc::new(Self {
            group_commit: GroupCommit::start(store.clone(), broadcaster.clone(), job_signal.clone()),
            broadcaster,
            open_streams: Arc::default(),
            cards,
            shutdown: watch::Sender::new(false),
            draining: AtomicBool::new(false),
            store,
            catalog,
            release: Release::build(&assets).await,
            assets,
            metrics: Metrics::new(),
            answer_cache: cached_body::answer_cache(),
            view_cache: view_cache::view_cache(),
            pictures: settings.pictures().as_ref().and_then(PictureStore::open),
            about: Arc::new(about::about(&settings)),
            settings,
            job_signal,
            passwords: Passwords::default(),
            rate_limiter: RateLimiter::new(redis.clone()),
            redis,
            visitor_cookies: VisitorCookies::default(),
            pusher: Pusher::default(),
            proxy_warning: ProxyWarning::default(),
            scheduler_delay: AtomicU64::new(0),
        }))
    }

    pub fn is_redis_away(&self) -> bool {
        self.redis.as_ref().is_some_and(|redis| redis.is_away())
    }

    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }

    /// Goes on serving until balancers have noticed that this node stops, and then ends the event streams: their clients find another.
    pub async fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
        tokio::time::sleep(self.settings.drain()).await;
        self.shutdown.send_replace(true);
    }

    pub fn load(&self) -> ServerLoad {
        match self.scheduler_delay.load(Ordering::Relaxed) >= self.settings.heavy_at() {
            true => ServerLoad::Heavy,
            false => ServerLoad::Calm,
        }
    }

    /// Measures how late a task starts, which is how long a request waits for a thread. Runs until it is dropped.
    pub async fn measure_load(self: Arc<Self>) {
        loop {
            let due = Instant::now() + LOAD_INTERVAL;
            tokio::time::sleep_until(due.into()).await;
            self.scheduler_delay
                .store(due.elapsed().as_millis() as u64, Ordering::Relaxed);
        }
    }
}
