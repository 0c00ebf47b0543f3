//! What lies over a screen until it is done with or put away. The browser keeps the focus in it, and Escape puts it away.

use leptos::{html, prelude::*};

use super::post::{Wrong, said};
use crate::text::{staff::Key, texts};

#[component]
pub fn Sheet(#[prop(into)] title: String, close: Callback<()>, children: Children) -> impl IntoView {
    let (dialog, texts) = (NodeRef::<html::Dialog>::new(), texts());
    Effect::new(move |_| {
        if let Some(dialog) = dialog.get()
            && !dialog.open()
        {
            // Fails for one that is not in the document only.
            let _ = dialog.show_modal();
        }
    });
    // Behind it nothing can be seen or heard.
    let wrong = use_context::<Wrong>().map(|Wrong(wrong)| said(texts, wrong));
    let label = title.clone();
    view! {
        <dialog class="sheet" node_ref=dialog aria-label=label on:close=move |_| close.run(())>
            <header>
                <h2>{title}</h2>
                <button type="button" class="quiet" on:click=move |_| close.run(())>{texts.get(Key::SheetClose)}</button>
            </header>
            {wrong}
            {children()}
        </dialog>
    }
}
