//! A modal dialog. The browser keeps the focus in it. Escape asks to close it, as its button does; what shows it decides.

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
    let escape = move |event: Event| {
        event.prevent_default();
        put_away();
    };
    // A browser may close it all the same, such as on a second Escape. It may be gone already, or has to stay.
    let closed = move |event: Targeted<Event, HtmlDialogElement>| {
        let dialog = event.target();
        if !dialog.is_connected() {
            return;
        }
        put_away();
        set_timeout(
            move || {
                if dialog.is_connected() && !dialog.open() {
                    // Fails only if it is not in the document.
                    let _ = dialog.show_modal();
                }
            },
            Duration::ZERO,
        );
    };
    // The notice is inside the dialog, because the page behind it is inert.
    let wrong = wrong.map(|FailedAction(wrong)| said(texts, wrong));
    let label = title.clone();
    view! {
        <dialog class="sheet" node_ref=dialog aria-label=label on:cancel=escape on:close:target=closed>
            <header>
                <h2>{title}</h2>
                <button type="button" class="quiet" on:click=move |_| put_away()>{texts.get(Key::SheetClose)}</button>
            </header>
            {wrong}
            {children()}
        </dialog>
    }
}
