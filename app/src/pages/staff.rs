//! The pages of the staff app: what people behind the counter work at.

mod auto_reload;
mod cashiers;
mod clock;
mod deliveries;
mod device;
mod dialog;
mod floor;
mod kitchen;
mod layout;
mod money_input;
#[cfg(feature = "server")]
pub mod no_script;
mod orders;
mod screen;
mod till;

use std::sync::Arc;

use leptos::{either::EitherOf5, prelude::*};
use servery_domain::{
    brand_color::BrandColor, menu::Menu, problem::Problem, restaurant::Listing, slug::Slug,
};

use self::auto_reload::AutoReload;
use super::{FullBackend, Pages};
use crate::{
    backend::{Backend, BrowserActions, OrderEvents, PasskeyActions},
    content::{Content, document_title, nothing_here},
    page_address::PageAddress,
    pos_client::PosClientProvider,
    routes::{Chunk, View, slug},
    text::{Texts, staff::Key},
};

#[derive(Debug, Clone)]
pub enum StaffPage {
    Device(Premises),
    Till(Premises),
    Kitchen(Premises),
    Floor(Premises),
    Runs(Premises),
}

/// Where one works.
#[derive(Debug, Clone)]
pub struct Premises {
    pub slug: Slug,
    pub listing: Arc<Listing>,
    pub menu: Arc<Menu>,
}

impl Premises {
    async fn load(slug: Slug, backend: &dyn Backend) -> Result<Self, Problem> {
        let listing = Arc::new(backend.restaurant(&slug).await?);
        let menu = backend.menu(&slug).await?;
        Ok(Self { slug, listing, menu })
    }

    /// Whether whoever sees those has to be shown these. Doors open and close by the hours, which both know.
    fn is_news_to(&self, shown: &Self) -> bool {
        self.slug == shown.slug
            && (self.menu != shown.menu || self.listing.restaurant != shown.listing.restaurant)
    }
}

impl StaffPage {
    /// The same page of the restaurant as it is now.
    fn at(&self, premises: Premises) -> Self {
        let page = match self {
            Self::Device(_) => Self::Device,
            Self::Till(_) => Self::Till,
            Self::Kitchen(_) => Self::Kitchen,
            Self::Floor(_) => Self::Floor,
            Self::Runs(_) => Self::Runs,
        };
        page(premises)
    }

    fn premises(&self) -> &Premises {
        match self {
            Self::Device(premises)
            | Self::Till(premises)
            | Self::Kitchen(premises)
            | Self::Floor(premises)
            | Self::Runs(premises) => premises,
        }
    }
}

impl Pages for StaffPage {
    const CHUNK: Chunk = Chunk::Staff;
    const HYDRATED: bool = false;
    const KEPT_FIRST: bool = true;
    type Backend = dyn Backend;

    fn backend(whole: Arc<impl FullBackend + 'static>) -> Arc<dyn Backend> {
        whole
    }

    fn provide(
        device: Arc<impl BrowserActions + PosClientProvider + PasskeyActions + OrderEvents + 'static>,
    ) {
        provide_context(device.pos_client());
        provide_context(AutoReload(device.network_first()));
    }

    fn frame(content: RwSignal<Content<Self>>, main: impl IntoView + 'static) -> impl IntoView {
        layout::frame(content, main)
    }

    async fn load(
        view: View,
        values: &[&str],
        visit: &PageAddress,
        backend: &Self::Backend,
    ) -> Result<Self, Problem> {
        let page = match view {
            View::Device => Self::Device,
            View::Till => Self::Till,
            View::Kitchen => Self::Kitchen,
            View::Floor => Self::Floor,
            View::Runs => Self::Runs,
            _ => return Err(nothing_here(visit)),
        };
        let slug = slug(values).ok_or_else(|| nothing_here(visit))?;
        Ok(page(Premises::load(slug, backend).await?))
    }

    fn view(self) -> impl IntoView + 'static {
        match self {
            Self::Device(premises) => EitherOf5::A(view! { <device::Device premises/> }),
            Self::Till(premises) => EitherOf5::B(view! { <till::Till premises/> }),
            Self::Kitchen(premises) => EitherOf5::C(view! { <kitchen::Kitchen premises/> }),
            Self::Floor(premises) => EitherOf5::D(view! { <floor::Floor premises/> }),
            Self::Runs(premises) => EitherOf5::E(view! { <deliveries::Runs premises/> }),
        }
    }

    fn title(&self, texts: Texts) -> String {
        let key = match self {
            Self::Device(_) => Key::DeviceTitle,
            Self::Till(_) => Key::TillTitle,
            Self::Kitchen(_) => Key::KitchenTitle,
            Self::Floor(_) => Key::FloorTitle,
            Self::Runs(_) => Key::RunsTitle,
        };
        document_title(&format!(
            "{} · {}",
            texts.get(key),
            self.premises().listing.restaurant.name
        ))
    }

    /// Colour means state here, and nothing else.
    fn brand_color(&self) -> Option<BrandColor> {
        None
    }
}
