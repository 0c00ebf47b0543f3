//! Collection, delivery, or an order at a table.

use leptos::prelude::*;
use servery_domain::{basket::Service, limits};

use super::{
    checkout_state::CheckoutState,
    contact::{Field, field},
};
use crate::text::{Key, Texts};

pub fn how(texts: Texts, checkout: CheckoutState) -> impl IntoView {
    let (service, door, table) = checkout.editor.draft.with_untracked(|draft| {
        (
            draft.basket.service.clone(),
            draft.delivery_address(),
            draft.table().to_owned(),
        )
    });
    let (collection, delivers) = checkout.editor.priced.with_value(|priced| {
        let ordering = &priced.listing.restaurant.ordering;
        (ordering.collection, ordering.delivers())
    });
    let table = (!table.is_empty()).then_some(table);
    let first = if table.is_some() {
        "table"
    } else if collection {
        "collection"
    } else {
        "delivery"
    };
    let method = |value: &'static str, words: Key, chosen: bool| {
        let id = if value == first { "service" } else { value };
        view! {
            <label class="choice"><input id=id type="radio" name="service" value=value checked=chosen autocomplete="off" aria-describedby="wrong-service"/>" "<span>{texts.get(words)}</span></label>
        }
    };
    let seated = matches!(service, Service::Table(_));
    let at_table = table.map(|code| view! { {method("table", Key::CheckoutTable, seated)}<input type="hidden" name="table" value=code/> });
    let collected = collection.then(|| {
        method(
            "collection",
            Key::CheckoutCollection,
            matches!(service, Service::Collection),
        )
    });
    let delivered = delivers.then(|| {
        let text = |name, label, value, autocomplete| {
            field(
                texts,
                checkout,
                Field {
                    name,
                    label,
                    value,
                    autocomplete,
                    kind: "text",
                    most: limits::ADDRESS,
                },
            )
        };
        view! {
            {method("delivery", Key::CheckoutDelivery, matches!(service, Service::Delivery(_)))}
            <div class="address">
                {text("street", Key::CheckoutStreet, door.street, "street-address")}
                <div class="pair">
                    {text("postcode", Key::CheckoutPostcode, door.postcode, "postal-code")}
                    {text("city", Key::CheckoutCity, door.city, "address-level2")}
                </div>
                {text("hint", Key::CheckoutHint, door.hint, "off")}
            </div>
        }
    });
    view! {
        <fieldset class="how">
            <legend>{texts.get(Key::CheckoutHow)}</legend>
            {at_table}
            {collected}
            {delivered}
            {checkout.beside("service")}
        </fieldset>
    }
}
