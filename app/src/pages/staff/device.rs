//! This browser as a device of the restaurant: how it is let in, how it fares, and how it leaves.

pub mod health;
pub mod pair;
pub mod refused;
mod sign_out;

use std::sync::Arc;

use leptos::{either::EitherOf6, prelude::*};

use super::Premises;
use crate::{
    pos_client::{Desk, Hurdle, Standing, desk},
    text::{Texts, staff::Key, texts},
};

/// The desk, for the parts of this page.
type At = StoredValue<Arc<dyn Desk>>;

#[component]
pub fn Device(premises: Premises) -> impl IntoView {
    let texts = texts();
    // On the server there is no desk, and this page is another one.
    let page = desk().map(|desk| standing(texts, StoredValue::new(desk), premises));
    view! {
        <article class="device">
            <h1>{texts.get(Key::DeviceTitle)}</h1>
            {page}
        </article>
    }
}

fn standing(texts: Texts, at: At, premises: Premises) -> impl IntoView {
    let standing = at.with_value(|desk| desk.standing());
    move || match standing.get() {
        Standing::Unknown => EitherOf6::A(view! { <p role="status">{texts.get(Key::DeviceLooking)}</p> }),
        Standing::Impossible(hurdle) => EitherOf6::B(impossible(texts, hurdle)),
        Standing::Unpaired => EitherOf6::C(view! {
            <p>{texts.fill(Key::DeviceLead, &[("name", &premises.listed.restaurant.name)])}</p>
            <p class="hint">{texts.get(Key::DeviceHow)}</p>
            {pair::form(texts, at)}
        }),
        Standing::Paired(paired) | Standing::Revoked(paired) if paired.slug != premises.slug => {
            EitherOf6::D(view! {
                <p>{texts.get(Key::DeviceOther)}</p>
                <p><a class="button" href=format!("/staff/{}", paired.slug)>{texts.get(Key::DeviceOtherOpen)}</a></p>
            })
        }
        Standing::Paired(paired) => EitherOf6::E(view! {
            {health::health(texts, at, &paired)}
            {refused::refused(texts, at, premises.clone())}
            {sign_out::leave(texts, at)}
        }),
        Standing::Revoked(paired) => EitherOf6::F(view! {
            <p class="said bad" role="alert">{texts.get(Key::DeviceRevoked)}</p>
            <p>{texts.get(Key::DeviceRevokedDo)}</p>
            {pair::form(texts, at)}
            {health::health(texts, at, &paired)}
            {sign_out::leave(texts, at)}
        }),
    }
}

fn impossible(texts: Texts, hurdle: Hurdle) -> impl IntoView {
    let why = match hurdle {
        Hurdle::Insecure => Key::DeviceInsecure,
        Hurdle::NoStorage => Key::DeviceNoStorage,
        Hurdle::NoWorker => Key::DeviceNoWorker,
    };
    view! {
        <div role="alert">
            <p class="said bad">{texts.get(Key::DeviceImpossible)}</p>
            <p>{texts.get(why)}</p>
        </div>
    }
}
