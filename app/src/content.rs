//! What is shown: loaded first, so that rendering never waits and is the same everywhere.

use std::sync::Arc;

use servery_domain::{
    brand_color::BrandColor,
    menu::Menu,
    problem::{Kind, Problem},
    restaurant::Listing,
};

use crate::{
    page_address::PageAddress,
    pages::{Pages, problem},
    routes,
    text::{Key, Texts},
};

#[derive(Debug, Clone)]
pub enum Content<P> {
    Page(P),
    Problem(Problem),
}

/// What a browser calls a page.
pub fn document_title(name: &str) -> String {
    format!("{name} · Servery")
}

pub fn nothing_here(visit: &PageAddress) -> Problem {
    Problem::new(Kind::NotFound, visit.path.clone())
}

impl<P: Pages> Content<P> {
    pub async fn load(visit: &PageAddress, backend: &P::Backend) -> Self {
        Self::try_load(visit, backend)
            .await
            .map_or_else(Self::Problem, Self::Page)
    }

    async fn try_load(visit: &PageAddress, backend: &P::Backend) -> Result<P, Problem> {
        let (route, values) = routes::read(&visit.path).ok_or_else(|| nothing_here(visit))?;
        P::load(route.view, &values, visit, backend).await
    }

    pub fn status(&self) -> u16 {
        match self {
            Self::Page(_) => 200,
            Self::Problem(problem) => problem.status,
        }
    }

    pub fn title(&self, texts: Texts) -> String {
        match self {
            Self::Page(page) => page.title(texts),
            Self::Problem(problem) => document_title(texts.get(problem::words(problem).0)),
        }
    }

    pub fn description(&self, texts: Texts) -> &str {
        match self {
            Self::Page(page) => page.description(texts),
            Self::Problem(_) => texts.get(Key::HomeDescription),
        }
    }

    pub fn subject(&self) -> Option<(&Listing, &Arc<Menu>)> {
        match self {
            Self::Page(page) => page.subject(),
            Self::Problem(_) => None,
        }
    }

    pub fn brand_color(&self) -> Option<BrandColor> {
        match self {
            Self::Page(page) => page.brand_color(),
            Self::Problem(_) => None,
        }
    }

    pub fn refresh(&self) -> Option<u32> {
        match self {
            Self::Page(page) => page.refresh(),
            Self::Problem(_) => None,
        }
    }
}
