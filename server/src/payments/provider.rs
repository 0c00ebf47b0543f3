//! A client of card providers with Stripe's API: PaymentIntents and refunds.

use std::time::{Duration, Instant};

use reqwest::{
    StatusCode,
    header::{HeaderMap, HeaderName, HeaderValue},
};
use serde::Deserialize;
use servery_domain::{
    currency::{Currency, Minor},
    id::{OrderId, PaymentId},
};

use super::{amount, breaker::Breaker, refusal::Refusal};
use crate::http::visitor;

/// The version of the API that this client speaks, whatever the account's own is. The tests hold each parameter and each field
/// against the types that Stripe publishes for it.
pub const API_VERSION: &str = "2026-10-28.endive";
const VERSION_HEADER: HeaderName = HeaderName::from_static("stripe-version");
/// How many refunds of a payment are looked through: the most that the provider lists at once.
const LISTED_REFUNDS: u32 = 100;
/// How many readers an account may choose from: the most that the provider lists at once.
const LISTED_READERS: u32 = 100;

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
    /// Why the last try to charge it failed.
    #[serde(default)]
    pub last_payment_error: Option<Refusal>,
    #[serde(default)]
    pub metadata: Metadata,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Metadata {
    /// Unverified: on a shared account it may belong to another shop.
    pub order: Option<String>,
    /// Of a till that asked a reader.
    pub payment: Option<String>,
    pub job: Option<String>,
}

/// A card reader, with what it does or did last.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ProviderReader {
    pub id: String,
    #[serde(default)]
    pub label: String,
    #[serde(default)]
    pub serial_number: String,
    #[serde(default)]
    pub action: Option<ReaderAction>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ReaderAction {
    pub status: String,
    #[serde(default)]
    pub failure_code: Option<String>,
    #[serde(default)]
    pub process_payment_intent: Option<ReaderIntent>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ReaderIntent {
    pub payment_intent: String,
}

impl ProviderReader {
    /// What it does or did about this payment.
    pub fn action_for(&self, intent: &str) -> Option<&ReaderAction> {
        let is_for = |action: &&ReaderAction| {
            let processed = action.process_payment_intent.as_ref();
            processed.is_some_and(|processed| processed.payment_intent == intent)
        };
        self.action.as_ref().filter(is_for)
    }
}

#[derive(Deserialize)]
struct Readers {
    data: Vec<ProviderReader>,
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
    error: Refusal,
}

#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    /// No answer, or one without a result.
    #[error("the provider does not answer: {0}")]
    Away(String),
    /// The provider refused, or the request is invalid.
    #[error("the provider refused: {0}")]
    Refused(Refusal),
}

/// A new key for each attempt: to a known key the provider repeats its first answer, and a reader or an intent that refuses to be
/// cancelled while it is charging may be cancelled later.
fn attempt_key(what: &str, intent: &str) -> Result<String, ProviderError> {
    let attempt = visitor::random().map_err(|error| ProviderError::Away(error.to_string()))?;
    Ok(format!("{what}-{intent}-{attempt:x}"))
}

