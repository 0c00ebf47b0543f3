//! What an edit does to a restaurant.

use super::{
    Edit, EditRefusal, PartChange, PartKey, PartPlace,
    part::{OpeningTimes, Profile, RestaurantPart, Theme},
};
use crate::{
    id::{CategoryId, DishId},
    limits,
    menu::{Category, Dish},
    restaurant_file::RestaurantFile,
};

impl RestaurantFile {
    /// The restaurant with the edit, which is made whole or not at all.
    pub fn with(&self, edit: &Edit) -> Result<Self, EditRefusal> {
        if edit.changes.is_empty() || edit.changes.len() > limits::EDIT_CHANGES {
            return Err(EditRefusal::Contradiction);
        }
        let mut edited = self.clone();
        for change in &edit.changes {
            edited.apply(change)?;
        }
        Ok(edited)
    }

    /// The same, if the restaurant is one that would be accepted then.
    pub fn checked_with(&self, edit: &Edit) -> Result<Self, EditRefusal> {
        let edited = self.with(edit)?;
        let mistakes = edited.mistakes();
        match mistakes.is_empty() {
            true => Ok(edited),
            false => Err(EditRefusal::Mistakes(mistakes)),
        }
    }

    pub(super) fn apply(&mut self, change: &PartChange) -> Result<(), EditRefusal> {
        match change {
            PartChange::Add { part, place } => self.add(part, *place),
            PartChange::Remove { part, .. } => self.remove(part),
            PartChange::Replace { before, after } => self.replace(before, after),
            PartChange::Move { part, to, .. } => self.move_part(part, *to),
        }
    }

    fn add(&mut self, part: &RestaurantPart, place: PartPlace) -> Result<(), EditRefusal> {
        let key = part.key();
        if self.part(&key).is_some() {
            return Err(EditRefusal::Exists(key));
        }
        match (part.clone(), place) {
            (RestaurantPart::Category(head), PartPlace::AfterCategory(after)) => {
                let category = Category {
                    id: head.id,
                    name: head.name,
                    description: head.description,
                    translations: head.translations,
                    dishes: Vec::new(),
                };
                self.insert_category(category, after);
            }
            (RestaurantPart::Dish(dish), PartPlace::InCategory { category, after }) => {
                self.insert_dish(*dish, category, after)?;
            }
            (RestaurantPart::OptionGroup(group), PartPlace::Anywhere) => self.option_groups.push(group),
            (RestaurantPart::Station(station), PartPlace::Anywhere) => self.stations.push(station),
            (RestaurantPart::Coupon(coupon), PartPlace::Anywhere) => self.coupons.push(coupon),
            (RestaurantPart::TableCode(table), PartPlace::Anywhere) => self.table_codes.push(table),
            _ => return Err(EditRefusal::Contradiction),
        }
        Ok(())
    }

    /// A part that somebody has changed meanwhile is not removed.
    fn remove(&mut self, part: &RestaurantPart) -> Result<(), EditRefusal> {
        let key = part.key();
        let current = self.part(&key).ok_or_else(|| EditRefusal::Gone(key.clone()))?;
        if current != *part {
            let fields = current.changed_fields(part);
            return Err(EditRefusal::Conflict { part: key, fields });
        }
        match &key {
            PartKey::Category(id) => {
                let has_dishes = |category: &Category| category.id == *id && !category.dishes.is_empty();
                if self.categories.iter().any(has_dishes) {
                    return Err(EditRefusal::NotEmpty(key));
                }
                self.categories.retain(|category| category.id != *id);
            }
            PartKey::Dish(id) => {
                self.take_dish(*id);
            }
            PartKey::OptionGroup(id) => self.option_groups.retain(|group| group.id != *id),
            PartKey::Station(id) => self.stations.retain(|station| station.id != *id),
            PartKey::Coupon(code) => self.coupons.retain(|coupon| coupon.code != *code),
            PartKey::TableCode(code) => self.table_codes.retain(|table| table.code != *code),
            PartKey::Profile
            | PartKey::Theme
            | PartKey::Opening
            | PartKey::Tax
            | PartKey::Ordering
            | PartKey::Legal
            | PartKey::Favourites => return Err(EditRefusal::Contradiction),
        }
        Ok(())
    }

    fn replace(&mut self, before: &RestaurantPart, after: &RestaurantPart) -> Result<(), EditRefusal> {
        let key = before.key();
        if after.key() != key {
            return Err(EditRefusal::Contradiction);
        }
        let current = self.part(&key).ok_or_else(|| EditRefusal::Gone(key.clone()))?;
        let merged = current.merge(before, after);
        self.put(merged.map_err(|fields| EditRefusal::Conflict { part: key, fields })?);
        Ok(())
    }

