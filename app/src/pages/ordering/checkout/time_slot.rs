//! As soon as possible, or one of the free time slots.

use leptos::prelude::*;

use super::checkout_state::CheckoutState;
use crate::{
    pages::{
        ordering::components::due_time::{day, moment},
        remount_on_change,
    },
    text::{Key, Texts},
};

pub fn when(texts: Texts, checkout: CheckoutState) -> impl IntoView {
    // Each fulfilment has its own slots.
    let times = remount_on_change(move || {
        checkout.travel.track();
        select(texts, checkout)
    });
    view! {
        <fieldset>
            <legend>{texts.get(Key::CheckoutWhen)}</legend>
            <div class="field">
                <label for="slot">{texts.get(Key::CheckoutSlot)}</label>
                {times}
                <p class="facts">{texts.get(Key::CheckoutClock)}</p>
                {checkout.beside("slot")}
            </div>
        </fieldset>
    }
}

fn select(texts: Texts, checkout: CheckoutState) -> impl IntoView {
    let editor = checkout.editor;
    let (fulfilment, chosen) = editor
        .draft
        .with_untracked(|draft| (draft.basket.fulfilment.clone(), draft.basket.slot));
    let now = editor.now();
    let (soonest, days, today) = editor.priced.with_value(|priced| {
        let times = priced.times_at(now);
        let table = priced.timetable(&times, &fulfilment);
        (table.soonest().ok(), table.slots(), now.day())
    });
    let soonest = soonest.map(|at| {
        let words = texts.fill(Key::CheckoutSoonestAt, &[("time", &moment(texts, at, today))]);
        view! { <option value="" selected=chosen.is_none()>{words}</option> }
    });
    let groups: Vec<_> = days
        .into_iter()
        .map(|(of, slots)| {
            let slots: Vec<_> = slots
                .into_iter()
                .map(|slot| view! { <option value=slot.to_string() selected=chosen == Some(slot)>{slot.clock()}</option> })
                .collect();
            view! { <optgroup label=day(texts, of, today)>{slots}</optgroup> }
        })
        .collect();
    view! { <select id="slot" name="slot" autocomplete="off" aria-describedby="wrong-slot">{soonest}{groups}</select> }
}
