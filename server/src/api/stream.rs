//! Server-Sent Events.

use std::{
    convert::Infallible,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    body::{Body, Bytes},
    http::{
        HeaderMap,
        header::{CACHE_CONTROL, CONTENT_TYPE},
    },
    response::{IntoResponse, Response},
};
use futures::stream;
use servery_domain::{
    account::Role, id::RestaurantId, order::Order, order_intake::OrderIntake, revision::Revision,
};
use tokio::{
    sync::{broadcast, watch},
    time::error::Elapsed,
};

use crate::{
    catalog::CatalogEntry,
    clock,
    http::open_streams::OpenStream,
    orders::{
        board,
        broadcast::{OrderChange, frame},
    },
    state::AppState,
    sync::devices,
};

/// Proxies close idle connections.
const HEARTBEAT: Duration = Duration::from_secs(20);
/// How long a permission counts before it is checked again.
const PERMISSION_TTL: Duration = Duration::from_secs(2);
/// How long the store may take to say whether it still counts.
const PERMISSION_TIMEOUT: Duration = Duration::from_secs(10);
const HEARTBEAT_FRAME: Bytes = Bytes::from_static(b": still here\n\n");
/// The first frame: the browser reconnects after this many milliseconds.
const FIRST_FRAME: Bytes = Bytes::from_static(b"retry: 2000\n\n");

/// The revision that a reconnecting client has.
fn last_event(headers: &HeaderMap) -> Option<Revision> {
    headers
        .get("last-event-id")?
        .to_str()
        .ok()?
        .parse()
        .ok()
        .map(Revision)
}

fn respond(frames: impl futures::Stream<Item = Result<Bytes, Infallible>> + Send + 'static) -> Response {
    let headers = [(CONTENT_TYPE, "text/event-stream"), (CACHE_CONTROL, "no-store")];
    (headers, [("x-accel-buffering", "no")], Body::from_stream(frames)).into_response()
}

/// What has ended the wait of a stream that asks for permission.
enum Woken<T> {
    Stopping,
    /// Somebody has lost a role, a session or a device.
    AccessChanged,
    /// Of the restaurant.
    ListingChanged,
    Idle,
    Change(T),
}

impl<T> Woken<T> {
    fn of(waited: Result<T, Elapsed>) -> Self {
        waited.map_or(Self::Idle, Self::Change)
    }
}

struct OrderStream {
    first: Option<Bytes>,
    seen: Revision,
    watching: watch::Receiver<Option<OrderChange>>,
    stopping: watch::Receiver<bool>,
    _open: OpenStream,
}

impl OrderStream {
    async fn next(&mut self) -> Option<Bytes> {
        if let Some(first) = self.first.take() {
            return Some(first);
        }
        loop {
            tokio::select! {
                _ = self.stopping.wait_for(|stopping| *stopping) => return None,
                changed = tokio::time::timeout(HEARTBEAT, self.watching.changed()) => match changed {
                    Err(_) => return Some(HEARTBEAT_FRAME),
                    Ok(Err(_)) => return None,
                    Ok(Ok(())) => {
                        let change = self.watching.borrow_and_update().clone();
                        if let Some(change) = change.filter(|change| change.revision > self.seen) {
                            self.seen = change.revision;
                            return Some(change.frame);
                        }
                    }
                },
            }
        }
    }
}

pub fn order_stream(
    app: &AppState,
    now: &Order,
    watching: watch::Receiver<Option<OrderChange>>,
    open: OpenStream,
    headers: &HeaderMap,
) -> Response {
    let known = last_event(headers) == Some(now.revision);
    let first = if known {
        FIRST_FRAME
    } else {
        Bytes::from([FIRST_FRAME, frame(now)].concat())
    };
    let state = OrderStream {
        first: Some(first),
        seen: now.revision,
        watching,
        stopping: app.shutdown.subscribe(),
        _open: open,
    };
    respond(stream::unfold(state, |mut state| async move {
        state.next().await.map(|frame| (Ok(frame), state))
    }))
}

