//! Signs a device out, after everything on it is sent or saved.

use leptos::{
    either::{Either, EitherOf4},
    prelude::*,
    task::spawn_local,
};

use super::At;
use crate::{
    pages::staff::shift::own_shift,
    pos_client::{Connectivity, PosClient},
    text::{Texts, staff::Key},
};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Leaving {
    No,
    /// The person has to confirm a warning.
    Sure(Key),
    /// Unsynced ops are being sent; their number.
    Sending(usize),
    /// The ops were saved as a file.
    HandedOver,
}

pub fn leave(texts: Texts, at: At) -> impl IntoView {
    let leaving = RwSignal::new(Leaving::No);
    let unsynced = at.with_value(|client| client.unsynced());
    let go = move || leaving.set(Leaving::Sending(unsynced.get_untracked().count));
    let begin = move |_| match at.with_value(|client| hitch(client.as_ref())) {
        Some(key) => leaving.set(Leaving::Sure(key)),
        None => go(),
    };
    Effect::new(move |_| {
        if matches!(leaving.get(), Leaving::Sending(_)) && unsynced.get().count == 0 {
            sign_out(at);
        }
    });
    let state = move || match leaving.get() {
        Leaving::No => EitherOf4::A(
            view! { <button type="button" on:click=begin>{texts.get(Key::DeviceSignOut)}</button> },
        ),
        Leaving::Sure(key) => EitherOf4::D(view! {
            <p class="said bad" role="alert">{texts.get(key)}</p>
            <button type="button" on:click=move |_| go()>{texts.get(Key::DeviceSignOutSure)}</button>
            {stay(texts, leaving)}
        }),
        Leaving::Sending(first) => EitherOf4::B(sending(texts, at, leaving, first)),
        Leaving::HandedOver => EitherOf4::C(view! {
            <p class="said good" role="status">{texts.get(Key::DeviceHandedOver)}</p>
            <p class="said bad">{texts.get(Key::DeviceSignOutAway)}</p>
            <button type="button" on:click=move |_| sign_out(at)>{texts.get(Key::DeviceSignOutAnyway)}</button>
            {stay(texts, leaving)}
        }),
    };
    view! {
        <section class="leave">
            <h2>{texts.get(Key::DeviceSignOut)}</h2>
            <p class="hint">{texts.get(Key::DeviceSignOutNote)}</p>
            {state}
        </section>
    }
}

/// A revoked device sends nothing, and cannot read what it has not sent.
pub fn leave_revoked(texts: Texts, at: At) -> impl IntoView {
    let unsynced = at.with_value(|client| client.unsynced());
    let sure = RwSignal::new(false);
    let begin = move |_| match unsynced.get_untracked().count {
        0 => sign_out(at),
        _ => sure.set(true),
    };
    let state = move || match sure.get() {
        false => Either::Left(
            view! { <button type="button" on:click=begin>{texts.get(Key::DeviceSignOut)}</button> },
        ),
        true => Either::Right(view! {
            <p class="said bad" role="alert">{texts.get(Key::DeviceRevokedLoses)}</p>
            <button type="button" on:click=move |_| sign_out(at)>{texts.get(Key::DeviceSignOutDelete)}</button>
            <button type="button" on:click=move |_| sure.set(false)>{texts.get(Key::DeviceSignOutStop)}</button>
        }),
    };
    view! {
        <section class="leave">
            <h2>{texts.get(Key::DeviceSignOut)}</h2>
            {state}
        </section>
    }
}

/// A reason not to sign out now.
fn hitch(client: &dyn PosClient) -> Option<Key> {
    let offline = matches!(
        client.connectivity().get_untracked(),
        Connectivity::Offline | Connectivity::Trouble
    );
    if client
        .pos()
        .with_untracked(|pos| own_shift(pos, client).is_some())
    {
        return Some(Key::DeviceSignOutShift);
    }
    // Otherwise it waits for the network.
    (offline && client.unsynced().get_untracked().count == 0).then_some(Key::DeviceSignOutAway)
}

fn sending(texts: Texts, at: At, leaving: RwSignal<Leaving>, first: usize) -> impl IntoView {
    let (unsynced, line) = at.with_value(|client| (client.unsynced(), client.connectivity()));
    let left = move || unsynced.get().count;
    let said = move || texts.count(Key::UnsyncedCount, left());
    // New ops may be made meanwhile.
    let most = move || left().max(first).to_string();
    let sent = move || (left().max(first) - left()).to_string();
    let stuck = Memo::new(move |_| {
        matches!(
            line.get(),
            Connectivity::Offline | Connectivity::Trouble | Connectivity::Storage
        )
    });
    let method = move || match stuck.get() {
        false => Either::Left(()),
        true => Either::Right(view! {
            <p>{texts.get(Key::DeviceSignOutOffline)}</p>
            <button type="button" on:click=move |_| save_unsent_ops(at, leaving)>{texts.get(Key::DeviceHandOver)}</button>
        }),
    };
    view! {
        <p role="status">{texts.get(Key::DeviceSignOutWaits)}": "{said}</p>
        <progress max=most value=sent></progress>
        {method}
        {stay(texts, leaving)}
    }
}

fn stay(texts: Texts, leaving: RwSignal<Leaving>) -> impl IntoView {
    view! { <button type="button" on:click=move |_| leaving.set(Leaving::No)>{texts.get(Key::DeviceSignOutStop)}</button> }
}

fn save_unsent_ops(at: At, leaving: RwSignal<Leaving>) {
    let saved = at.with_value(|client| client.save_unsent_ops());
    spawn_local(async move {
        if saved.await {
            leaving.try_set(Leaving::HandedOver);
        }
    });
}

fn sign_out(at: At) {
    let left = at.with_value(|client| client.sign_out());
    spawn_local(left);
}
