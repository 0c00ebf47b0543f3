use leptos::prelude::*;

use crate::{
    parts::made::Made,
    text::{Key, texts},
};

#[component]
pub fn Footer() -> impl IntoView {
    let texts = texts();
    view! {
        <footer class="bottom">
            <p><a href="/about">{texts.get(Key::AboutTitle)}</a></p>
            <Made/>
        </footer>
    }
}
