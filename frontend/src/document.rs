//! The document that the server sent: its mode and language, and its head, which the app does not render.

use js_sys::JSON;
use leptos::prelude::{document, window};
use servery_app::{
    mode::Mode,
    page_address::PageAddress,
    pages::{Content, Pages},
    render::{Decision, Reason},
    routes::{self, Chunk},
    text::Texts,
};
use servery_domain::{lang::Lang, theme::PageTheme};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{HtmlDocument, HtmlElement};

#[derive(Clone)]
pub struct PageDocument {
    pub root: HtmlElement,
    pub lang: Lang,
    pub decision: Decision,
}

fn html() -> Option<HtmlElement> {
    document().document_element()?.dyn_into().ok()
}

impl PageDocument {
    pub fn read() -> Option<Self> {
        let html = html()?;
        let said = html.dataset();
        let mode: Mode = said.get("mode")?.parse().ok()?;
        let name = said.get("reason")?;
        let reason = Reason::ALL.into_iter().find(|reason| reason.name() == name)?;
        let root = document().get_element_by_id("app")?.dyn_into().ok()?;
        Some(Self {
            root,
            lang: Lang::from_tag(&html.lang())?,
            decision: Decision { mode, reason },
        })
    }

    /// Whether the visitor chose thick pages, whatever the operator set.
    pub fn chosen_by_visitor(&self) -> bool {
        let cookies = document()
            .unchecked_into::<HtmlDocument>()
            .cookie()
            .unwrap_or_default();
        cookies.split("; ").any(|cookie| cookie == "servery_render=thick")
    }

    /// The API's answers that the page was rendered from, keyed by address.
    pub fn answers(&self) -> Option<JsValue> {
        let text = document().get_element_by_id("answers")?.text_content()?;
        JSON::parse(&text).ok()
    }

    /// Updates the title and the theme.
    pub fn update_head<P: Pages>(&self, content: &Content<P>, texts: Texts) {
        let head = content.head(texts);
        document().set_title(&head.title);
        // Known when the program is built: the other programs carry nothing of it.
        if P::CHUNK == Chunk::Staff {
            link_manifest();
        }
        let Some(style) = html().map(|html| html.style()) else {
            return;
        };
        for (name, value) in PageTheme::properties(head.theme) {
            // Browsers without custom properties show the usual look.
            let _ = match value {
                Some(value) => style.set_property(name, &value),
                None => style.remove_property(name).map(drop),
            };
        }
    }

    /// Marks the page as loading; the style sheet shows a bar after a while.
    pub fn busy(&self, busy: bool) {
        let _ = self
            .root
            .set_attribute("aria-busy", if busy { "true" } else { "false" });
    }
}

/// The staff app's shell is the same for all restaurants, and names no manifest.
fn link_manifest() {
    let Some(href) = routes::manifest(&visit().path) else {
        return;
    };
    // A document without a head cannot be installed, and works.
    let _ = set_manifest(&href);
}

fn set_manifest(href: &str) -> Result<(), JsValue> {
    if let Some(link) = document().query_selector("link[rel=manifest]")? {
        return link.set_attribute("href", href);
    }
    let link = document().create_element("link")?;
    link.set_attribute("rel", "manifest")?;
    link.set_attribute("href", href)?;
    let head = document().query_selector("head")?.ok_or(JsValue::UNDEFINED)?;
    head.append_child(&link).map(drop)
}

pub fn visit() -> PageAddress {
    let location = window().location();
    PageAddress::new(
        &location.pathname().unwrap_or_default(),
        &location.search().unwrap_or_default(),
    )
}
