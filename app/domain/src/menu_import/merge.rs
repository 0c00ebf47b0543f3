//! Finds for what a file names the dishes, groups and choices that the restaurant has, and makes those that it does not have.

mod categories;
mod option_groups;

use std::collections::{BTreeMap, BTreeSet};

use super::{
    FilePosition, ImportFault, ImportMistake, ImportedDish, ImportedMenu, ImportedOffers, Unlisted, folded,
};
use crate::{
    contact::{InvalidField, check_count, check_name, check_number, check_text},
    id::{CategoryId, DishId, EditId, OptionGroupId},
    limits,
    menu::{Dish, OptionGroup},
    restaurant_file::RestaurantFile,
};

impl RestaurantFile {
    /// The restaurant with the menu of a file. What is new gets ids that follow `ids`, so the same import again makes the same.
    pub fn with_menu(
        &self,
        menu: &ImportedMenu,
        ids: EditId,
        unlisted: Unlisted,
    ) -> Result<Self, Vec<ImportMistake>> {
        let mut merge = Merge::new(self, menu, ids);
        let known = merge.known_dishes();
        merge.match_groups(&known, unlisted);
        let dishes: Vec<Dish> = menu
            .dishes()
            .zip(&known)
            .map(|(dish, known)| merge.dish(dish, known.map(|known| known.dish)))
            .collect();
        let mut merged = self.clone();
        merged.option_groups = merge.option_groups();
        merged.categories = merge.categories(dishes, &known, unlisted);
        if unlisted == Unlisted::Remove {
            merged.release_removed_parts(self);
        }
        match merge.mistakes.is_empty() {
            true => Ok(merged),
            false => Err(merge.mistakes),
        }
    }

    /// Nothing refers to a category or a dish that is gone, and what nobody offers any more is gone.
    fn release_removed_parts(&mut self, before: &Self) {
        let categories: BTreeSet<_> = self.categories.iter().map(|category| category.id).collect();
        let dishes = self.categories.iter().flat_map(|category| &category.dishes);
        let ids: BTreeSet<_> = dishes.map(|dish| dish.id).collect();
        let (was_offered, is_offered) = (before.offered_groups(|_| true), self.offered_groups(|_| true));
        self.option_groups
            .retain(|group| is_offered.contains(&group.id) || !was_offered.contains(&group.id));
        let groups = self.option_groups.iter_mut();
        for choice in groups.flat_map(|group| &mut group.choices) {
            choice.dish = choice.dish.filter(|dish| ids.contains(dish));
        }
        self.favourites.retain(|dish| ids.contains(dish));
        for station in &mut self.stations {
            station
                .categories
                .retain(|category| categories.contains(category));
        }
    }

    /// The groups that some dishes offer, and those that their choices open.
    fn offered_groups(&self, offers: impl Fn(&Dish) -> bool) -> BTreeSet<OptionGroupId> {
        let groups: BTreeMap<OptionGroupId, &OptionGroup> =
            self.option_groups.iter().map(|group| (group.id, group)).collect();
        let dishes = self.categories.iter().flat_map(|category| &category.dishes);
        let of_dishes = dishes
            .filter(|dish| offers(dish))
            .flat_map(|dish| &dish.option_groups);
        let mut next: Vec<OptionGroupId> = of_dishes.copied().collect();
        let mut offered = BTreeSet::new();
        while let Some(id) = next.pop() {
            if let Some(group) = groups.get(&id).filter(|_| offered.insert(id)) {
                next.extend(group.choices.iter().flat_map(|choice| &choice.option_groups));
            }
        }
        offered
    }
}

/// A dish that the restaurant has, and its category.
#[derive(Clone, Copy)]
struct KnownDish<'a> {
    category: CategoryId,
    category_name: &'a str,
    dish: &'a Dish,
}

struct Merge<'a> {
    file: &'a RestaurantFile,
    menu: &'a ImportedMenu,
    next_id: u128,
    /// The restaurant's groups for those of the file, by their positions.
    groups: BTreeMap<usize, OptionGroup>,
    mistakes: Vec<ImportMistake>,
}

impl<'a> Merge<'a> {
    fn new(file: &'a RestaurantFile, menu: &'a ImportedMenu, ids: EditId) -> Self {
        Self {
            file,
            menu,
            next_id: ids.0,
            groups: BTreeMap::new(),
            mistakes: Vec::new(),
        }
    }

    fn new_id(&mut self) -> u128 {
        self.next_id = self.next_id.wrapping_add(1);
        self.next_id
    }

