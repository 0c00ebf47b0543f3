use leptos::prelude::*;

use crate::{
    components::render_info::RenderSwitch,
    page_address::visit,
    text::{Key, texts},
};

#[component]
pub fn Footer() -> impl IntoView {
    let texts = texts();
    // Not a page of the app, so it opens a new document.
    let here = visit()
        .with_untracked(|visit| visit.path == "/about")
        .then_some("page");
    view! {
        <footer class="bottom">
            <p><a href="/orders">{texts.get(Key::HistoryTitle)}</a></p>
            <p><a href="/account">{texts.get(Key::AccountTitle)}</a></p>
            <p><a href="/about" aria-current=here>{texts.get(Key::AboutTitle)}</a></p>
            <RenderSwitch/>
        </footer>
    }
}
