//! Runs a task at an interval for as long as the server runs. Every node does.

use std::{sync::Arc, time::Duration};

use servery_store::{StoreError, within};

/// A run is aborted when it takes longer than this many intervals, within these limits.
const INTERVALS: u32 = 20;
const SHORTEST_LIMIT: Duration = Duration::from_secs(5);
const LONGEST_LIMIT: Duration = Duration::from_secs(3_600);

/// Never returns. A run that fails is repeated at the next tick; the catalog's watch logs that the store is unreachable.
pub async fn every<T: ?Sized, Round>(
    pause: Duration,
    name: &'static str,
    of: Arc<T>,
    round: impl Fn(Arc<T>) -> Round,
) where
    Round: Future<Output = Result<(), StoreError>>,
{
    let limit = (pause * INTERVALS).clamp(SHORTEST_LIMIT, LONGEST_LIMIT);
    let mut tick = tokio::time::interval(pause);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        if let Err(error) = within(limit, round(of.clone())).await {
            tracing::debug!(name, %error, "a periodic task failed; its next run retries");
        }
    }
}
