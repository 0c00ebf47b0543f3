//! A modal dialog. The browser keeps the focus in it, and Escape closes it.

use std::time::Duration;

use leptos::{
    ev::{Event, Targeted},
    html,
    prelude::*,
    web_sys::HtmlDialogElement,
};

use super::screen::{FailedAction, said};
use crate::{
    pos_client::hold_updates,
    text::{staff::Key, texts},
};

/// In which a second tap means what the first one meant, and not what lay under it.
const SECOND_TAP: Duration = Duration::from_millis(250);

/// Nothing is tapped for a moment.
fn settle() {
    let Some(body) = document().body() else { return };
    // Fails for a name that is none only.
    let _ = body.set_attribute("data-settling", "");
    set_timeout(move || drop(body.remove_attribute("data-settling")), SECOND_TAP);
}

#[component]
pub fn Dialog(#[prop(into)] title: String, close: Callback<()>, children: Children) -> impl IntoView {
    let (dialog, texts) = (NodeRef::<html::Dialog>::new(), texts());
    hold_updates();
    Effect::new(move |_| {
        if let Some(dialog) = dialog.get()
            && !dialog.open()
        {
            // Fails for one that is not in the document only.
            let _ = dialog.show_modal();
        }
    });
    // Closed, it gives the focus back to what opened it.
    on_cleanup(move || {
        settle();
        if let Some(dialog) = dialog.try_get_untracked().flatten() {
            dialog.close();
        }
    });
    let wrong = use_context::<FailedAction>();
    let put_away = move || {
        // What was not done in it is nobody's concern any more.
        if let Some(FailedAction(wrong)) = wrong {
            wrong.set(None);
        }
        close.run(());
    };
    // One that is gone has been put away already.
    let closed = move |event: Targeted<Event, HtmlDialogElement>| {
        if event.target().is_connected() {
            put_away();
        }
    };
    // Behind it nothing can be seen or heard.
    let wrong = wrong.map(|FailedAction(wrong)| said(texts, wrong));
    let label = title.clone();
    view! {
        <dialog class="sheet" node_ref=dialog aria-label=label on:close:target=closed>
            <header>
                <h2>{title}</h2>
                <button type="button" class="quiet" on:click=move |_| put_away()>{texts.get(Key::SheetClose)}</button>
            </header>
            {wrong}
            {children()}
        </dialog>
    }
}
