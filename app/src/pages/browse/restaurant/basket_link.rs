//! The link to the basket of this restaurant.

use leptos::prelude::*;

use crate::{
    backend::basket_note_key,
    text::{Key, Texts},
};

pub fn begun(texts: Texts, path: &str) -> impl IntoView + use<> {
    let noted = RwSignal::new(None);
    let name = basket_note_key(path.rsplit('/').next().unwrap_or_default());
    // Effects run in browsers only. The link is shown even if the browser stores nothing.
    Effect::new(move |_| {
        let storage = window().local_storage().ok().flatten();
        noted.set(
            storage
                .and_then(|storage| storage.get_item(&name).ok()?)
                .filter(|noted| !noted.is_empty()),
        );
    });
    let much = move || noted.get().map(|noted| format!(" · {noted}"));
    view! { <p class="begun"><a class="button" href=format!("{path}/basket")>{texts.get(Key::MenuOrder)}<span dir="auto">{much}</span></a></p> }
}
