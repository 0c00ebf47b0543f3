//! The browse pages: home, menu and about.

mod about;
mod allergens;
mod home;
mod legal;
pub mod restaurant;
pub mod thin;
pub mod widget;

use std::sync::Arc;

use leptos::{either::EitherOf3, prelude::*};
use servery_domain::{
    about::About,
    cursor::Page,
    lang::Lang,
    menu::Menu,
    problem::{Problem, ProblemType},
    restaurant::Listing,
    search::{DishFilter, InvalidParameter, Search},
};

use super::{FullBackend, Head, Pages, document_title, nothing_here};
use crate::{
    backend::Backend,
    page_address::PageAddress,
    query::{GetAbout, GetMenu, GetRestaurant, GetRestaurants},
    routes::{Chunk, View, slug},
    text::{Key, Texts},
};

#[derive(Debug, Clone)]
pub enum BrowsePage {
    Home {
        search: Search,
        found: Page<Listing>,
    },
    Restaurant {
        filter: DishFilter,
        listing: Box<Listing>,
        menu: Arc<Menu>,
    },
    About(Arc<About>),
}

fn malformed(parameter: InvalidParameter) -> Problem {
    Problem::new(ProblemType::Malformed, parameter.to_string())
}

impl Pages for BrowsePage {
    const CHUNK: Chunk = Chunk::Browse;
    type Backend = dyn Backend;

    fn backend(whole: Arc<impl FullBackend + 'static>) -> Arc<dyn Backend> {
        whole
    }

    async fn load(
        view: View,
        values: &[&str],
        (visit, lang): (&PageAddress, Lang),
        backend: &Self::Backend,
    ) -> Result<Self, Problem> {
        match view {
            View::Home => {
                let search = Search::parse(&mut visit.page_pairs()).map_err(malformed)?;
                let found = backend.ask(GetRestaurants(search.clone())).await?;
                Ok(Self::Home { search, found })
            }
            View::Restaurant => {
                let slug = slug(values).ok_or_else(|| nothing_here(visit))?;
                let filter = DishFilter::parse(&mut visit.page_pairs()).map_err(malformed)?;
                let listing = backend.ask(GetRestaurant(slug.clone())).await?;
                let menu = backend.ask(GetMenu(slug, Some(lang))).await?;
                Ok(Self::Restaurant {
                    filter,
                    listing: Box::new(listing),
                    menu,
                })
            }
            View::About => Ok(Self::About(backend.ask(GetAbout).await?)),
            _ => Err(nothing_here(visit)),
        }
    }

    fn view(self) -> impl IntoView + 'static {
        match self {
            Self::Home { search, found } => EitherOf3::A(view! { <home::Home search found/> }),
            Self::Restaurant {
                filter,
                listing,
                menu,
            } => EitherOf3::B(view! { <restaurant::RestaurantPage filter listing menu/> }),
            Self::About(about) => EitherOf3::C(view! { <about::AboutPage about/> }),
        }
    }

    fn head(&self, texts: Texts) -> Head<'_> {
        match self {
            Self::Home { .. } => Head::new(texts.get(Key::HomeDocumentTitle).to_owned(), texts),
            Self::Restaurant { listing, .. } => Head {
                description: &listing.restaurant.description,
                theme: Some(listing.restaurant.theme()),
                subject: Some(listing),
                ..Head::new(document_title(&listing.restaurant.name), texts)
            },
            Self::About(_) => Head::new(document_title(texts.get(Key::AboutTitle)), texts),
        }
    }
}
