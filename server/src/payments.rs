//! Card payments. Nothing is charged twice, and the kitchen sees no unpaid order, whichever requests to the provider are lost.

mod breaker;
pub mod cards;
pub mod provider;
pub mod webhook;

use std::{sync::Arc, time::Duration};

use servery_domain::{
    contact::{InvalidField, invalid_field},
    currency::Minor,
    id::OrderId,
    limits,
    order::{Actor, Event, Order, State},
    order_settings::PaymentMethod,
    problem::Kind,
    time::Timestamp,
};
use servery_store::{
    StoreError,
    orders::{OrderWrite, WriteOutcome},
    payments::{PaymentAttempt, PaymentIntent},
};

use self::{
    cards::Cards,
    provider::{Intent, ProviderError},
    webhook::Message,
};
use crate::{
    catalog::restaurant_now::listing_of, clock, http::error::ApiError, jobs::periodic, orders,
    state::AppState,
};

/// The result of a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PaymentOutcome {
    Paid,
    /// The diner's bank asks for a confirmation at this address.
    Elsewhere {
        address: String,
    },
    /// The diner's bank has not decided yet.
    Pending,
    Declined,
}

/// How often open payments are checked, and from which age in seconds.
const CHECK_INTERVAL: Duration = Duration::from_secs(5);
const OPEN_FOR: i64 = 20;
/// Seconds after which an unpaid order is cancelled.
pub const GIVEN_UP_AFTER: i64 = 30 * 60;

fn cards(app: &AppState) -> Result<&Cards, ApiError> {
    app.cards
        .as_ref()
        .ok_or_else(|| ApiError::new(Kind::NotAccepted, "this installation takes no cards"))
}

fn provider_unavailable(error: &ProviderError) -> ApiError {
    tracing::warn!(%error, "a payment did not go through");
    ApiError::new(
        Kind::ProviderAway,
        "nothing was charged as far as we know; try again, or pay at the door",
    )
}

/// Charges the card for an unpaid order. A repeated call charges once.
pub async fn pay(app: &AppState, token: &str, method: Option<&str>) -> Result<PaymentOutcome, ApiError> {
    let cards = cards(app)?;
    method.map_or(Ok(()), check_method)?;
    let order = orders::find(app, token).await?.order;
    if order.progress.payment.paid > Minor::ZERO {
        return Ok(PaymentOutcome::Paid);
    }
    if order.progress.state != State::Unpaid {
        return Err(ApiError::new(Kind::Conflict, "this order waits for no card"));
    }
    let known = app
        .store
        .payment(order.id)
        .await?
        .and_then(|attempt| attempt.intent);
    let intent = match (known, method) {
        (Some(known), method) => Some(resume(app, cards, &order, &known, method).await?),
        (None, Some(method)) => Some(start_payment(app, cards, &order, None, method).await?),
        (None, None) => None,
    };
    match intent {
        Some(intent) => finish_payment(app, cards, &order, intent, token).await,
        None => Ok(PaymentOutcome::Declined),
    }
}

/// The id becomes part of a header and a form, so only plain characters are allowed.
fn check_method(method: &str) -> Result<(), InvalidField> {
    let plain = (1..=limits::METHOD).contains(&method.len())
        && method
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if plain {
        Ok(())
    } else {
        Err(invalid_field(
            "payment_method",
            "is what the provider calls the card",
        ))
    }
}

/// Starts a payment; `had` is the previous intent, which is certain not to be charged.
async fn start_payment(
    app: &AppState,
    cards: &Cards,
    order: &Order,
    had: Option<&str>,
    method: &str,
) -> Result<Intent, ApiError> {
    let total = order.ordered.total;
    app.store.request_payment(order.id, total.0, clock::now()).await?;
    let intent = match cards
        .provider
        .create(order.id, total, order.ordered.currency, (had, method))
        .await
    {
        Ok(intent) => intent,
        Err(ProviderError::Refused(why)) => {
            tracing::info!(order = %order.id, why, "a card was refused");
            app.store.close_payment(order.id, had).await?;
            return Err(ApiError::new(
                Kind::Declined,
                "the card was not accepted; try another one, or pay at the door",
            ));
        }
        Err(error) => return Err(provider_unavailable(&error)),
    };
    // Stored before it is charged: from here on the periodic check finds out what became of it.
    let stored = PaymentIntent {
        id: intent.id.clone(),
        method: method.to_owned(),
    };
    if !app
        .store
        .set_payment_intent(order.id, had, &stored, clock::now())
        .await?
    {
        return yield_to_other(app, cards, order, intent).await;
    }
    confirm(cards, intent).await
}

