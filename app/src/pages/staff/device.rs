//! This browser as a device of the restaurant: pairing, health and sign-out.

pub mod health;
pub mod pair;
pub mod refused;
mod sign_out;

use std::sync::Arc;

use leptos::{either::EitherOf6, prelude::*};

use super::premises::Premises;
use crate::{
    pos_client::{PairingState, PosClient, UnsupportedReason, pos_client},
    text::{Texts, staff::Key, texts},
};

/// The client, for the parts of this page.
type At = StoredValue<Arc<dyn PosClient>>;

#[component]
pub fn DevicePage(premises: Premises) -> impl IntoView {
    let texts = texts();
    // The server renders the page without a script instead.
    let page = pos_client().map(|client| pairing(texts, StoredValue::new(client), premises));
    view! {
        <article class="device">
            <h1>{texts.get(Key::DeviceTitle)}</h1>
            {page}
        </article>
    }
}

fn pairing(texts: Texts, at: At, premises: Premises) -> impl IntoView {
    let pairing = at.with_value(|client| client.pairing());
    move || match pairing.get() {
        PairingState::Unknown => EitherOf6::A(view! { <p role="status">{texts.get(Key::DeviceLooking)}</p> }),
        PairingState::Impossible(unsupported) => EitherOf6::B(impossible(texts, unsupported)),
        PairingState::Unpaired => EitherOf6::C(view! {
            <p>{texts.fill(Key::DeviceLead, &[("name", &premises.listing.restaurant.name)])}</p>
            <p class="hint">{texts.get(Key::DeviceHow)}</p>
            {pair::form(texts, at)}
        }),
        PairingState::Paired(paired) | PairingState::Revoked(paired) if paired.slug != premises.slug => {
            EitherOf6::D(view! {
                <p>{texts.get(Key::DeviceOther)}</p>
                <p><a class="button" href=format!("/staff/{}", paired.slug)>{texts.get(Key::DeviceOtherOpen)}</a></p>
            })
        }
        PairingState::Paired(paired) => EitherOf6::E(view! {
            {health::health(texts, at, &paired)}
            {refused::refused(texts, at, premises.clone())}
            {sign_out::leave(texts, at)}
        }),
        PairingState::Revoked(_) => EitherOf6::F(view! {
            <p class="said bad" role="alert">{texts.get(Key::DeviceRevoked)}</p>
            <p>{texts.get(Key::DeviceRevokedDo)}</p>
            {pair::form(texts, at)}
            {sign_out::leave_revoked(texts, at)}
        }),
    }
}

fn impossible(texts: Texts, unsupported: UnsupportedReason) -> impl IntoView {
    let why = match unsupported {
        UnsupportedReason::Insecure => Key::DeviceInsecure,
        UnsupportedReason::NoStorage => Key::DeviceNoStorage,
        UnsupportedReason::NoWorker => Key::DeviceNoWorker,
    };
    view! {
        <div role="alert">
            <p class="said bad">{texts.get(Key::DeviceImpossible)}</p>
            <p>{texts.get(why)}</p>
        </div>
    }
}
