//! Keeps the screen on while a component wants it.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;

use super::platform;

#[derive(Default)]
pub struct WakeLock {
    /// How many components want it.
    wanted: Cell<u32>,
    held: RefCell<Option<JsValue>>,
}

impl WakeLock {
    /// One component wants it, or wants it no more.
    pub fn want(self: Rc<Self>, awake: bool) {
        let wanted = self.wanted.get();
        self.wanted.set(match awake {
            true => wanted + 1,
            false => wanted.saturating_sub(1),
        });
        self.update();
    }

    /// Asks for the lock, or gives it back. The browser takes it away from a page that is hidden.
    pub fn update(self: Rc<Self>) {
        if self.wanted.get() == 0 {
            return self.hold(None);
        }
        spawn_local(async move {
            let lock = platform::wake_lock().await;
            // Meanwhile nobody may want it any more.
            match (self.wanted.get(), lock) {
                (0, Some(lock)) => platform::release_wake_lock(&lock),
                (_, Some(lock)) => self.hold(Some(lock)),
                (_, None) => {}
            }
        });
    }

    fn hold(&self, lock: Option<JsValue>) {
        if let Some(old) = self.held.replace(lock) {
            platform::release_wake_lock(&old);
        }
    }
}
