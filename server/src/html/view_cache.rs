//! A cache of rendered pages. Its key is everything that a page is rendered from.

use std::sync::Arc;

use quick_cache::{Weighter, sync::Cache};
use servery_app::{page_address::PageAddress, render::Decision};
use servery_domain::lang::Lang;

use super::rendered::Rendered;
use crate::{
    catalog::Edition,
    http::cached_body::{CACHE_BYTES, CACHE_ENTRIES},
};

/// Pages with longer addresses are rendered each time.
const LONGEST_CACHED_ADDRESS: usize = 200;

#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ViewKey {
    pub edition: Edition,
    pub decision: Decision,
    pub lang: Lang,
    address: String,
}

impl ViewKey {
    pub fn new(edition: Edition, decision: Decision, lang: Lang, address: &PageAddress) -> Self {
        let address = address.address();
        Self {
            edition,
            decision,
            lang,
            address,
        }
    }

    pub fn is_cacheable(&self) -> bool {
        self.address.len() <= LONGEST_CACHED_ADDRESS
    }
}

pub type ViewCache = Cache<ViewKey, Arc<Rendered>, ViewWeight>;

#[derive(Clone)]
pub struct ViewWeight;

impl Weighter<ViewKey, Arc<Rendered>> for ViewWeight {
    fn weight(&self, _: &ViewKey, view: &Arc<Rendered>) -> u64 {
        view.weight()
    }
}

pub fn view_cache() -> ViewCache {
    Cache::with_weighter(CACHE_ENTRIES, CACHE_BYTES, ViewWeight)
}
