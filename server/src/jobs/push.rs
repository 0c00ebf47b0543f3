//! Web Push: notifies browsers of the events of an order that they have subscribed to.

mod base64url;
mod encrypt;
pub mod error;
pub mod pusher;
mod vapid;

use reqwest::{
    StatusCode, Url,
    header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE},
};
use serde::Serialize;
use servery_domain::{
    id::{OrderId, VisitorId},
    limits,
    order::Event,
    problem::ProblemType,
    push::{PushState, RenewedSubscription, Subscription, SubscriptionKeys},
};
use servery_store::{StoreError, orders::Tracked};

use self::{error::PushError, pusher::PushClient};
use crate::{
    clock,
    http::{error::ApiError, public_network::public_url},
    jobs::mail,
    orders,
    state::AppState,
};

/// Seconds for which a push service stores a message for a device that is offline.
const TTL_SECONDS: u32 = 4 * 3_600;

/// Whether this is a key that push services may know an installation by.
pub fn is_key(text: &str) -> bool {
    vapid::read_key(text).is_some()
}

async fn client(app: &AppState) -> Result<&PushClient, PushError> {
    app.pusher.client(app.store.as_ref(), &app.settings).await
}

pub async fn state(app: &AppState, token: &str, browser: Option<VisitorId>) -> Result<PushState, ApiError> {
    let order = orders::find(app, token).await?.order;
    let on = match browser {
        Some(browser) => app.store.subscription(order.id, browser).await?.is_some(),
        None => false,
    };
    Ok(PushState {
        key: client(app).await?.public_key.clone(),
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
    check_address(app, &subscription.endpoint, &subscription.keys)?;
    let order = orders::find(app, token).await?.order;
    if order.progress.state.is_over() {
        return Err(ApiError::new(
            ProblemType::Conflict,
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
            ProblemType::Conflict,
            format!("{} browsers at the most are told of an order", limits::BROWSERS),
        )),
    }
}

fn read_endpoint(app: &AppState, endpoint: &str) -> Option<Url> {
    public_url(endpoint, &["https"], app.settings.private_addresses())
}

fn check_address(app: &AppState, endpoint: &str, keys: &SubscriptionKeys) -> Result<(), ApiError> {
    if read_endpoint(app, endpoint).is_none() {
        return Err(ApiError::new(
            ProblemType::NotAccepted,
            "'endpoint' is the https address of a push service on the internet",
        ));
    }
    let not_accepted = |_| ApiError::new(ProblemType::NotAccepted, "'p256dh' and 'auth' are no keys");
    encrypt::Reader::new(keys).map_err(not_accepted)?;
    Ok(())
}

/// Gives all subscriptions of this browser the address that its push service has put in place of theirs.
pub async fn renew(
    app: &AppState,
    browser: Option<VisitorId>,
    renewed: &RenewedSubscription,
) -> Result<(), ApiError> {
    renewed.check()?;
    check_address(app, &renewed.endpoint, &renewed.keys)?;
    match browser {
        Some(browser) => Ok(app.store.renew_subscriptions(browser, renewed).await?),
        // A browser that this server does not know has subscribed to nothing.
        None => Ok(()),
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
    /// The address that a click opens; a later notification of the same order replaces this one.
    path: String,
}

/// The host of the push service that a browser has subscribed at, with its port.
pub async fn host(app: &AppState, order: OrderId, browser: VisitorId) -> Result<Option<String>, StoreError> {
    let subscription = app.store.subscription(order, browser).await?;
    let url = subscription.and_then(|subscription| Url::parse(&subscription.endpoint).ok());
    Ok(url.map(|url| url.authority().to_owned()))
}

/// Notifies a browser of an event, if it is still subscribed.
pub async fn notify(
    app: &AppState,
    tracked: &Tracked,
    event: &Event,
    browser: VisitorId,
) -> Result<(), PushError> {
    let order = &tracked.order;
    let Some(subscription) = app.store.subscription(order.id, browser).await? else {
        return Ok(());
    };
    let Some(entry) = app.catalog.by_id(order.ordered.restaurant).await? else {
        return Ok(());
    };
    let lang = subscription.lang;
    let Some((title, body)) = mail::order::notice(order, lang, event, &entry.listing().restaurant) else {
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
    let client = client(app).await?;
    let Some(endpoint) = read_endpoint(app, &subscription.endpoint) else {
        // The endpoint was accepted under other settings.
        return Ok(app.store.remove_endpoint(&subscription.endpoint).await?);
    };
    let body = encrypt::Reader::new(&subscription.keys)?.message(text)?;
    let proof = vapid::proof(&client.key, &endpoint, &app.settings.public_url(), clock::now());
    let request = client
        .http
        .post(endpoint)
        .body(body)
        .header(CONTENT_TYPE, "application/octet-stream")
        .header(CONTENT_ENCODING, "aes128gcm");
    let request = request
        .header(AUTHORIZATION, proof)
        .header("ttl", TTL_SECONDS)
        .header("urgency", "high")
        .header("topic", topic);
    let answer = request
        .send()
        .await
        .map_err(|error| PushError::Away(error.without_url().to_string()))?;
    match answer.status() {
        status if status.is_success() => Ok(()),
        // The browser has cancelled the subscription.
        StatusCode::NOT_FOUND | StatusCode::GONE => {
            Ok(app.store.remove_endpoint(&subscription.endpoint).await?)
        }
        status if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS => {
            Err(PushError::Away(status.to_string()))
        }
        status => Err(PushError::Refused(status)),
    }
}
