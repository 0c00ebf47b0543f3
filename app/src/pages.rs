//! One file per page. Each gets what [`Content`] loaded and returns a view.

pub mod about;
pub mod home;
pub mod problem;
pub mod restaurant;

use leptos::prelude::*;

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

fn page(content: Content) -> AnyView {
    match content {
        Content::Home { search, found } => view! { <home::Home search found/> }.into_any(),
        Content::Restaurant { filter, listed, menu } => view! { <restaurant::Restaurant filter listed menu/> }.into_any(),
        Content::About(about) => view! { <about::About about/> }.into_any(),
        Content::Problem(problem) => view! { <problem::Problem problem/> }.into_any(),
    }
}
