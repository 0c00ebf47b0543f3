//! Group commit: writes that arrive together are committed in one transaction, so that they share one flush to disk.

use std::sync::Arc;

use servery_domain::problem::Kind;
use servery_store::{
    Store, StoreError,
    orders::{OrderWrite, WriteOutcome},
};
use tokio::sync::{Notify, mpsc, oneshot};

use crate::{http::error::ApiError, orders::broadcast::Broadcaster};

/// The most writes in one transaction.
const MAX_BATCH: usize = 128;
/// The most waiting writes. Further ones are refused instead of waiting for seconds.
const MAX_QUEUE: usize = 4_096;

type WriteReply = oneshot::Sender<Result<WriteOutcome, Arc<StoreError>>>;

pub struct GroupCommit {
    queue: mpsc::Sender<(OrderWrite, WriteReply)>,
}

impl GroupCommit {
    /// It ends when the last [`GroupCommit`] is dropped.
    pub fn start(store: Arc<dyn Store>, broadcaster: Arc<Broadcaster>, job_signal: Arc<Notify>) -> Self {
        let (queue, waiting) = mpsc::channel(MAX_QUEUE);
        tokio::spawn(write_all(store, broadcaster, job_signal, waiting));
        Self { queue }
    }

    pub async fn write(&self, write: OrderWrite) -> Result<WriteOutcome, ApiError> {
        let (answer, answered) = oneshot::channel();
        if self.queue.try_send((write, answer)).is_err() {
            return Err(ApiError::new(
                Kind::Unavailable,
                "too many orders at once; try again in a moment",
            ));
        }
        match answered.await {
            Ok(Ok(written)) => Ok(written),
            Ok(Err(error)) => Err(ApiError::internal(&error)),
            Err(_) => Err(ApiError::new(Kind::Unavailable, "the server is stopping")),
        }
    }
}

async fn write_all(
    store: Arc<dyn Store>,
    broadcaster: Arc<Broadcaster>,
    job_signal: Arc<Notify>,
    mut waiting: mpsc::Receiver<(OrderWrite, WriteReply)>,
) {
    let mut taken = Vec::with_capacity(MAX_BATCH);
    while waiting.recv_many(&mut taken, MAX_BATCH).await > 0 {
        let (writes, answers): (Vec<OrderWrite>, Vec<WriteReply>) = taken.drain(..).unzip();
        match commit(store.as_ref(), &writes).await {
            Ok(written) => {
                job_signal.notify_one();
                for ((write, written), answer) in writes.into_iter().zip(written).zip(answers) {
                    publish(&broadcaster, &write, &written);
                    // The client may have closed the connection; the order is stored all the same.
                    let _ = answer.send(Ok(written));
                }
            }
            // One write may be invalid: each gets a transaction of its own, so that only that one fails.
            Err(error) if writes.len() > 1 => {
                tracing::warn!(%error, writes = writes.len(), "a batch failed, its writes are tried one by one");
                job_signal.notify_one();
                for (write, answer) in writes.into_iter().zip(answers) {
                    let alone = commit(store.as_ref(), std::slice::from_ref(&write)).await;
                    let written = alone.map_err(Arc::new).and_then(|mut written| {
                        written
                            .pop()
                            .ok_or_else(|| Arc::new(StoreError::Unreadable("no answer".into())))
                    });
                    if let Ok(written) = &written {
                        publish(&broadcaster, &write, written);
                    }
                    let _ = answer.send(written);
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

/// Another node may have written the same key in this moment: the second try finds its row.
async fn commit(store: &dyn Store, writes: &[OrderWrite]) -> Result<Vec<WriteOutcome>, StoreError> {
    match store.write(writes).await {
        Err(error) if error.is_conflict() => store.write(writes).await,
        written => written,
    }
}
