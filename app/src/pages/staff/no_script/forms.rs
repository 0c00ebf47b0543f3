//! Forms that submit ops. Each has the id of its op, so that it counts once, however often it is sent.

use std::{cell::Cell, rc::Rc};

use leptos::prelude::*;
use servery_domain::{id::OpId, pos::op::Action, time::Timestamp};

use crate::pages::staff::screen::{Ask, Face};

#[derive(Clone)]
pub struct Forms {
    /// The target of the forms, and the view to show afterwards.
    address: String,
    now: Timestamp,
    next: Rc<Cell<u128>>,
}

impl Forms {
    pub fn new(address: String, now: Timestamp, first: OpId) -> Self {
        // Steps of two: an op that follows from another uses the id in between.
        Self {
            address,
            now,
            next: Rc::new(Cell::new(first.0 & !1)),
        }
    }

    fn name(&self) -> OpId {
        let next = self.next.get();
        self.next.set(next.wrapping_add(2));
        OpId(next)
    }
}

impl Ask for Forms {
    fn button(
        self,
        face: Face,
        asked: impl Fn(&Self) -> Action + 'static,
        words: impl IntoView + 'static,
    ) -> impl IntoView + 'static {
        let Face { class, pressed } = face;
        // Serializing an action cannot fail.
        let action = serde_json::to_string(&asked(&self)).unwrap_or_default();
        view! {
            <form method="post" action=self.address.clone()>
                <input type="hidden" name="op" value=self.name().to_string()/>
                <input type="hidden" name="action" value=action/>
                <button class=class aria-pressed=pressed.map(|pressed| pressed.get_untracked().to_string())>{words}</button>
            </form>
        }
    }

    fn now(&self) -> Timestamp {
        self.now
    }
}
