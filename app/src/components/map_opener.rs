//! The button that opens a map. What shows it is loaded when it is asked for.

use std::sync::Arc;

use leptos::{prelude::*, task::spawn_local};

use crate::{
    backend::{self, Offline, PageScripts},
    text::{Key, Texts},
};

#[derive(Clone, Copy, PartialEq)]
pub enum MapState {
    /// The browser's program does not run.
    Impossible,
    Closed,
    Loading,
    Open,
    NotLoaded,
}

#[derive(Clone, Copy)]
pub struct MapOpener {
    state: RwSignal<MapState>,
    scripts: StoredValue<Option<Arc<dyn PageScripts>>>,
}

impl MapOpener {
    pub fn create() -> Self {
        let (state, scripts) = (RwSignal::new(MapState::Impossible), StoredValue::new(None));
        Effect::new(move |_| {
            if let Some(found) = backend::page_scripts() {
                scripts.set_value(Some(found));
                state.set(MapState::Closed);
            }
        });
        Self { state, scripts }
    }

    pub fn state(self) -> MapState {
        self.state.get()
    }

    pub fn is_open(self) -> bool {
        self.state() == MapState::Open
    }

    /// What is to be said of the connection.
    pub fn said(self, texts: Texts) -> impl Fn() -> Option<&'static str> {
        let offline = use_context::<Offline>();
        let is_offline = move || offline.is_some_and(|Offline(offline)| offline.get());
        move || match self.state() {
            MapState::Loading => Some(texts.get(Key::MapLoading)),
            MapState::NotLoaded => Some(texts.get(Key::MapNeedsConnection)),
            MapState::Closed if is_offline() => Some(texts.get(Key::MapNeedsConnection)),
            MapState::Impossible | MapState::Closed | MapState::Open => None,
        }
    }

    /// `open` is what the button says while the map is closed, and `script` the address of what shows it.
    pub fn button(self, texts: Texts, id: &'static str, open: &'static str, script: String) -> impl IntoView {
        let click = move |_| match (self.state.get_untracked(), self.scripts.get_value()) {
            (MapState::Open, _) => self.state.set(MapState::Closed),
            (MapState::Loading, _) | (_, None) => {}
            (_, Some(scripts)) => load(self.state, scripts, script.clone()),
        };
        let label = move || match self.is_open() {
            true => texts.get(Key::MapClose),
            false => open,
        };
        let is_offered = move || self.state() != MapState::Impossible;
        let expanded = move || self.is_open().to_string();
        view! { <button id=id class="quiet map-opener" class:offered=is_offered type="button" aria-expanded=expanded on:click=click>{label}</button> }
    }
}

fn load(state: RwSignal<MapState>, scripts: Arc<dyn PageScripts>, script: String) {
    state.set(MapState::Loading);
    spawn_local(async move {
        let loaded = scripts.run_script(&script).await;
        // The page may have been left meanwhile.
        state.try_set(match loaded {
            Ok(()) => MapState::Open,
            Err(_) => MapState::NotLoaded,
        });
    });
}
