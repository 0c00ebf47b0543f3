//! The changes that the forms of the office make.

use super::{CategoryHead, PartChange, PartKey, PartPlace, RestaurantPart, change_list::ChangeList};
use crate::{
    currency::Minor,
    id::{CategoryId, DishId, EditId},
    limits,
    menu::{Choice, Dish},
    restaurant_file::RestaurantFile,
    tax::portion,
    translation::PartTranslations,
};

/// Where a part goes within its list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Up,
    Down,
}

crate::codes::codes! {
    /// Of another part in the same list.
    Side { Before = "before", After = "after" }
}

/// How prices change: a portion, then an amount, then rounded to a multiple.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PriceChange {
    /// Millionths of the price, added.
    pub portion: i32,
    pub amount: Minor,
    /// Prices become multiples of this one; 0 or 1 rounds nothing.
    pub step: Minor,
}

impl PriceChange {
    /// The new price, never below nothing.
    pub fn of(self, price: Minor) -> Minor {
        let part = portion(price, self.portion.unsigned_abs());
        let raised = price.0 + i64::from(self.portion.signum()) * part.0 + self.amount.0;
        let step = self.step.0.max(1);
        Minor((raised.max(0) + step / 2) / step * step)
    }
}

impl RestaurantFile {
    /// Removes a part, and first whatever refers to it: a category's dishes, a dish on a page of favourites or in a combination.
    pub fn removal(&self, key: &PartKey) -> Vec<PartChange> {
        let mut removal = Removal(ChangeList::new(self.clone()));
        removal.remove(key);
        removal.0.changes
    }

    /// Moves a dish or a category beside another one; a dish beside a category becomes its first. `None` if it is there already.
    pub fn move_beside(&self, key: &PartKey, beside: &PartKey, side: Side) -> Option<PartChange> {
        let from = self.place(key)?;
        let to = match (key, beside) {
            (PartKey::Category(id), PartKey::Category(beside)) => {
                let ids = self.categories.iter().map(|category| category.id);
                PartPlace::AfterCategory(follows(ids, *id, *beside, side)?)
            }
            (PartKey::Dish(_), PartKey::Category(category)) => PartPlace::InCategory {
                category: *category,
                after: None,
            },
            (PartKey::Dish(id), PartKey::Dish(beside)) => {
                let has_it = |dish: &Dish| dish.id == *beside;
                let category = self
                    .categories
                    .iter()
                    .find(|category| category.dishes.iter().any(has_it))?;
                let ids = category.dishes.iter().map(|dish| dish.id);
                PartPlace::InCategory {
                    category: category.id,
                    after: follows(ids, *id, *beside, side)?,
                }
            }
            _ => return None,
        };
        (from != to).then(|| PartChange::Move {
            part: key.clone(),
            from,
            to,
        })
    }

    /// Moves a part by one in its list. `None` if it is at the end of it.
    pub fn shift(&self, key: &PartKey, direction: Direction) -> Option<PartChange> {
        let from = self.place(key)?;
        let to = match key {
            PartKey::Category(id) => {
                let ids: Vec<CategoryId> = self.categories.iter().map(|category| category.id).collect();
                PartPlace::AfterCategory(shifted(&ids, *id, direction)?)
            }
            PartKey::Dish(id) => {
                let has_it = |dishes: &[Dish]| dishes.iter().any(|dish| dish.id == *id);
                let category = self.categories.iter().find(|category| has_it(&category.dishes))?;
                let ids: Vec<DishId> = category.dishes.iter().map(|dish| dish.id).collect();
                PartPlace::InCategory {
                    category: category.id,
                    after: shifted(&ids, *id, direction)?,
                }
            }
            _ => return None,
        };
        let part = key.clone();
        Some(PartChange::Move { part, from, to })
    }

    /// A copy of a dish right after it. `None` if there is no such dish.
    pub fn duplicate(&self, key: &PartKey, (id, name): (EditId, String)) -> Option<PartChange> {
        let (RestaurantPart::Dish(dish), PartKey::Dish(after)) = (self.part(key)?, key) else {
            return None;
        };
        let PartPlace::InCategory { category, .. } = self.place(key)? else {
            return None;
        };
        let copy = Dish {
            id: DishId(id.0),
            name,
            ..*dish
        };
        Some(PartChange::Add {
            part: RestaurantPart::Dish(Box::new(copy)),
            place: PartPlace::InCategory {
                category,
                after: Some(*after),
            },
        })
    }

    /// Changes the prices of a category's dishes, or of all.
    pub fn reprice(&self, category: Option<CategoryId>, change: PriceChange) -> Vec<PartChange> {
        let chosen = self
            .categories
            .iter()
            .filter(|known| category.is_none_or(|id| known.id == id));
        let dishes = chosen.flat_map(|category| &category.dishes);
        let repriced = dishes.filter_map(|dish| {
            let price = change.of(dish.price);
            (price != dish.price).then(|| {
                let after = Dish {
                    price,
                    ..dish.clone()
                };
                PartChange::Replace {
                    before: RestaurantPart::Dish(Box::new(dish.clone())),
                    after: RestaurantPart::Dish(Box::new(after)),
                }
            })
        });
        repriced.collect()
    }

