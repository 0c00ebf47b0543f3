//! How this installation reaches push services.

use std::{sync::Arc, time::Duration};

use p256::ecdsa::SigningKey;
use reqwest::{Client, redirect::Policy};
use servery_store::Store;
use tokio::sync::OnceCell;

use super::{error::PushError, vapid};
use crate::{http::public_network::PublicResolver, settings::Settings};

/// For one message.
const TIMEOUT: Duration = Duration::from_secs(10);
/// The name of the key in the store.
const KEY: &str = "push-key";

/// The HTTP client and the key that push services know this installation by; made when they are first needed.
#[derive(Default)]
pub struct Pusher(OnceCell<PushClient>);

pub struct PushClient {
    pub key: SigningKey,
    /// The public key in the form that browsers expect.
    pub public_key: String,
    pub http: Client,
}

impl Pusher {
    /// The first node makes the key; all others find it in the store.
    pub async fn client(&self, store: &dyn Store, settings: &Settings) -> Result<&PushClient, PushError> {
        self.0.get_or_try_init(|| PushClient::new(store, settings)).await
    }
}

impl PushClient {
    async fn new(store: &dyn Store, settings: &Settings) -> Result<Self, PushError> {
        let text = match &settings.push_key {
            Some(key) => key.clone(),
            None => store.secret(KEY, &vapid::new_key()?).await?,
        };
        let key = vapid::read_key(&text).ok_or(PushError::Key)?;
        // Fails if another part of the program has installed a provider before, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let resolver = PublicResolver {
            private: settings.private_addresses(),
        };
        let client = Client::builder()
            .timeout(TIMEOUT)
            .redirect(Policy::none())
            .dns_resolver(Arc::new(resolver))
            .build()?;
        Ok(Self {
            public_key: vapid::public(&key),
            key,
            http: client,
        })
    }
}
