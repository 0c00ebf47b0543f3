//! One file per page. Each gets what [`Content`] loaded and returns a view.

pub mod about;
pub mod home;
pub mod problem;
pub mod restaurant;

use leptos::{either::EitherOf4, prelude::*};

use crate::{
    content::Content,
    parts::{footer::Footer, header::Header, offline::OfflineNotice},
};

/// Everything inside `#app`: what the server renders, and what the browser hydrates or mounts.
#[component]
pub fn App(content: RwSignal<Content>) -> impl IntoView {
    view! {
        <Header/>
        <OfflineNotice/>
        <main id="main" tabindex="-1">{move || page(content.get())}</main>
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
