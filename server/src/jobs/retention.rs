//! What is kept for a while only.

use std::{sync::Arc, time::Duration};

use servery_domain::{account, time::Timestamp};
use servery_store::StoreError;

use crate::{clock, jobs::periodic, state::AppState};

const EVERY: Duration = Duration::from_secs(3_600);
const DAY: i64 = 24 * 3_600;
/// Longer than a device may be away: a request that comes again after that is a new one.
const KEYS_FOR: i64 = 90 * DAY;
const DRAFTS_FOR: i64 = 90 * DAY;
/// Days that devices know of what is over, and longer than one that is away may ask what is gone.
const OVER_FOR: i64 = 3 * DAY;
const GONE_FOR: i64 = 90 * DAY;
/// Browsers' addresses, also of an order that is over: what they are told last may be late.
const TOLD_FOR: i64 = DAY;

pub async fn forget_old(app: Arc<AppState>) {
    periodic::every(EVERY, "forgetting", app, |app| async move {
        forget(&app, clock::now()).await
    })
    .await;
}

async fn forget(app: &AppState, now: Timestamp) -> Result<(), StoreError> {
    let before = |seconds: i64| Timestamp(now.0 - seconds);
    app.store
        .sweep_records(before(OVER_FOR), before(GONE_FOR), now)
        .await?;
    app.store.sweep(before(KEYS_FOR), before(DRAFTS_FOR)).await?;
    app.store.sweep_accounts(now, before(account::IDLE)).await?;
    app.store.sweep_subscriptions(before(TOLD_FOR)).await
}