/// Another request has started to pay this order. With the same card it is the same payment.
async fn yield_to_other(
    app: &AppState,
    cards: &Cards,
    order: &Order,
    intent: Intent,
) -> Result<Intent, ApiError> {
    let known = app
        .store
        .payment(order.id)
        .await?
        .and_then(|attempt| attempt.intent);
    if known.is_some_and(|known| known.id == intent.id) {
        return cards
            .provider
            .retrieve(&intent.id)
            .await
            .map_err(|error| provider_unavailable(&error));
    }
    // If this request is lost, the intent stays unconfirmed and is never charged.
    if let Err(error) = cards.provider.cancel(&intent.id).await {
        tracing::warn!(order = %order.id, intent = intent.id, %error, "an intent that nobody will confirm stays");
    }
    Err(ApiError::new(
        Kind::Conflict,
        "this order is being paid with another card",
    ))
}

async fn confirm(cards: &Cards, intent: Intent) -> Result<Intent, ApiError> {
    match cards.provider.confirm(&intent.id).await {
        Ok(intent) => Ok(intent),
        Err(ProviderError::Refused(_)) => Ok(Intent {
            status: "requires_payment_method".into(),
            ..intent
        }),
        Err(error) => Err(provider_unavailable(&error)),
    }
}

/// Continues a payment. Another card is tried only when it is certain that the first one is not charged.
async fn resume(
    app: &AppState,
    cards: &Cards,
    order: &Order,
    known: &PaymentIntent,
    method: Option<&str>,
) -> Result<Intent, ApiError> {
    let now = cards
        .provider
        .retrieve(&known.id)
        .await
        .map_err(|error| provider_unavailable(&error))?;
    let Some(method) = method.filter(|_| !now.is_paid() && now.status != "processing") else {
        return Ok(now);
    };
    if now.status != "canceled" {
        if method == known.method {
            return if now.status == "requires_confirmation" {
                confirm(cards, now).await
            } else {
                Ok(now)
            };
        }
        let cancelled = cards
            .provider
            .cancel(&known.id)
            .await
            .map_err(|error| provider_unavailable(&error))?;
        if cancelled.status != "canceled" {
            return Ok(cancelled);
        }
    }
    start_payment(app, cards, order, Some(&known.id), method).await
}

async fn finish_payment(
    app: &AppState,
    cards: &Cards,
    order: &Order,
    intent: Intent,
    token: &str,
) -> Result<PaymentOutcome, ApiError> {
    if intent.is_paid() {
        settle(app, order.id, intent.id, None).await?;
        return Ok(PaymentOutcome::Paid);
    }
    if intent.status == "requires_action" {
        let redirect = intent
            .next_action
            .and_then(|next| next.redirect_to_url)
            .and_then(|redirect| redirect.url);
        let secret = intent.client_secret.unwrap_or_default();
        let address = redirect.unwrap_or_else(|| {
            let pairs = [
                ("payment_intent", intent.id.as_str()),
                ("client_secret", &secret),
                ("return", &return_url(app, token)),
            ];
            servery_app::page_address::address(&cards.page, pairs)
        });
        return Ok(PaymentOutcome::Elsewhere { address });
    }
    Ok(if intent.status == "processing" {
        PaymentOutcome::Pending
    } else {
        PaymentOutcome::Declined
    })
}

/// The address to which the card page, on another site, returns the diner.
fn return_url(app: &AppState, token: &str) -> String {
    format!("{}/orders/{token}/paid", app.settings.public_url())
}

/// The address of the page on which the diner types the card.
pub async fn card_page(app: &AppState, token: &str) -> Result<String, ApiError> {
    let cards = cards(app)?;
    let order = orders::find(app, token).await?.order;
    let (amount, currency) = (
        order.ordered.total.0.to_string(),
        order.ordered.currency.code().to_lowercase(),
    );
    Ok(servery_app::page_address::address(
        &cards.page,
        [
            ("amount", amount.as_str()),
            ("currency", &currency),
            ("return", &return_url(app, token)),
        ],
    ))
}

/// Changes the order to payment at the door. A charge that turns out to have succeeded is still booked, and staff see it.
pub async fn pay_at_door(app: &AppState, token: &str) -> Result<Order, ApiError> {
    let order = orders::find(app, token).await?.order;
    let at_door = listing_of(app, order.ordered.restaurant)?
        .restaurant
        .ordering
        .payments
        .contains(&PaymentMethod::Door);
    if !at_door {
        return Err(ApiError::new(
            Kind::NotAccepted,
            "this restaurant takes no money at the door",
        ));
    }
    if order.progress.payment.method == PaymentMethod::Door {
        return Ok(order);
    }
    orders::advance(app, order.id, Event::PaysAtDoor, Actor::Diner).await
}

async fn settle(
    app: &AppState,
    order: OrderId,
    intent: String,
    webhook: Option<String>,
) -> Result<(), ApiError> {
    match app
        .group_commit
        .write(OrderWrite::Settle {
            order,
            intent,
            webhook,
            at: clock::now(),
        })
        .await?
    {
        WriteOutcome::Advanced(order) => {
            orders::auto_accept(app, &order).await;
            Ok(())
        }
        WriteOutcome::Done => Ok(()),
        _ => Err(ApiError::new(Kind::NotFound, "there is no such order")),
    }
}

