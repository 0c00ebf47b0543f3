//! What a page may ask, wherever it runs: each question is one call of the JSON API.
//!
//! A trait per set of pages, because a program carries an answer to every question of the trait that it uses.

use std::{pin::Pin, sync::Arc};

use leptos::prelude::{RwSignal, use_context};
use servery_domain::{
    about::About, account::SignedIn, basket::Basket, board::Board, cursor::Page, draft::Draft, listing::Search, menu::Menu,
    order::TrackedOrder, problem::Problem, quote::Quote, restaurant::Listed, slots::Times, slug::Slug,
};

pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, Problem>> + Send + 'a>>;

/// The questions of whoever reads.
pub trait Backend: Send + Sync {
    fn restaurants<'a>(&'a self, search: &'a Search) -> Answer<'a, Page<Listed>>;
    fn restaurant<'a>(&'a self, slug: &'a Slug) -> Answer<'a, Listed>;
    fn menu<'a>(&'a self, slug: &'a Slug) -> Answer<'a, Arc<Menu>>;
    fn about(&self) -> Answer<'_, Arc<About>>;
}

/// The questions of whoever orders, too.
pub trait OrderingBackend: Backend {
    /// What this browser has begun to order at a restaurant.
    fn draft<'a>(&'a self, slug: &'a Slug) -> Answer<'a, Draft>;
    fn times<'a>(&'a self, slug: &'a Slug) -> Answer<'a, Times>;
    fn quote<'a>(&'a self, slug: &'a Slug, basket: &'a Basket) -> Answer<'a, Quote>;
    fn order<'a>(&'a self, token: &'a str) -> Answer<'a, TrackedOrder>;
    /// What this browser, or whoever is signed in, has ordered lately.
    fn orders(&self) -> Answer<'_, Vec<TrackedOrder>>;
}

/// The questions of whoever is signed in. Nobody is, says the problem `signed-out`.
pub trait SignedBackend: Backend {
    fn signed_in(&self) -> Answer<'_, SignedIn>;
    fn board<'a>(&'a self, slug: &'a Slug) -> Answer<'a, Board>;
}

/// The backend of the pages that are shown: `backend::<dyn Backend>()`.
pub fn backend<B: ?Sized + Send + Sync + 'static>() -> Arc<B> {
    use_context().expect("whoever makes a page provides its backend")
}

/// Whether what is shown comes from the device because no server could be asked.
#[derive(Debug, Clone, Copy)]
pub struct Offline(pub RwSignal<bool>);
