//! What is done again and again for as long as the server runs. Every node does it.

use std::{sync::Arc, time::Duration};

use servery_store::StoreError;

/// Never returns. A round that fails is tried again at the next tick; that the store is away is said by the town's watch.
pub async fn every<T, Round>(pause: Duration, name: &'static str, of: Arc<T>, round: impl Fn(Arc<T>) -> Round)
where
    Round: Future<Output = Result<(), StoreError>>,
{
    let mut tick = tokio::time::interval(pause);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        if let Err(error) = round(of.clone()).await {
            tracing::debug!(name, %error, "a round failed");
        }
    }
}
