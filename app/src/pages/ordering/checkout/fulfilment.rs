//! Collection, delivery, or an order at a table.

use leptos::prelude::*;
use servery_domain::basket::Fulfilment;

use super::{address, checkout_state::CheckoutState};
use crate::text::{Key, Texts};

pub fn how(texts: Texts, checkout: CheckoutState) -> impl IntoView {
    let (fulfilment, door, table) = checkout.editor.draft.with_untracked(|draft| {
        (
            draft.basket.fulfilment.clone(),
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
        let id = if value == first { "fulfilment" } else { value };
        view! {
            <label class="choice"><input id=id type="radio" name="fulfilment" value=value checked=chosen autocomplete="off" aria-describedby="wrong-fulfilment"/>" "<span>{texts.get(words)}</span></label>
        }
    };
    let seated = matches!(fulfilment, Fulfilment::Table(_));
    let at_table = table.map(|code| view! { {method("table", Key::CheckoutTable, seated)}<input type="hidden" name="table" value=code/> });
    let collected = collection.then(|| {
        method(
            "collection",
            Key::CheckoutCollection,
            matches!(fulfilment, Fulfilment::Collection),
        )
    });
    let delivered = delivers.then(|| {
        view! {
            {method("delivery", Key::CheckoutDelivery, matches!(fulfilment, Fulfilment::Delivery(_)))}
            {address::fields(texts, checkout, door)}
        }
    });
    view! {
        <fieldset class="how">
            <legend>{texts.get(Key::CheckoutHow)}</legend>
            {at_table}
            {collected}
            {delivered}
            {checkout.beside("fulfilment")}
        </fieldset>
    }
}
