//! Web Push: what happens to an order is told to browsers that asked for it, also while nobody looks.

mod encrypt;
mod endpoint;
mod vapid;

use std::{sync::Arc, time::Duration};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use p256::ecdsa::SigningKey;
use reqwest::{
    Client, StatusCode,
    header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE},
    redirect::Policy,
};
use serde::Serialize;
use servery_domain::{
    id::VisitorId,
    limits,
    order::Event,
    problem::Kind,
    push::{PushState, Subscription},
};
use servery_store::{StoreError, orders::Tracked};
use tokio::sync::OnceCell;

use crate::{clock, http::error::ApiError, jobs::mail, orders, settings::Settings, state::AppState};

/// For one message.
const PATIENCE: Duration = Duration::from_secs(10);
/// Seconds that a push service keeps a message for a device that is away.
const LIVES: u32 = 4 * 3_600;
/// Under which the store has our key.
const KEY: &str = "push-key";

#[derive(Debug, thiserror::Error)]
pub enum PushError {
    #[error("the push service does not answer: {0}")]
    Away(String),
    #[error("the push service refused: {0}")]
    Refused(StatusCode),
    #[error("--push-key is 32 bytes as base64url, a key of P-256")]
    Key,
    #[error("what the browser gave to encrypt with is no key")]
    BrowserKey,
    #[error("the message is too long")]
    TooLong,
    #[error("no randomness: {0}")]
    Random(#[from] getrandom::Error),
    #[error("no client: {0}")]
    Client(#[from] reqwest::Error),
    #[error("the message cannot be written: {0}")]
    Message(#[from] serde_json::Error),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl PushError {
    /// Trying again often would not help.
    pub fn is_permanent(&self) -> bool {
        matches!(
            self,
            Self::Refused(_) | Self::Key | Self::BrowserKey | Self::TooLong
        )
    }
}

impl From<PushError> for ApiError {
    fn from(error: PushError) -> Self {
        Self::failed(&error)
    }
}

/// What it takes to reach push services.
#[derive(Default)]
pub struct Pusher(OnceCell<Ready>);

pub struct Ready {
    key: SigningKey,
    /// As browsers take it.
    public: String,
    client: Client,
}

impl Pusher {
    /// The first node makes the key; all others find it in the store.
    pub async fn ready(&self, app: &AppState) -> Result<&Ready, PushError> {
        self.0.get_or_try_init(|| Ready::new(app)).await
    }
}

impl Ready {
    async fn new(app: &AppState) -> Result<Self, PushError> {
        let text = match &app.settings.push_key {
            Some(key) => key.clone(),
            None => app.store.secret(KEY, &vapid::new_key()?).await?,
        };
        let key = vapid::read_key(&text).ok_or(PushError::Key)?;
        // Refused only where another part of the program has chosen before, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let resolver = endpoint::Public {
            local: is_local(&app.settings),
        };
        let client = Client::builder()
            .timeout(PATIENCE)
            .redirect(Policy::none())
            .dns_resolver(Arc::new(resolver))
            .build()?;
        Ok(Self {
            public: vapid::public(&key),
            key,
            client,
        })
    }
}

/// An installation that is reached on its own machine only may have a push service there.
fn is_local(settings: &Settings) -> bool {
    !settings.behind_proxy()
        && reqwest::Url::parse(&settings.public_url()).is_ok_and(|url| endpoint::is_here(&url))
}

pub async fn state(app: &AppState, token: &str, browser: Option<VisitorId>) -> Result<PushState, ApiError> {
    let order = orders::find(app, token).await?.order;
    let on = match browser {
        Some(browser) => app.store.subscription(order.id, browser).await?.is_some(),
        None => false,
    };
    Ok(PushState {
        key: app.pusher.ready(app).await?.public.clone(),
        on,
    })
}

pub async fn subscribe(
    app: &AppState,
    token: &str,
    browser: VisitorId,
    subscription: &Subscription,
) -> Result<(), ApiError> {
    subscription.check()?;
    endpoint::read(&subscription.endpoint, is_local(&app.settings))?;
    let not_accepted = |_| ApiError::new(Kind::NotAccepted, "'p256dh' and 'auth' are no keys");
    encrypt::Reader::new(&subscription.keys).map_err(not_accepted)?;
    let order = orders::find(app, token).await?.order;
    if order.progress.state.is_over() {
        return Err(ApiError::new(
            Kind::Conflict,
            "the order is over; there is nothing more to tell",
        ));
    }
    match app
        .store
        .put_subscription(order.id, browser, subscription, clock::now())
        .await?
    {
        true => Ok(()),
        false => Err(ApiError::new(
            Kind::Conflict,
            format!("{} browsers at the most are told of an order", limits::BROWSERS),
        )),
    }
}

pub async fn unsubscribe(app: &AppState, token: &str, browser: Option<VisitorId>) -> Result<(), ApiError> {
    let order = orders::find(app, token).await?.order;
    match browser {
        Some(browser) => Ok(app.store.remove_subscription(order.id, browser).await?),
        None => Ok(()),
    }
}

/// What the service worker shows.
#[derive(Serialize)]
struct Notice<'a> {
    title: &'a str,
    body: &'a str,
    lang: &'a str,
    dir: &'a str,
    /// Where it leads; what is told later of the same order takes its place.
    path: String,
}

/// Tells a browser what happened, if it still wants to know.
pub async fn tell(
    app: &AppState,
    tracked: &Tracked,
    event: &Event,
    browser: VisitorId,
) -> Result<(), PushError> {
    let order = &tracked.order;
    let Some(subscription) = app.store.subscription(order.id, browser).await? else {
        return Ok(());
    };
    let catalog = app.catalog.now().clone();
    let Some(listing) = catalog.by_id(order.ordered.restaurant) else {
        return Ok(());
    };
    let lang = subscription.lang;
    let Some((title, body)) = mail::order::notice(order, lang, event, &listing.restaurant) else {
        return Ok(());
    };
    let path = format!("/orders/{}", tracked.token);
    let notice = Notice {
        title: &title,
        body: &body,
        lang: lang.tag(),
        dir: lang.direction(),
        path,
    };
    send(
        app,
        &subscription,
        &order.id.to_string(),
        &serde_json::to_vec(&notice)?,
    )
    .await
}

async fn send(
    app: &AppState,
    subscription: &Subscription,
    topic: &str,
    text: &[u8],
) -> Result<(), PushError> {
    let ready = app.pusher.ready(app).await?;
    let Ok(endpoint) = endpoint::read(&subscription.endpoint, is_local(&app.settings)) else {
        // Accepted under other settings.
        return Ok(app.store.remove_endpoint(&subscription.endpoint).await?);
    };
    let body = encrypt::Reader::new(&subscription.keys)?.message(text)?;
    let proof = vapid::proof(&ready.key, &endpoint, &app.settings.public_url(), clock::now());
    let request = ready
        .client
        .post(endpoint)
        .body(body)
        .header(CONTENT_TYPE, "application/octet-stream")
        .header(CONTENT_ENCODING, "aes128gcm");
    let request = request
        .header(AUTHORIZATION, proof)
        .header("ttl", LIVES)
        .header("urgency", "high")
        .header("topic", topic);
    let answer = request
        .send()
        .await
        .map_err(|error| PushError::Away(error.without_url().to_string()))?;
    match answer.status() {
        status if status.is_success() => Ok(()),
        // The browser took it back, or is gone for good.
        StatusCode::NOT_FOUND | StatusCode::GONE => {
            Ok(app.store.remove_endpoint(&subscription.endpoint).await?)
        }
        status if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS => {
            Err(PushError::Away(status.to_string()))
        }
        status => Err(PushError::Refused(status)),
    }
}

fn text(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn untext(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok()
}
