//! Server-Sent Events.

use std::{convert::Infallible, time::Duration};

use axum::{
    body::{Body, Bytes},
    http::{
        HeaderMap,
        header::{CACHE_CONTROL, CONTENT_TYPE},
    },
    response::{IntoResponse, Response},
};
use futures::stream;
use servery_domain::{order::Order, revision::Revision};
use tokio::sync::{broadcast, watch};

use crate::{
    app::App,
    live::{self, Change},
};

/// Proxies end connections on which nothing is said.
const HEARTBEAT: Duration = Duration::from_secs(20);
const STILL_HERE: Bytes = Bytes::from_static(b": still here\n\n");
/// Milliseconds after which a browser comes back, and a frame to begin with.
const HELLO: Bytes = Bytes::from_static(b"retry: 2000\n\n");

/// What the caller has, if it was here before.
fn last_event(headers: &HeaderMap) -> Option<Revision> {
    headers.get("last-event-id")?.to_str().ok()?.parse().ok().map(Revision)
}

fn respond(frames: impl futures::Stream<Item = Result<Bytes, Infallible>> + Send + 'static) -> Response {
    let headers = [(CONTENT_TYPE, "text/event-stream"), (CACHE_CONTROL, "no-store")];
    (headers, [("x-accel-buffering", "no")], Body::from_stream(frames)).into_response()
}

struct OrderStream {
    first: Option<Bytes>,
    seen: Revision,
    watching: watch::Receiver<Option<Change>>,
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

pub fn of_order(app: &App, now: &Order, watching: watch::Receiver<Option<Change>>, headers: &HeaderMap) -> Response {
    let known = last_event(headers) == Some(now.revision);
    let first = if known { HELLO } else { Bytes::from([HELLO, live::frame(now)].concat()) };
    let state = OrderStream { first: Some(first), seen: now.revision, watching, stopping: app.stopping.subscribe() };
    respond(stream::unfold(state, |mut state| async move { state.next().await.map(|frame| (Ok(frame), state)) }))
}

struct BoardStream {
    waiting: Vec<Bytes>,
    seen: Revision,
    watching: broadcast::Receiver<Change>,
    stopping: watch::Receiver<bool>,
}

impl BoardStream {
    async fn next(&mut self) -> Option<Bytes> {
        if !self.waiting.is_empty() {
            return Some(Bytes::from(std::mem::take(&mut self.waiting).concat()));
        }
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
}

/// What is open now, then every change.
pub fn of_board(app: &App, open: &[Order], watching: broadcast::Receiver<Change>) -> Response {
    let seen = open.iter().map(|order| order.revision).max().unwrap_or_default();
    let waiting = std::iter::once(HELLO).chain(open.iter().map(live::frame)).collect();
    let state = BoardStream { waiting, seen, watching, stopping: app.stopping.subscribe() };
    respond(stream::unfold(state, |mut state| async move { state.next().await.map(|frame| (Ok(frame), state)) }))
}
