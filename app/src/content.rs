//! What a page shows: loaded first, so that rendering never waits and is the same everywhere.

use std::sync::Arc;

use servery_domain::{
    about::About,
    accent::Accent,
    cursor::Page,
    listing::{DishFilter, MalformedParameter, Search},
    menu::Menu,
    problem::{Kind, Problem},
    restaurant::Listed,
    slug::Slug,
};

use crate::{
    backend::Backend,
    pages::problem::words,
    routes::{self, View},
    text::{Key, Texts},
    visit::Visit,
};

#[derive(Debug, Clone)]
pub enum Content {
    Home { search: Search, found: Page<Listed> },
    Restaurant { filter: DishFilter, listed: Box<Listed>, menu: Arc<Menu> },
    About(Arc<About>),
    Problem(Problem),
}

fn malformed(parameter: MalformedParameter) -> Problem {
    Problem::new(Kind::Malformed, parameter.to_string())
}

impl Content {
    pub async fn load(visit: &Visit, backend: &dyn Backend) -> Self {
        Self::try_load(visit, backend).await.unwrap_or_else(Self::Problem)
    }

    async fn try_load(visit: &Visit, backend: &dyn Backend) -> Result<Self, Problem> {
        let nothing_here = || Problem::new(Kind::NotFound, visit.path.clone());
        let route = routes::find(&visit.path).ok_or_else(nothing_here)?;
        match route.view {
            View::Home => {
                let search = Search::parse(&mut visit.page_pairs()).map_err(malformed)?;
                let found = backend.restaurants(&search).await?;
                Ok(Self::Home { search, found })
            }
            View::Restaurant => {
                let slug: Slug = route.matches(&visit.path).and_then(|slug| slug.parse().ok()).ok_or_else(nothing_here)?;
                let filter = DishFilter::parse(&mut visit.page_pairs()).map_err(malformed)?;
                let listed = backend.restaurant(&slug).await?;
                let menu = backend.menu(&slug).await?;
                Ok(Self::Restaurant { filter, listed: Box::new(listed), menu })
            }
            View::About => Ok(Self::About(backend.about().await?)),
        }
    }

    pub fn status(&self) -> u16 {
        match self {
            Self::Problem(problem) => problem.status,
            _ => 200,
        }
    }

    pub fn title(&self, texts: Texts) -> String {
        let title = match self {
            Self::Home { .. } => return texts.get(Key::HomeDocumentTitle).to_owned(),
            Self::Restaurant { listed, .. } => &listed.restaurant.name,
            Self::About(_) => texts.get(Key::AboutTitle),
            Self::Problem(problem) => texts.get(words(problem).0),
        };
        format!("{title} · Servery")
    }

    pub fn description(&self, texts: Texts) -> &str {
        match self {
            Self::Restaurant { listed, .. } => &listed.restaurant.description,
            _ => texts.get(Key::HomeDescription),
        }
    }

    pub fn accent(&self) -> Option<Accent> {
        match self {
            Self::Restaurant { listed, .. } => Some(listed.restaurant.accent),
            _ => None,
        }
    }
}
