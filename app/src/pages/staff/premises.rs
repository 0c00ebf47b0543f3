//! The restaurant that a device works for, as the device knows it.

use std::sync::Arc;

use servery_domain::{menu::Menu, problem::Problem, restaurant::Listing, slug::Slug};

use crate::backend::Backend;
use crate::query::{GetMenu, GetRestaurant};

#[derive(Debug, Clone)]
pub struct Premises {
    pub slug: Slug,
    pub listing: Arc<Listing>,
    pub menu: Arc<Menu>,
}

impl Premises {
    pub async fn load(slug: Slug, backend: &dyn Backend) -> Result<Self, Problem> {
        let listing = Arc::new(backend.ask(GetRestaurant(slug.clone())).await?);
        let menu = backend.ask(GetMenu(slug.clone(), None)).await?;
        Ok(Self { slug, listing, menu })
    }

    /// Whether a page that shows the other has to show this instead. The opening state does not count: both compute it from the hours.
    pub fn is_news_to(&self, shown: &Self) -> bool {
        self.slug == shown.slug
            && (self.menu != shown.menu || self.listing.restaurant != shown.listing.restaurant)
    }
}
