//! What a page may ask, wherever it runs: each question is one call of the JSON API.

use std::{pin::Pin, sync::Arc};

use leptos::prelude::{RwSignal, use_context};
use servery_domain::{about::About, cursor::Page, listing::Search, menu::Menu, problem::Problem, restaurant::Listed, slug::Slug};

pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, Problem>> + Send + 'a>>;

pub trait Backend: Send + Sync {
    fn restaurants<'a>(&'a self, search: &'a Search) -> Answer<'a, Page<Listed>>;
    fn restaurant<'a>(&'a self, slug: &'a Slug) -> Answer<'a, Listed>;
    fn menu<'a>(&'a self, slug: &'a Slug) -> Answer<'a, Arc<Menu>>;
    fn about(&self) -> Answer<'_, Arc<About>>;
}

pub fn backend() -> Arc<dyn Backend> {
    use_context().expect("whoever makes a page provides its backend")
}

/// Whether what is shown comes from the device because no server could be asked.
#[derive(Debug, Clone, Copy)]
pub struct Offline(pub RwSignal<bool>);
