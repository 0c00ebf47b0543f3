//! Card payments. Nothing is charged twice, and the kitchen sees no unpaid order, whichever requests to the provider are lost.

pub mod amount;
mod breaker;
pub mod cards;
pub mod provider;
pub mod readers;
pub mod refusal;
pub mod webhook;

use std::{sync::Arc, time::Duration};

use servery_domain::{
    audit::Author,
    card_decline::CardDecline,
    contact::{InvalidField, invalid_field},
    currency::Minor,
    id::OrderId,
    limits,
    order::{Event, Order, State},
    order_settings::PaymentMethod,
    problem::ProblemType,
    time::Timestamp,
};
use servery_store::{
    StoreError,
    orders::{OrderWrite, Tracked, WriteOutcome},
    payments::{PaymentAttempt, PaymentIntent},
};

use self::{
    cards::CardAccount,
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
    Declined(CardDecline),
}

/// What the page with the provider's form shows.
pub struct CardForm {
    pub order: Order,
    pub publishable_key: String,
    /// In the provider's decimals.
    pub amount: i64,
    /// Of the payment that the diner's bank wants to be confirmed.
    pub client_secret: Option<String>,
}

/// How often open payments are checked, and from which age in seconds.
const CHECK_INTERVAL: Duration = Duration::from_secs(5);
const OPEN_FOR: i64 = 20;
/// Seconds after which an unpaid order is cancelled.
pub const GIVEN_UP_AFTER: i64 = 30 * 60;

/// Where the money for an order goes.
async fn account_of<'a>(app: &'a AppState, order: &Order) -> Result<&'a CardAccount, ApiError> {
    find_account(app, order).await?.ok_or_else(no_account)
}

async fn find_account<'a>(app: &'a AppState, order: &Order) -> Result<Option<&'a CardAccount>, ApiError> {
    Ok(match app.catalog.by_id(order.ordered.restaurant).await? {
        Some(entry) => app.cards.account(&entry.listing().restaurant.slug),
        // Money may still go back for a restaurant that is gone.
        None => app.cards.shared.as_ref(),
    })
}

fn no_account() -> ApiError {
    ApiError::new(
        ProblemType::NotAccepted,
        "there is no account with a card provider",
    )
}

fn provider_unavailable(error: &ProviderError) -> ApiError {
    match error {
        ProviderError::Away(_) => tracing::warn!(%error, "the card provider did not answer"),
        // Not about a card, so it is our key or our request, and every card will fail.
        ProviderError::Refused(_) => tracing::error!(%error, "the card provider rejected a request"),
    }
    ApiError::new(
        ProblemType::ProviderAway,
        "nothing was charged as far as we know; try again, or pay at the door",
    )
}

/// Charges the card for an unpaid order. A repeated call charges once.
pub async fn pay(app: &AppState, token: &str, method: Option<&str>) -> Result<PaymentOutcome, ApiError> {
    method.map_or(Ok(()), check_method)?;
    let tracked = orders::find(app, token).await?;
    let order = &tracked.order;
    let account = account_of(app, order).await?;
    if order.progress.payment.paid > Minor::ZERO {
        return Ok(PaymentOutcome::Paid);
    }
    if order.progress.state != State::Unpaid {
        return Err(ApiError::new(
            ProblemType::Conflict,
            "this order waits for no card",
        ));
    }
    provider_total(order)?;
    let known = app
        .store
        .payment(order.id)
        .await?
        .and_then(|attempt| attempt.intent);
    let intent = match (known, method) {
        (Some(known), method) => Some(resume(app, account, &tracked, &known, method).await?),
        (None, Some(method)) => Some(start_payment(app, account, &tracked, None, method).await?),
        (None, None) => None,
    };
    match intent {
        Some(intent) => finish_payment(app, &tracked, intent).await,
        None => Ok(PaymentOutcome::Declined(CardDecline::Refused)),
    }
}