    /// Replaces the part of the same key, which is there.
    fn put(&mut self, part: RestaurantPart) {
        match part {
            RestaurantPart::Profile(profile) => self.put_profile(*profile),
            RestaurantPart::Theme(Theme {
                brand_color,
                type_pair,
                logo,
            }) => {
                self.brand_color = brand_color;
                self.type_pair = type_pair;
                self.logo = logo;
            }
            RestaurantPart::Opening(OpeningTimes { hours, holidays }) => {
                self.hours = hours;
                self.holidays = holidays;
            }
            RestaurantPart::Tax(tax) => self.tax = tax,
            RestaurantPart::Ordering(ordering) => self.ordering = *ordering,
            RestaurantPart::Legal(legal) => self.legal = legal,
            RestaurantPart::Favourites(favourites) => self.favourites = favourites,
            RestaurantPart::Category(head) => {
                let mut categories = self.categories.iter_mut();
                if let Some(category) = categories.find(|category| category.id == head.id) {
                    category.name = head.name;
                    category.description = head.description;
                    category.translations = head.translations;
                }
            }
            RestaurantPart::Dish(dish) => {
                let dishes = self
                    .categories
                    .iter_mut()
                    .flat_map(|category| &mut category.dishes);
                put_into(dishes, *dish, |dish| dish.id);
            }
            RestaurantPart::OptionGroup(group) => put_into(&mut self.option_groups, group, |group| group.id),
            RestaurantPart::Station(station) => put_into(&mut self.stations, station, |station| station.id),
            RestaurantPart::Coupon(coupon) => {
                put_into(&mut self.coupons, coupon, |coupon| coupon.code.clone())
            }
            RestaurantPart::TableCode(table) => {
                put_into(&mut self.table_codes, table, |table| table.code.clone());
            }
        }
    }

    fn put_profile(&mut self, profile: Profile) {
        let Profile {
            name,
            cuisine,
            description,
            address,
            phone,
            zone,
            picture,
        } = profile;
        self.name = name;
        self.cuisine = cuisine;
        self.description = description;
        self.address = address;
        self.phone = phone;
        self.zone = zone;
        self.picture = picture;
    }

    fn move_part(&mut self, part: &PartKey, to: PartPlace) -> Result<(), EditRefusal> {
        let gone = || EditRefusal::Gone(part.clone());
        match (part, to) {
            (PartKey::Category(id), PartPlace::AfterCategory(after)) if after != Some(*id) => {
                let position = self.categories.iter().position(|category| category.id == *id);
                let category = self.categories.remove(position.ok_or_else(gone)?);
                self.insert_category(category, after);
                Ok(())
            }
            (PartKey::Dish(id), PartPlace::InCategory { category, after }) if after != Some(*id) => {
                if !self.categories.iter().any(|known| known.id == category) {
                    return Err(EditRefusal::Gone(PartKey::Category(category)));
                }
                let dish = self.take_dish(*id).ok_or_else(gone)?;
                self.insert_dish(dish, category, after)
            }
            _ => Err(EditRefusal::Contradiction),
        }
    }

    fn insert_category(&mut self, category: Category, after: Option<CategoryId>) {
        let position = position_after(&self.categories, after, |category| category.id);
        self.categories.insert(position, category);
    }

    fn insert_dish(
        &mut self,
        dish: Dish,
        category: CategoryId,
        after: Option<DishId>,
    ) -> Result<(), EditRefusal> {
        let mut categories = self.categories.iter_mut();
        let Some(category) = categories.find(|known| known.id == category) else {
            return Err(EditRefusal::Gone(PartKey::Category(category)));
        };
        let position = position_after(&category.dishes, after, |dish| dish.id);
        category.dishes.insert(position, dish);
        Ok(())
    }

    fn take_dish(&mut self, id: DishId) -> Option<Dish> {
        self.categories.iter_mut().find_map(|category| {
            let position = category.dishes.iter().position(|dish| dish.id == id)?;
            Some(category.dishes.remove(position))
        })
    }

    /// Where a part is now; `None` if it is not there.
    pub fn place(&self, key: &PartKey) -> Option<PartPlace> {
        match key {
            PartKey::Category(id) => {
                let position = self.categories.iter().position(|category| category.id == *id)?;
                let before = position
                    .checked_sub(1)
                    .and_then(|before| self.categories.get(before));
                Some(PartPlace::AfterCategory(before.map(|before| before.id)))
            }
            PartKey::Dish(id) => self.categories.iter().find_map(|category| {
                let position = category.dishes.iter().position(|dish| dish.id == *id)?;
                let before = position
                    .checked_sub(1)
                    .and_then(|before| category.dishes.get(before));
                Some(PartPlace::InCategory {
                    category: category.id,
                    after: before.map(|before| before.id),
                })
            }),
            key => self.part(key).map(|_| PartPlace::Anywhere),
        }
    }
}

fn put_into<'a, T: 'a, K: PartialEq>(
    parts: impl IntoIterator<Item = &'a mut T>,
    part: T,
    key: impl Fn(&T) -> K,
) {
    let wanted = key(&part);
    if let Some(known) = parts.into_iter().find(|known| key(known) == wanted) {
        *known = part;
    }
}

/// The first position without `after`; the last one if that is not there.
fn position_after<T, K: PartialEq>(parts: &[T], after: Option<K>, key: impl Fn(&T) -> K) -> usize {
    let Some(after) = after else { return 0 };
    let found = parts.iter().position(|part| key(part) == after);
    found.map_or(parts.len(), |position| position + 1)
}