    fn check(&mut self, at: &FilePosition, checked: Result<(), InvalidField>) {
        if let Err(InvalidField { field, wants }) = checked {
            let wrong = format!("{field}: {wants}");
            self.mistakes
                .push(ImportMistake::new(at.clone(), ImportFault::NotAccepted, wrong));
        }
    }

    /// For each dish of the file the restaurant's: by its id, by its name in its category, or by a name that only one dish has.
    fn known_dishes(&mut self) -> Vec<Option<KnownDish<'a>>> {
        let mut by_id: BTreeMap<DishId, KnownDish<'a>> = BTreeMap::new();
        // From the last to the first, so that the first is at the end.
        let mut by_place: BTreeMap<(String, String), Vec<KnownDish<'a>>> = BTreeMap::new();
        let mut by_name: BTreeMap<String, Vec<KnownDish<'a>>> = BTreeMap::new();
        for category in self.file.categories.iter().rev() {
            for dish in category.dishes.iter().rev() {
                let known = KnownDish {
                    category: category.id,
                    category_name: &category.name,
                    dish,
                };
                let name = folded(&dish.name);
                by_id.insert(dish.id, known);
                let place = (folded(&category.name), name.clone());
                by_place.entry(place).or_default().push(known);
                by_name.entry(name).or_default().push(known);
            }
        }
        let listed = || {
            let categories = self.menu.categories.iter();
            categories.flat_map(|category| category.dishes.iter().map(move |dish| (category, dish)))
        };
        let mut claimed = BTreeSet::new();
        // Ids are sure, and so come before names; a dish of the same category comes before one of another.
        let mut known: Vec<Option<KnownDish<'a>>> = Vec::new();
        let mut same_ids = Vec::new();
        for (_, dish) in listed() {
            let found = dish.id.and_then(|id| by_id.get(&id).copied());
            if let Some(found) = found
                && !claimed.insert(found.dish.id)
            {
                let at = dish.at.clone();
                same_ids.push(ImportMistake::new(
                    at,
                    ImportFault::SameId,
                    found.dish.id.to_string(),
                ));
            }
            known.push(found);
        }
        let mut claim = |dishes: Option<&mut Vec<KnownDish<'a>>>| {
            let dishes = dishes?;
            loop {
                let next = dishes.pop()?;
                if claimed.insert(next.dish.id) {
                    return Some(next);
                }
            }
        };
        for (known, (category, dish)) in known.iter_mut().zip(listed()) {
            if known.is_none() && category.is_named {
                *known = claim(by_place.get_mut(&(folded(&category.name), folded(&dish.name))));
            }
        }
        for (known, (_, dish)) in known.iter_mut().zip(listed()) {
            if known.is_none()
                && let Some(dishes) = by_name.get_mut(&folded(&dish.name))
                && dishes.len() == 1
            {
                *known = claim(Some(dishes));
            }
        }
        self.mistakes.append(&mut same_ids);
        known
    }

    fn dish(&mut self, dish: &ImportedDish, known: Option<&Dish>) -> Dish {
        let option_groups = match &dish.offers {
            None => known.map(|known| known.option_groups.clone()).unwrap_or_default(),
            Some(ImportedOffers::Imported(groups)) => {
                let groups = groups.iter().filter_map(|position| self.groups.get(position));
                groups.map(|group| group.id).collect()
            }
            Some(ImportedOffers::Named(names)) => self.named_groups(names, dish, known),
        };
        let merged = Dish {
            id: known.map_or_else(|| DishId(self.new_id()), |known| known.id),
            name: dish.name.clone(),
            description: stated(&dish.description, known.map(|known| &known.description)),
            price: dish.price,
            allergens: stated(&dish.allergens, known.map(|known| &known.allergens)),
            diets: stated(&dish.diets, known.map(|known| &known.diets)),
            option_groups,
            picture: known.and_then(|known| known.picture.clone()),
            served: stated(&dish.served, known.map(|known| &known.served)),
            tax: stated(&dish.tax, known.map(|known| &known.tax)),
        };
        self.check(&dish.at, check_name("name", &merged.name, limits::NAME));
        self.check(&dish.at, check_number("price", merged.price.0, 0, limits::PRICE));
        self.check(
            &dish.at,
            check_text("description", &merged.description, limits::DESCRIPTION),
        );
        let offered = merged.option_groups.len();
        self.check(
            &dish.at,
            check_count("option_groups", offered, limits::OFFERED_GROUPS),
        );
        merged
    }
}

/// What the file says, else what is there.
fn stated<T: Clone + Default>(stated: &Option<T>, known: Option<&T>) -> T {
    stated.as_ref().or(known).cloned().unwrap_or_default()
}
