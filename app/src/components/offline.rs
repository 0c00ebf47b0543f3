//! A notice that the page shows stored data because there is no network.

use leptos::prelude::*;

use crate::{
    backend::Offline,
    text::{Key, texts},
};

#[component]
pub fn OfflineNotice() -> impl IntoView {
    let texts = texts();
    let offline = use_context::<Offline>().map(|Offline(signal)| signal);
    // The live region exists before its text, so that screen readers announce the text.
    view! {
        <div class="offline" role="status">
            {move || offline.is_some_and(|offline| offline.get()).then(|| texts.get(Key::OfflineNotice))}
        </div>
    }
}
