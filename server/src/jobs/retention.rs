//! Deletes what is stored for a limited time, and erases guests' data.

use std::{sync::Arc, time::Duration};

use servery_domain::{account, time::Timestamp};
use servery_store::StoreError;

use crate::{clock, jobs::periodic, state::AppState};

const EVERY: Duration = Duration::from_secs(3_600);
const DAY: i64 = 24 * 3_600;
/// Longer than a device may be offline: a request that is repeated later counts as a new one.
const KEYS_FOR: i64 = 90 * DAY;
const DRAFTS_FOR: i64 = 90 * DAY;
/// How long devices keep finished records, and how long the server remembers that a record was removed.
const OVER_FOR: i64 = 3 * DAY;
const GONE_FOR: i64 = 90 * DAY;
/// How long push subscriptions of a finished order are kept: its last notification may be late.
const TOLD_FOR: i64 = DAY;

pub async fn run(app: Arc<AppState>) {
    periodic::every(EVERY, "forgetting", app, |app| async move {
        delete_expired(&app, clock::now()).await
    })
    .await;
}

/// One round.
pub async fn delete_expired(app: &AppState, now: Timestamp) -> Result<(), StoreError> {
    let before = |seconds: i64| Timestamp(now.0 - seconds);
    app.store
        .delete_expired_records(before(OVER_FOR), before(GONE_FOR), now)
        .await?;
    let guests_for = i64::from(app.settings.guest_days()) * DAY;
    // A draft keeps who ordered last, for the next order.
    let drafts_for = DRAFTS_FOR.min(guests_for);
    app.store
        .delete_expired_requests_and_drafts(before(KEYS_FOR), before(drafts_for))
        .await?;
    app.store
        .delete_expired_sessions_and_tokens(now, before(account::DINER_SESSION.idle))
        .await?;
    app.store.delete_expired_subscriptions(before(TOLD_FOR)).await?;
    app.store.delete_audit_log(before(guests_for)).await?;
    app.store.erase_guests(before(guests_for), now).await
}
