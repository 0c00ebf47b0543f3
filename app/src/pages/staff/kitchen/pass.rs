//! State that the parts of the kitchen screen share.

use leptos::prelude::*;
use servery_domain::{
    id::StationId,
    pos::{PosState, kitchen_display::Work},
};

use crate::pages::staff::screen::Screen;

#[derive(Clone)]
pub struct Pass {
    pub screen: Screen,
    /// The shown station; `None` shows all.
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
    /// Queries the work of this station.
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
