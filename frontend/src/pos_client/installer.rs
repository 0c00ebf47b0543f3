//! Whether and how the app can be installed, and the browser's offer to do it.

use std::{cell::RefCell, rc::Rc};

use leptos::prelude::{RwSignal, Set, window};
use servery_app::pos_client::Installation;
use wasm_bindgen::JsValue;

use super::{listen, platform};

pub struct Installer {
    pub state: RwSignal<Installation>,
    offer: RefCell<Option<JsValue>>,
}

impl Installer {
    pub fn new() -> Rc<Self> {
        let installer = Rc::new(Self {
            state: RwSignal::new(platform::installation()),
            offer: RefCell::default(),
        });
        let offered = installer.clone();
        platform::on_install_offer(move |offer| {
            offered.offer.replace(Some(offer));
            offered.state.set(Installation::Offered);
        });
        let state = installer.state;
        listen(&window(), "appinstalled", move |_| {
            state.set(Installation::Installed)
        });
        installer
    }

    pub fn install(&self) {
        if let Some(offer) = self.offer.take() {
            // The browser makes an offer once; it makes another one if it was declined.
            self.state.set(Installation::Unavailable);
            platform::accept_offer(&offer);
        }
    }
}
