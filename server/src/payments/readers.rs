//! Card payments at a till's reader. Nothing is charged twice and nothing that was charged is lost, whichever requests and servers are.
//!
//! A payment is stored before its intent is made, and its intent is stored before the reader shows it. Only a cancelled intent, which the
//! provider never charges, ends a payment as unpaid. What was charged is booked by an op with the payment's id, and so once.

use servery_domain::{
    account::Permission,
    audit::Author,
    currency::Minor,
    device::{DeviceKind, DeviceList, ReaderList},
    id::{DeviceId, OpId, PaymentId, RestaurantId},
    pos::{
        PosState, Record, RecordId, needs,
        op::{OP_VERSION, Op},
        payment::Payable,
        reader_payment::{CardReader, ReaderPayment, ReaderPaymentRequest, ReaderPaymentState},
    },
    problem::ProblemType,
    time::Timestamp,
};
use servery_store::{
    StoreError,
    devices::PairedDevice,
    reader_payments::{ChosenReader, StartedReaderPayment, StoredReaderPayment},
};

use super::{
    amount,
    cards::CardAccount,
    provider::{Intent, ProviderError, ProviderReader, ReaderAction},
};
use crate::{
    accounts::sessions::CurrentUser,
    catalog::restaurant_now::{listing_of, restaurant_id},
    clock,
    http::error::ApiError,
    state::AppState,
    sync::{
        self,
        devices::{self, CurrentDevice},
    },
};

/// Seconds in which a payment may be on its way to the reader.
const STARTS_WITHIN: i64 = 20;
/// Seconds after which a payment that no guest has made is taken from the reader.
pub const GIVEN_UP_AFTER: i64 = 120;

fn away(error: &ProviderError) -> ApiError {
    match error {
        ProviderError::Away(_) => {
            tracing::warn!(%error, "the card provider did not answer a request about a reader")
        }
        ProviderError::Refused(_) => {
            tracing::error!(%error, "the card provider rejected a request about a reader")
        }
    }
    ApiError::new(
        ProblemType::ProviderAway,
        "the card provider does not answer; ask again what became of it",
    )
}

async fn account_of(app: &AppState, restaurant: RestaurantId) -> Result<&CardAccount, ApiError> {
    let slug = &listing_of(app, restaurant).await?.restaurant.slug;
    app.cards.account(slug).ok_or_else(|| {
        ApiError::new(
            ProblemType::NotAccepted,
            "there is no account with a card provider",
        )
    })
}

fn card_reader(reader: ProviderReader) -> CardReader {
    CardReader {
        id: reader.id,
        label: reader.label,
        serial: reader.serial_number,
    }
}

/// The devices, and the readers that their restaurant may choose from.
pub async fn list_devices(
    app: &AppState,
    user: &CurrentUser,
    slug: &str,
    code: Option<&str>,
) -> Result<DeviceList, ApiError> {
    let devices = devices::list(app, user, slug, code).await?;
    let account = slug.parse().ok().and_then(|slug| app.cards.account(&slug));
    let readers = match account {
        None => None,
        Some(account) => Some(match account.provider.readers().await {
            Ok(readers) => ReaderList::Known(readers.into_iter().map(card_reader).collect()),
            Err(error) => {
                tracing::warn!(%error, "the card provider's readers could not be listed");
                ReaderList::Unknown
            }
        }),
    };
    Ok(DeviceList { readers, ..devices })
}

/// Chooses the reader of a till, among those of the restaurant's account that no other restaurant has.
pub async fn choose(
    app: &AppState,
    user: &CurrentUser,
    slug: &str,
    (device, reader): (DeviceId, Option<&str>),
) -> Result<(), ApiError> {
    let restaurant = restaurant_id(app, slug).await?;
    user.check(restaurant, Permission::Devices)?;
    let no_reader = || ApiError::new(ProblemType::NotAccepted, "'reader' is none of this restaurant's");
    let chosen = match reader {
        None => None,
        Some(id) => {
            let account = account_of(app, restaurant).await?;
            let readers = account.provider.readers().await.map_err(|error| away(&error))?;
            let found = readers.into_iter().find(|reader| reader.id == id);
            Some(card_reader(found.ok_or_else(no_reader)?))
        }
    };
    let by = (Author::Account(user.account.id), clock::now());
    match app
        .store
        .choose_reader(restaurant, device, chosen.as_ref(), by)
        .await?
    {
        ChosenReader::Chosen => Ok(()),
        ChosenReader::NoSuchTill => Err(ApiError::new(
            ProblemType::NotFound,
            "no till of this restaurant has this id",
        )),
        ChosenReader::OfAnotherRestaurant => Err(no_reader()),
    }
}

