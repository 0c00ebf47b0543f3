//! The form for the pairing code.

use leptos::{ev::SubmitEvent, html::Input, prelude::*, task::spawn_local};
use servery_domain::problem::{Problem, ProblemType};

use super::At;
use crate::{
    components::notice::{Tone, said},
    text::{Texts, staff::Key},
};

/// The maximum input length: a code with separators.
pub const LONGEST: usize = 20;

pub fn form(texts: Texts, at: At) -> impl IntoView {
    let code = NodeRef::<Input>::new();
    let (asking, wrong) = (RwSignal::new(false), RwSignal::new(None::<Key>));
    let ask = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(typed) = code.get_untracked().map(|input| input.value()) else {
            return;
        };
        wrong.set(None);
        asking.set(true);
        let paired = at.with_value(|client| client.pair(&typed));
        spawn_local(async move {
            let failed = paired.await.err().map(|problem| words(&problem));
            // After pairing this form is removed.
            asking.try_set(false);
            wrong.try_set(failed);
        });
    };
    let label = move || {
        texts.get(if asking.get() {
            Key::DevicePairing
        } else {
            Key::DevicePair
        })
    };
    view! {
        <form class="pair" method="post" on:submit=ask>
            <label>
                <span>{texts.get(Key::DeviceCode)}</span>
                <input node_ref=code name="code" required maxlength=LONGEST dir="ltr" autocomplete="off" autocapitalize="characters" spellcheck="false"
                    placeholder="ABCD-EFGH"/>
            </label>
            <button disabled=move || asking.get()>{label}</button>
            {move || said(wrong.get().map(|key| texts.get(key)), Tone::Bad)}
        </form>
    }
}

fn words(problem: &Problem) -> Key {
    match problem.status {
        _ if problem.is(ProblemType::Unreachable) => Key::DevicePairAway,
        429 => Key::DevicePairOften,
        409 => Key::DevicePairOther,
        400..=499 => Key::DeviceCodeWrong,
        _ => Key::DevicePairFailed,
    }
}
