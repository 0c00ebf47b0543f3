//! One file per page. Each gets what [`Content`] loaded and returns a view.

pub mod about;
pub mod home;
pub mod problem;
pub mod restaurant;

use leptos::{
    either::{Either, EitherOf4},
    prelude::*,
};

use crate::{
    content::Content,
    parts::{footer::Footer, header::Header, offline::OfflineNotice},
};

/// Everything inside `#app`: what the server renders, and what the browser hydrates or mounts.
#[component]
pub fn App(content: RwSignal<Content>) -> impl IntoView {
    let turn = StoredValue::new(false);
    // Each page is made anew, in the other of two equal branches, so that nothing typed or opened on the one before shows through.
    let current = move || {
        let view = page(content.get());
        turn.update_value(|turn| *turn = !*turn);
        if turn.get_value() { Either::Left(view) } else { Either::Right(view) }
    };
    view! {
        <Header/>
        <OfflineNotice/>
        <main id="main" tabindex="-1">{current}</main>
        <Footer/>
    }
}

/// An `Either` and not an `AnyView`: erasing the types would link every way of rendering into the wasm, 40 kB of it never used.
fn page(content: Content) -> impl IntoView {
    match content {
        Content::Home { search, found } => EitherOf4::A(view! { <home::Home search found/> }),
        Content::Restaurant { filter, listed, menu } => EitherOf4::B(view! { <restaurant::Restaurant filter listed menu/> }),
        Content::About(about) => EitherOf4::C(view! { <about::About about/> }),
        Content::Problem(problem) => EitherOf4::D(view! { <problem::Problem problem/> }),
    }
}
