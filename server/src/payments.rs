//! Money by card. Nothing is charged twice, and nothing is cooked that is not paid, whatever is lost on the way to the provider.

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
    orders::{Named, OrderWrite, PaymentAttempt, WriteOutcome},
};

use self::{
    cards::Cards,
    provider::{Intent, ProviderError},
    webhook::Message,
};
use crate::{clock, http::error::ApiError, jobs::periodic, orders, state::AppState};

/// How far a payment has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Paying {
    Paid,
    /// The diner's bank wants to see them first.
    Elsewhere {
        address: String,
    },
    /// The diner's bank is still working on it.
    Pending,
    Declined,
}

/// How often open payments are looked after, and from which age on.
const SWEEP_EVERY: Duration = Duration::from_secs(5);
const OPEN_FOR: i64 = 20;
/// Seconds after which an order that is not paid is given up.
pub const GIVEN_UP_AFTER: i64 = 30 * 60;

fn cards(app: &AppState) -> Result<&Cards, ApiError> {
    app.cards
        .as_ref()
        .ok_or_else(|| ApiError::new(Kind::NotAccepted, "this installation takes no cards"))
}

fn away(error: &ProviderError) -> ApiError {
    tracing::warn!(%error, "a payment did not go through");
    ApiError::new(
        Kind::ProviderAway,
        "nothing was charged as far as we know; try again, or pay at the door",
    )
}

/// Charges the card for an order that waits for its money. Asked again, it charges once.
pub async fn pay(app: &AppState, token: &str, method: Option<&str>) -> Result<Paying, ApiError> {
    let cards = cards(app)?;
    method.map_or(Ok(()), check_method)?;
    let order = orders::find(app, token).await?.order;
    if order.progress.payment.paid > Minor::ZERO {
        return Ok(Paying::Paid);
    }
    if order.progress.state != State::Unpaid {
        return Err(ApiError::new(Kind::Conflict, "this order waits for no card"));
    }
    let known = app.store.payment(order.id).await?.and_then(|asked| asked.named);
    let intent = match (known, method) {
        (Some(known), method) => Some(resume(app, cards, &order, &known, method).await?),
        (None, Some(method)) => Some(begin(app, cards, &order, None, method).await?),
        (None, None) => None,
    };
    match intent {
        Some(intent) => settle_or_tell(app, cards, &order, intent, token).await,
        None => Ok(Paying::Declined),
    }
}

/// It becomes part of a header, and of a form: a provider's names are plain.
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

/// Asks for the money anew; `had` is the intent, if any, of which it is sure that it is not charged.
async fn begin(
    app: &AppState,
    cards: &Cards,
    order: &Order,
    had: Option<&str>,
    method: &str,
) -> Result<Intent, ApiError> {
    let total = order.ordered.total;
    app.store.ask_payment(order.id, total.0, clock::now()).await?;
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
        Err(error) => return Err(away(&error)),
    };
    // Known before it is charged: from here on the sweep finds out what became of it.
    let named = Named {
        intent: intent.id.clone(),
        method: method.to_owned(),
    };
    if !app
        .store
        .name_payment(order.id, had, &named, clock::now())
        .await?
    {
        return yield_to_other(app, cards, order, intent).await;
    }
    confirm(cards, intent).await
}

/// Somebody else has begun to pay this order in the meantime. If it was with this card, that is the same payment.
async fn yield_to_other(
    app: &AppState,
    cards: &Cards,
    order: &Order,
    intent: Intent,
) -> Result<Intent, ApiError> {
    let known = app.store.payment(order.id).await?.and_then(|asked| asked.named);
    if known.is_some_and(|known| known.intent == intent.id) {
        return cards
            .provider
            .retrieve(&intent.id)
            .await
            .map_err(|error| away(&error));
    }
    // If this gets lost, it stays as it is: nobody confirms it.
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
        Err(error) => Err(away(&error)),
    }
}

/// Goes on with what was begun: another card is tried only once it is sure that the first is not charged.
async fn resume(
    app: &AppState,
    cards: &Cards,
    order: &Order,
    known: &Named,
    method: Option<&str>,
) -> Result<Intent, ApiError> {
    let now = cards
        .provider
        .retrieve(&known.intent)
        .await
        .map_err(|error| away(&error))?;
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
            .cancel(&known.intent)
            .await
            .map_err(|error| away(&error))?;
        if cancelled.status != "canceled" {
            return Ok(cancelled);
        }
    }
    begin(app, cards, order, Some(&known.intent), method).await
}

async fn settle_or_tell(
    app: &AppState,
    cards: &Cards,
    order: &Order,
    intent: Intent,
    token: &str,
) -> Result<Paying, ApiError> {
    if intent.is_paid() {
        settle(app, order.id, intent.id, None).await?;
        return Ok(Paying::Paid);
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
                ("return", &returning(app, token)),
            ];
            servery_app::page_address::address(&cards.page, pairs)
        });
        return Ok(Paying::Elsewhere { address });
    }
    Ok(if intent.status == "processing" {
        Paying::Pending
    } else {
        Paying::Declined
    })
}

