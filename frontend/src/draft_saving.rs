//! Sends the device's draft of an order to the server.

use std::{cell::RefCell, collections::BTreeMap};

use servery_app::api;
use servery_domain::{draft::Draft, problem::Problem, slug::Slug};

use crate::{http::send, json::json, local_storage};

thread_local! {
    /// The restaurants whose draft is being sent, each with the newest change to send.
    static SAVING: RefCell<BTreeMap<Slug, u32>> = const { RefCell::new(BTreeMap::new()) };
}

/// Sends the newest draft on the device. One request at a time, so that an older draft never arrives last.
pub async fn save(slug: &Slug, draft: &Draft) -> Result<(), Problem> {
    let under_way = SAVING.with_borrow_mut(|saving| saving.insert(slug.clone(), draft.changes).is_some());
    if under_way {
        return Ok(());
    }
    let answer = loop {
        let newest = local_storage::draft(slug).unwrap_or_else(|| draft.clone());
        let answer = send("PUT", &api::draft(slug), &json(&newest)?, None).await;
        let latest = SAVING.with_borrow(|saving| saving.get(slug).copied());
        if answer.is_err() || latest.is_none_or(|latest| latest <= newest.changes) {
            break answer;
        }
    };
    SAVING.with_borrow_mut(|saving| saving.remove(slug));
    answer.map(drop)
}