struct BoardStream {
    app: Arc<AppState>,
    /// The restaurant, the role of the account that watches it, and its session.
    watched: (RestaurantId, Role, String),
    checked: Instant,
    waiting: Vec<Bytes>,
    seen: Revision,
    watching: broadcast::Receiver<OrderChange>,
    access: watch::Receiver<Revision>,
    listing: watch::Receiver<()>,
    /// As the board shows it.
    intake: OrderIntake,
    stopping: watch::Receiver<bool>,
    _open: OpenStream,
}

impl BoardStream {
    async fn next(&mut self) -> Option<Bytes> {
        if !self.waiting.is_empty() {
            return Some(Bytes::from(std::mem::take(&mut self.waiting).concat()));
        }
        let frame = self.next_change().await?;
        match self.checked.elapsed() < PERMISSION_TTL {
            true => Some(frame),
            false => self.may_see().await.then_some(frame),
        }
    }

    async fn next_change(&mut self) -> Option<Bytes> {
        let idle = Instant::now() + HEARTBEAT;
        loop {
            let woken = tokio::select! {
                _ = self.stopping.wait_for(|stopping| *stopping) => Woken::Stopping,
                Ok(()) = self.access.changed() => Woken::AccessChanged,
                Ok(()) = self.listing.changed() => Woken::ListingChanged,
                changed = tokio::time::timeout_at(idle.into(), self.watching.recv()) => Woken::of(changed),
            };
            match woken {
                Woken::AccessChanged if self.may_see().await => {}
                Woken::ListingChanged if self.shows_intake().await => {}
                Woken::Idle => return Some(HEARTBEAT_FRAME),
                Woken::Change(Ok(change)) if change.revision > self.seen => {
                    if let Some(frame) = change.frame_for(self.watched.1) {
                        return Some(frame);
                    }
                }
                Woken::Change(Ok(_)) => {}
                // A client that is too far behind, or whose board shows another intake, gets everything again after a reconnect.
                Woken::Change(Err(_)) | Woken::Stopping | Woken::AccessChanged | Woken::ListingChanged => {
                    return None;
                }
            }
        }
    }

    /// A restaurant that cannot be read has not changed.
    async fn shows_intake(&self) -> bool {
        match self.app.catalog.by_id(self.watched.0).await {
            Ok(Some(entry)) => entry.intake(clock::now()) == self.intake,
            Ok(None) => false,
            Err(_) => true,
        }
    }

    /// A session that cannot be checked ends the stream, and the client reconnects.
    async fn may_see(&mut self) -> bool {
        let (restaurant, role, session) = &self.watched;
        let asking = board::may_still_watch(&self.app, session, (*restaurant, *role));
        let may = tokio::time::timeout(PERMISSION_TIMEOUT, asking)
            .await
            .unwrap_or(Ok(false));
        self.checked = Instant::now();
        may.unwrap_or_else(|error| {
            tracing::warn!(problem = %error.0, "the permission to watch a board could not be checked; its event stream ends");
            false
        })
    }
}

/// The open orders, then every change, as long as the session may see them.
pub fn board_stream(
    app: Arc<AppState>,
    open: &[Order],
    watching: broadcast::Receiver<OrderChange>,
    (restaurant, role, session): (&CatalogEntry, Role, String),
    open_stream: OpenStream,
) -> Response {
    let seen = open.iter().map(|order| order.revision).max().unwrap_or_default();
    let waiting = std::iter::once(FIRST_FRAME)
        .chain(open.iter().map(frame))
        .collect();
    let (stopping, mut access) = (app.shutdown.subscribe(), app.broadcaster.watch_access());
    // Whoever has lost it since it was checked is noticed at once.
    access.mark_changed();
    let mut listing = app.catalog.watch_restaurant(restaurant);
    // It may have changed since it was read.
    listing.mark_changed();
    let state = BoardStream {
        intake: restaurant.intake(clock::now()),
        app,
        watched: (restaurant.listing().restaurant.id, role, session),
        checked: Instant::now(),
        waiting,
        seen,
        watching,
        access,
        listing,
        stopping,
        _open: open_stream,
    };
    respond(stream::unfold(state, |mut state| async move {
        state.next().await.map(|frame| (Ok(frame), state))
    }))
}

