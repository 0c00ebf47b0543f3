//! Sign-in, sign-up and password reset. Plain forms in every mode; only passkeys need a script.

use leptos::prelude::*;

use super::{links::WEAK_PASSWORD, passkeys};
use crate::{
    components::notice::{Tone, said},
    text::{Key, Texts, texts},
};

pub fn email(texts: Texts) -> impl IntoView {
    view! {
        <label>
            <span>{texts.get(Key::SignInEmail)}</span>
            <input type="email" name="email" required autocomplete="username" inputmode="email" dir="ltr"/>
        </label>
    }
}

pub fn password(label: &'static str, new: bool) -> impl IntoView {
    let (known_as, shortest) = if new {
        ("new-password", Some("8"))
    } else {
        ("current-password", None)
    };
    view! {
        <label>
            <span>{label}</span>
            <input type="password" name="password" required autocomplete=known_as minlength=shortest maxlength="128" dir="ltr"/>
        </label>
    }
}

pub fn sign_in(next: String, done: Option<String>, wrong: Option<String>) -> impl IntoView {
    let texts = texts();
    let done = done.and_then(|done| match done.as_str() {
        "made" => Some(Key::SignUpMade),
        "reset" => Some(Key::ResetDone),
        "deleted" => Some(Key::AccountDeleted),
        _ => None,
    });
    let wrong = wrong.map(|wrong| {
        if wrong == "often" {
            Key::SignInTooOften
        } else {
            Key::SignInWrong
        }
    });
    view! {
        <article class="prose credentials">
            <h1>{texts.get(Key::SignInTitle)}</h1>
            {said(done.map(|key| texts.get(key)), Tone::Good)}
            {said(wrong.map(|key| texts.get(key)), Tone::Bad)}
            <form class="fields" method="post" action="/account/sign-in">
                <input type="hidden" name="next" value=next.clone()/>
                {email(texts)}
                {password(texts.get(Key::SignInPassword), false)}
                <button type="submit">{texts.get(Key::SignInSubmit)}</button>
            </form>
            {passkeys::sign_in(texts, next)}
            <p><a href="/account/sign-up">{texts.get(Key::SignInNew)}</a></p>
            <p><a href="/account/reset">{texts.get(Key::SignInForgot)}</a></p>
            <p class="small-print">{texts.get(Key::SignInWhy)}</p>
        </article>
    }
}

pub fn sign_up(done: bool, wrong: bool) -> impl IntoView {
    let texts = texts();
    view! {
        <article class="prose credentials">
            <h1>{texts.get(Key::SignUpTitle)}</h1>
            {said(done.then(|| texts.get(Key::SignUpDone)), Tone::Good)}
            {said(wrong.then(|| texts.get(Key::SignUpWrong)), Tone::Bad)}
            <form class="fields" method="post" action="/account/sign-up">
                <label>
                    <span>{texts.get(Key::SignUpName)}</span>
                    <input type="text" name="name" maxlength="120" autocomplete="name"/>
                </label>
                {email(texts)}
                {password(texts.get(Key::SignInPassword), true)}
                <p class="hint">{texts.get(Key::SignUpPasswordHint)}</p>
                <button type="submit">{texts.get(Key::SignUpSubmit)}</button>
            </form>
            <p><a href="/account">{texts.get(Key::SignInTitle)}</a></p>
        </article>
    }
}

pub fn ask_reset(done: bool, wrong: bool) -> impl IntoView {
    let texts = texts();
    view! {
        <article class="prose credentials">
            <h1>{texts.get(Key::ResetTitle)}</h1>
            {said(done.then(|| texts.get(Key::ResetSent)), Tone::Good)}
            {said(wrong.then(|| texts.get(Key::SignInTooOften)), Tone::Bad)}
            <p class="lead">{texts.get(Key::ResetLead)}</p>
            <form class="fields" method="post" action="/account/reset">
                {email(texts)}
                <button type="submit">{texts.get(Key::ResetSubmit)}</button>
            </form>
        </article>
    }
}

pub fn reset(token: String, wrong: Option<String>) -> impl IntoView {
    let texts = texts();
    view! {
        <article class="prose credentials">
            <h1>{texts.get(Key::ResetTitle)}</h1>
            {said(wrong.map(|what| texts.get(if what == WEAK_PASSWORD { Key::ResetWeak } else { Key::ResetOldLink })), Tone::Bad)}
            <form class="fields" method="post" action=format!("/account/reset/{token}")>
                {password(texts.get(Key::ResetNew), true)}
                <p class="hint">{texts.get(Key::SignUpPasswordHint)}</p>
                <button type="submit">{texts.get(Key::ResetSave)}</button>
            </form>
            <p><a href="/account/reset">{texts.get(Key::SignInForgot)}</a></p>
        </article>
    }
}

/// Needs a click, because mail scanners open links automatically.
pub fn verify(token: String, done: bool, wrong: bool) -> impl IntoView {
    let texts = texts();
    let form = (!done).then(|| {
        view! {
            <form class="fields" method="post" action=format!("/account/verify/{token}")>
                <button type="submit">{texts.get(Key::VerifySubmit)}</button>
            </form>
        }
    });
    view! {
        <article class="prose credentials">
            <h1>{texts.get(Key::VerifyTitle)}</h1>
            {said(done.then(|| texts.get(Key::VerifyDone)), Tone::Good)}
            {said(wrong.then(|| texts.get(Key::ResetOldLink)), Tone::Bad)}
            <p class="lead">{(!done).then(|| texts.get(Key::VerifyLead))}</p>
            {form}
            <p><a href="/account">{texts.get(Key::AccountTitle)}</a></p>
        </article>
    }
}
