//! The result of a submitted form, at the top of the page.

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
