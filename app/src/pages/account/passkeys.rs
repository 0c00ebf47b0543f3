//! Passkeys of the account, and sign-in with one. Removing is a plain form; the rest needs a script.

use std::sync::Arc;

use leptos::{ev::SubmitEvent, html::Input, prelude::*, task::spawn_local};
use servery_domain::{limits, passkey::PasskeyView, time::LocalMinute};

use super::links::{ACCOUNT, PASSKEY_ADDED};
use crate::{
    backend::{PasskeyActions, PasskeyFailure, PasskeyRequest},
    components::{
        notice::{Tone, said},
        render_info::RenderInfo,
    },
    mode::Mode,
    text::{Key, Texts},
};

fn is_thin() -> bool {
    let RenderInfo { decision, .. } = use_context().expect("whoever makes a page says how it was made");
    decision.mode == Mode::Thin
}

/// The browser's support for passkeys, and the last failure.
#[derive(Clone, Copy)]
struct PasskeyDevice {
    actions: StoredValue<Option<Arc<dyn PasskeyActions>>>,
    /// `None` on the server and until the page runs in a browser.
    possible: RwSignal<Option<bool>>,
    failed: RwSignal<Option<PasskeyFailure>>,
}

impl PasskeyDevice {
    fn new() -> Self {
        let actions = use_context::<Arc<dyn PasskeyActions>>();
        let (possible, known) = (RwSignal::new(None), actions.clone());
        Effect::new(move |_| possible.set(known.as_ref().map(|actions| actions.is_possible())));
        Self {
            actions: StoredValue::new(actions),
            possible,
            failed: RwSignal::new(None),
        }
    }

    /// Creates a passkey with this name, or signs in.
    fn ask(self, name: Option<String>, next: String) {
        let Some(actions) = self.actions.get_value() else {
            return;
        };
        spawn_local(async move {
            let form = name
                .as_deref()
                .map_or(PasskeyRequest::SignIn, |name| PasskeyRequest::Make { name });
            let failed = actions.ask(form, &next).await.err();
            self.failed.try_set(failed);
        });
    }

    fn is_hidden(self) -> bool {
        self.possible.get() != Some(true)
    }

    fn failure(self, texts: Texts) -> impl IntoView {
        move || {
            said(
                self.failed.get().map(|failure| texts.get(words(failure))),
                Tone::Bad,
            )
        }
    }
}

fn words(failure: PasskeyFailure) -> Key {
    match failure {
        PasskeyFailure::Cancelled => Key::PasskeyCancelled,
        PasskeyFailure::Known => Key::PasskeyKnown,
        PasskeyFailure::Unknown => Key::PasskeyUnknown,
        PasskeyFailure::TooOften => Key::SignInTooOften,
        PasskeyFailure::SignInAgain => Key::PasskeySignInAgain,
        PasskeyFailure::Failed => Key::PasskeyFailed,
    }
}

/// Without a script it is shown only if there are passkeys.
pub fn list(texts: Texts, passkeys: &[PasskeyView]) -> impl IntoView + use<> {
    let thin = is_thin();
    let rows: Vec<_> = passkeys.iter().map(|passkey| row(texts, passkey)).collect();
    let none = rows
        .is_empty()
        .then(|| view! { <p class="hint">{texts.get(Key::PasskeyNone)}</p> });
    (!thin || !rows.is_empty()).then(|| {
        view! {
            <h2>{texts.get(Key::PasskeyTitle)}</h2>
            <p class="hint">{texts.get(Key::PasskeyLead)}</p>
            {none}
            <ul class="rows">{rows}</ul>
            {(!thin).then(|| add(texts))}
        }
    })
}

fn row(texts: Texts, passkey: &PasskeyView) -> impl IntoView + use<> {
    let made_on = format!("\u{2068}{}\u{2069}", LocalMinute(passkey.created_at.0 / 60).day());
    view! {
        <li>
            <span>
                <bdi>{passkey.name.clone()}</bdi>
                " "
                <span class="hint">{texts.fill(Key::PasskeyMade, &[("date", &made_on)])}</span>
            </span>
            <form method="post" action=ACCOUNT>
                <input type="hidden" name="passkey" value=passkey.id.clone()/>
                <button name="change" value="remove-passkey">{texts.get(Key::AccountRemove)}</button>
            </form>
        </li>
    }
}

fn add(texts: Texts) -> impl IntoView {
    let device = PasskeyDevice::new();
    let field = NodeRef::<Input>::new();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        device.ask(
            field.get_untracked().map(|field| field.value()),
            format!("{ACCOUNT}?done={PASSKEY_ADDED}"),
        );
    };
    let impossible = move || device.possible.get() != Some(false);
    view! {
        <details hidden=move || device.is_hidden()>
            <summary>{texts.get(Key::PasskeyAdd)}</summary>
            <form class="fields" method="post" on:submit=submit>
                <label>
                    <span>{texts.get(Key::PasskeyName)}</span>
                    <input type="text" node_ref=field required maxlength=limits::NAME autocomplete="off"/>
                </label>
                <button type="submit">{texts.get(Key::PasskeyAdd)}</button>
            </form>
        </details>
        <p class="hint" hidden=impossible>{texts.get(Key::PasskeyImpossible)}</p>
        {device.failure(texts)}
    }
}

/// Shown below the password form, which works in every browser.
pub fn sign_in(texts: Texts, next: String) -> impl IntoView {
    (!is_thin()).then(|| {
        let device = PasskeyDevice::new();
        view! {
            <div class="passkey">
                <button type="button" hidden=move || device.is_hidden() on:click=move |_| device.ask(None, next.clone())>{texts.get(Key::SignInPasskey)}</button>
                {device.failure(texts)}
            </div>
        }
    })
}