/// The order's total in the provider's decimals.
fn provider_total(order: &Order) -> Result<i64, ApiError> {
    amount::of_provider(order.ordered.currency, order.ordered.total).ok_or_else(|| {
        ApiError::new(
            ProblemType::NotAccepted,
            "no card can be charged with exactly this amount; pay at the door",
        )
    })
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
    account: &CardAccount,
    tracked: &Tracked,
    had: Option<&str>,
    method: &str,
) -> Result<Intent, ApiError> {
    let order = &tracked.order;
    let total = order.ordered.total;
    app.store.request_payment(order.id, total.0, clock::now()).await?;
    let intent = match account
        .provider
        .create(order.id, total, order.ordered.currency, (had, method))
        .await
    {
        Ok(intent) => intent,
        Err(ProviderError::Refused(refusal)) if refusal.is_about_the_card() => {
            tracing::info!(order = %order.id, %refusal, "a card was declined before its payment was created");
            app.store.close_payment(order.id, had).await?;
            return Err(ApiError::new(
                ProblemType::Declined,
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
        return yield_to_other(app, account, order, intent).await;
    }
    confirm(app, account, tracked, intent).await
}

/// Another request has started to pay this order. With the same card it is the same payment.
async fn yield_to_other(
    app: &AppState,
    account: &CardAccount,
    order: &Order,
    intent: Intent,
) -> Result<Intent, ApiError> {
    let known = app
        .store
        .payment(order.id)
        .await?
        .and_then(|attempt| attempt.intent);
    if known.is_some_and(|known| known.id == intent.id) {
        return account
            .provider
            .retrieve(&intent.id)
            .await
            .map_err(|error| provider_unavailable(&error));
    }
    // If this request is lost, the intent stays unconfirmed and is never charged.
    if let Err(error) = account.provider.cancel(&intent.id).await {
        tracing::warn!(order = %order.id, intent = intent.id, %error, "an unused payment intent could not be cancelled; it stays unconfirmed");
    }
    Err(ApiError::new(
        ProblemType::Conflict,
        "this order is being paid with another card",
    ))
}

async fn confirm(
    app: &AppState,
    account: &CardAccount,
    tracked: &Tracked,
    intent: Intent,
) -> Result<Intent, ApiError> {
    match account
        .provider
        .confirm(&intent.id, &return_url(app, tracked))
        .await
    {
        Ok(intent) => Ok(intent),
        Err(ProviderError::Refused(refusal)) if refusal.is_about_the_card() => Ok(Intent {
            status: "requires_payment_method".into(),
            last_payment_error: Some(refusal),
            ..intent
        }),
        Err(error) => Err(provider_unavailable(&error)),
    }
}

/// Continues a payment. Another card is tried only when it is certain that the first one is not charged.
async fn resume(
    app: &AppState,
    account: &CardAccount,
    tracked: &Tracked,
    known: &PaymentIntent,
    method: Option<&str>,
) -> Result<Intent, ApiError> {
    let now = account
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
                confirm(app, account, tracked, now).await
            } else {
                Ok(now)
            };
        }
        let cancelled = account
            .provider
            .cancel(&known.id)
            .await
            .map_err(|error| provider_unavailable(&error))?;
        if cancelled.status != "canceled" {
            return Ok(cancelled);
        }
    }
    start_payment(app, account, tracked, Some(&known.id), method).await
}

async fn finish_payment(
    app: &AppState,
    tracked: &Tracked,
    intent: Intent,
) -> Result<PaymentOutcome, ApiError> {
    let order = tracked.order.id;
    if intent.is_paid() {
        settle(app, order, intent.id, None).await?;
        return Ok(PaymentOutcome::Paid);
    }
    if intent.status == "requires_action" {
        let redirect = intent
            .next_action
            .and_then(|next| next.redirect_to_url)
            .and_then(|redirect| redirect.url);
        // To some banks only the provider's script leads.
        let address = redirect.unwrap_or_else(|| format!("{}?confirm=1", order_url(app, tracked, "/pay")));
        return Ok(PaymentOutcome::Elsewhere { address });
    }
    if intent.status == "processing" {
        return Ok(PaymentOutcome::Pending);
    }
    let refusal = intent.last_payment_error.unwrap_or_default();
    tracing::info!(%order, intent = intent.id, %refusal, "a card was declined");
    Ok(PaymentOutcome::Declined(refusal.decline()))
}

/// At the address that always leads here: nobody checks a restaurant's own domain.
fn order_url(app: &AppState, tracked: &Tracked, page: &str) -> String {
    format!("{}/orders/{}{page}", app.settings.public_url(), tracked.token)
}

/// The address to which a bank, on another site, returns the diner.
fn return_url(app: &AppState, tracked: &Tracked) -> String {
    order_url(app, tracked, "/paid")
}

/// The form in which the diner types the card, or confirms the payment that was begun; `None` if the order waits for no card.
pub async fn card_form(app: &AppState, token: &str, confirms: bool) -> Result<Option<CardForm>, ApiError> {
    let order = orders::find(app, token).await?.order;
    let account = account_of(app, &order).await?;
    if order.progress.state != State::Unpaid {
        return Ok(None);
    }
    let client_secret = match confirms {
        true => secret_of_action(app, account, &order).await?,
        false => None,
    };
    Ok(Some(CardForm {
        amount: provider_total(&order)?,
        publishable_key: account.publishable_key.clone(),
        client_secret,
        order,
    }))
}

/// The secret with which the provider's script leads the diner to the bank. It stands in no address, which browsers and proxies store.
async fn secret_of_action(
    app: &AppState,
    account: &CardAccount,
    order: &Order,
) -> Result<Option<String>, ApiError> {
    let attempt = app.store.payment(order.id).await?;
    let Some(known) = attempt.and_then(|attempt| attempt.intent) else {
        return Ok(None);
    };
    let intent = account
        .provider
        .retrieve(&known.id)
        .await
        .map_err(|error| provider_unavailable(&error))?;
    Ok(intent
        .client_secret
        .filter(|_| intent.status == "requires_action"))
}

