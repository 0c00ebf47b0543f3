//! Group commit: writes that arrive together are committed in one transaction, so that they share one flush to disk.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use servery_domain::problem::ProblemType;
use servery_store::{
    Store, StoreError,
    orders::{OrderWrite, WriteOutcome},
    within,
};
use tokio::sync::{Notify, mpsc, oneshot};

use crate::{http::error::ApiError, orders::broadcast::Broadcaster};

/// The most writes in one transaction.
const MAX_BATCH: usize = 128;
/// The most waiting writes. Further ones are refused instead of waiting for seconds.
const MAX_QUEUE: usize = 4_096;
/// Time limit of a transaction. A database that has gone without a word would hold up all that follow.
const COMMIT_TIMEOUT: Duration = Duration::from_secs(8);
/// How often the database is tried while it does not write.
const PROBE_INTERVAL: Duration = Duration::from_secs(1);

type WriteReply = oneshot::Sender<Result<WriteOutcome, Arc<StoreError>>>;
type QueuedWrite = (OrderWrite, WriteReply);

pub struct GroupCommit {
    queue: mpsc::Sender<QueuedWrite>,
    writes: Arc<AtomicBool>,
}

impl GroupCommit {
    /// It ends when the last [`GroupCommit`] is dropped.
    pub fn start(store: Arc<dyn Store>, broadcaster: Arc<Broadcaster>, job_signal: Arc<Notify>) -> Self {
        let (queue, waiting) = mpsc::channel(MAX_QUEUE);
        let writes = Arc::new(AtomicBool::new(true));
        let writer = Writer {
            store,
            broadcaster,
            job_signal,
            writes: writes.clone(),
        };
        tokio::spawn(writer.run(waiting));
        Self { queue, writes }
    }

    pub async fn write(&self, write: OrderWrite) -> Result<WriteOutcome, ApiError> {
        let (answer, answered) = oneshot::channel();
        if self.queue.try_send((write, answer)).is_err() {
            return Err(ApiError::new(
                ProblemType::Unavailable,
                "too many orders at once; try again in a moment",
            ));
        }
        match answered.await {
            Ok(Ok(written)) => Ok(written),
            Ok(Err(error)) => Err(ApiError::of_store(&error)),
            Err(_) => Err(ApiError::new(ProblemType::Unavailable, "the server is stopping")),
        }
    }

    /// Whether the last transaction was committed, or could at least be decided.
    pub fn is_writing(&self) -> bool {
        self.writes.load(Ordering::Relaxed)
    }
}

struct Writer {
    store: Arc<dyn Store>,
    broadcaster: Arc<Broadcaster>,
    job_signal: Arc<Notify>,
    writes: Arc<AtomicBool>,
}

impl Writer {
    async fn run(self, mut waiting: mpsc::Receiver<QueuedWrite>) {
        let mut taken = Vec::with_capacity(MAX_BATCH);
        loop {
            let next = waiting.recv_many(&mut taken, MAX_BATCH);
            if self.is_writing() {
                if next.await == 0 {
                    return;
                }
            } else {
                match tokio::time::timeout(PROBE_INTERVAL, next).await {
                    Ok(0) => return,
                    // Who was told that nothing was written in time orders elsewhere, or again.
                    Ok(_) => taken.retain(|(_, answer)| !answer.is_closed()),
                    // An empty transaction.
                    Err(_) => {}
                }
            }
            self.write_all(taken.drain(..).unzip()).await;
        }
    }

    fn is_writing(&self) -> bool {
        self.writes.load(Ordering::Relaxed)
    }

    async fn write_all(&self, (writes, answers): (Vec<OrderWrite>, Vec<WriteReply>)) {
        match self.commit(&writes).await {
            Ok(written) => {
                self.job_signal.notify_one();
                for ((write, written), answer) in writes.into_iter().zip(written).zip(answers) {
                    publish(&self.broadcaster, &write, &written);
                    // The client may have closed the connection; the order is stored all the same.
                    let _ = answer.send(Ok(written));
                }
            }
            // One write may be invalid: each gets a transaction of its own, so that only that one fails.
            Err(error) if writes.len() > 1 && !error.is_unavailable() => {
                tracing::warn!(%error, writes = writes.len(), "a batch of writes failed; each write is retried alone");
                self.job_signal.notify_one();
                for (write, answer) in writes.into_iter().zip(answers) {
                    let _ = answer.send(self.write_alone(write).await);
                }
            }
            Err(error) => {
                let error = Arc::new(error);
                answers
                    .into_iter()
                    .for_each(|answer| drop(answer.send(Err(error.clone()))));
            }
        }
    }

    async fn write_alone(&self, write: OrderWrite) -> Result<WriteOutcome, Arc<StoreError>> {
        let alone = self.commit(std::slice::from_ref(&write)).await;
        let written = alone.map_err(Arc::new).and_then(|mut written| {
            written
                .pop()
                .ok_or_else(|| Arc::new(StoreError::Unreadable("no answer".into())))
        })?;
        publish(&self.broadcaster, &write, &written);
        Ok(written)
    }

    /// Another node may have written the same key in this moment: the second try finds its row.
    async fn commit(&self, writes: &[OrderWrite]) -> Result<Vec<WriteOutcome>, StoreError> {
        let commit = async {
            match self.store.write(writes).await {
                Err(error) if error.is_conflict() => self.store.write(writes).await,
                written => written,
            }
        };
        let written = within(COMMIT_TIMEOUT, commit).await;
        self.note(written.as_ref().err().filter(|error| error.is_unavailable()));
        written
    }

    fn note(&self, outage: Option<&StoreError>) {
        let was_writing = self.writes.swap(outage.is_none(), Ordering::Relaxed);
        match outage {
            Some(error) if was_writing => tracing::error!(%error, "writes to the database fail"),
            None if !was_writing => tracing::info!("writes to the database succeed again"),
            _ => {}
        }
    }
}

fn publish(broadcaster: &Broadcaster, write: &OrderWrite, written: &WriteOutcome) {
    match (write, written) {
        (_, WriteOutcome::Placed { order, .. } | WriteOutcome::Advanced(order)) => broadcaster.publish(order),
        (OrderWrite::Sync(syncing), WriteOutcome::Synced(synced)) => {
            broadcaster.publish_sync(syncing.restaurant, synced.revisions, &synced.orders)
        }
        _ => {}
    }
}
