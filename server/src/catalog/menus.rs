//! Menus in memory. The key has the revision, so a menu that changed is another one.

use std::sync::Arc;

use quick_cache::{Weighter, sync::Cache};
use servery_domain::{id::RestaurantId, lang::Lang, menu::Menu, restaurant::Restaurant, revision::Revision};
use servery_store::{Store, StoreError};

use crate::catalog::Catalog;

/// Dishes of the menus that are kept, as written and again as shown in a language; the least used ones go first.
const DISHES: u64 = 20_000;
/// About how many menus that will be.
const MENUS: usize = 500;

type MenuKey = (RestaurantId, Revision);
type ShownMenuKey = (RestaurantId, Revision, Lang);

pub struct MenuCache {
    store: Arc<dyn Store>,
    menus: Cache<MenuKey, Arc<Menu>, DishCount>,
    /// As they are shown in a language.
    shown: Cache<ShownMenuKey, Arc<Menu>, DishCount>,
}

#[derive(Clone)]
struct DishCount;

impl<K> Weighter<K, Arc<Menu>> for DishCount {
    fn weight(&self, _: &K, menu: &Arc<Menu>) -> u64 {
        1 + menu.dishes().count() as u64
    }
}

impl MenuCache {
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self {
            store,
            menus: Cache::with_weighter(MENUS, DISHES, DishCount),
            shown: Cache::with_weighter(MENUS, DISHES, DishCount),
        }
    }
}

impl Catalog {
    pub async fn menu(&self, restaurant: &Restaurant) -> Result<Option<Arc<Menu>>, StoreError> {
        let key = (restaurant.id, restaurant.revision);
        match self.menus.menus.get_value_or_guard_async(&key).await {
            Ok(menu) => Ok(Some(menu)),
            Err(guard) => {
                let Some(menu) = self.menus.store.menu(restaurant.id).await?.map(Arc::new) else {
                    return Ok(None);
                };
                // A menu that is newer than the listing is returned, but not cached under the older revision.
                if menu.revision == restaurant.revision {
                    // Fails only if another value was inserted meanwhile; both are right.
                    let _ = guard.insert(menu.clone());
                }
                Ok(Some(menu))
            }
        }
    }

    /// The menu as guests see it in a language; without one, as it is written.
    pub async fn shown_menu(
        &self,
        restaurant: &Restaurant,
        lang: Option<Lang>,
    ) -> Result<Option<Arc<Menu>>, StoreError> {
        let Some(menu) = self.menu(restaurant).await? else {
            return Ok(None);
        };
        let lang = lang.unwrap_or(menu.lang);
        let key = (restaurant.id, menu.revision, lang);
        let shown = self.menus.shown.get_or_insert_with(&key, || {
            Ok::<_, StoreError>(match menu.has_translations() {
                true => Arc::new(menu.shown_in(lang)),
                false => menu,
            })
        });
        shown.map(Some)
    }
}
