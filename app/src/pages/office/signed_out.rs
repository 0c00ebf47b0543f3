//! What the office shows to nobody it knows: a form to sign in, which comes back to the page.

use leptos::prelude::*;

use crate::{
    pages::account::credentials::{email, password},
    text::{Key, office, texts},
};

pub fn page(next: &str) -> impl IntoView + use<> {
    let texts = texts();
    let lead = match next.starts_with("/office/") {
        true => office::Key::OfficeSignedOut,
        false => office::Key::NewSignedOut,
    };
    view! {
        <article class="prose credentials">
            <h1>{texts.get(Key::SignInTitle)}</h1>
            <p class="lead">{texts.get(lead)}</p>
            <form class="fields" method="post" action="/account/sign-in">
                <input type="hidden" name="next" value=next.to_owned()/>
                {email(texts)}
                {password(texts.get(Key::SignInPassword), false)}
                <button type="submit">{texts.get(Key::SignInSubmit)}</button>
            </form>
            <p><a href="/account/reset">{texts.get(Key::SignInForgot)}</a></p>
        </article>
    }
}
