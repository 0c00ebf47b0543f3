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
use servery_domain::{id::RestaurantId, order::Order, revision::Revision};
use tokio::sync::{broadcast, watch};

use crate::{
    orders::{
        board,
        broadcast::{OrderChange, frame},
    },
    state::AppState,
    sync::devices,
};

/// Proxies end connections on which nothing is said.
const HEARTBEAT: Duration = Duration::from_secs(20);
/// How long it is taken for granted that somebody may see a restaurant's orders.
const CHECKED_FOR: Duration = Duration::from_secs(2);
const STILL_HERE: Bytes = Bytes::from_static(b": still here\n\n");
/// Milliseconds after which a browser comes back, and a frame to begin with.
const HELLO: Bytes = Bytes::from_static(b"retry: 2000\n\n");

/// What the caller has, if it was here before.
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

struct OrderStream {
    first: Option<Bytes>,
    seen: Revision,
    watching: watch::Receiver<Option<OrderChange>>,
    stopping: watch::Receiver<bool>,
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
                    Err(_) => return Some(STILL_HERE),
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

pub fn of_order(
    app: &AppState,
    now: &Order,
    watching: watch::Receiver<Option<OrderChange>>,
    headers: &HeaderMap,
) -> Response {
    let known = last_event(headers) == Some(now.revision);
    let first = if known {
        HELLO
    } else {
        Bytes::from([HELLO, frame(now)].concat())
    };
    let state = OrderStream {
        first: Some(first),
        seen: now.revision,
        watching,
        stopping: app.shutdown.subscribe(),
    };
    respond(stream::unfold(state, |mut state| async move {
        state.next().await.map(|frame| (Ok(frame), state))
    }))
}

struct BoardStream {
    app: Arc<AppState>,
    /// Of which restaurant, and by which session.
    watched: (RestaurantId, String),
    checked: Instant,
    waiting: Vec<Bytes>,
    seen: Revision,
    watching: broadcast::Receiver<OrderChange>,
    stopping: watch::Receiver<bool>,
}

impl BoardStream {
    async fn next(&mut self) -> Option<Bytes> {
        if !self.waiting.is_empty() {
            return Some(Bytes::from(std::mem::take(&mut self.waiting).concat()));
        }
        let frame = self.heard().await?;
        self.may_see().await.then_some(frame)
    }

    async fn heard(&mut self) -> Option<Bytes> {
        loop {
            tokio::select! {
                _ = self.stopping.wait_for(|stopping| *stopping) => return None,
                changed = tokio::time::timeout(HEARTBEAT, self.watching.recv()) => match changed {
                    Err(_) => return Some(STILL_HERE),
                    // Too far behind: who comes back gets everything anew.
                    Ok(Err(_)) => return None,
                    Ok(Ok(change)) if change.revision > self.seen => return Some(change.frame),
                    Ok(Ok(_)) => {}
                },
            }
        }
    }

    /// Who cannot be looked up is asked to come back.
    async fn may_see(&mut self) -> bool {
        if self.checked.elapsed() < CHECKED_FOR {
            return true;
        }
        let (restaurant, session) = &self.watched;
        let may = board::still_watched(&self.app, session, *restaurant).await;
        self.checked = Instant::now();
        may.unwrap_or_else(|error| {
            tracing::warn!(problem = %error.0, "a board is told no more");
            false
        })
    }
}

/// What is open now, then every change, for as long as the session that asks may see them.
pub fn of_board(
    app: Arc<AppState>,
    open: &[Order],
    watching: broadcast::Receiver<OrderChange>,
    watched: (RestaurantId, String),
) -> Response {
    let seen = open.iter().map(|order| order.revision).max().unwrap_or_default();
    let waiting = std::iter::once(HELLO).chain(open.iter().map(frame)).collect();
    let stopping = app.shutdown.subscribe();
    let state = BoardStream {
        app,
        watched,
        checked: Instant::now(),
        waiting,
        seen,
        watching,
        stopping,
    };
    respond(stream::unfold(state, |mut state| async move {
        state.next().await.map(|frame| (Ok(frame), state))
    }))
}

struct HouseStream {
    app: Arc<AppState>,
    /// Under which the store has the device's token.
    key: String,
    checked: Instant,
    first: Option<Bytes>,
    seen: Revision,
    watching: watch::Receiver<Revision>,
    stopping: watch::Receiver<bool>,
}

fn revision_frame(revision: Revision) -> Bytes {
    Bytes::from(format!("event: revision\nid: {0}\ndata: {0}\n\n", revision.0))
}

impl HouseStream {
    async fn next(&mut self) -> Option<Bytes> {
        if let Some(first) = self.first.take() {
            return Some(first);
        }
        let frame = self.heard().await?;
        self.is_let_in().await.then_some(frame)
    }

    async fn heard(&mut self) -> Option<Bytes> {
        loop {
            tokio::select! {
                _ = self.stopping.wait_for(|stopping| *stopping) => return None,
                changed = tokio::time::timeout(HEARTBEAT, self.watching.changed()) => match changed {
                    Err(_) => return Some(STILL_HERE),
                    Ok(Err(_)) => return None,
                    Ok(Ok(())) => {
                        let revision = *self.watching.borrow_and_update();
                        if revision > self.seen {
                            self.seen = revision;
                            return Some(revision_frame(revision));
                        }
                    }
                },
            }
        }
    }

    /// A device that comes back is told why it is let in no more.
    async fn is_let_in(&mut self) -> bool {
        if self.checked.elapsed() < CHECKED_FOR {
            return true;
        }
        self.checked = Instant::now();
        devices::of_key(&self.app, &self.key).await.is_ok()
    }
}

/// How far a house has come, then whenever it comes further, for as long as the device is let in.
pub fn of_pos(
    app: Arc<AppState>,
    now: Revision,
    watching: watch::Receiver<Revision>,
    key: String,
    headers: &HeaderMap,
) -> Response {
    let known = last_event(headers) == Some(now);
    let first = if known {
        HELLO
    } else {
        Bytes::from([HELLO, revision_frame(now)].concat())
    };
    let stopping = app.shutdown.subscribe();
    let state = HouseStream {
        app,
        key,
        checked: Instant::now(),
        first: Some(first),
        seen: now,
        watching,
        stopping,
    };
    respond(stream::unfold(state, |mut state| async move {
        state.next().await.map(|frame| (Ok(frame), state))
    }))
}
