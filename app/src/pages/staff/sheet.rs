//! What lies over a screen until it is done with or put away. The browser keeps the focus in it, and Escape puts it away.

use leptos::{html, prelude::*};

#[component]
pub fn Sheet(#[prop(into)] title: String, close: Callback<()>, children: Children) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        if let Some(dialog) = dialog.get()
            && !dialog.open()
        {
            // Fails for one that is not in the document only.
            let _ = dialog.show_modal();
        }
    });
    let label = title.clone();
    let put_away = crate::text::texts().get(crate::text::staff::Key::SheetClose);
    view! {
        <dialog class="sheet" node_ref=dialog aria-label=label on:close=move |_| close.run(())>
            <header>
                <h2>{title}</h2>
                <button type="button" class="quiet" on:click=move |_| close.run(())>{put_away}</button>
            </header>
            {children()}
        </dialog>
    }
}
