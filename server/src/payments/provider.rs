//! A client of card providers with Stripe's API: PaymentIntents and refunds.

use std::time::{Duration, Instant};

use serde::Deserialize;
use servery_domain::{
    currency::{Currency, Minor},
    id::OrderId,
};

use super::breaker::Breaker;

/// Time limit of one try.
const TIMEOUT: Duration = Duration::from_secs(5);
/// Tries of a request that is safe to repeat, and the pause before the second.
const TRIES: u32 = 3;
const FIRST_WAIT: Duration = Duration::from_millis(100);

pub struct Provider {
    client: reqwest::Client,
    base: String,
    secret: String,
    breaker: Breaker,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Intent {
    pub id: String,
    pub amount: i64,
    pub currency: String,
    pub status: String,
    #[serde(default)]
    pub client_secret: Option<String>,
    #[serde(default)]
    pub next_action: Option<NextAction>,
    #[serde(default)]
    pub metadata: Metadata,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Metadata {
    /// Unverified: on a shared account it may belong to another shop.
    pub order: Option<String>,
    pub job: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct NextAction {
    pub redirect_to_url: Option<RedirectTo>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct RedirectTo {
    pub url: Option<String>,
}

#[derive(Deserialize)]
struct Refunds {
    data: Vec<ProviderRefund>,
}

#[derive(Deserialize)]
struct ProviderRefund {
    #[serde(default)]
    metadata: Metadata,
}

#[derive(Deserialize)]
struct ProviderFailure {
    error: FailureText,
}

#[derive(Deserialize)]
struct FailureText {
    #[serde(default)]
    message: String,
}

#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    /// No answer, or one without a result.
    #[error("the provider does not answer: {0}")]
    Away(String),
    /// The provider refused, or the request is invalid.
    #[error("the provider refused: {0}")]
    Refused(String),
}

impl Provider {
    pub fn new(base: &str, secret: &str) -> reqwest::Result<Self> {
        // Fails if another part of the program has installed a provider before, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .timeout(TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        Ok(Self {
            client,
            base: base.trim_end_matches('/').to_owned(),
            secret: secret.to_owned(),
            breaker: Breaker::default(),
        })
    }

    /// Creates an intent, which is charged only when it is confirmed, so a lost answer has no effect. If it replaces another intent,
    /// the same card gets a new one.
    pub async fn create(
        &self,
        order: OrderId,
        amount: Minor,
        currency: Currency,
        card: (Option<&str>, &str),
    ) -> Result<Intent, ProviderError> {
        let (after, method) = card;
        let fields = [
            ("amount", amount.0.to_string()),
            ("currency", currency.code().to_lowercase()),
            ("payment_method", method.to_owned()),
            ("metadata[order]", order.to_string()),
        ];
        self.post(
            "/v1/payment_intents",
            &format!("{order}-{}-{method}", after.unwrap_or_default()),
            &fields,
        )
        .await
    }

    /// Charges the intent. Safe to repeat: a charged intent is not charged twice.
    pub async fn confirm(&self, intent: &str) -> Result<Intent, ProviderError> {
        let confirmed = self
            .post(
                &format!("/v1/payment_intents/{intent}/confirm"),
                &format!("confirm-{intent}"),
                &[],
            )
            .await;
        match confirmed {
            // Probably a try whose answer was lost has confirmed it.
            Err(ProviderError::Refused(why)) => {
                let now = self.retrieve(intent).await?;
                if now.is_undecided() {
                    Err(ProviderError::Refused(why))
                } else {
                    Ok(now)
                }
            }
            answer => answer,
        }
    }

    pub async fn retrieve(&self, intent: &str) -> Result<Intent, ProviderError> {
        self.send(|| {
            self.client
                .get(format!("{}/v1/payment_intents/{intent}", self.base))
        })
        .await
    }

    /// Returns the state afterwards: an intent that is being charged is not cancelled.
    pub async fn cancel(&self, intent: &str) -> Result<Intent, ProviderError> {
        match self
            .post(
                &format!("/v1/payment_intents/{intent}/cancel"),
                &format!("cancel-{intent}"),
                &[],
            )
            .await
        {
            Err(ProviderError::Refused(_)) => self.retrieve(intent).await,
            answer => answer,
        }
    }

    /// Refunds once per job, also if the provider does not support idempotency keys.
    pub async fn refund(&self, intent: &str, amount: Minor, job: &str) -> Result<(), ProviderError> {
        let given: Refunds = self
            .send(|| {
                self.client
                    .get(format!("{}/v1/refunds?payment_intent={intent}", self.base))
            })
            .await?;
        if given
            .data
            .iter()
            .any(|refund| refund.metadata.job.as_deref() == Some(job))
        {
            return Ok(());
        }
        let fields = [
            ("payment_intent", intent.to_owned()),
            ("amount", amount.0.to_string()),
            ("metadata[job]", job.to_owned()),
        ];
        self.once("/v1/refunds", job, &fields)
            .await
            .map(|_: serde_json::Value| ())
    }

    async fn post<T: for<'de> Deserialize<'de>>(
        &self,
        path: &str,
        key: &str,
        fields: &[(&str, String)],
    ) -> Result<T, ProviderError> {
        self.send(|| {
            self.client
                .post(format!("{}{path}", self.base))
                .header("idempotency-key", key)
                .form(fields)
        })
        .await
    }

    /// For a request that is not safe to repeat.
    async fn once<T: for<'de> Deserialize<'de>>(
        &self,
        path: &str,
        key: &str,
        fields: &[(&str, String)],
    ) -> Result<T, ProviderError> {
        self.guarded(
            self.client
                .post(format!("{}{path}", self.base))
                .header("idempotency-key", key)
                .form(fields),
        )
        .await
    }

    async fn send<T: for<'de> Deserialize<'de>>(
        &self,
        request: impl Fn() -> reqwest::RequestBuilder,
    ) -> Result<T, ProviderError> {
        let mut wait = FIRST_WAIT;
        for _ in 1..TRIES {
            match self.guarded(request()).await {
                Err(ProviderError::Away(_)) => {
                    tokio::time::sleep(jittered(wait)).await;
                    wait *= 3;
                }
                answer => return answer,
            }
        }
        self.guarded(request()).await
    }

    async fn guarded<T: for<'de> Deserialize<'de>>(
        &self,
        request: reqwest::RequestBuilder,
    ) -> Result<T, ProviderError> {
        // A request that was not sent says nothing about the provider's health.
        let request = request
            .bearer_auth(&self.secret)
            .build()
            .map_err(|error| ProviderError::Refused(error.to_string()))?;
        if !self.breaker.allows(Instant::now()) {
            return Err(ProviderError::Away("left alone for a while".into()));
        }
        let answer = self.ask(request).await;
        match &answer {
            Err(ProviderError::Away(_)) => self.breaker.record_failure(Instant::now()),
            _ => self.breaker.record_success(),
        }
        answer
    }

    async fn ask<T: for<'de> Deserialize<'de>>(&self, request: reqwest::Request) -> Result<T, ProviderError> {
        let away = |error: reqwest::Error| ProviderError::Away(error.without_url().to_string());
        let response = self.client.execute(request).await.map_err(away)?;
        let status = response.status();
        if status.is_success() {
            return response.json().await.map_err(away);
        }
        if status.is_server_error() || status == reqwest::StatusCode::TOO_MANY_REQUESTS {
            return Err(ProviderError::Away(status.to_string()));
        }
        let failure = response
            .json()
            .await
            .map(|failure: ProviderFailure| failure.error.message);
        Err(ProviderError::Refused(
            failure.unwrap_or_else(|_| status.to_string()),
        ))
    }
}

/// Between half and all of the pause, so that requests that failed together are not repeated together.
fn jittered(wait: Duration) -> Duration {
    let mut byte = [128_u8];
    // Without randomness the whole pause is used.
    let _ = getrandom::fill(&mut byte);
    wait / 2 + wait / 2 * u32::from(byte[0]) / 255
}

impl Intent {
    pub fn is_paid(&self) -> bool {
        self.status == "succeeded"
    }

    /// Whether it may still be charged.
    pub fn is_undecided(&self) -> bool {
        matches!(
            self.status.as_str(),
            "requires_confirmation" | "requires_action" | "processing" | "requires_capture"
        )
    }
}
