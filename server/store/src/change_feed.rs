//! When a node looks at the store again.

use std::time::Duration;

use tokio::{
    sync::watch,
    time::{sleep, timeout},
};

/// How often a node looks if nobody wakes it.
const POLL_INTERVAL: Duration = Duration::from_millis(250);
/// The same where PostgreSQL wakes it, in case that a notification is lost.
const SAFETY_INTERVAL: Duration = Duration::from_secs(1);
/// A node reads no more often than this, however much changes.
const SHORTEST_INTERVAL: Duration = Duration::from_millis(20);

pub struct ChangeFeed {
    notified: Option<watch::Receiver<()>>,
}

impl ChangeFeed {
    pub(crate) fn new(notified: Option<watch::Receiver<()>>) -> Self {
        Self { notified }
    }

    /// Waits until something may have changed.
    pub async fn changed(&mut self) {
        let Some(notified) = &mut self.notified else {
            return sleep(POLL_INTERVAL).await;
        };
        sleep(SHORTEST_INTERVAL).await;
        let is_over = matches!(timeout(SAFETY_INTERVAL, notified.changed()).await, Ok(Err(_)));
        if is_over {
            self.notified = None;
        }
    }
}
