//! The pages that one reads: the town, a menu, and about.

mod about;
mod home;
mod restaurant;

use std::sync::Arc;

use leptos::{either::EitherOf3, prelude::*};
use servery_domain::{
    about::About,
    brand_color::Accent,
    cursor::Page,
    menu::Menu,
    problem::{Kind, Problem},
    restaurant::Listed,
    search::{DishFilter, MalformedParameter, Search},
};

use super::{Pages, WholeBackend};
use crate::{
    backend::Backend,
    content::{document_title, nothing_here},
    page_address::Visit,
    routes::{Chunk, View, slug},
    text::{Key, Texts},
};

#[derive(Debug, Clone)]
pub enum Reading {
    Home {
        search: Search,
        found: Page<Listed>,
    },
    Restaurant {
        filter: DishFilter,
        listed: Box<Listed>,
        menu: Arc<Menu>,
    },
    About(Arc<About>),
}

fn malformed(parameter: MalformedParameter) -> Problem {
    Problem::new(Kind::Malformed, parameter.to_string())
}

impl Pages for Reading {
    const CHUNK: Chunk = Chunk::Reading;
    type Backend = dyn Backend;

    fn backend(whole: Arc<impl WholeBackend + 'static>) -> Arc<dyn Backend> {
        whole
    }

    async fn load(
        view: View,
        values: &[&str],
        visit: &Visit,
        backend: &Self::Backend,
    ) -> Result<Self, Problem> {
        match view {
            View::Home => {
                let search = Search::parse(&mut visit.page_pairs()).map_err(malformed)?;
                let found = backend.restaurants(&search).await?;
                Ok(Self::Home { search, found })
            }
            View::Restaurant => {
                let slug = slug(values).ok_or_else(|| nothing_here(visit))?;
                let filter = DishFilter::parse(&mut visit.page_pairs()).map_err(malformed)?;
                let listed = backend.restaurant(&slug).await?;
                let menu = backend.menu(&slug).await?;
                Ok(Self::Restaurant {
                    filter,
                    listed: Box::new(listed),
                    menu,
                })
            }
            View::About => Ok(Self::About(backend.about().await?)),
            _ => Err(nothing_here(visit)),
        }
    }

    fn view(self) -> impl IntoView + 'static {
        match self {
            Self::Home { search, found } => EitherOf3::A(view! { <home::Home search found/> }),
            Self::Restaurant { filter, listed, menu } => {
                EitherOf3::B(view! { <restaurant::Restaurant filter listed menu/> })
            }
            Self::About(about) => EitherOf3::C(view! { <about::About about/> }),
        }
    }

    fn title(&self, texts: Texts) -> String {
        match self {
            Self::Home { .. } => texts.get(Key::HomeDocumentTitle).to_owned(),
            Self::Restaurant { listed, .. } => document_title(&listed.restaurant.name),
            Self::About(_) => document_title(texts.get(Key::AboutTitle)),
        }
    }

    fn description(&self, texts: Texts) -> &str {
        match self {
            Self::Restaurant { listed, .. } => &listed.restaurant.description,
            _ => texts.get(Key::HomeDescription),
        }
    }

    fn subject(&self) -> Option<(&Listed, &Arc<Menu>)> {
        match self {
            Self::Restaurant { listed, menu, .. } => Some((listed, menu)),
            _ => None,
        }
    }

    fn accent(&self) -> Option<Accent> {
        match self {
            Self::Restaurant { listed, .. } => Some(listed.restaurant.accent),
            _ => None,
        }
    }
}