/// Puts a payment on the till's reader. Repeated with the same id it tells what became of it.
pub async fn start(
    app: &AppState,
    device: &CurrentDevice,
    slug: &str,
    request: &ReaderPaymentRequest,
) -> Result<ReaderPayment, ApiError> {
    let restaurant = check_till(app, device, slug).await?;
    request.check()?;
    if let Some(known) = app.store.reader_payment(request.id).await? {
        return again(app, device, request, &known).await;
    }
    let ended = |state| Ok(ReaderPayment::new(request.id, state));
    let Some(reader) = &device.installed.device.reader else {
        return ended(ReaderPaymentState::NoReader);
    };
    let account = account_of(app, restaurant).await?;
    let currency = listing_of(app, restaurant).await?.restaurant.currency;
    if amount::of_provider(currency, request.charge()).is_none() {
        return ended(ReaderPaymentState::Uncountable);
    }
    let pos = records(app, &device.installed, request).await?;
    if !pos.may_charge(device.id(), request) {
        return ended(ReaderPaymentState::Changed);
    }
    let payment = StoredReaderPayment {
        restaurant,
        device: device.id(),
        payable: pos.merged(request.payable),
        reader: reader.id.clone(),
        currency,
        request: request.clone(),
        intent: None,
        state: ReaderPaymentState::Waiting,
        decline: None,
        asked_at: clock::now(),
    };
    match app.store.start_reader_payment(&payment).await? {
        StartedReaderPayment::Started => put_on_reader(app, account, payment).await,
        StartedReaderPayment::Known(known) => again(app, device, request, &known).await,
        StartedReaderPayment::ReaderBusy => ended(ReaderPaymentState::Busy),
        StartedReaderPayment::PayableBusy => ended(ReaderPaymentState::Elsewhere),
    }
}

async fn check_till(app: &AppState, device: &CurrentDevice, slug: &str) -> Result<RestaurantId, ApiError> {
    let restaurant = device.restaurant(app, slug).await?;
    match device.installed.device.kind {
        DeviceKind::Till => Ok(restaurant),
        DeviceKind::Kitchen | DeviceKind::Courier => {
            Err(ApiError::new(ProblemType::Forbidden, "only a till takes money"))
        }
    }
}

async fn again(
    app: &AppState,
    device: &CurrentDevice,
    request: &ReaderPaymentRequest,
    known: &StoredReaderPayment,
) -> Result<ReaderPayment, ApiError> {
    match known.device == device.id() && known.request == *request {
        true => refresh(app, known, clock::now()).await,
        false => Err(ApiError::new(ProblemType::Conflict, "'id' is another payment's")),
    }
}

/// The records that decide whether something may be charged: those that booking it will need.
async fn records(
    app: &AppState,
    device: &PairedDevice,
    request: &ReaderPaymentRequest,
) -> Result<PosState, ApiError> {
    let op = Op {
        id: OpId(request.id.0),
        device: device.device.id,
        n: 1,
        op_version: OP_VERSION,
        at: clock::now(),
        by: request.by,
        approved_by: None,
        action: request.action(),
    };
    let mut pos = PosState::default();
    if let Payable::Order(order) = request.payable {
        let tracked = app.store.order(order).await?;
        let own = tracked.filter(|tracked| tracked.order.ordered.restaurant == device.restaurant);
        own.into_iter()
            .for_each(|tracked| pos.put(Record::Order(Box::new(tracked.order))));
    }
    let mut asked: Vec<RecordId> = Vec::new();
    loop {
        // A merged bill names the next.
        let new: Vec<RecordId> = needs(&op, &pos)
            .into_iter()
            .filter(|id| !matches!(id, RecordId::Order(_)) && !asked.contains(id))
            .collect();
        if new.is_empty() {
            return Ok(pos);
        }
        let records = app.store.records(device.restaurant, &new).await?;
        records.into_iter().for_each(|record| pos.put(record));
        asked.extend(new);
    }
}