/// Changes the order to payment at the door. A charge that turns out to have succeeded is still booked, and staff see it.
pub async fn pay_at_door(app: &AppState, token: &str) -> Result<Order, ApiError> {
    let order = orders::find(app, token).await?.order;
    let at_door = listing_of(app, order.ordered.restaurant)
        .await?
        .restaurant
        .ordering
        .payments
        .contains(&PaymentMethod::Door);
    if !at_door {
        return Err(ApiError::new(
            ProblemType::NotAccepted,
            "this restaurant takes no money at the door",
        ));
    }
    if order.progress.payment.method == PaymentMethod::Door {
        return Ok(order);
    }
    orders::advance(app, order.id, Event::PaysAtDoor, Author::Diner).await
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
        _ => Err(ApiError::new(ProblemType::NotFound, "there is no such order")),
    }
}

/// Handles a webhook of the provider, for the account of a restaurant or of the installation. Webhooks may be repeated, late and out of
/// order.
pub async fn handle_webhook(
    app: &AppState,
    restaurant: Option<&str>,
    signature: &str,
    body: &[u8],
) -> Result<(), ApiError> {
    let account = app.cards.of_webhook(restaurant).ok_or_else(no_account)?;
    webhook::verify(&account.webhook_secret, signature, body, clock::now())
        .inspect_err(|_| tracing::warn!(restaurant, "a webhook with a wrong signature was refused"))?;
    let malformed = || ApiError::new(ProblemType::Malformed, "not an event");
    let message: Message = serde_json::from_slice(body).map_err(|_| malformed())?;
    if matches!(
        message.kind.as_str(),
        webhook::READER_SUCCEEDED | webhook::READER_FAILED
    ) {
        return readers::hear_of_reader(app, account, message.intent_of_reader().as_deref()).await;
    }
    if message.kind != webhook::PAID {
        return Ok(());
    }
    let intent = message.intent().ok_or_else(malformed)?;
    if intent.metadata.payment.is_some() {
        return readers::hear_of_payment(app, account, &intent).await;
    }
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
    // Who has the secret of one account must not be able to settle the orders of another.
    let own = find_account(app, &tracked.order).await?;
    if !own.is_some_and(|own| std::ptr::eq(own, account)) {
        tracing::error!(%order, intent = intent.id, "a webhook reported a payment to another account than its order's; it is ignored");
        return Ok(());
    }
    let ordered = &tracked.order.ordered;
    let total = amount::of_provider(ordered.currency, ordered.total);
    if Some(intent.amount) != total || !intent.currency.eq_ignore_ascii_case(ordered.currency.code()) {
        tracing::error!(%order, intent = intent.id, amount = intent.amount, "a payment's amount differs from its order's total; it is ignored");
        return Ok(());
    }
    settle(app, order, intent.id, Some(message.id)).await
}

/// Checks payments without a result, until it is dropped.
pub async fn watch_open_payments(app: Arc<AppState>) {
    periodic::every(CHECK_INTERVAL, "open payments", app, |app| async move {
        check_open_payments(&app, clock::now(), OPEN_FOR).await?;
        readers::check_waiting(&app, clock::now(), OPEN_FOR).await
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
                tracing::warn!(order = %asked.order, problem = %error.0, "a payment's result could not be checked; the next run retries");
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
    let order = app.store.order(asked.order).await?.map(|tracked| tracked.order);
    let account = match &order {
        Some(order) => find_account(app, order).await?,
        None => None,
    };
    let account = match account {
        None if fresh => return Err(no_account()),
        // There is no provider to ask any more. If it was charged, a webhook tells a later configuration with cards.
        None => return close(Some(name)).await,
        Some(account) => account,
    };
    let intent = match account.provider.retrieve(name).await {
        Err(ProviderError::Refused(refusal)) if !fresh => {
            tracing::error!(order = %asked.order, intent = name, %refusal, "the card provider does not know the result of a payment; the payment is closed");
            return close(Some(name)).await;
        }
        answer => answer.map_err(|error| provider_unavailable(&error))?,
    };
    if intent.is_paid() {
        return settle(app, asked.order, intent.id, None).await;
    }
    let wanted = order.is_some_and(|order| order.progress.state == State::Unpaid) && fresh;
    if intent.is_undecided() && wanted {
        return Ok(());
    }
    if intent.is_undecided() && intent.status != "processing" {
        let cancelled = account
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
    let intent = intent.ok_or_else(|| {
        ApiError::new(
            ProblemType::Broken,
            "a payment without an intent cannot be refunded",
        )
    })?;
    refund_intent(app, order, (&intent.id, amount), job).await?;
    orders::advance(app, order, Event::Refunded { number, amount }, Author::System)
        .await
        .map(drop)
}

/// Refunds once per job, from the account that got the money for the order.
pub async fn refund_intent(
    app: &AppState,
    order: OrderId,
    (intent, amount): (&str, Minor),
    job: &str,
) -> Result<(), ApiError> {
    let order = app.store.order(order).await?.map(|tracked| tracked.order);
    let order = order.ok_or_else(|| ApiError::new(ProblemType::Broken, "the order of a refund is gone"))?;
    account_of(app, &order)
        .await?
        .provider
        .refund(intent, (order.ordered.currency, amount), job)
        .await
        .map_err(|error| provider_unavailable(&error))
}