/// Where the card page, which is another site's, sends the diner back to.
fn returning(app: &AppState, token: &str) -> String {
    format!("{}/orders/{token}/paid", app.settings.public_url())
}

/// Where the diner types the card for this order.
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
            ("return", &returning(app, token)),
        ],
    ))
}

/// The diner pays at the door after all. A charge that turns out to have worked is in the books all the same, and staff see it.
pub async fn pay_at_door(app: &AppState, token: &str) -> Result<Order, ApiError> {
    let order = orders::find(app, token).await?.order;
    let at_door = orders::listing_of(app, order.ordered.restaurant)?
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
            orders::accept_if_itself(app, &order).await;
            Ok(())
        }
        WriteOutcome::Done => Ok(()),
        _ => Err(ApiError::new(Kind::NotFound, "there is no such order")),
    }
}

/// A message of the provider. It may come often, late, and in any order.
pub async fn handle_webhook(app: &AppState, signature: &str, body: &[u8]) -> Result<(), ApiError> {
    let cards = cards(app)?;
    webhook::verify(&cards.webhook_secret, signature, body, clock::now())?;
    let malformed = || ApiError::new(Kind::Malformed, "not an event");
    let message: Message = serde_json::from_slice(body).map_err(|_| malformed())?;
    if message.kind != "payment_intent.succeeded" {
        return Ok(());
    }
    let intent = message.intent().ok_or_else(malformed)?;
    // Another shop's on the same account, or made by hand: nobody waits for it.
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

/// Looks after payments that nobody heard of, until it is dropped.
pub async fn sweep(app: Arc<AppState>) {
    periodic::every(SWEEP_EVERY, "open payments", app, |app| async move {
        sweep_once(&app, clock::now(), OPEN_FOR).await
    })
    .await;
}

pub async fn sweep_once(app: &AppState, now: Timestamp, open_for: i64) -> Result<(), StoreError> {
    let mut behind = None;
    loop {
        let page = app
            .store
            .open_payments(Timestamp(now.0 - open_for), behind)
            .await?;
        let Some(last) = page.last() else { return Ok(()) };
        behind = Some((last.asked_at, last.order));
        for asked in page {
            if let Err(error) = look_after(app, &asked, now).await {
                tracing::warn!(order = %asked.order, problem = %error.0, "a payment stays open");
            }
        }
    }
}

/// Whether money may still come for an order that nobody has paid.
pub async fn is_open(app: &AppState, order: OrderId) -> Result<bool, ApiError> {
    Ok(app.store.payment(order).await?.is_some_and(|asked| asked.open))
}

async fn look_after(app: &AppState, asked: &PaymentAttempt, now: Timestamp) -> Result<(), ApiError> {
    let close = async |intent: Option<&str>| Ok(app.store.close_payment(asked.order, intent).await?);
    let Some(Named { intent: name, .. }) = &asked.named else {
        // The provider was asked, and its answer never came: without a confirmation nothing was charged.
        return close(None).await;
    };
    let fresh = now.0 - asked.asked_at.0 < GIVEN_UP_AFTER;
    let cards = match cards(app) {
        Err(error) if fresh => return Err(error),
        // Nobody is left to ask. Should it have been charged after all, the provider tells a server that takes cards again.
        Err(_) => return close(Some(name)).await,
        Ok(cards) => cards,
    };
    let intent = match cards.provider.retrieve(name).await {
        Err(ProviderError::Refused(why)) if !fresh => {
            tracing::error!(order = %asked.order, intent = name, why, "the provider does not tell what became of a payment; it is given up");
            return close(Some(name)).await;
        }
        answer => answer.map_err(|error| away(&error))?,
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
        let cancelled = cards.provider.cancel(name).await.map_err(|error| away(&error))?;
        if cancelled.status != "canceled" {
            return Ok(());
        }
    }
    close(Some(name)).await
}

/// Gives back what was promised, and books it.
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
    let named = app.store.payment(order).await?.and_then(|asked| asked.named);
    let named =
        named.ok_or_else(|| ApiError::new(Kind::Broken, "a payment without a name cannot be given back"))?;
    give_back(app, &named.intent, amount, job).await?;
    orders::advance(app, order, Event::Refunded { number, amount }, Actor::System)
        .await
        .map(drop)
}

/// Once for each job.
pub async fn give_back(app: &AppState, intent: &str, amount: Minor, job: &str) -> Result<(), ApiError> {
    cards(app)?
        .provider
        .refund(intent, amount, job)
        .await
        .map_err(|error| away(&error))
}
