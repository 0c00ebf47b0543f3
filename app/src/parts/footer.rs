use leptos::prelude::*;

use crate::{
    parts::made::Made,
    text::{Key, texts},
    visit::visit,
};

#[component]
pub fn Footer() -> impl IntoView {
    let texts = texts();
    let here = (visit().path == "/about").then_some("page");
    view! {
        <footer class="bottom">
            <p><a href="/about" aria-current=here>{texts.get(Key::AboutTitle)}</a></p>
            <Made/>
        </footer>
    }
}
