//! Which connections are open, and how long each may stay open: nobody can keep them all by doing nothing.

use std::{
    collections::BTreeMap,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, ready},
    time::{Duration, Instant},
};

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

use crate::http::time_limits::RequestLimits;

/// Files that are open besides connections: the database, the log, pictures, the card provider, mail and push services.
const OTHER_FILES: u64 = 128;
/// The most connections, however many files may be open. Each costs some kilobytes.
const MOST_CONNECTIONS: u64 = 16_384;
/// How soon a place is looked for again when all connections are in use.
const RETRY: Duration = Duration::from_millis(100);
/// A connection that is closed is cut off when it has sent nothing for so long.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// Time limits of connections, and how many there may be.
#[derive(Debug, Clone, Copy)]
pub struct ConnectionLimits {
    /// Reading a request's head.
    pub head: Duration,
    pub request: RequestLimits,
    /// Without a request, or without a byte of one that is under way.
    pub idle: Duration,
    /// Data that was sent and is not acknowledged or not taken by the client.
    pub unsent: Duration,
    /// Between two pings of an HTTP/2 connection, and until the answer to one.
    pub ping: Duration,
    /// Requests in flight after shutdown has begun.
    pub shutdown: Duration,
    pub connections: usize,
}

impl Default for ConnectionLimits {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self {
            head: seconds(10),
            request: RequestLimits::default(),
            idle: seconds(75),
            unsent: seconds(30),
            ping: seconds(20),
            shutdown: seconds(10),
            connections: affordable_connections(),
        }
    }
}

/// As many as the system lets this process have open files, less what else it opens.
fn affordable_connections() -> usize {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    // The lower limit is a default of the system that a process may raise.
    let raised = Rlimit {
        current: maximum.map(|maximum| {
            maximum
                .min(MOST_CONNECTIONS + OTHER_FILES)
                .max(current.unwrap_or(0))
        }),
        maximum,
    };
    let files = match setrlimit(Resource::Nofile, raised) {
        Ok(()) => raised.current,
        Err(_) => current,
    };
    let files = files.unwrap_or(u64::MAX);
    let connections = files.saturating_sub(OTHER_FILES).max(files / 2);
    usize::try_from(connections.min(MOST_CONNECTIONS)).unwrap_or(1)
}

/// All connections of a server.
pub struct Connections {
    places: Arc<Semaphore>,
    most: u32,
    idle: Mutex<IdleConnections>,
}

/// Those without a request, by the order in which they became idle.
#[derive(Default)]
struct IdleConnections {
    next: u64,
    by_age: BTreeMap<u64, Arc<Notify>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // No code under these locks panics.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Connections {
    pub fn new(most: usize) -> Arc<Self> {
        let most = u32::try_from(most.clamp(1, Semaphore::MAX_PERMITS)).unwrap_or(u32::MAX);
        Arc::new(Self {
            places: Arc::new(Semaphore::new(most as usize)),
            most,
            idle: Mutex::default(),
        })
    }

    /// A place for a new connection. If there is none, the one that has been idle for longest is closed.
    pub async fn place(&self) -> Option<OwnedSemaphorePermit> {
        loop {
            if let Ok(place) = self.places.clone().try_acquire_owned() {
                return Some(place);
            }
            self.close_oldest_idle();
            if let Ok(place) = tokio::time::timeout(RETRY, self.places.clone().acquire_owned()).await {
                return place.ok();
            }
        }
    }

    fn close_oldest_idle(&self) {
        if let Some((_, close)) = lock(&self.idle).by_age.pop_first() {
            close.notify_one();
        }
    }

    /// Resolves when no connection is left.
    pub async fn all_closed(&self) {
        // Fails only if the semaphore is closed, which nobody does.
        let _ = self.places.acquire_many(self.most).await;
    }
}

/// What one connection is doing.
pub struct Connection {
    all: Arc<Connections>,
    state: Mutex<ConnectionState>,
    close: Arc<Notify>,
}

