use leptos::prelude::*;
use servery_domain::lang::Lang;

use crate::{
    page_address::{address, visit},
    text::{Key, texts},
};

#[component]
pub fn Header() -> impl IntoView {
    let texts = texts();
    let visit = visit();
    let languages: Vec<_> = Lang::ALL
        .into_iter()
        .map(|lang| {
            let current = (lang == texts.lang).then_some("true");
            let href = move || visit.with(|visit| address(&visit.path, visit.page_pairs().chain([("lang", lang.tag())])));
            view! { <li><a href=href lang=lang.tag() hreflang=lang.tag() aria-current=current>{lang.own_name()}</a></li> }
        })
        .collect();
    view! {
        <a class="skip" href="#main">{texts.get(Key::SkipToContent)}</a>
        <header class="top">
            <a class="brand" href="/">"Servery"</a>
            <nav aria-label=texts.get(Key::Language)><ul>{languages}</ul></nav>
        </header>
    }
}
