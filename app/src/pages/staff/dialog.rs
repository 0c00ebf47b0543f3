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

/// Milliseconds in which a second tap is ignored, so that it does not hit what was below the first.
const SECOND_TAP: Duration = Duration::from_millis(250);

/// Ignores taps for a moment.
fn settle() {
    let Some(body) = document().body() else { return };
    // Fails only for an invalid name.
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
            // Fails only if it is not in the document.
            let _ = dialog.show_modal();
        }
    });
    // Closing returns the focus to the element that opened it.
    on_cleanup(move || {
        settle();
        if let Some(dialog) = dialog.try_get_untracked().flatten() {
            dialog.close();
        }
    });
    let wrong = use_context::<FailedAction>();
    let put_away = move || {
        // A failure inside a dialog is dismissed with it.
        if let Some(FailedAction(wrong)) = wrong {
            wrong.set(None);
        }
        close.run(());
    };
    // It may be closed already.
    let closed = move |event: Targeted<Event, HtmlDialogElement>| {
        if event.target().is_connected() {
            put_away();
        }
    };
    // The notice is inside the dialog, because the page behind it is inert.
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
