//! The field for street and number, with addresses from the list while one types: a combobox of the ARIA patterns.

use leptos::{
    ev::KeyboardEvent,
    leptos_dom::helpers::{TimeoutHandle, set_timeout_with_handle},
    prelude::*,
    task::spawn_local,
    wasm_bindgen::JsCast,
    web_sys::HtmlInputElement,
};
use servery_domain::{basket::Fulfilment, contact::DeliveryAddress, limits, place::PlaceSuggestion};

use super::checkout_state::CheckoutState;
use crate::{
    pages::ordering::draft_editor::PAUSE,
    text::{Key, Texts},
};

#[derive(Clone, Copy)]
struct Suggestions {
    checkout: CheckoutState,
    found: RwSignal<Vec<PlaceSuggestion>>,
    /// The one that the arrow keys have reached.
    active: RwSignal<Option<usize>>,
    timer: StoredValue<Option<TimeoutHandle>>,
    /// Counts the searches: only the answer to the latest is shown.
    searched: StoredValue<u32>,
    /// Whether the browser's program runs.
    is_alive: RwSignal<bool>,
}

/// The address in one line.
pub fn line(place: &PlaceSuggestion) -> String {
    let town = format!("{} {}", place.postcode, place.city);
    format!("{}, {}", place.street, town.trim())
}

fn option_id(at: usize) -> String {
    format!("street-place-{at}")
}

fn set_field(name: &str, value: &str) {
    let field = document()
        .get_element_by_id(name)
        .and_then(|field| field.dyn_into::<HtmlInputElement>().ok());
    if let Some(field) = field {
        field.set_value(value);
    }
}

impl Suggestions {
    fn new(checkout: CheckoutState) -> Self {
        let suggestions = Self {
            checkout,
            found: RwSignal::new(Vec::new()),
            active: RwSignal::new(None),
            timer: StoredValue::new(None),
            searched: StoredValue::new(0),
            is_alive: RwSignal::new(false),
        };
        Effect::new(move |_| suggestions.is_alive.set(checkout.editor.actions().is_some()));
        suggestions
    }

    fn is_open(self) -> bool {
        self.found.with(|found| !found.is_empty())
    }

    fn close(self) {
        self.searched.update_value(|searched| *searched += 1);
        self.timer.update_value(|timer| {
            if let Some(timer) = timer.take() {
                timer.clear();
            }
        });
        self.active.set(None);
        self.found.set(Vec::new());
    }

    /// Searches after a pause.
    fn typed(self, text: String) {
        self.timer.update_value(|timer| {
            if let Some(timer) = timer.take() {
                timer.clear();
            }
            *timer = set_timeout_with_handle(move || self.search(text), PAUSE).ok();
        });
    }

    fn search(self, text: String) {
        let Some(actions) = self.checkout.editor.actions() else {
            return;
        };
        let slug = self.checkout.editor.slug();
        self.searched.update_value(|searched| *searched += 1);
        let searched = self.searched.get_value();
        spawn_local(async move {
            let found = actions.find_places(&slug, &text).await.unwrap_or_default();
            // The page may have been left, or something else searched for meanwhile.
            if self.searched.try_get_value() == Some(searched) {
                self.active.set(None);
                self.found.set(found);
            }
        });
    }

    fn pressed(self, event: &KeyboardEvent) {
        let count = self.found.with_untracked(Vec::len);
        if count == 0 {
            return;
        }
        let active = self.active.get_untracked();
        match event.key().as_str() {
            "ArrowDown" => self.active.set(Some(active.map_or(0, |at| (at + 1) % count))),
            "ArrowUp" => self
                .active
                .set(Some(active.map_or(count - 1, |at| (at + count - 1) % count))),
            "Enter" if active.is_some() => self.choose(active.unwrap_or_default()),
            "Escape" => self.close(),
            _ => return,
        }
        event.prevent_default();
    }

    fn choose(self, at: usize) {
        let Some(place) = self.found.with_untracked(|found| found.get(at).cloned()) else {
            return;
        };
        self.close();
        let mut chosen = None;
        self.checkout.editor.change(|draft| {
            let before = draft.delivery_address();
            let or = |new: String, old: String| if new.is_empty() { old } else { new };
            let door = DeliveryAddress {
                street: place.street,
                postcode: or(place.postcode, before.postcode),
                city: or(place.city, before.city),
                hint: before.hint,
                // The place of another address is not this one's.
                location: before.location.filter(|location| location.source.is_diners()),
            };
            draft.set_fulfilment(Fulfilment::Delivery(door.clone()));
            chosen = Some(door);
        });
        if let Some(door) = chosen {
            set_field("street", &door.street);
            set_field("postcode", &door.postcode);
            set_field("city", &door.city);
        }
    }
}

pub fn field(texts: Texts, checkout: CheckoutState, value: String) -> impl IntoView {
    let suggestions = Suggestions::new(checkout);
    let Suggestions {
        found,
        active,
        is_alive,
        ..
    } = suggestions;
    let first = checkout.first_wrong() == Some("street");
    let invalid = move || checkout.words(texts, "street").is_some().then_some("true");
    let when_alive = move |value: &'static str| is_alive.get().then_some(value);
    let expanded = move || is_alive.get().then(|| suggestions.is_open().to_string());
    let active_id = move || active.get().map(option_id);
    let count = move || match found.with(Vec::len) {
        0 => String::new(),
        count => texts.count(Key::CheckoutPlaceCount, count),
    };
    let options = move || {
        let option = |(at, place): (usize, &PlaceSuggestion)| {
            let is_active = move || active.get() == Some(at);
            view! { <li id=option_id(at) role="option" aria-selected=move || is_active().to_string() on:click=move |_| suggestions.choose(at)><span dir="auto">{line(place)}</span></li> }
        };
        found.with(|found| found.iter().enumerate().map(option).collect::<Vec<_>>())
    };
    view! {
        <div class="field combobox">
            <label for="street">{texts.get(Key::CheckoutStreet)}</label>
            <input
                id="street" name="street" type="text" value=value maxlength=limits::ADDRESS autocomplete="street-address" autofocus=first dir="auto"
                aria-invalid=invalid aria-describedby="wrong-street" role=move || when_alive("combobox") aria-autocomplete=move || when_alive("list")
                aria-controls=move || when_alive("street-places") aria-expanded=expanded aria-activedescendant=active_id
                on:input=move |event| suggestions.typed(event_target_value(&event))
                on:keydown=move |event| suggestions.pressed(&event)
                on:blur=move |_| suggestions.close()
            />
            // A press on the list must not take the focus from the field, which would close the list before the click.
            <ul id="street-places" role="listbox" aria-label=texts.get(Key::CheckoutPlaces) hidden=move || !suggestions.is_open() on:mousedown=move |event| event.prevent_default()>{options}</ul>
            <p class="unseen" role="status">{count}</p>
            {checkout.beside("street")}
        </div>
    }
}