struct ConnectionState {
    /// Requests whose answers are not complete.
    exchanges: usize,
    /// When a request or an answer went on for the last time.
    moved: Instant,
    /// When bytes were sent for the last time.
    sent: Instant,
    /// Its key among the idle ones.
    idle: Option<u64>,
}

impl Connection {
    pub fn new(all: Arc<Connections>) -> Arc<Self> {
        let now = Instant::now();
        let connection = Self {
            all,
            state: Mutex::new(ConnectionState {
                exchanges: 0,
                moved: now,
                sent: now,
                idle: None,
            }),
            close: Arc::default(),
        };
        connection.rest(&mut lock(&connection.state));
        Arc::new(connection)
    }

    fn rest(&self, state: &mut ConnectionState) {
        let mut idle = lock(&self.all.idle);
        let key = idle.next;
        idle.next += 1;
        idle.by_age.insert(key, self.close.clone());
        state.idle = Some(key);
    }

    fn leave_idle(&self, state: &mut ConnectionState) {
        if let Some(key) = state.idle.take() {
            lock(&self.all.idle).by_age.remove(&key);
        }
    }

    /// A request has arrived. It is under way until the exchange is dropped.
    pub fn begin(self: &Arc<Self>) -> Exchange {
        let mut state = lock(&self.state);
        self.leave_idle(&mut state);
        state.exchanges += 1;
        state.moved = Instant::now();
        Exchange(self.clone())
    }

    pub fn moved(&self) {
        lock(&self.state).moved = Instant::now();
    }

    pub fn sent(&self) {
        lock(&self.state).sent = Instant::now();
    }

    pub fn is_idle(&self) -> bool {
        lock(&self.state).exchanges == 0
    }

    /// Resolves when nothing has moved for so long, or when a new connection needs the place.
    pub async fn unneeded(&self, limit: Duration) {
        loop {
            let due = lock(&self.state).moved + limit;
            if due <= Instant::now() {
                return;
            }
            tokio::select! {
                () = self.close.notified() => return,
                () = tokio::time::sleep_until(due.into()) => {}
            }
        }
    }

    /// Resolves when nothing more is sent: after that a connection that is being closed is cut off.
    pub async fn silent(&self) {
        loop {
            tokio::time::sleep(LAST_WORDS / 2).await;
            let state = lock(&self.state);
            if state.exchanges == 0 && state.sent.elapsed() > LAST_WORDS {
                return;
            }
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let mut state = lock(&self.state);
        self.leave_idle(&mut state);
    }
}

/// A request whose answer is not complete.
pub struct Exchange(Arc<Connection>);

impl Drop for Exchange {
    fn drop(&mut self) {
        let mut state = lock(&self.0.state);
        state.exchanges -= 1;
        state.moved = Instant::now();
        if state.exchanges == 0 {
            self.0.rest(&mut state);
        }
    }
}

impl Exchange {
    /// The body of a request or an answer, whose parts count as movement.
    pub fn watch(self: &Arc<Self>, body: Body) -> Body {
        Body::new(WatchedBody {
            body,
            exchange: self.clone(),
        })
    }
}

struct WatchedBody {
    body: Body,
    exchange: Arc<Exchange>,
}

impl HttpBody for WatchedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        self.exchange.0.moved();
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_connection_that_is_idle_for_longest_makes_room() {
        let all = Connections::new(3);
        let [busy, oldest, newest] = [(); 3].map(|()| Connection::new(all.clone()));
        let _exchange = busy.begin();
        let hour = Duration::from_secs(3_600);
        let closed = |connection: &Arc<Connection>| {
            let connection = connection.clone();
            async move {
                tokio::time::timeout(Duration::from_millis(10), connection.unneeded(hour))
                    .await
                    .is_ok()
            }
        };
        all.close_oldest_idle();
        assert!(closed(&oldest).await && !closed(&busy).await && !closed(&newest).await);
        // One that has answered in the meantime has been idle for a shorter time.
        let newer = Connection::new(all.clone());
        drop(newest.begin());
        all.close_oldest_idle();
        assert!(closed(&newer).await && !closed(&newest).await);
        drop(newest);
        all.close_oldest_idle();
        assert!(!closed(&busy).await, "nobody is idle");
    }
}