async fn put_on_reader(
    app: &AppState,
    account: &CardAccount,
    payment: StoredReaderPayment,
) -> Result<ReaderPayment, ApiError> {
    let id = payment.request.id;
    let created = account
        .provider
        .create_for_reader(id, payment.request.charge(), payment.currency)
        .await;
    let intent = match created {
        Ok(intent) => intent,
        Err(error) => {
            tracing::warn!(payment = %id, %error, "a payment intent for a reader could not be created");
            // No reader was told of it, so that nothing can be charged.
            return end(app, &payment, ReaderPaymentState::Unreachable).await;
        }
    };
    if !app.store.set_reader_payment_intent(id, &intent.id).await? {
        // It was given up meanwhile. If this request is lost, too, the intent stays unconfirmed and is never charged.
        if let Err(error) = account.provider.cancel(&intent.id).await {
            tracing::warn!(payment = %id, intent = intent.id, %error, "a payment intent that no reader has could not be cancelled; it stays unconfirmed");
        }
        return current(app, &payment).await;
    }
    let payment = StoredReaderPayment {
        intent: Some(intent.id.clone()),
        ..payment
    };
    match account.provider.process(&payment.reader, &intent.id).await {
        Ok(_) => Ok(ReaderPayment::new(id, ReaderPaymentState::Waiting)),
        // Whether the reader shows it is not known. It is found out when the till asks.
        Err(ProviderError::Away(error)) => {
            tracing::warn!(payment = %id, error, "the card provider did not answer; the reader may not have the payment");
            Ok(ReaderPayment::new(id, ReaderPaymentState::Waiting))
        }
        Err(ProviderError::Refused(refusal)) => {
            tracing::warn!(payment = %id, reader = payment.reader, %refusal, "a reader rejected a payment");
            let state = match refusal.code.as_deref() {
                Some("terminal_reader_busy") => ReaderPaymentState::Busy,
                _ => ReaderPaymentState::Unreachable,
            };
            abandon(app, account, &payment, (&intent.id, state)).await
        }
    }
}

/// The payment of this id, if the device has asked for it.
async fn find(
    app: &AppState,
    device: &CurrentDevice,
    (slug, id): (&str, PaymentId),
) -> Result<StoredReaderPayment, ApiError> {
    check_till(app, device, slug).await?;
    let known = app.store.reader_payment(id).await?;
    known
        .filter(|known| known.device == device.id())
        .ok_or_else(|| ApiError::new(ProblemType::NotFound, "this till asked for no such payment"))
}

/// What became of a payment.
pub async fn state(
    app: &AppState,
    device: &CurrentDevice,
    payment: (&str, PaymentId),
) -> Result<ReaderPayment, ApiError> {
    let known = find(app, device, payment).await?;
    refresh(app, &known, clock::now()).await
}

/// Takes a payment from the reader, unless it is being charged.
pub async fn cancel(
    app: &AppState,
    device: &CurrentDevice,
    payment: (&str, PaymentId),
) -> Result<ReaderPayment, ApiError> {
    let known = find(app, device, payment).await?;
    if known.state != ReaderPaymentState::Waiting {
        return Ok(told(&known));
    }
    let account = account_of(app, known.restaurant).await?;
    match &known.intent {
        // The reader is not told of it any more.
        None => end(app, &known, ReaderPaymentState::Cancelled).await,
        Some(intent) => abandon(app, account, &known, (intent, ReaderPaymentState::Cancelled)).await,
    }
}

fn told(payment: &StoredReaderPayment) -> ReaderPayment {
    ReaderPayment {
        decline: payment.decline,
        ..ReaderPayment::new(payment.request.id, payment.state)
    }
}

/// As it is stored now.
async fn current(app: &AppState, payment: &StoredReaderPayment) -> Result<ReaderPayment, ApiError> {
    let stored = app.store.reader_payment(payment.request.id).await?;
    Ok(told(stored.as_ref().unwrap_or(payment)))
}

async fn end(
    app: &AppState,
    payment: &StoredReaderPayment,
    state: ReaderPaymentState,
) -> Result<ReaderPayment, ApiError> {
    app.store
        .end_reader_payment(payment.request.id, state, None)
        .await?;
    current(app, payment).await
}

