//! What became of a form that was sent: said at the top of the page it led to.

use leptos::prelude::*;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Good,
    Bad,
}

pub fn said(text: Option<impl Into<String>>, tone: Tone) -> impl IntoView {
    let (class, role) = match tone {
        Tone::Good => ("said good", "status"),
        Tone::Bad => ("said bad", "alert"),
    };
    text.map(|text| view! { <p class=class role=role>{text.into()}</p> })
}
