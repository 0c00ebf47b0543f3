//! The address of a delivery. Where areas are drawn on the map it is searched for in the list of places, or the device or a pin on
//! a map says where it is.

use std::sync::Arc;

use leptos::{ev::MouseEvent, prelude::*, task::spawn_local};
use servery_domain::{
    contact::{AddressLocation, DeliveryAddress, LocationSource},
    limits,
    place::PlaceSuggestion,
};

use super::{
    checkout_state::CheckoutState,
    contact::{Field, field},
    pin,
    street::{self, line},
};
use crate::{
    backend::{BrowserActions, LocationFailure},
    components::render_info::RenderInfo,
    mode::Mode,
    text::{Key, Texts},
};

pub fn fields(texts: Texts, checkout: CheckoutState, door: DeliveryAddress) -> impl IntoView {
    let is_drawn = checkout
        .editor
        .priced
        .with_value(|priced| priced.listing.restaurant.ordering.has_drawn_areas());
    let text = |name, label, value, autocomplete| {
        let kind = "text";
        let most = limits::ADDRESS;
        let described = Field {
            name,
            label,
            value,
            autocomplete,
            kind,
            most,
        };
        field(texts, checkout, described)
    };
    let street = match is_drawn {
        true => street::field(texts, checkout, door.street).into_any(),
        false => text("street", Key::CheckoutStreet, door.street, "street-address").into_any(),
    };
    view! {
        <div class="address">
            {street}
            <div class="pair">
                {text("postcode", Key::CheckoutPostcode, door.postcode, "postal-code")}
                {text("city", Key::CheckoutCity, door.city, "address-level2")}
            </div>
            {is_drawn.then(|| view! { {plain_search(texts, checkout)} {device_location(texts, checkout)} {pin::field(texts, checkout)} })}
            {text("hint", Key::CheckoutHint, door.hint, "off")}
        </div>
    }
}

/// A button that sends the form, and the list that it leads to.
fn plain_search(texts: Texts, checkout: CheckoutState) -> impl IntoView {
    let RenderInfo { decision, .. } = use_context().expect("whoever makes a page says how it was made");
    let is_lively = decision.mode != Mode::Thin;
    let row = |place: PlaceSuggestion| {
        view! { <li><button class="quiet" type="submit" name="address" value=place.id.to_string() dir="auto">{line(&place)}</button></li> }
    };
    let list = checkout
        .data
        .with_value(|data| data.places.clone())
        .map(|places| {
            let none = places
                .is_empty()
                .then(|| view! { <p role="status">{texts.get(Key::CheckoutNoPlaces)}</p> });
            let rows: Vec<_> = places.into_iter().map(row).collect();
            view! {
                <div class="places" id="places">
                    <p id="places-label">{texts.get(Key::CheckoutPlaces)}</p>
                    {none}
                    <ul aria-labelledby="places-label">{rows}</ul>
                </div>
            }
        });
    view! {
        <button class="update" class:gone=is_lively type="submit" name="find-address" value="1">{texts.get(Key::CheckoutFindAddress)}</button>
        {list}
    }
}

#[derive(Clone, Copy, PartialEq)]
enum LocationState {
    /// The browser's program does not run.
    Impossible,
    Idle,
    Asked,
    Failed(LocationFailure),
}

fn device_location(texts: Texts, checkout: CheckoutState) -> impl IntoView {
    let editor = checkout.editor;
    let state = RwSignal::new(LocationState::Impossible);
    Effect::new(move |_| {
        if editor.actions().is_some() {
            state.set(LocationState::Idle);
        }
    });
    let is_located = checkout.is_located_by(LocationSource::Device);
    let ask = move |actions: Arc<dyn BrowserActions>| {
        state.set(LocationState::Asked);
        spawn_local(async move {
            let found = actions.locate().await;
            // The page may have been left meanwhile.
            state.try_set(match found {
                Ok(_) => LocationState::Idle,
                Err(failure) => LocationState::Failed(failure),
            });
            if let Ok(point) = found {
                let source = LocationSource::Device;
                editor.change(|draft| draft.set_location(Some(AddressLocation { point, source })));
            }
        });
    };
    // One button, which keeps the focus. Without a script it can only forget.
    let click = move |event: MouseEvent| {
        let Some(actions) = editor.actions() else { return };
        event.prevent_default();
        match is_located.get_untracked() {
            true => editor.change(|draft| draft.set_location(None)),
            false if state.get_untracked() == LocationState::Asked => {}
            false => ask(actions),
        }
    };
    let said = move || match state.get() {
        LocationState::Asked => Some(texts.get(Key::CheckoutLocating)),
        LocationState::Failed(LocationFailure::Refused) => Some(texts.get(Key::CheckoutLocationRefused)),
        LocationState::Failed(LocationFailure::Unknown) => Some(texts.get(Key::CheckoutLocationFailed)),
        LocationState::Impossible | LocationState::Idle => {
            is_located.get().then(|| texts.get(Key::CheckoutLocated))
        }
    };
    let is_offered = move || state.get() != LocationState::Impossible || is_located.get();
    let label = move || match is_located.get() {
        true => texts.get(Key::CheckoutForgetLocation),
        false => texts.get(Key::CheckoutUseLocation),
    };
    let RenderInfo { decision, .. } = use_context().expect("whoever makes a page says how it was made");
    let is_shown = decision.mode != Mode::Thin || is_located.get_untracked();
    let button = is_shown.then(|| {
        view! { <button class="quiet" class:offered=is_offered type="submit" name="forget-location" value="1" on:click=click>{label}</button> }
    });
    view! {
        <div class="location">
            <p class="facts" role="status">{said}</p>
            {button}
        </div>
    }
}