/// Finds out what became of a waiting payment.
async fn refresh(
    app: &AppState,
    payment: &StoredReaderPayment,
    now: Timestamp,
) -> Result<ReaderPayment, ApiError> {
    if payment.state != ReaderPaymentState::Waiting {
        return Ok(told(payment));
    }
    let age = now.0 - payment.asked_at.0;
    let Some(intent_id) = &payment.intent else {
        // A server that ended, or lost the provider, before the reader was told.
        return match age > STARTS_WITHIN {
            true => end(app, payment, ReaderPaymentState::Unreachable).await,
            false => Ok(told(payment)),
        };
    };
    let account = account_of(app, payment.restaurant).await?;
    let provider = &account.provider;
    let intent = provider.retrieve(intent_id).await.map_err(|error| away(&error))?;
    if intent.is_paid() {
        return settle(app, payment).await;
    }
    let reader = match provider.reader(&payment.reader).await {
        Ok(reader) => Some(reader),
        Err(ProviderError::Refused(_)) => None,
        Err(error) => return Err(away(&error)),
    };
    let action = reader.as_ref().and_then(|reader| reader.action_for(intent_id));
    match action {
        Some(action) if action.status == "failed" => {
            // The card may have been declined after the intent was asked for, which then did not say why.
            let intent = provider.retrieve(intent_id).await.map_err(|error| away(&error))?;
            fail(app, account, payment, (&intent, action)).await
        }
        Some(_) if age <= GIVEN_UP_AFTER => Ok(told(payment)),
        Some(_) => abandon(app, account, payment, (intent_id, ReaderPaymentState::TimedOut)).await,
        None if age <= STARTS_WITHIN => Ok(told(payment)),
        // The reader does not have it, or has something else by now.
        None => {
            abandon(
                app,
                account,
                payment,
                (intent_id, ReaderPaymentState::Unreachable),
            )
            .await
        }
    }
}

/// The reader has given up. It may be a card, the guest, or the reader itself.
async fn fail(
    app: &AppState,
    account: &CardAccount,
    payment: &StoredReaderPayment,
    (intent, action): (&Intent, &ReaderAction),
) -> Result<ReaderPayment, ApiError> {
    let code = action.failure_code.as_deref().unwrap_or_default();
    let Some(refusal) = &intent.last_payment_error else {
        let state = match code {
            "card_declined" => ReaderPaymentState::Declined,
            "customer_canceled" | "canceled" => ReaderPaymentState::Cancelled,
            "timed_out" | "payment_timed_out" | "customer_timeout" => ReaderPaymentState::TimedOut,
            _ => ReaderPaymentState::Unreachable,
        };
        tracing::info!(payment = %payment.request.id, code, "a reader ended a payment without a charge");
        return abandon(app, account, payment, (&intent.id, state)).await;
    };
    tracing::info!(payment = %payment.request.id, %refusal, "a card was declined on a reader");
    if let Some(other) = cancel_intent(app, account, payment, &intent.id).await? {
        return Ok(other);
    }
    app.store
        .end_reader_payment(
            payment.request.id,
            ReaderPaymentState::Declined,
            Some(refusal.decline()),
        )
        .await?;
    current(app, payment).await
}

/// Ends a payment that nobody has made, for certain.
async fn abandon(
    app: &AppState,
    account: &CardAccount,
    payment: &StoredReaderPayment,
    (intent, state): (&str, ReaderPaymentState),
) -> Result<ReaderPayment, ApiError> {
    // Its display is not worth waiting for: a cancelled intent is charged by no reader.
    let shown = account.provider.reader(&payment.reader).await;
    if shown.is_ok_and(|reader| {
        reader
            .action_for(intent)
            .is_some_and(|action| action.status == "in_progress")
    }) && let Err(error) = account.provider.clear(&payment.reader, intent).await
    {
        tracing::warn!(payment = %payment.request.id, %error, "a reader could not be cleared; it still shows a cancelled payment");
    }
    match cancel_intent(app, account, payment, intent).await? {
        Some(other) => Ok(other),
        None => end(app, payment, state).await,
    }
}

