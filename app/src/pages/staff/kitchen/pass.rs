//! What all parts of the kitchen's screen share: whose work is shown, and which of its views.

use leptos::prelude::*;
use servery_domain::{
    id::StationId,
    pos::{PosState, kitchen_display::Work},
};

use crate::pages::staff::screen::Screen;

#[derive(Clone)]
pub struct Pass {
    pub screen: Screen,
    /// Whose work is shown; otherwise everybody's.
    pub station: ReadSignal<Option<StationId>>,
    pub shown: RwSignal<KitchenView>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KitchenView {
    Waiting,
    Done,
    Stations,
}

impl std::ops::Deref for Pass {
    type Target = Screen;

    fn deref(&self) -> &Screen {
        &self.screen
    }
}

impl Pass {
    /// What is asked of the work at this station.
    pub fn work<T>(&self, pos: &PosState, ask: impl FnOnce(&Work<'_>, &PosState) -> T) -> T {
        let station = self.station.get().and_then(|id| pos.station(id));
        let preparation = self.premises.listing.restaurant.ordering.preparation;
        ask(
            &Work {
                menu: &self.premises.menu,
                station,
                preparation,
            },
            pos,
        )
    }
}
