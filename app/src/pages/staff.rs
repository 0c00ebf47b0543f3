//! The pages of the staff app.

mod approval;
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
mod notices;
mod orders;
mod page;
mod pending_approval;
mod premises;
mod screen;
mod shift;
mod till;

use std::sync::Arc;

use leptos::{either::EitherOf5, prelude::*};
use servery_domain::{lang::Lang, problem::Problem};

pub use self::page::StaffPage;
use self::{auto_reload::AutoReload, premises::Premises};
use super::{BrowserFeatures, Content, FullBackend, Head, Pages, document_title, nothing_here};
use crate::{
    backend::Backend,
    page_address::PageAddress,
    routes::{Chunk, View, slug},
    text::{Texts, staff::Key},
};

impl Pages for StaffPage {
    const CHUNK: Chunk = Chunk::Staff;
    const HYDRATED: bool = false;
    const KEPT_FIRST: bool = true;
    type Backend = dyn Backend;

    fn backend(whole: Arc<impl FullBackend + 'static>) -> Arc<dyn Backend> {
        whole
    }

    fn provide(device: Arc<impl BrowserFeatures>) {
        provide_context(device.pos_client());
        provide_context(AutoReload(device.network_first()));
    }

    fn frame(content: RwSignal<Content<Self>>, main: impl IntoView + 'static) -> impl IntoView {
        layout::frame(content, main)
    }

    async fn load(
        view: View,
        values: &[&str],
        (visit, _): (&PageAddress, Lang),
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
            Self::Device(premises) => EitherOf5::A(view! { <device::DevicePage premises/> }),
            Self::Till(premises) => EitherOf5::B(view! { <till::TillPage premises/> }),
            Self::Kitchen(premises) => EitherOf5::C(view! { <kitchen::KitchenPage premises/> }),
            Self::Floor(premises) => EitherOf5::D(view! { <floor::Floor premises/> }),
            Self::Runs(premises) => EitherOf5::E(view! { <deliveries::Runs premises/> }),
        }
    }

    /// The brand's colour is left out: in the staff app, colour means state and nothing else.
    fn head(&self, texts: Texts) -> Head<'_> {
        let key = match self {
            Self::Device(_) => Key::DeviceTitle,
            Self::Till(_) => Key::TillTitle,
            Self::Kitchen(_) => Key::KitchenTitle,
            Self::Floor(_) => Key::FloorTitle,
            Self::Runs(_) => Key::RunsTitle,
        };
        let restaurant = &self.premises().listing.restaurant.name;
        let title = document_title(&format!("{} · {restaurant}", texts.get(key)));
        Head::new(title, texts)
    }
}
