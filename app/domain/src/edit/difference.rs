//! The changes that make one version of a restaurant out of another.

use std::collections::{BTreeMap, VecDeque};

use super::{CategoryHead, PartChange, PartKey, PartPlace, RestaurantPart, change_list::ChangeList};
use crate::{
    id::{CategoryId, DishId},
    menu::{Category, Dish},
    restaurant_file::RestaurantFile,
};

impl RestaurantFile {
    /// What has to be changed for it to be like `wanted`. Lists whose order says nothing keep theirs.
    pub fn changes_to(&self, wanted: &Self) -> Vec<PartChange> {
        let mut difference = RestaurantDifference {
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

struct RestaurantDifference<'a> {
    made: ChangeList,
    wanted: &'a RestaurantFile,
}

impl RestaurantDifference<'_> {
    fn single_parts(&mut self) {
        let keys = [
            PartKey::Profile,
            PartKey::Theme,
            PartKey::Opening,
            PartKey::Tax,
            PartKey::Ordering,
            PartKey::Legal,
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
        let before: Vec<DishId> = all_dishes(&self.made.file).map(|dish| dish.id).collect();
        for id in before.iter().rev().filter(|id| !wanted.contains_key(id)) {
            self.made.remove(&PartKey::Dish(*id));
        }
        let known: BTreeMap<DishId, Dish> = all_dishes(&self.made.file)
            .map(|dish| (dish.id, dish.clone()))
            .collect();
        for category in &self.wanted.categories {
            let here = self.category(category.id).map(|here| here.dishes.as_slice());
            let stays = |dish: &&Dish| wanted.get(&dish.id) == Some(&category.id);
            let here = here.unwrap_or_default().iter().filter(stays);
            let mut waiting: VecDeque<DishId> = here.map(|dish| dish.id).collect();
            let mut after = None;
            for dish in &category.dishes {
                let place = PartPlace::InCategory {
                    category: category.id,
                    after,
                };
                self.dish(dish, place, (known.get(&dish.id), &mut waiting));
                after = Some(dish.id);
            }
        }
    }

    /// `waiting` are the dishes of the category that are to stay in it and have not had their turn.
    fn dish(
        &mut self,
        dish: &Dish,
        place: PartPlace,
        (known, waiting): (Option<&Dish>, &mut VecDeque<DishId>),
    ) {
        let after = RestaurantPart::Dish(Box::new(dish.clone()));
        let Some(known) = known else {
            self.made.push(PartChange::Add { part: after, place });
            return;
        };
        // One that comes later in the wanted order is passed over, so that it moves, and not all that follow it.
        if waiting.get(1) == Some(&dish.id) {
            waiting.pop_front();
        }
        if waiting.front() == Some(&dish.id) {
            waiting.pop_front();
        } else {
            waiting.retain(|waiting| *waiting != dish.id);
            self.move_to(&PartKey::Dish(dish.id), place);
        }
        self.made
            .replace(RestaurantPart::Dish(Box::new(known.clone())), after);
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

fn all_dishes(file: &RestaurantFile) -> impl Iterator<Item = &Dish> {
    file.categories.iter().flat_map(|category| &category.dishes)
}

fn places(categories: &[Category]) -> impl Iterator<Item = (DishId, CategoryId)> + '_ {
    categories
        .iter()
        .flat_map(|category| category.dishes.iter().map(|dish| (dish.id, category.id)))
}
