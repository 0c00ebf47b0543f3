//! Reloads the app after an update, and the restaurant's data after a change, never while somebody is in the middle of something.

use std::{sync::Arc, time::Duration};

use leptos::{prelude::*, task::spawn_local};

use super::{page::StaffPage, premises::Premises};
use crate::{
    backend::Backend,
    pages::Content,
    pos_client::{PosClient, pos_client},
};

/// A till is open for weeks: without reloading it would sell at old prices.
const OFTEN: Duration = Duration::from_secs(3 * 60);

/// A backend that asks the server before it uses stored answers.
#[derive(Clone)]
pub struct AutoReload(pub Arc<dyn Backend>);

pub fn between_sales(content: RwSignal<Content<StaffPage>>) {
    let Some(client) = pos_client() else { return };
    let newer = newer(content, client.as_ref());
    let (update, in_hand, busy) = (client.update(), client.current_bill(), client.busy());
    Effect::new(move |_| {
        // The device's page has a button for it.
        let works = content.with(|content| !matches!(content, Content::Page(StaffPage::Device(_))));
        if !works || in_hand.get().is_some() || busy.get() > 0 {
            return;
        }
        if update.get() {
            return client.install_update();
        }
        let Some(premises) = newer.get() else { return };
        newer.set(None);
        let page = content.with_untracked(|content| match content {
            Content::Page(page) if premises.is_news_to(page.premises()) => Some(page.at(premises)),
            _ => None,
        });
        if let Some(page) = page {
            content.set(Content::Page(page));
        }
    });
}

/// The current restaurant, if it differs from the shown one.
fn newer(content: RwSignal<Content<StaffPage>>, client: &dyn PosClient) -> RwSignal<Option<Premises>> {
    let newer = RwSignal::new(None);
    let Some(AutoReload(backend)) = use_context() else {
        return newer;
    };
    let look = move || {
        let shown = content.with_untracked(|content| match content {
            Content::Page(page) => Some(page.premises().clone()),
            Content::Problem(_) => None,
        });
        let (Some(shown), backend) = (shown, backend.clone()) else {
            return;
        };
        spawn_local(async move {
            // Offline, nothing changes.
            if let Ok(found) = Premises::load(shown.slug.clone(), backend.as_ref()).await
                && found.is_news_to(&shown)
            {
                newer.set(Some(found));
            }
        });
    };
    let published = client.published();
    set_interval(look.clone(), OFTEN);
    Effect::new(move |_| {
        published.track();
        look();
    });
    newer
}
