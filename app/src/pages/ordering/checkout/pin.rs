//! The map on which a diner sets the point of the address: the element `delivery-map`. Its script is loaded when it is asked for.

use std::sync::Arc;

use leptos::{ev::MouseEvent, prelude::*, task::spawn_local, web_sys::CustomEvent};
use servery_domain::{
    contact::{AddressLocation, LocationSource},
    delivery_area::{Bounds, Point},
    delivery_map::{DeliveryMap, MapTiles},
};

use super::checkout_state::CheckoutState;
use crate::{
    backend::{BrowserActions, Offline},
    text::{Key, Texts},
};

/// The button that opens the map, which gets the focus when another goes away.
const OPENER: &str = "set-pin";

#[derive(Clone, Copy, PartialEq)]
enum MapState {
    /// The browser's program does not run.
    Impossible,
    Closed,
    Loading,
    Open,
    NotLoaded,
}

/// Nothing, where there is no map and no point was set on one before.
pub fn field(texts: Texts, checkout: CheckoutState) -> Option<impl IntoView> {
    let state = RwSignal::new(MapState::Impossible);
    let is_pinned = checkout.is_located_by(LocationSource::Pin);
    let map = checkout.data.with_value(|data| data.map.clone());
    let map = map.filter(|_| checkout.has_map);
    if map.is_none() && !is_pinned.get_untracked() {
        return None;
    }
    Effect::new(move |_| {
        if checkout.editor.actions().is_some() {
            state.set(MapState::Closed);
        }
    });
    Some(view! {
        <div class="location">
            <p class="facts" role="status">{said(texts, state, is_pinned)}</p>
            {map.map(|map| with_map(texts, checkout, state, map))}
            {forget(texts, checkout, is_pinned)}
        </div>
    })
}

fn said(texts: Texts, state: RwSignal<MapState>, is_pinned: Memo<bool>) -> impl Fn() -> Option<&'static str> {
    let offline = use_context::<Offline>();
    let is_offline = move || offline.is_some_and(|Offline(offline)| offline.get());
    move || match state.get() {
        MapState::Loading => Some(texts.get(Key::CheckoutMapLoading)),
        MapState::NotLoaded => Some(texts.get(Key::CheckoutMapNeedsConnection)),
        MapState::Impossible | MapState::Closed | MapState::Open if is_pinned.get() => {
            Some(texts.get(Key::CheckoutPinned))
        }
        MapState::Closed if is_offline() => Some(texts.get(Key::CheckoutMapNeedsConnection)),
        MapState::Impossible | MapState::Closed | MapState::Open => None,
    }
}

/// The button, and below it the map while it is open.
fn with_map(
    texts: Texts,
    checkout: CheckoutState,
    state: RwSignal<MapState>,
    map: DeliveryMap,
) -> impl IntoView {
    let script = map.script.clone();
    let click = move |_| {
        let Some(actions) = checkout.editor.actions() else {
            return;
        };
        match state.get_untracked() {
            MapState::Open => state.set(MapState::Closed),
            MapState::Loading => {}
            _ => load(state, actions, script.clone()),
        }
    };
    let is_open = move || state.get() == MapState::Open;
    let label = move || match is_open() {
        true => texts.get(Key::CheckoutCloseMap),
        false => texts.get(Key::CheckoutSetPin),
    };
    let is_offered = move || state.get() != MapState::Impossible;
    let expanded = move || is_open().to_string();
    view! {
        <button id=OPENER class="quiet" class:offered=is_offered type="button" aria-expanded=expanded on:click=click>{label}</button>
        {move || is_open().then(|| element(texts, checkout, &map))}
    }
}

fn load(state: RwSignal<MapState>, actions: Arc<dyn BrowserActions>, script: String) {
    state.set(MapState::Loading);
    spawn_local(async move {
        let loaded = actions.run_script(&script).await;
        // The page may have been left meanwhile.
        state.try_set(match loaded {
            Ok(()) => MapState::Open,
            Err(_) => MapState::NotLoaded,
        });
    });
}

fn element(texts: Texts, checkout: CheckoutState, map: &DeliveryMap) -> impl IntoView + use<> {
    let editor = checkout.editor;
    let (archive, template) = match map.tiles.clone() {
        MapTiles::Archive(address) => (Some(address), None),
        MapTiles::Template(address) => (None, Some(address)),
    };
    let bounds = editor
        .priced
        .with_value(|priced| priced.listing.restaurant.ordering.bounds())
        .map(bounds_text);
    let point = move || {
        editor
            .draft
            .with(|draft| draft.delivery_address().point().map(point_text))
    };
    let pinned = move |event: CustomEvent| {
        let point = event.detail().as_string().as_deref().and_then(read_point);
        if let Some(point) = point {
            let source = LocationSource::Pin;
            editor.change(|draft| draft.set_location(Some(AddressLocation { point, source })));
        }
    };
    view! {
        <p class="facts">{texts.get(Key::CheckoutMapHint)}</p>
        <delivery-map
            archive=archive template=template attribution=map.attribution.clone() bounds=bounds point=point
            label=texts.get(Key::CheckoutMap) loading=texts.get(Key::CheckoutMapLoading) moved=texts.get(Key::CheckoutPinMoved) failed=texts.get(Key::CheckoutMapFailed)
            zoom-in=texts.get(Key::CheckoutZoomIn) zoom-out=texts.get(Key::CheckoutZoomOut)
            on:pin=pinned
        ></delivery-map>
    }
}

/// Without a script it is sent with the form.
fn forget(texts: Texts, checkout: CheckoutState, is_pinned: Memo<bool>) -> impl IntoView {
    let click = move |event: MouseEvent| {
        if checkout.editor.actions().is_some() {
            event.prevent_default();
            checkout.editor.change(|draft| draft.set_location(None));
            checkout.focus(OPENER);
        }
    };
    view! { <button class="quiet offered" class:gone=move || !is_pinned.get() type="submit" name="forget-location" value="1" on:click=click>{texts.get(Key::CheckoutForgetPin)}</button> }
}

/// `latitude,longitude` in millionths of a degree. To read and write fractions would make the program larger.
fn point_text(point: Point) -> String {
    format!("{},{}", point.latitude, point.longitude)
}

fn read_point(text: &str) -> Option<Point> {
    let (latitude, longitude) = text.split_once(',')?;
    Point::from_millionths(latitude.parse().ok()?, longitude.parse().ok()?)
}

/// The corners, south-west first.
fn bounds_text(bounds: Bounds) -> String {
    format!(
        "{},{}",
        point_text(bounds.south_west),
        point_text(bounds.north_east)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_is_read_as_it_is_written() {
        let point = Point {
            latitude: 40_729_000,
            longitude: -73_995_001,
        };
        assert_eq!(point_text(point), "40729000,-73995001");
        assert_eq!(read_point(&point_text(point)), Some(point));
        for text in ["", "1", "1,2,3", "91000000,0", "40.7,0", "a,b"] {
            assert_eq!(read_point(text), None, "{text}");
        }
    }
}