struct RevisionStream {
    app: Arc<AppState>,
    /// The stored key of the device's token.
    key: String,
    restaurant: RestaurantId,
    /// Of the restaurant and its menu, as the device may know them: it asks for them whenever it has connected.
    published: Revision,
    listing: watch::Receiver<()>,
    checked: Instant,
    first: Option<Bytes>,
    seen: Revision,
    watching: watch::Receiver<Revision>,
    access: watch::Receiver<Revision>,
    stopping: watch::Receiver<bool>,
    _open: OpenStream,
}

/// The restaurant or its menu is another one.
fn restaurant_frame(revision: Revision) -> Bytes {
    Bytes::from(format!("event: restaurant\ndata: {}\n\n", revision.0))
}

fn revision_frame(revision: Revision) -> Bytes {
    Bytes::from(format!("event: revision\nid: {0}\ndata: {0}\n\n", revision.0))
}

impl RevisionStream {
    async fn next(&mut self) -> Option<Bytes> {
        if let Some(first) = self.first.take() {
            return Some(first);
        }
        let frame = self.next_change().await?;
        match self.checked.elapsed() < PERMISSION_TTL {
            true => Some(frame),
            false => self.is_paired().await.then_some(frame),
        }
    }

    async fn next_change(&mut self) -> Option<Bytes> {
        let idle = Instant::now() + HEARTBEAT;
        loop {
            let woken = tokio::select! {
                _ = self.stopping.wait_for(|stopping| *stopping) => Woken::Stopping,
                Ok(()) = self.access.changed() => Woken::AccessChanged,
                Ok(()) = self.listing.changed() => Woken::ListingChanged,
                changed = tokio::time::timeout_at(idle.into(), self.watching.changed()) => Woken::of(changed),
            };
            match woken {
                Woken::AccessChanged if self.is_paired().await => {}
                Woken::ListingChanged => {
                    if let Some(frame) = self.published_now().await {
                        return Some(frame);
                    }
                }
                Woken::Idle => return Some(HEARTBEAT_FRAME),
                Woken::Change(Ok(())) => {
                    let revision = *self.watching.borrow_and_update();
                    if revision > self.seen {
                        self.seen = revision;
                        return Some(revision_frame(revision));
                    }
                }
                Woken::Change(Err(_)) | Woken::Stopping | Woken::AccessChanged => return None,
            }
        }
    }

    /// A listing changes with its opening hours and what is sold out, too; told is a new revision.
    async fn published_now(&mut self) -> Option<Bytes> {
        let entry = self.app.catalog.by_id(self.restaurant).await.ok().flatten()?;
        let published = entry.listing().restaurant.revision;
        let before = std::mem::replace(&mut self.published, published);
        (before != published).then(|| restaurant_frame(published))
    }

    /// A revoked device reconnects and gets the reason as a problem.
    async fn is_paired(&mut self) -> bool {
        self.checked = Instant::now();
        let asking = devices::device_by_key(&self.app, &self.key);
        let device = tokio::time::timeout(PERMISSION_TIMEOUT, asking).await;
        device.is_ok_and(|device| device.is_ok())
    }
}

/// The restaurant's revision, and each higher one, as long as the device is paired; and whenever the restaurant or its menu is another.
pub fn revision_stream(
    app: Arc<AppState>,
    (restaurant, now): (&CatalogEntry, Revision),
    watching: watch::Receiver<Revision>,
    key: String,
    open_stream: OpenStream,
    headers: &HeaderMap,
) -> Response {
    let known = last_event(headers) == Some(now);
    let first = if known {
        FIRST_FRAME
    } else {
        Bytes::from([FIRST_FRAME, revision_frame(now)].concat())
    };
    let (stopping, mut access) = (app.shutdown.subscribe(), app.broadcaster.watch_access());
    // Whoever has lost it since it was checked is noticed at once.
    access.mark_changed();
    let mut listing = app.catalog.watch_restaurant(restaurant);
    // It may have changed since it was read.
    listing.mark_changed();
    let state = RevisionStream {
        published: restaurant.listing().restaurant.revision,
        restaurant: restaurant.listing().restaurant.id,
        listing,
        app,
        key,
        checked: Instant::now(),
        first: Some(first),
        seen: now,
        watching,
        access,
        stopping,
        _open: open_stream,
    };
    respond(stream::unfold(state, |mut state| async move {
        state.next().await.map(|frame| (Ok(frame), state))
    }))
}
