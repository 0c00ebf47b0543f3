//! The changes that make one version of a restaurant out of another.

use std::collections::BTreeMap;

use super::{CategoryHead, PartChange, PartKey, PartPlace, RestaurantPart, change_list::ChangeList};
use crate::{
    id::{CategoryId, DishId},
    menu::Category,
    restaurant_file::RestaurantFile,
};

impl RestaurantFile {
    /// What has to be changed for it to be like `wanted`. Lists whose order says nothing keep theirs.
    pub fn changes_to(&self, wanted: &Self) -> Vec<PartChange> {
        let mut difference = Difference {
            made: ChangeList::new(self.clone()),
            wanted,
        };
        difference.single_parts();
        difference.unordered_lists();
        difference.new_categories();
        difference.dishes();
        difference.removed_categories();
        difference.order_of_categories();
        difference.made.changes
    }

    fn unordered_keys(&self) -> impl Iterator<Item = PartKey> + '_ {
        let groups = self
            .option_groups
            .iter()
            .map(|group| PartKey::OptionGroup(group.id));
        let stations = self.stations.iter().map(|station| PartKey::Station(station.id));
        let coupons = self
            .coupons
            .iter()
            .map(|coupon| PartKey::Coupon(coupon.code.clone()));
        let tables = self
            .table_codes
            .iter()
            .map(|table| PartKey::TableCode(table.code.clone()));
        groups.chain(stations).chain(coupons).chain(tables)
    }
}

struct Difference<'a> {
    made: ChangeList,
    wanted: &'a RestaurantFile,
}

impl Difference<'_> {
    fn single_parts(&mut self) {
        let keys = [
            PartKey::Profile,
            PartKey::Opening,
            PartKey::Tax,
            PartKey::Ordering,
            PartKey::Favourites,
        ];
        for key in keys {
            self.replace(&key);
        }
    }

    fn unordered_lists(&mut self) {
        let gone: Vec<PartKey> = self
            .made
            .file
            .unordered_keys()
            .filter(|key| self.wanted.part(key).is_none())
            .collect();
        for key in gone {
            self.made.remove(&key);
        }
        for key in self.wanted.unordered_keys() {
            match (self.made.file.part(&key), self.wanted.part(&key)) {
                (None, Some(part)) => self.made.push(PartChange::Add {
                    part,
                    place: PartPlace::Anywhere,
                }),
                _ => self.replace(&key),
            }
        }
    }

    fn new_categories(&mut self) {
        let mut before = None;
        for category in &self.wanted.categories {
            let key = PartKey::Category(category.id);
            match self.category(category.id) {
                Some(_) => self.replace(&key),
                None => self.made.push(PartChange::Add {
                    part: RestaurantPart::Category(CategoryHead::of(category)),
                    place: PartPlace::AfterCategory(before),
                }),
            }
            before = Some(category.id);
        }
    }

    /// First those that are gone, from the end, so that each follows the one before it when the removal is undone.
    fn dishes(&mut self) {
        let wanted: BTreeMap<DishId, CategoryId> = places(&self.wanted.categories).collect();
        let known: Vec<DishId> = places(&self.made.file.categories).map(|(id, _)| id).collect();
        for id in known.iter().rev().filter(|id| !wanted.contains_key(id)) {
            self.made.remove(&PartKey::Dish(*id));
        }
        let known: BTreeMap<DishId, CategoryId> = places(&self.made.file.categories).collect();
        for category in &self.wanted.categories {
            let mut after = None;
            for (position, dish) in category.dishes.iter().enumerate() {
                let key = PartKey::Dish(dish.id);
                let here = self.category(category.id);
                let there = here.and_then(|here| here.dishes.get(position));
                let is_in_place = there.is_some_and(|there| there.id == dish.id);
                let is_same = there.is_some_and(|there| there == dish);
                let place = PartPlace::InCategory {
                    category: category.id,
                    after,
                };
                if !known.contains_key(&dish.id) {
                    let part = RestaurantPart::Dish(Box::new(dish.clone()));
                    self.made.push(PartChange::Add { part, place });
                } else {
                    if !is_in_place {
                        self.move_to(&key, place);
                    }
                    if !is_same {
                        self.replace(&key);
                    }
                }
                after = Some(dish.id);
            }
        }
    }

    fn removed_categories(&mut self) {
        let is_gone = |category: &&Category| {
            self.wanted
                .categories
                .iter()
                .all(|wanted| wanted.id != category.id)
        };
        let gone: Vec<CategoryId> = self
            .made
            .file
            .categories
            .iter()
            .filter(is_gone)
            .map(|category| category.id)
            .collect();
        for id in gone.iter().rev() {
            self.made.remove(&PartKey::Category(*id));
        }
    }

    fn order_of_categories(&mut self) {
        let mut before = None;
        for (position, category) in self.wanted.categories.iter().enumerate() {
            let there = self.made.file.categories.get(position);
            if there.is_none_or(|there| there.id != category.id) {
                self.move_to(&PartKey::Category(category.id), PartPlace::AfterCategory(before));
            }
            before = Some(category.id);
        }
    }

    fn category(&self, id: CategoryId) -> Option<&Category> {
        self.made
            .file
            .categories
            .iter()
            .find(|category| category.id == id)
    }

    fn move_to(&mut self, key: &PartKey, to: PartPlace) {
        if let Some(from) = self.made.file.place(key) {
            let part = key.clone();
            self.made.push(PartChange::Move { part, from, to });
        }
    }

    fn replace(&mut self, key: &PartKey) {
        if let (Some(before), Some(after)) = (self.made.file.part(key), self.wanted.part(key)) {
            self.made.replace(before, after);
        }
    }
}

fn places(categories: &[Category]) -> impl Iterator<Item = (DishId, CategoryId)> + '_ {
    categories
        .iter()
        .flat_map(|category| category.dishes.iter().map(|dish| (dish.id, category.id)))
}