impl Provider {
    pub fn new(base: &str, secret: &str) -> reqwest::Result<Self> {
        // Fails if another part of the program has installed a provider before, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let version = (VERSION_HEADER, HeaderValue::from_static(API_VERSION));
        let client = reqwest::Client::builder()
            .default_headers(HeaderMap::from_iter([version]))
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
            ("amount", provider_amount(currency, amount)?.to_string()),
            ("currency", currency.code().to_lowercase()),
            ("payment_method", method.to_owned()),
            // Cards and the wallets that hold them. A kitchen does not wait days for a bank transfer.
            ("allowed_payment_method_types[]", "card".to_owned()),
            ("metadata[order]", order.to_string()),
        ];
        self.post(
            "/v1/payment_intents",
            &format!("{order}-{}-{method}", after.unwrap_or_default()),
            &fields,
        )
        .await
    }

    /// Charges the intent. Safe to repeat: a charged intent is not charged twice. If the bank asks its customer to confirm the payment, it
    /// sends the diner to `return_url` afterwards.
    pub async fn confirm(&self, intent: &str, return_url: &str) -> Result<Intent, ProviderError> {
        let confirmed = self
            .post(
                &format!("/v1/payment_intents/{intent}/confirm"),
                &format!("confirm-{intent}"),
                &[("return_url", return_url.to_owned())],
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

    /// Asks for something that changes nothing and needs the key.
    pub async fn test(&self) -> Result<(), ProviderError> {
        let list = format!("{}/v1/payment_intents?limit=1", self.base);
        self.guarded(self.client.get(list))
            .await
            .map(|_: serde_json::Value| ())
    }

    /// Returns the state afterwards: an intent that is being charged is not cancelled.
    pub async fn cancel(&self, intent: &str) -> Result<Intent, ProviderError> {
        match self
            .post(
                &format!("/v1/payment_intents/{intent}/cancel"),
                &attempt_key("cancel", intent)?,
                &[],
            )
            .await
        {
            Err(ProviderError::Refused(_)) => self.retrieve(intent).await,
            answer => answer,
        }
    }

    /// Refunds once per job, however long ago the provider has forgotten its idempotency key.
    pub async fn refund(
        &self,
        intent: &str,
        (currency, amount): (Currency, Minor),
        job: &str,
    ) -> Result<(), ProviderError> {
        let amount = provider_amount(currency, amount)?;
        let list = format!(
            "{}/v1/refunds?payment_intent={intent}&limit={LISTED_REFUNDS}",
            self.base
        );
        let given: Refunds = self.send(|| self.client.get(&list)).await?;
        if given
            .data
            .iter()
            .any(|refund| refund.metadata.job.as_deref() == Some(job))
        {
            return Ok(());
        }
        let fields = [
            ("payment_intent", intent.to_owned()),
            ("amount", amount.to_string()),
            ("metadata[job]", job.to_owned()),
        ];
        self.once("/v1/refunds", job, &fields)
            .await
            .map(|_: serde_json::Value| ())
    }

    /// Creates an intent for a reader to charge. A lost answer has no effect.
    pub async fn create_for_reader(
        &self,
        payment: PaymentId,
        amount: Minor,
        currency: Currency,
    ) -> Result<Intent, ProviderError> {
        let fields = [
            ("amount", provider_amount(currency, amount)?.to_string()),
            ("currency", currency.code().to_lowercase()),
            ("allowed_payment_method_types[]", "card_present".to_owned()),
            ("metadata[payment]", payment.to_string()),
        ];
        self.post("/v1/payment_intents", &format!("reader-{payment}"), &fields)
            .await
    }

    /// The account's readers. Asked once, because a person waits for the page.
    pub async fn readers(&self) -> Result<Vec<ProviderReader>, ProviderError> {
        let list = format!("{}/v1/terminal/readers?limit={LISTED_READERS}", self.base);
        let readers: Readers = self.guarded(self.client.get(list)).await?;
        Ok(readers.data)
    }

    pub async fn reader(&self, reader: &str) -> Result<ProviderReader, ProviderError> {
        self.send(|| {
            self.client
                .get(format!("{}/v1/terminal/readers/{reader}", self.base))
        })
        .await
    }

    /// Shows the amount on the reader, which charges the card that is held to it. Safe to repeat.
    pub async fn process(&self, reader: &str, intent: &str) -> Result<ProviderReader, ProviderError> {
        let fields = [
            ("payment_intent", intent.to_owned()),
            // A tip on the reader would be money that the till knows nothing of.
            ("process_config[skip_tipping]", "true".to_owned()),
            ("process_config[enable_customer_cancellation]", "true".to_owned()),
        ];
        self.post(
            &format!("/v1/terminal/readers/{reader}/process_payment_intent"),
            &format!("process-{intent}"),
            &fields,
        )
        .await
    }

    /// Takes the amount from the reader's display. A reader that is charging at this moment refuses.
    pub async fn clear(&self, reader: &str, intent: &str) -> Result<ProviderReader, ProviderError> {
        self.post(
            &format!("/v1/terminal/readers/{reader}/cancel_action"),
            &attempt_key("clear", intent)?,
            &[],
        )
        .await
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
            .map_err(|error| ProviderError::Refused(Refusal::unsent(error.to_string())))?;
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
        // A conflict: another request is working on the same object at this moment.
        let is_busy = matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::CONFLICT);
        if status.is_server_error() || is_busy {
            return Err(ProviderError::Away(status.to_string()));
        }
        let body: Result<ProviderFailure, _> = response.json().await;
        let refusal = body.map_or_else(|_| Refusal::unsent(status.to_string()), |failure| failure.error);
        Err(ProviderError::Refused(Refusal {
            status: status.as_u16(),
            ..refusal
        }))
    }
}

fn provider_amount(currency: Currency, amount: Minor) -> Result<i64, ProviderError> {
    amount::of_provider(currency, amount).ok_or_else(|| {
        let exact = currency.plain(amount);
        ProviderError::Refused(Refusal::unsent(format!(
            "no card is charged with exactly {exact} {currency}"
        )))
    })
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
