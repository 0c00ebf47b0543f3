//! A card provider that speaks as Stripe does: PaymentIntents and refunds over HTTP.

use std::time::{Duration, Instant};

use serde::Deserialize;
use servery_domain::{
    currency::{Currency, Minor},
    id::OrderId,
};

use super::breaker::Breaker;

/// For one try.
const PATIENCE: Duration = Duration::from_secs(5);
/// Tries of what may be asked again, and the wait before the second of them.
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
    /// As it was told: on a shared account it may be anybody's.
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
    /// No answer, or none that says what became of it.
    #[error("the provider does not answer: {0}")]
    Away(String),
    /// It answered, and said no; or it cannot be asked so.
    #[error("the provider refused: {0}")]
    Refused(String),
}

type Result<T> = std::result::Result<T, ProviderError>;

impl Provider {
    pub fn new(base: &str, secret: &str) -> reqwest::Result<Self> {
        // Refused only where another part of the program has chosen before, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .timeout(PATIENCE)
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        Ok(Self {
            client,
            base: base.trim_end_matches('/').to_owned(),
            secret: secret.to_owned(),
            breaker: Breaker::default(),
        })
    }

    /// Not charged before it is confirmed, so that a lost answer costs nobody anything. After another intent, which it replaces,
    /// the same card makes a new one.
    pub async fn create(
        &self,
        order: OrderId,
        amount: Minor,
        currency: Currency,
        card: (Option<&str>, &str),
    ) -> Result<Intent> {
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

    /// Charges it. It may be asked again: one that was charged is not charged twice.
    pub async fn confirm(&self, intent: &str) -> Result<Intent> {
        let confirmed = self
            .post(
                &format!("/v1/payment_intents/{intent}/confirm"),
                &format!("confirm-{intent}"),
                &[],
            )
            .await;
        match confirmed {
            // Most likely confirmed by a try whose answer was lost.
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

    pub async fn retrieve(&self, intent: &str) -> Result<Intent> {
        self.send(|| {
            self.client
                .get(format!("{}/v1/payment_intents/{intent}", self.base))
        })
        .await
    }

    /// Tells how it is then: one that has come too far for it goes on.
    pub async fn cancel(&self, intent: &str) -> Result<Intent> {
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

    /// Once for each job, also where the provider knows no idempotency keys.
    pub async fn refund(&self, intent: &str, amount: Minor, job: &str) -> Result<()> {
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
    ) -> Result<T> {
        self.send(|| {
            self.client
                .post(format!("{}{path}", self.base))
                .header("idempotency-key", key)
                .form(fields)
        })
        .await
    }

    /// What must not be tried again blindly.
    async fn once<T: for<'de> Deserialize<'de>>(
        &self,
        path: &str,
        key: &str,
        fields: &[(&str, String)],
    ) -> Result<T> {
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
    ) -> Result<T> {
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

    async fn guarded<T: for<'de> Deserialize<'de>>(&self, request: reqwest::RequestBuilder) -> Result<T> {
        // What never reaches the provider says nothing of it.
        let request = request
            .bearer_auth(&self.secret)
            .build()
            .map_err(|error| ProviderError::Refused(error.to_string()))?;
        if !self.breaker.lets(Instant::now()) {
            return Err(ProviderError::Away("left alone for a while".into()));
        }
        let answer = self.ask(request).await;
        match &answer {
            Err(ProviderError::Away(_)) => self.breaker.failed(Instant::now()),
            _ => self.breaker.worked(),
        }
        answer
    }

    async fn ask<T: for<'de> Deserialize<'de>>(&self, request: reqwest::Request) -> Result<T> {
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

/// Between half and all of it, so that those who failed together do not come back together.
fn jittered(wait: Duration) -> Duration {
    let mut byte = [128_u8];
    // Without randomness they come back together.
    let _ = getrandom::fill(&mut byte);
    wait / 2 + wait / 2 * u32::from(byte[0]) / 255
}

impl Intent {
    pub fn is_paid(&self) -> bool {
        self.status == "succeeded"
    }

    /// It may still become money.
    pub fn is_undecided(&self) -> bool {
        matches!(
            self.status.as_str(),
            "requires_confirmation" | "requires_action" | "processing" | "requires_capture"
        )
    }
}
