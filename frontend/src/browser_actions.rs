//! `BrowserActions` of the pages: drafts, orders, notifications, navigation.

use std::{
    any::Any,
    sync::{Arc, Mutex},
    time::Duration,
};

use leptos::prelude::{RwSignal, document, set_timeout, window};
use send_wrapper::SendWrapper;
use servery_app::{
    api,
    backend::{
        Backend, BackendFuture, BrowserActions, DraftStorage, LocationFuture, NotificationState, OrderEvents,
        OrderStreamEvent, PageScripts, PlaceOrderState,
    },
    office_outbox::{OfficeOutbox, OfficeOutboxProvider},
    pos_client::{PosClient, PosClientProvider},
    query::newer_draft,
};
use servery_domain::{
    currency::Minor, draft::Draft, lang::Lang, order::Order, place::PlaceSuggestion, slug::Slug,
};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{AbortController, HtmlElement};

use crate::{
    draft_saving,
    http::{HttpBackend, get_unless_aborted, send},
    json::read,
    local_storage, location, office_outbox,
    order_events::OrderEventSource,
    order_submission, pos_client, push, script,
};

/// How long a search for an address may take.
const SEARCH_TIMEOUT: Duration = Duration::from_secs(8);

pub struct Browser {
    placing: RwSignal<PlaceOrderState>,
    /// Aborts the search for an address that is under way.
    searching: Mutex<Option<SendWrapper<AbortController>>>,
}

impl Browser {
    pub fn new() -> Self {
        Self {
            placing: RwSignal::new(PlaceOrderState::Idle),
            searching: Mutex::default(),
        }
    }
}

impl DraftStorage for Browser {
    fn delete_drafts(&self) {
        local_storage::delete_drafts();
    }
}

impl BrowserActions for Browser {
    fn start(&self) {
        let placing = self.placing;
        let online = Closure::<dyn Fn()>::new(move || order_submission::attempt(placing));
        // Fails only for an invalid name.
        let _ = window().add_event_listener_with_callback("online", online.as_ref().unchecked_ref());
        online.forget();
        // After the first rendering.
        set_timeout(move || order_submission::attempt(placing), Duration::ZERO);
    }

    fn stored_draft(&self, slug: &Slug) -> Option<Draft> {
        local_storage::draft(slug)
    }

    fn latest_draft<'a>(&'a self, slug: &'a Slug) -> BackendFuture<'a, Draft> {
        Box::pin(SendWrapper::new(async move {
            let servers = send("GET", &api::draft(slug), "", None).await.and_then(read);
            newer_draft(local_storage::draft(slug), servers)
        }))
    }

    fn save_draft<'a>(&'a self, slug: &Slug, draft: &Draft, summary: &str) -> BackendFuture<'a, ()> {
        local_storage::keep_draft(slug, draft, summary);
        let (slug, draft) = (slug.clone(), draft.clone());
        Box::pin(SendWrapper::new(async move {
            draft_saving::save(&slug, &draft).await
        }))
    }

    fn find_places<'a>(&'a self, near: &'a Slug, typed: &'a str) -> BackendFuture<'a, Vec<PlaceSuggestion>> {
        let aborter = AbortController::new().ok();
        let signal = aborter.as_ref().map(AbortController::signal);
        let earlier = self.searching.lock().ok().and_then(|mut searching| {
            std::mem::replace(&mut *searching, aborter.clone().map(SendWrapper::new))
        });
        if let Some(earlier) = earlier {
            earlier.abort();
        }
        if let Some(aborter) = aborter {
            set_timeout(move || aborter.abort(), SEARCH_TIMEOUT);
        }
        let address = api::places(near, typed);
        Box::pin(SendWrapper::new(async move {
            read(get_unless_aborted(&address, signal.as_ref()).await?)
        }))
    }

    fn locate(&self) -> LocationFuture<'_> {
        Box::pin(SendWrapper::new(location::locate()))
    }

    fn id(&self) -> u128 {
        local_storage::id()
    }

    fn place_order_state(&self) -> RwSignal<PlaceOrderState> {
        self.placing
    }

    fn place_order(&self, slug: &Slug, draft: &Draft, seen: Minor, lang: Lang) {
        order_submission::place_order(self.placing, slug, draft, seen, lang);
    }

    fn withdraw_order(&self) {
        order_submission::withdraw_order(self.placing);
    }

    fn cancel<'a>(&'a self, token: &'a str) -> BackendFuture<'a, Order> {
        Box::pin(SendWrapper::new(async move {
            read(send("POST", &format!("{}/cancel", api::order(token)), "", None).await?)
        }))
    }

    fn pay_at_door<'a>(&'a self, token: &'a str) -> BackendFuture<'a, Order> {
        Box::pin(SendWrapper::new(async move {
            read(send("POST", &format!("{}/pay-at-door", api::order(token)), "", None).await?)
        }))
    }

    fn notification_state<'a>(&'a self, token: &'a str) -> BackendFuture<'a, NotificationState> {
        Box::pin(SendWrapper::new(push::notification_state(token)))
    }

    fn set_notifications<'a>(
        &'a self,
        token: &'a str,
        lang: Lang,
        on: bool,
    ) -> BackendFuture<'a, NotificationState> {
        Box::pin(SendWrapper::new(push::set_notifications(token, lang, on)))
    }

    fn minutes(&self) -> i64 {
        window()
            .performance()
            .map_or(0, |performance| (performance.now() / 60_000.0) as i64)
    }

    fn navigate(&self, path: &str) {
        // Clicks a link, so that the app's navigation handles it.
        let Ok(link) = document()
            .create_element("a")
            .and_then(|link| link.set_attribute("href", path).map(|()| link))
        else {
            return;
        };
        if let (Some(body), Ok(link)) = (document().body(), link.dyn_into::<HtmlElement>()) {
            let _ = body.append_child(&link);
            link.click();
            link.remove();
        }
    }
}

impl PageScripts for Browser {
    fn run_script<'a>(&'a self, address: &'a str) -> BackendFuture<'a, ()> {
        Box::pin(SendWrapper::new(script::run(address)))
    }
}

impl PosClientProvider for Browser {
    fn pos_client(&self) -> Arc<dyn PosClient> {
        pos_client::open()
    }

    fn network_first(&self) -> Arc<dyn Backend> {
        Arc::new(HttpBackend::new(None, RwSignal::new(false), false))
    }
}

impl OfficeOutboxProvider for Browser {
    fn office_outbox(&self) -> Arc<dyn OfficeOutbox> {
        office_outbox::open()
    }
}

impl OrderEvents for Browser {
    fn watch(&self, stream: &str, heard: Box<dyn Fn(OrderStreamEvent)>) -> Box<dyn Any> {
        Box::new(OrderEventSource::new(stream, heard))
    }
}