/// `None` when it is cancelled; otherwise it has been charged, or is being charged.
async fn cancel_intent(
    app: &AppState,
    account: &CardAccount,
    payment: &StoredReaderPayment,
    intent: &str,
) -> Result<Option<ReaderPayment>, ApiError> {
    let cancelled = account
        .provider
        .cancel(intent)
        .await
        .map_err(|error| away(&error))?;
    match cancelled.status.as_str() {
        "canceled" => Ok(None),
        _ if cancelled.is_paid() => settle(app, payment).await.map(Some),
        _ => Ok(Some(told(payment))),
    }
}

/// Books what was charged, in the name of the cashier who asked for it, and then ends the payment. Repeated it books nothing more.
async fn settle(app: &AppState, payment: &StoredReaderPayment) -> Result<ReaderPayment, ApiError> {
    let request = &payment.request;
    let device = app.store.device_of_stream(payment.device).await?;
    let device = device.ok_or_else(|| ApiError::new(ProblemType::Broken, "the till of a payment is gone"))?;
    let booked = (request.by, request.action());
    sync::book(app, &device, OpId(request.id.0), booked).await?;
    end(app, payment, ReaderPaymentState::Paid).await
}

/// A webhook: a payment was charged.
pub async fn hear_of_payment(app: &AppState, account: &CardAccount, intent: &Intent) -> Result<(), ApiError> {
    let id = intent.metadata.payment.as_deref().and_then(|id| id.parse().ok());
    let known = match id {
        Some(id) => app.store.reader_payment(id).await?,
        None => None,
    };
    let payment = match known {
        Some(known) if is_of(app, &known, account).await? => known,
        // Another shop's on the same account, or one that was made by hand.
        _ => return Ok(()),
    };
    let charge = amount::of_provider(payment.currency, payment.request.charge());
    let is_its = payment.intent.as_deref() == Some(&intent.id)
        && Some(intent.amount) == charge
        && intent.currency.eq_ignore_ascii_case(payment.currency.code());
    if !is_its {
        tracing::error!(payment = %payment.request.id, intent = intent.id, amount = intent.amount, "a reader's charge differs from the payment that was requested; it is ignored");
        return Ok(());
    }
    settle(app, &payment).await.map(drop)
}

/// A webhook: a reader is done with a payment.
pub async fn hear_of_reader(
    app: &AppState,
    account: &CardAccount,
    intent: Option<&str>,
) -> Result<(), ApiError> {
    let known = match intent {
        Some(intent) => app.store.reader_payment_of_intent(intent).await?,
        None => None,
    };
    match known {
        Some(payment) if is_of(app, &payment, account).await? => {
            refresh(app, &payment, clock::now()).await.map(drop)
        }
        _ => Ok(()),
    }
}

/// Who has the secret of one account must not be able to settle the payments of another.
async fn is_of(
    app: &AppState,
    payment: &StoredReaderPayment,
    account: &CardAccount,
) -> Result<bool, ApiError> {
    let entry = app.catalog.by_id(payment.restaurant).await?;
    let own = entry.and_then(|entry| app.cards.account(&entry.listing().restaurant.slug));
    Ok(own.is_some_and(|own| std::ptr::eq(own, account)))
}

/// Finds out what became of payments that no till asks about any more.
pub async fn check_waiting(app: &AppState, now: Timestamp, waiting_for: i64) -> Result<(), StoreError> {
    let mut behind = None;
    loop {
        let before = Timestamp(now.0 - waiting_for);
        let page = app.store.waiting_reader_payments(before, behind).await?;
        let Some(last) = page.last() else { return Ok(()) };
        behind = Some((last.asked_at, last.request.id));
        for payment in page {
            if let Err(error) = refresh(app, &payment, now).await {
                tracing::warn!(payment = %payment.request.id, problem = %error.0, "a reader payment's result could not be checked; the next run retries");
            }
        }
    }
}

/// Refunds once per job, to the card that was charged.
pub async fn refund(app: &AppState, payment: PaymentId, amount: Minor, job: &str) -> Result<(), ApiError> {
    let known = app.store.reader_payment(payment).await?;
    let Some((intent, known)) = known.and_then(|known| Some((known.intent.clone()?, known))) else {
        tracing::error!(%payment, "a refund names a payment that no reader charged; it is dropped");
        return Ok(());
    };
    account_of(app, known.restaurant)
        .await?
        .provider
        .refund(&intent, (known.currency, amount), job)
        .await
        .map_err(|error| away(&error))
}
