//! What concerns all restaurants: the operator's modes, the restaurants' own domains, whether all are of the demo.

use std::{collections::HashMap, sync::Arc};

use axum::http::HeaderValue;
use servery_app::{
    mode::Mode,
    render::{RenderInputs, decide},
    routes::{ROUTES, Route},
};
use servery_domain::{domain_name::DomainName, id::RestaurantId, time::Timestamp};
use servery_store::{Revisions, Store, StoreError, within};

use crate::catalog::{Catalog, CatalogEntry, Edition, TIMEOUT};

const MINUTE: i64 = 60;

#[derive(Clone)]
pub struct CatalogSnapshot {
    pub(super) revisions: Revisions,
    domains: Arc<HashMap<DomainName, RestaurantId>>,
    has_only_demos: bool,
    modes: Arc<[(String, Mode)]>,
    /// The paths of the pages that are thick by default: the value of a header of every API answer.
    pub thick: HeaderValue,
}

impl CatalogSnapshot {
    pub(super) async fn read(store: &dyn Store) -> Result<Self, StoreError> {
        let revisions = within(TIMEOUT, store.revisions()).await?;
        let domains = within(TIMEOUT, store.domains()).await?;
        let mut snapshot = Self {
            revisions,
            domains: Arc::new(domains.into_iter().collect()),
            has_only_demos: false,
            modes: Arc::default(),
            thick: HeaderValue::from_static(""),
        };
        snapshot.set_modes(within(TIMEOUT, modes(store)).await?);
        Ok(snapshot)
    }

    fn set_modes(&mut self, modes: Vec<(String, Mode)>) {
        self.thick = thick(&modes);
        self.modes = modes.into();
    }

    fn set_domain(&mut self, restaurant: RestaurantId, domain: Option<&DomainName>) {
        let mut known = self.domains.iter().filter(|(_, owner)| **owner == restaurant);
        if known.next().map(|(name, _)| name) == domain {
            return;
        }
        let domains = Arc::make_mut(&mut self.domains);
        domains.retain(|_, owner| *owner != restaurant);
        domains.extend(domain.map(|domain| (domain.clone(), restaurant)));
    }

    /// Of a list of restaurants. It ends with the minute, because one of them may open or close then.
    pub fn edition(&self, now: Timestamp) -> Edition {
        Edition {
            revisions: self.revisions,
            until: Timestamp(now.0 - now.0.rem_euclid(MINUTE) + MINUTE),
        }
    }

    /// Of what is said about one restaurant.
    pub fn edition_of(&self, entry: &CatalogEntry) -> Edition {
        Edition {
            revisions: Revisions {
                catalog: entry.changed(),
                ..self.revisions
            },
            until: entry.until(),
        }
    }

    /// The restaurant whose own domain this is.
    pub fn at_domain(&self, domain: &DomainName) -> Option<RestaurantId> {
        self.domains.get(domain).copied()
    }

    pub fn has_domains(&self) -> bool {
        !self.domains.is_empty()
    }

    /// Whether what is asked for at a page is not meant: it is about a restaurant of the demo, or about none where there is nothing else.
    pub fn is_demo(&self, restaurant: Option<&CatalogEntry>) -> bool {
        restaurant.map_or(self.has_only_demos, |entry| entry.listing().is_demo)
    }

    /// The operator's mode for the page with this path in the table.
    pub fn mode(&self, path: &str) -> Option<Mode> {
        operator_mode(&self.modes, path)
    }
}

impl Catalog {
    /// At these revisions, of which the restaurants with these domains were read.
    pub(super) async fn update_snapshot(
        &self,
        revisions: Revisions,
        domains: &[(RestaurantId, Option<DomainName>)],
    ) -> Result<(), StoreError> {
        let mut next = CatalogSnapshot::clone(&self.now());
        if revisions.modes != next.revisions.modes {
            next.set_modes(within(TIMEOUT, modes(self.store.as_ref())).await?);
        }
        for (restaurant, domain) in domains {
            next.set_domain(*restaurant, domain.as_ref());
        }
        next.has_only_demos = within(TIMEOUT, self.store.has_only_demos()).await?;
        next.revisions = revisions;
        self.current.store(Arc::new(next));
        Ok(())
    }
}

pub fn operator_mode(modes: &[(String, Mode)], path: &str) -> Option<Mode> {
    modes
        .iter()
        .find(|(known, _)| known == path)
        .map(|(_, mode)| *mode)
}

fn thick(modes: &[(String, Mode)]) -> HeaderValue {
    let voices = |route: &Route| RenderInputs {
        operator: operator_mode(modes, route.path),
        ..RenderInputs::default()
    };
    let thick = ROUTES
        .iter()
        .filter(|route| decide(route, voices(route)).mode == Mode::Thick)
        .map(|route| route.path);
    HeaderValue::from_str(&thick.collect::<Vec<_>>().join(" ")).unwrap_or(HeaderValue::from_static(""))
}

/// Ignores rows with a path or a mode that this version does not know: another version wrote them.
pub async fn modes(store: &dyn Store) -> Result<Vec<(String, Mode)>, StoreError> {
    let rows = store.modes().await?.into_iter();
    let known = rows.filter(|(path, _)| ROUTES.iter().any(|route| route.path == path));
    Ok(known
        .filter_map(|(path, mode)| Some((path, mode.parse().ok()?)))
        .collect())
}
