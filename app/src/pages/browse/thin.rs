//! The browse pages that need no program, and so are in none.

use std::sync::Arc;

use leptos::{either::Either, prelude::*};
use servery_domain::{lang::Lang, legal::LegalFacts, menu::Menu, problem::Problem, restaurant::Listing};

use super::{allergens, legal};
use crate::{
    backend::ThinBrowseBackend,
    page_address::PageAddress,
    pages::{FullBackend, Head, Pages, document_title, nothing_here},
    query::{GetLegalFacts, GetMenu, GetRestaurant},
    routes::{Chunk, View, slug},
    text::{Texts, legal as legal_text},
};

#[derive(Debug, Clone)]
pub enum ThinBrowsePage {
    Legal {
        listing: Box<Listing>,
        facts: Box<LegalFacts>,
    },
    Allergens {
        listing: Box<Listing>,
        menu: Arc<Menu>,
    },
}

impl Pages for ThinBrowsePage {
    const CHUNK: Chunk = Chunk::Browse;
    const HYDRATED: bool = false;
    type Backend = dyn ThinBrowseBackend;

    fn backend(whole: Arc<impl FullBackend + 'static>) -> Arc<dyn ThinBrowseBackend> {
        whole
    }

    async fn load(
        view: View,
        values: &[&str],
        (visit, lang): (&PageAddress, Lang),
        backend: &Self::Backend,
    ) -> Result<Self, Problem> {
        let slug = slug(values).ok_or_else(|| nothing_here(visit))?;
        let listing = Box::new(backend.ask(GetRestaurant(slug.clone())).await?);
        match view {
            View::Legal => Ok(Self::Legal {
                listing,
                facts: Box::new(backend.ask(GetLegalFacts(slug)).await?),
            }),
            View::Allergens => Ok(Self::Allergens {
                listing,
                menu: backend.ask(GetMenu(slug, Some(lang))).await?,
            }),
            _ => Err(nothing_here(visit)),
        }
    }

    fn view(self) -> impl IntoView + 'static {
        match self {
            Self::Legal { listing, facts } => Either::Left(legal::page(&listing, &facts)),
            Self::Allergens { listing, menu } => Either::Right(allergens::page(&listing, &menu)),
        }
    }

    fn head(&self, texts: Texts) -> Head<'_> {
        let (listing, title) = match self {
            Self::Legal { listing, .. } => (listing, legal_text::Key::LegalTitle),
            Self::Allergens { listing, .. } => (listing, legal_text::Key::AllergensTitle),
        };
        let restaurant = &listing.restaurant;
        Head {
            theme: Some(restaurant.theme()),
            ..Head::new(
                document_title(&format!("{} · {}", texts.get(title), restaurant.name)),
                texts,
            )
        }
    }
}