    /// Puts another text in place of one in names and descriptions of the menu, in all languages. Capital letters count. `None` if one would be too long.
    pub fn replace_text(&self, find: &str, with: &str) -> Option<Vec<PartChange>> {
        if find.is_empty() {
            return Some(Vec::new());
        }
        let mut changes = Vec::new();
        let mut add = |before, after| {
            if before != after {
                changes.push(PartChange::Replace { before, after });
            }
        };
        let replace = |text: &mut String, most: usize| {
            if text.contains(find) {
                *text = text.replace(find, with);
            }
            (text.chars().count() <= most).then_some(())
        };
        // Also in what was translated: a translation that was up to date stays so.
        let replace_in = |translations: &mut PartTranslations| {
            let mut texts = translations.all_texts_mut();
            texts.try_for_each(|(field, text)| replace(text, field.most()))
        };
        for category in &self.categories {
            let mut head = CategoryHead::of(category);
            replace(&mut head.name, limits::NAME)?;
            replace(&mut head.description, limits::DESCRIPTION)?;
            replace_in(&mut head.translations)?;
            add(
                RestaurantPart::Category(CategoryHead::of(category)),
                RestaurantPart::Category(head),
            );
            for dish in &category.dishes {
                let mut after = dish.clone();
                replace(&mut after.name, limits::NAME)?;
                replace(&mut after.description, limits::DESCRIPTION)?;
                replace_in(&mut after.translations)?;
                add(
                    RestaurantPart::Dish(Box::new(dish.clone())),
                    RestaurantPart::Dish(Box::new(after)),
                );
            }
        }
        for group in &self.option_groups {
            let mut after = group.clone();
            replace(&mut after.name, limits::NAME)?;
            replace_in(&mut after.translations)?;
            for choice in &mut after.choices {
                replace(&mut choice.name, limits::NAME)?;
                replace_in(&mut choice.translations)?;
            }
            add(
                RestaurantPart::OptionGroup(group.clone()),
                RestaurantPart::OptionGroup(after),
            );
        }
        Some(changes)
    }
}

/// What an item follows once it stands beside another one: `Some(None)` at the head of the list.
fn follows<T: Copy + PartialEq>(
    ids: impl Iterator<Item = T>,
    id: T,
    beside: T,
    side: Side,
) -> Option<Option<T>> {
    let others: Vec<T> = ids.filter(|known| *known != id).collect();
    let position = others.iter().position(|known| *known == beside)?;
    Some(match side {
        Side::After => Some(beside),
        Side::Before => position
            .checked_sub(1)
            .and_then(|before| others.get(before))
            .copied(),
    })
}

/// What an item follows once it has moved by one: `Some(None)` at the head of the list.
fn shifted<T: Copy + PartialEq>(ids: &[T], id: T, direction: Direction) -> Option<Option<T>> {
    let position = ids.iter().position(|known| *known == id)?;
    match direction {
        Direction::Up => {
            let before = position.checked_sub(1)?;
            Some(before.checked_sub(1).and_then(|after| ids.get(after)).copied())
        }
        Direction::Down => ids.get(position + 1).copied().map(Some),
    }
}

struct Removal(ChangeList);

impl Removal {
    fn remove(&mut self, key: &PartKey) {
        match key {
            PartKey::Category(id) => self.release_category(*id),
            PartKey::Dish(id) => self.release_dish(*id),
            PartKey::OptionGroup(id) => {
                let id = *id;
                self.change_dishes(|dish| dish.option_groups.retain(|group| *group != id));
                self.change_groups(|choice| choice.option_groups.retain(|group| *group != id));
            }
            _ => {}
        }
        self.0.remove(key);
    }

    fn release_category(&mut self, id: CategoryId) {
        let category = self.0.file.categories.iter().find(|category| category.id == id);
        // From the end, so that each dish still follows the one before it when the removal is undone.
        let dishes: Vec<DishId> = category
            .iter()
            .flat_map(|category| category.dishes.iter().rev().map(|dish| dish.id))
            .collect();
        for dish in dishes {
            self.remove(&PartKey::Dish(dish));
        }
        for station in self.0.file.stations.clone() {
            let mut after = station.clone();
            after.categories.retain(|category| *category != id);
            self.0
                .replace(RestaurantPart::Station(station), RestaurantPart::Station(after));
        }
    }

    fn release_dish(&mut self, id: DishId) {
        let favourites = self.0.file.favourites.clone();
        let others = favourites.iter().copied().filter(|dish| *dish != id).collect();
        self.0.replace(
            RestaurantPart::Favourites(favourites),
            RestaurantPart::Favourites(others),
        );
        self.change_groups(|choice| {
            if choice.dish == Some(id) {
                choice.dish = None;
            }
        });
    }

    fn change_dishes(&mut self, change: impl Fn(&mut Dish)) {
        let dishes: Vec<Dish> = self
            .0
            .file
            .categories
            .iter()
            .flat_map(|category| category.dishes.clone())
            .collect();
        for dish in dishes {
            let mut after = dish.clone();
            change(&mut after);
            self.0.replace(
                RestaurantPart::Dish(Box::new(dish)),
                RestaurantPart::Dish(Box::new(after)),
            );
        }
    }

    fn change_groups(&mut self, change: impl Fn(&mut Choice)) {
        for group in self.0.file.option_groups.clone() {
            let mut after = group.clone();
            after.choices.iter_mut().for_each(&change);
            self.0.replace(
                RestaurantPart::OptionGroup(group),
                RestaurantPart::OptionGroup(after),
            );
        }
    }
}
