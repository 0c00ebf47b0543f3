//! The pages that one orders with.

mod dish;

use std::sync::Arc;

use leptos::prelude::*;
use servery_domain::{
    accent::Accent,
    id::DishId,
    menu::{Dish, Menu},
    problem::Problem,
    restaurant::Listed,
};

use super::{Pages, WholeBackend};
use crate::{
    backend::OrderingBackend,
    content::{document_title, nothing_here},
    routes::{Chunk, View, slug},
    text::{Key, Texts},
    visit::Visit,
};

#[derive(Debug, Clone)]
pub enum Ordering {
    Dish { listed: Box<Listed>, menu: Arc<Menu>, dish: Box<Dish> },
}

impl Pages for Ordering {
    const CHUNK: Chunk = Chunk::Ordering;
    type Backend = dyn OrderingBackend;

    fn backend(whole: Arc<impl WholeBackend + 'static>) -> Arc<dyn OrderingBackend> {
        whole
    }

    async fn load(view: View, values: &[&str], visit: &Visit, backend: &Self::Backend) -> Result<Self, Problem> {
        let nothing_here = || nothing_here(visit);
        match view {
            View::Dish => {
                let slug = slug(values).ok_or_else(nothing_here)?;
                let id: DishId = values.get(1).and_then(|id| id.parse().ok()).ok_or_else(nothing_here)?;
                let listed = backend.restaurant(&slug).await?;
                let menu = backend.menu(&slug).await?;
                let dish = menu.dish(id).cloned().ok_or_else(nothing_here)?;
                Ok(Self::Dish { listed: Box::new(listed), menu, dish: Box::new(dish) })
            }
            _ => Err(nothing_here()),
        }
    }

    fn view(self) -> impl IntoView + 'static {
        let Self::Dish { listed, menu, dish } = self;
        view! { <dish::Dish listed menu dish/> }
    }

    fn title(&self, _: Texts) -> String {
        let Self::Dish { dish, .. } = self;
        document_title(&dish.name)
    }

    fn description(&self, texts: Texts) -> &str {
        let Self::Dish { dish, .. } = self;
        if dish.description.is_empty() { texts.get(Key::HomeDescription) } else { &dish.description }
    }

    fn accent(&self) -> Option<Accent> {
        let Self::Dish { listed, .. } = self;
        Some(listed.restaurant.accent)
    }
}
