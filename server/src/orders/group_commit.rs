//! Writes orders. Requests that arrive together are committed together, so that the disk is waited for once for all of them.

use std::sync::Arc;

use servery_domain::problem::Kind;
use servery_store::{
    Store, StoreError,
    orders::{OrderWrite, WriteOutcome},
};
use tokio::sync::{Notify, mpsc, oneshot};

use crate::{http::error::ApiError, orders::broadcast::Broadcaster};

/// Writes in one transaction: as many as fit into the patience of the first.
const TOGETHER: usize = 128;
/// Writes that wait. More are turned away rather than kept waiting for seconds.
const WAITING: usize = 4_096;

type WriteReply = oneshot::Sender<Result<WriteOutcome, Arc<StoreError>>>;

pub struct GroupCommit {
    queue: mpsc::Sender<(OrderWrite, WriteReply)>,
}

impl GroupCommit {
    /// It ends when the last [`GroupCommit`] is dropped.
    pub fn start(store: Arc<dyn Store>, live: Arc<Broadcaster>, work: Arc<Notify>) -> Self {
        let (queue, waiting) = mpsc::channel(WAITING);
        tokio::spawn(write_all(store, live, work, waiting));
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
            Ok(Err(error)) => Err(ApiError::failed(&error)),
            Err(_) => Err(ApiError::new(Kind::Unavailable, "the server is stopping")),
        }
    }
}

async fn write_all(
    store: Arc<dyn Store>,
    live: Arc<Broadcaster>,
    work: Arc<Notify>,
    mut waiting: mpsc::Receiver<(OrderWrite, WriteReply)>,
) {
    let mut taken = Vec::with_capacity(TOGETHER);
    while waiting.recv_many(&mut taken, TOGETHER).await > 0 {
        let (writes, answers): (Vec<OrderWrite>, Vec<WriteReply>) = taken.drain(..).unzip();
        match commit(store.as_ref(), &writes).await {
            Ok(written) => {
                work.notify_one();
                for ((write, written), answer) in writes.into_iter().zip(written).zip(answers) {
                    publish(&live, &write, &written);
                    // Who asked may have hung up; the order stands all the same.
                    let _ = answer.send(Ok(written));
                }
            }
            // One of them may be what cannot be written: each for itself, so that it alone fails.
            Err(error) if writes.len() > 1 => {
                tracing::warn!(%error, writes = writes.len(), "a batch failed, its writes are tried one by one");
                work.notify_one();
                for (write, answer) in writes.into_iter().zip(answers) {
                    let alone = commit(store.as_ref(), std::slice::from_ref(&write)).await;
                    let written = alone.map_err(Arc::new).and_then(|mut written| {
                        written
                            .pop()
                            .ok_or_else(|| Arc::new(StoreError::Unreadable("no answer".into())))
                    });
                    if let Ok(written) = &written {
                        publish(&live, &write, written);
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

fn publish(live: &Broadcaster, write: &OrderWrite, written: &WriteOutcome) {
    match (write, written) {
        (_, WriteOutcome::Placed { order, .. } | WriteOutcome::Advanced(order)) => live.publish(order),
        (OrderWrite::Sync(syncing), WriteOutcome::Synced(synced)) => {
            live.synced(syncing.restaurant, synced.revisions, &synced.orders)
        }
        _ => {}
    }
}

/// Another node may have written the same key at the same moment: the second time, its row is there to be read.
async fn commit(store: &dyn Store, writes: &[OrderWrite]) -> Result<Vec<WriteOutcome>, StoreError> {
    match store.write(writes).await {
        Err(error) if error.is_conflict() => store.write(writes).await,
        written => written,
    }
}
