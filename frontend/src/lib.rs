//! Servery in the browser, for any set of pages; the programs are the crates in the folders beside `src`.
//!
//! Invariant: this crate has no business rules. It requests, stores and shows; rules are in `domain`, pages
//! in `app`.

mod browser_actions;
mod device;
mod document;
mod draft_saving;
mod http;
mod json;
mod local_storage;
mod location;
mod navigate;
mod office_outbox;
mod order_events;
mod order_submission;
mod passkeys;
mod pos_client;
mod push;
mod response_cache;
mod script;
mod unsent_edits;

use std::sync::Arc;

use futures::FutureExt;
use leptos::prelude::*;
use servery_app::{
    backend::Offline,
    mode::Mode,
    pages::{App, Content, Pages},
    routes,
    text::Texts,
};
use wasm_bindgen::JsError;
use wasm_bindgen_futures::spawn_local;

use crate::{browser_actions::Browser, document::PageDocument, http::HttpBackend, navigate::Navigator};

/// Starts the program in the current document, with the catalogue of its language.
pub fn start<P: Pages>(texts: Vec<String>) -> Result<(), JsError> {
    let page = PageDocument::read().ok_or_else(|| JsError::new("not made for a script"))?;
    let texts = Texts::received(P::CHUNK, page.lang, texts);
    let texts = texts.ok_or_else(|| JsError::new("texts of another version"))?;
    match page.decision.mode {
        Mode::Thin => Err(JsError::new("not made for a script")),
        // Hydration code is not linked into a program whose pages the server never renders.
        Mode::Hydrated if P::HYDRATED => hydrate::<P>(page, texts),
        Mode::Hydrated => Err(JsError::new("not made for a server")),
        Mode::Thick => {
            spawn_local(mount::<P>(page, texts));
            Ok(())
        }
    }
}

/// The page includes the answers that it was rendered from, so loading does not wait.
fn hydrate<P: Pages>(page: PageDocument, texts: Texts) -> Result<(), JsError> {
    let offline = RwSignal::new(false);
    let http = Arc::new(HttpBackend::new(page.answers(), offline, P::KEPT_FIRST));
    let backend = P::backend(http.clone());
    let content = Content::<P>::load(&document::visit(), page.lang, &backend).now_or_never();
    let content = content.ok_or_else(|| JsError::new("page without data"))?;
    let navigator = Navigator::new(page, content, (http, backend), texts);
    leptos::mount::hydrate_from(navigator.page.root.clone(), {
        let navigator = navigator.clone();
        move || app(&navigator, offline)
    })
    .forget();
    if P::SHOWS_FORMS {
        navigator.listen_to_history();
    }
    Ok(())
}

async fn mount<P: Pages>(page: PageDocument, texts: Texts) {
    let offline = RwSignal::new(false);
    let http = Arc::new(HttpBackend::new(None, offline, P::KEPT_FIRST));
    let backend = P::backend(http.clone());
    let content = Content::<P>::load(&document::visit(), page.lang, &backend).await;
    page.update_head(&content, texts);
    page.root.set_inner_html("");
    let navigator = Navigator::new(page, content, (http, backend), texts);
    leptos::mount::mount_to(navigator.page.root.clone(), {
        let navigator = navigator.clone();
        move || app(&navigator, offline)
    })
    .forget();
    navigator.listen();
}

fn app<P: Pages>(navigator: &Navigator<P>, offline: RwSignal<bool>) -> impl IntoView + use<P> {
    let Navigator {
        page, shown, visit, ..
    } = navigator;
    let (visit, content, decision) = (*visit, *shown, page.decision);
    let allows = visit
        .with_untracked(|visit| routes::find(&visit.path))
        .map_or(&[][..], |route| route.allows);
    provide_context(navigator.texts);
    provide_context(visit);
    provide_context(navigator.backend.clone());
    P::provide(Arc::new(Browser::new()));
    provide_context(Offline(offline));
    provide_context(servery_app::components::render_info::RenderInfo { decision, allows });
    view! { <App content/> }
}
