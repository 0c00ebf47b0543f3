//! Time limits of a request: a body that does not arrive is answered with 408, and a handler that does not end with 503.
//!
//! Own code, because tower-http's layers count a handler's time from the first byte of the body, limit no body as a whole, and answer
//! without a problem.

use std::{
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::{Duration, Instant},
};

use axum::{
    body::{Body, Bytes, HttpBody},
    extract::Request,
    response::{IntoResponse, Response},
};
use hyper::body::{Frame, SizeHint};
use servery_domain::problem::{Problem, ProblemType};
use tokio::time::Sleep;

use crate::http::error::ApiError;

#[derive(Debug, Clone, Copy)]
pub struct RequestLimits {
    /// From one part of the body to the next.
    pub body_pause: Duration,
    /// The whole body: 16 MiB at 140 kB a second.
    pub body: Duration,
    /// From the last part of the body to the answer. A card provider is waited for in it.
    pub answer: Duration,
}

impl Default for RequestLimits {
    fn default() -> Self {
        Self {
            body_pause: Duration::from_secs(10),
            body: Duration::from_secs(120),
            answer: Duration::from_secs(45),
        }
    }
}

/// How a request's body arrives.
struct Arrival {
    last: Instant,
    too_slow: bool,
}

type SharedArrival = Arc<Mutex<Arrival>>;

fn with<T>(arrival: &SharedArrival, read: impl FnOnce(&mut Arrival) -> T) -> T {
    // No code under this lock panics.
    read(&mut arrival.lock().unwrap_or_else(PoisonError::into_inner))
}

pub async fn limit_time(request: Request, handle: impl AsyncFnOnce(Request) -> Response) -> Response {
    let limits = request
        .extensions()
        .get::<RequestLimits>()
        .copied()
        .unwrap_or_default();
    let arrival = Arc::new(Mutex::new(Arrival {
        last: Instant::now(),
        too_slow: false,
    }));
    let request = request.map(|body| {
        if body.is_end_stream() {
            body
        } else {
            Body::new(TimedBody::new(body, limits, arrival.clone()))
        }
    });
    let response = tokio::select! {
        response = handle(request) => response,
        () = stalled(&arrival, limits.answer) => return took_too_long(limits.answer),
    };
    // Whatever the handler made of a body that broke off.
    match with(&arrival, |arrival| arrival.too_slow) {
        true => body_too_slow(),
        false => response,
    }
}

async fn stalled(arrival: &SharedArrival, limit: Duration) {
    loop {
        let due = with(arrival, |arrival| arrival.last) + limit;
        if due <= Instant::now() {
            return;
        }
        tokio::time::sleep_until(due.into()).await;
    }
}

fn took_too_long(limit: Duration) -> Response {
    tracing::error!(seconds = limit.as_secs(), "a handler did not end in time");
    ApiError::new(
        ProblemType::Unavailable,
        "the answer took too long; try again in a moment",
    )
    .into_response()
}

fn body_too_slow() -> Response {
    // 408 says it all, so the problem has no type of its own (RFC 9457, 4.2.1).
    let problem = Problem {
        kind: "about:blank".to_owned(),
        title: "Request Timeout".to_owned(),
        status: 408,
        detail: "the body did not arrive in time".to_owned(),
    };
    ApiError(problem).into_response()
}

#[derive(Debug, thiserror::Error)]
#[error("the body did not arrive in time")]
struct TooSlow;

/// A body that fails when its next part, or the whole of it, does not arrive in time.
struct TimedBody {
    body: Body,
    pause: Duration,
    timer: Pin<Box<Sleep>>,
    end: tokio::time::Instant,
    arrival: SharedArrival,
}

impl TimedBody {
    fn new(body: Body, limits: RequestLimits, arrival: SharedArrival) -> Self {
        let now = tokio::time::Instant::now();
        Self {
            body,
            pause: limits.body_pause,
            timer: Box::pin(tokio::time::sleep_until(now + limits.body_pause)),
            end: now + limits.body,
            arrival,
        }
    }
}

impl HttpBody for TimedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let now = tokio::time::Instant::now();
        if now < self.end
            && let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context)
        {
            with(&self.arrival, |arrival| arrival.last = Instant::now());
            let due = (now + self.pause).min(self.end);
            self.timer.as_mut().reset(due);
            return Poll::Ready(frame);
        }
        if self.timer.as_mut().poll(context).is_pending() {
            return Poll::Pending;
        }
        with(&self.arrival, |arrival| arrival.too_slow = true);
        Poll::Ready(Some(Err(axum::Error::new(TooSlow))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
