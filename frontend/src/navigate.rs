//! Navigation inside the app: a link to another page of the same program loads data only.
//! Every other link opens a document, also if the operator set another mode for the page.

use std::{rc::Rc, sync::Arc};

use leptos::prelude::{RwSignal, Set, WithUntracked, document, window};
use servery_app::{
    components::form,
    mode::Mode,
    page_address::{PageAddress, address},
    pages::{Content, Pages},
    routes,
    text::Texts,
};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;
use web_sys::{Event, HtmlAnchorElement, HtmlElement, HtmlFormElement, MouseEvent, SubmitEvent, Url};

use crate::{
    device::listen,
    document::{self, PageDocument},
    http::HttpBackend,
};

pub struct Navigator<P: Pages> {
    pub page: PageDocument,
    pub shown: RwSignal<Content<P>>,
    pub backend: Arc<P::Backend>,
    pub http: Arc<HttpBackend>,
    pub texts: Texts,
    /// The address that is shown or being loaded.
    pub visit: RwSignal<PageAddress>,
}

/// The target of a plain click on a link in this tab.
pub fn followed_link(event: &Event) -> Option<Url> {
    let click: &MouseEvent = event.dyn_ref()?;
    let elsewhere =
        click.button() != 0 || click.ctrl_key() || click.meta_key() || click.shift_key() || click.alt_key();
    let target: HtmlElement = click.target()?.dyn_into().ok()?;
    let link: HtmlAnchorElement = target.closest("a[href]").ok()??.dyn_into().ok()?;
    let plain = !elsewhere
        && !click.default_prevented()
        && link.target().is_empty()
        && !link.has_attribute("download");
    plain.then(|| Url::new(&link.href()).ok()).flatten()
}

/// The address that a submitted search form leads to, if no other handler took it.
fn sent_form(event: &Event) -> Option<Url> {
    let sent: &SubmitEvent = event.dyn_ref()?;
    let form: HtmlFormElement = sent.target()?.dyn_into().ok()?;
    // The mode switch in the footer needs a request to the server.
    if sent.default_prevented()
        || form.method() != "get"
        || sent
            .submitter()
            .is_some_and(|button| button.get_attribute("name").is_some())
    {
        return None;
    }
    let url = Url::new(&form.action()).ok()?;
    let filled = form::pairs(&form)
        .into_iter()
        .filter(|(_, value)| !value.is_empty());
    url.set_search(&address("", filled));
    Some(url)
}

impl<P: Pages> Navigator<P> {
    /// Of the page that is open, with what it shows first.
    pub fn new(
        page: PageDocument,
        content: Content<P>,
        (http, backend): (Arc<HttpBackend>, Arc<P::Backend>),
        texts: Texts,
    ) -> Rc<Self> {
        Rc::new(Self {
            page,
            shown: RwSignal::new(content),
            backend,
            http,
            texts,
            visit: RwSignal::new(document::visit()),
        })
    }

    pub fn listen(self: Rc<Self>) {
        let on_click = self.clone();
        listen(&document(), "click", move |event| {
            if let Some(url) = followed_link(event) {
                on_click.follow(event, &url);
            }
        });
        let on_submit = self.clone();
        listen(&document(), "submit", move |event| {
            if let Some(url) = sent_form(event) {
                on_submit.follow(event, &url);
            }
        });
        self.listen_to_history();
    }

    /// A step back or forth in the browser.
    pub fn listen_to_history(self: Rc<Self>) {
        listen(&window(), "popstate", move |_| {
            let visit = document::visit();
            let jump = window().location().hash().is_ok_and(|hash| !hash.is_empty());
            let here = self
                .visit
                .with_untracked(|shown| *shown == visit || jump && shown.path == visit.path);
            // The browser handles jumps within the page and restores scroll positions.
            if !here {
                self.show(visit, false);
            }
        });
    }

    fn follow(self: &Rc<Self>, event: &Event, url: &Url) {
        let visit = PageAddress::new(&url.pathname(), &url.search());
        let here = url.origin() == window().location().origin().unwrap_or_default();
        let asks_the_platform = visit.pairs().count() != visit.page_pairs().count();
        let jump = !url.hash().is_empty() && visit == document::visit();
        let Some(route) = routes::find(&visit.path).filter(|_| here && !asks_the_platform && !jump) else {
            return;
        };
        if !route.allows.contains(&Mode::Thick) {
            return;
        }
        if !self.page.chosen_by_visitor() && !self.http.is_thick(route.path) {
            forget_shells();
            return;
        }
        if route.chunk != P::CHUNK {
            return;
        }
        event.prevent_default();
        if let Ok(history) = window().history() {
            let _ = history.push_state_with_url(&JsValue::NULL, "", Some(&visit.address()));
        }
        self.show(visit, true);
    }

    fn show(self: &Rc<Self>, visit: PageAddress, from_the_top: bool) {
        self.visit.set(visit.clone());
        let navigator = self.clone();
        spawn_local(async move {
            navigator.page.busy(true);
            let content = Content::<P>::load(&visit, navigator.texts.lang, &navigator.backend).await;
            navigator.page.busy(false);
            // The visitor may have navigated on meanwhile.
            if visit != document::visit() {
                return;
            }
            navigator.page.update_head(&content, navigator.texts);
            navigator.shown.set(content);
            if let Some(main) = document()
                .get_element_by_id("main")
                .and_then(|main| main.dyn_into::<HtmlElement>().ok())
            {
                let _ = main.focus();
            }
            if from_the_top {
                window().scroll_to_with_x_and_y(0.0, 0.0);
            }
        });
    }
}

/// Tells the service worker to ask the server instead of using its shells.
fn forget_shells() {
    if let Some(worker) = window().navigator().service_worker().controller() {
        let _ = worker.post_message(&"forget".into());
    }
}