/// Handles a webhook of the provider. Webhooks may be repeated, late and out of order.
pub async fn handle_webhook(app: &AppState, signature: &str, body: &[u8]) -> Result<(), ApiError> {
    let cards = cards(app)?;
    webhook::verify(&cards.webhook_secret, signature, body, clock::now())?;
    let malformed = || ApiError::new(Kind::Malformed, "not an event");
    let message: Message = serde_json::from_slice(body).map_err(|_| malformed())?;
    if message.kind != "payment_intent.succeeded" {
        return Ok(());
    }
    let intent = message.intent().ok_or_else(malformed)?;
    // A payment of another shop on the same account, or one made by hand.
    let Some(order) = intent
        .metadata
        .order
        .as_deref()
        .and_then(|order| order.parse().ok())
    else {
        return Ok(());
    };
    let Some(tracked) = app.store.order(order).await? else {
        return Ok(());
    };
    let ordered = &tracked.order.ordered;
    if intent.amount != ordered.total.0 || !intent.currency.eq_ignore_ascii_case(ordered.currency.code()) {
        tracing::error!(%order, intent = intent.id, amount = intent.amount, "a payment has another amount than its order");
        return Ok(());
    }
    settle(app, order, intent.id, Some(message.id)).await
}

/// Checks payments without a result, until it is dropped.
pub async fn watch_open_payments(app: Arc<AppState>) {
    periodic::every(CHECK_INTERVAL, "open payments", app, |app| async move {
        check_open_payments(&app, clock::now(), OPEN_FOR).await
    })
    .await;
}

pub async fn check_open_payments(app: &AppState, now: Timestamp, open_for: i64) -> Result<(), StoreError> {
    let mut behind = None;
    loop {
        let page = app
            .store
            .open_payments(Timestamp(now.0 - open_for), behind)
            .await?;
        let Some(last) = page.last() else { return Ok(()) };
        behind = Some((last.asked_at, last.order));
        for asked in page {
            if let Err(error) = check_payment(app, &asked, now).await {
                tracing::warn!(order = %asked.order, problem = %error.0, "a payment stays open");
            }
        }
    }
}

/// Whether a payment of the order may still succeed.
pub async fn is_open(app: &AppState, order: OrderId) -> Result<bool, ApiError> {
    Ok(app.store.payment(order).await?.is_some_and(|asked| asked.open))
}

async fn check_payment(app: &AppState, asked: &PaymentAttempt, now: Timestamp) -> Result<(), ApiError> {
    let close = async |intent: Option<&str>| Ok(app.store.close_payment(asked.order, intent).await?);
    let Some(PaymentIntent { id: name, .. }) = &asked.intent else {
        // The provider's answer was lost before the intent was confirmed: nothing was charged.
        return close(None).await;
    };
    let fresh = now.0 - asked.asked_at.0 < GIVEN_UP_AFTER;
    let cards = match cards(app) {
        Err(error) if fresh => return Err(error),
        // There is no provider to ask any more. If it was charged, a webhook tells a later configuration with cards.
        Err(_) => return close(Some(name)).await,
        Ok(cards) => cards,
    };
    let intent = match cards.provider.retrieve(name).await {
        Err(ProviderError::Refused(why)) if !fresh => {
            tracing::error!(order = %asked.order, intent = name, why, "the provider does not tell what became of a payment; it is given up");
            return close(Some(name)).await;
        }
        answer => answer.map_err(|error| provider_unavailable(&error))?,
    };
    if intent.is_paid() {
        return settle(app, asked.order, intent.id, None).await;
    }
    let order = app.store.order(asked.order).await?.map(|tracked| tracked.order);
    let wanted = order.is_some_and(|order| order.progress.state == State::Unpaid) && fresh;
    if intent.is_undecided() && wanted {
        return Ok(());
    }
    if intent.is_undecided() && intent.status != "processing" {
        let cancelled = cards
            .provider
            .cancel(name)
            .await
            .map_err(|error| provider_unavailable(&error))?;
        if cancelled.status != "canceled" {
            return Ok(());
        }
    }
    close(Some(name)).await
}

/// Refunds what was promised, and books it.
pub async fn refund(
    app: &AppState,
    order: OrderId,
    (number, amount): (usize, Minor),
    job: &str,
) -> Result<(), ApiError> {
    let given = app.store.order(order).await?.is_none_or(|tracked| {
        let promised = tracked.order.progress.payment.refunds.get(number).cloned();
        promised.is_none_or(|refund| refund.given)
    });
    if given {
        return Ok(());
    }
    let intent = app.store.payment(order).await?.and_then(|attempt| attempt.intent);
    let intent = intent
        .ok_or_else(|| ApiError::new(Kind::Broken, "a payment without an intent cannot be refunded"))?;
    refund_intent(app, &intent.id, amount, job).await?;
    orders::advance(app, order, Event::Refunded { number, amount }, Actor::System)
        .await
        .map(drop)
}

/// Refunds once per job.
pub async fn refund_intent(app: &AppState, intent: &str, amount: Minor, job: &str) -> Result<(), ApiError> {
    cards(app)?
        .provider
        .refund(intent, amount, job)
        .await
        .map_err(|error| provider_unavailable(&error))
}
