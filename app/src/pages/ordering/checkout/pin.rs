//! The map on which a diner sets the point of the address: the element `delivery-map`. Its script is loaded when it is asked for.

use leptos::{ev::MouseEvent, prelude::*, web_sys::CustomEvent};
use servery_domain::{
    contact::{AddressLocation, LocationSource},
    delivery_map::DeliveryMap,
};

use super::checkout_state::CheckoutState;
use crate::{
    components::{
        map_opener::{MapOpener, MapState},
        map_points::{bounds_text, point_text, read_point},
    },
    text::{Key, Texts},
};

/// The button that opens the map, which gets the focus when another goes away.
const OPENER: &str = "set-pin";

/// Nothing, where there is no map and no point was set on one before.
pub fn field(texts: Texts, checkout: CheckoutState) -> Option<impl IntoView> {
    let is_pinned = checkout.is_located_by(LocationSource::Pin);
    let map = checkout.data.with_value(|data| data.map.clone());
    let map = map.filter(|_| checkout.has_map);
    if map.is_none() && !is_pinned.get_untracked() {
        return None;
    }
    let opener = MapOpener::create();
    Some(view! {
        <div class="location">
            <p class="facts" role="status">{said(texts, opener, is_pinned)}</p>
            {map.map(|map| with_map(texts, checkout, opener, map))}
            {forget(texts, checkout, is_pinned)}
        </div>
    })
}

fn said(texts: Texts, opener: MapOpener, is_pinned: Memo<bool>) -> impl Fn() -> Option<&'static str> {
    let of_connection = opener.said(texts);
    move || match opener.state() {
        MapState::Impossible | MapState::Closed | MapState::Open if is_pinned.get() => {
            Some(texts.get(Key::CheckoutPinned))
        }
        _ => of_connection(),
    }
}

/// The button, and below it the map while it is open.
fn with_map(texts: Texts, checkout: CheckoutState, opener: MapOpener, map: DeliveryMap) -> impl IntoView {
    let button = opener.button(texts, OPENER, texts.get(Key::CheckoutSetPin), map.script.clone());
    view! {
        {button}
        {move || opener.is_open().then(|| element(texts, checkout, &map))}
    }
}

fn element(texts: Texts, checkout: CheckoutState, map: &DeliveryMap) -> impl IntoView + use<> {
    let editor = checkout.editor;
    let (archive, template) = (map.tiles.archive(), map.tiles.template());
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
            label=texts.get(Key::CheckoutMap) loading=texts.get(Key::MapLoading) moved=texts.get(Key::MapPointMoved) failed=texts.get(Key::CheckoutMapFailed)
            zoom-in=texts.get(Key::MapZoomIn) zoom-out=texts.get(Key::MapZoomOut)
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
