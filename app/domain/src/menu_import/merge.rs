//! Finds for what a file names the dishes, groups and choices that the restaurant has, and makes those that it does not have.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    FilePosition, ImportFault, ImportMistake, ImportedChoice, ImportedDish, ImportedMenu, ImportedOffers,
    ImportedOptionGroup, Unlisted,
};
use crate::{
    contact::{InvalidField, check_name, check_number, check_text},
    id::{CategoryId, ChoiceId, DishId, EditId, OptionGroupId},
    limits,
    menu::{Category, Choice, Dish, OptionGroup},
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
        merge.match_groups(&known);
        let dishes: Vec<Dish> = menu
            .dishes()
            .zip(&known)
            .map(|(dish, known)| merge.dish(dish, *known))
            .collect();
        if !merge.mistakes.is_empty() {
            return Err(merge.mistakes);
        }
        let mut merged = self.clone();
        merged.option_groups = merge.option_groups();
        merged.categories = match unlisted {
            Unlisted::Keep => merge.added_to_categories(dishes),
            Unlisted::Remove => merge.listed_categories(dishes),
        };
        if unlisted == Unlisted::Remove {
            merged.release_removed_parts(self);
        }
        Ok(merged)
    }

    /// Nothing refers to a category or a dish that is gone, and what nobody offers any more is gone.
    fn release_removed_parts(&mut self, before: &Self) {
        let categories: BTreeSet<_> = self.categories.iter().map(|category| category.id).collect();
        let dishes = || self.categories.iter().flat_map(|category| &category.dishes);
        let ids: BTreeSet<_> = dishes().map(|dish| dish.id).collect();
        let offered = |file: &Self| -> BTreeSet<OptionGroupId> {
            let dishes = file.categories.iter().flat_map(|category| &category.dishes);
            let choices = file.option_groups.iter().flat_map(|group| &group.choices);
            let of_choices = choices.flat_map(|choice| choice.option_groups.clone());
            dishes
                .flat_map(|dish| dish.option_groups.clone())
                .chain(of_choices)
                .collect()
        };
        let (was_offered, is_offered) = (offered(before), offered(self));
        self.option_groups
            .retain(|group| is_offered.contains(&group.id) || !was_offered.contains(&group.id));
        for choice in self.option_groups.iter_mut().flat_map(|group| &mut group.choices) {
            choice.dish = choice.dish.filter(|dish| ids.contains(dish));
        }
        self.favourites.retain(|dish| ids.contains(dish));
        for station in &mut self.stations {
            station
                .categories
                .retain(|category| categories.contains(category));
        }
    }
}

/// Letters of any case and any number of spaces are the same name.
fn folded(name: &str) -> String {
    let words: Vec<&str> = name.split_whitespace().collect();
    words.join(" ").to_lowercase()
}

struct Merge<'a> {
    file: &'a RestaurantFile,
    menu: &'a ImportedMenu,
    next_id: u128,
    /// The restaurant's groups for those of the file, by their positions.
    groups: BTreeMap<usize, OptionGroup>,
    claimed: BTreeSet<OptionGroupId>,
    mistakes: Vec<ImportMistake>,
}

impl<'a> Merge<'a> {
    fn new(file: &'a RestaurantFile, menu: &'a ImportedMenu, ids: EditId) -> Self {
        Self {
            file,
            menu,
            next_id: ids.0,
            groups: BTreeMap::new(),
            claimed: BTreeSet::new(),
            mistakes: Vec::new(),
        }
    }

    fn new_id(&mut self) -> u128 {
        self.next_id = self.next_id.wrapping_add(1);
        self.next_id
    }

    /// For each dish of the file the restaurant's: by its id, by its name in its category, or by a name that only one dish has.
    fn known_dishes(&mut self) -> Vec<Option<&'a Dish>> {
        let with_category = || {
            let categories = self.file.categories.iter();
            categories.flat_map(|category| category.dishes.iter().map(move |dish| (&category.name, dish)))
        };
        let by_id: BTreeMap<DishId, &Dish> = with_category().map(|(_, dish)| (dish.id, dish)).collect();
        let mut by_place: BTreeMap<(String, String), Vec<&Dish>> = BTreeMap::new();
        let mut by_name: BTreeMap<String, Vec<&Dish>> = BTreeMap::new();
        for (category, dish) in with_category() {
            let name = folded(&dish.name);
            by_place
                .entry((folded(category), name.clone()))
                .or_default()
                .push(dish);
            by_name.entry(name).or_default().push(dish);
        }
        let listed: Vec<(&str, &ImportedDish)> = self
            .menu
            .categories
            .iter()
            .flat_map(|category| {
                category
                    .dishes
                    .iter()
                    .map(move |dish| (category.name.as_str(), dish))
            })
            .collect();
        let mut claimed = BTreeSet::new();
        // Ids are sure, and so come before names; a dish of the same category comes before one of another.
        let mut known: Vec<Option<&Dish>> = Vec::with_capacity(listed.len());
        for (_, dish) in &listed {
            let found = dish.id.and_then(|id| by_id.get(&id).copied());
            if let Some(found) = found
                && !claimed.insert(found.id)
            {
                let mistake = ImportMistake::new(dish.at.clone(), ImportFault::SameId, found.id.to_string());
                self.mistakes.push(mistake);
            }
            known.push(found);
        }
        let mut claim = |dishes: Option<&Vec<&'a Dish>>| {
            let free = dishes?.iter().find(|dish| !claimed.contains(&dish.id))?;
            claimed.insert(free.id);
            Some(*free)
        };
        for (known, (category, dish)) in known.iter_mut().zip(&listed) {
            if known.is_none() {
                *known = claim(by_place.get(&(folded(category), folded(&dish.name))));
            }
        }
        for (known, (_, dish)) in known.iter_mut().zip(&listed) {
            let same_name = by_name.get(&folded(&dish.name));
            if known.is_none() && same_name.is_some_and(|dishes| dishes.len() == 1) {
                *known = claim(same_name);
            }
        }
        known
    }

    /// A group of the file is the one of this name that its dish offers already, else one with the same choices, else new.
    fn match_groups(&mut self, known: &[Option<&'a Dish>]) {
        for (dish, known) in self.menu.dishes().zip(known) {
            if let (Some(ImportedOffers::Imported(groups)), Some(known)) = (&dish.offers, known) {
                for group in groups {
                    self.match_group(*group, &known.option_groups);
                }
            }
        }
        for position in 0..self.menu.option_groups.len() {
            if self.groups.contains_key(&position) {
                continue;
            }
            let group = &self.menu.option_groups[position];
            let free =
                |known: &&OptionGroup| !self.claimed.contains(&known.id) && has_same_choices(known, group);
            let same = self.file.option_groups.iter().find(free);
            self.put_group(position, same);
        }
    }

    fn match_group(&mut self, position: usize, candidates: &[OptionGroupId]) {
        let Some(group) = self.menu.option_groups.get(position) else {
            return;
        };
        if self.groups.contains_key(&position) {
            return;
        }
        let name = folded(&group.name);
        let mut known = self.file.option_groups.iter();
        let is_it = |known: &&OptionGroup| {
            candidates.contains(&known.id) && !self.claimed.contains(&known.id) && folded(&known.name) == name
        };
        let Some(known) = known.find(is_it) else { return };
        for choice in &group.choices {
            if let Some(known) = same_choice(known, &choice.name) {
                for nested in &choice.option_groups {
                    self.match_group(*nested, &known.option_groups);
                }
            }
        }
        self.put_group(position, Some(known));
    }

    fn put_group(&mut self, position: usize, known: Option<&OptionGroup>) {
        let group = &self.menu.option_groups[position];
        let id = match known {
            Some(known) => known.id,
            None => OptionGroupId(self.new_id()),
        };
        self.claimed.insert(id);
        let at = FilePosition::Item(group.name.clone());
        self.check(&at, check_name("name", &group.name, limits::NAME));
        let mut taken = BTreeSet::new();
        let mut choices = Vec::with_capacity(group.choices.len());
        for choice in &group.choices {
            let at = FilePosition::Item(choice.name.clone());
            self.check(&at, check_name("name", &choice.name, limits::NAME));
            let known = known.and_then(|known| same_choice(known, &choice.name));
            let known = known.filter(|known| taken.insert(known.id));
            choices.push(self.choice(choice, known));
        }
        self.groups.insert(
            position,
            OptionGroup {
                id,
                name: group.name.clone(),
                min: group.min,
                max: group.max,
                choices,
            },
        );
    }

    fn choice(&mut self, choice: &ImportedChoice, known: Option<&Choice>) -> Choice {
        let nested = choice.option_groups.iter();
        let nested = nested
            .filter_map(|position| self.groups.get(position))
            .map(|group| group.id);
        let option_groups = nested.collect();
        Choice {
            id: known.map_or_else(|| ChoiceId(self.new_id()), |known| known.id),
            name: choice.name.clone(),
            price: choice.price,
            preselected: choice.preselected,
            dish: known.and_then(|known| known.dish),
            option_groups,
        }
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
        merged
    }

    fn check(&mut self, at: &FilePosition, checked: Result<(), InvalidField>) {
        if let Err(InvalidField { field, wants }) = checked {
            let wrong = format!("{field}: {wants}");
            self.mistakes
                .push(ImportMistake::new(at.clone(), ImportFault::NotAccepted, wrong));
        }
    }

    /// Several groups may have one name: those that the dish offers already come first.
    fn named_groups(
        &mut self,
        names: &[String],
        dish: &ImportedDish,
        known: Option<&Dish>,
    ) -> Vec<OptionGroupId> {
        let mut found: Vec<OptionGroupId> = Vec::new();
        for name in names {
            let wanted = folded(name);
            let free = |group: &&OptionGroup| folded(&group.name) == wanted && !found.contains(&group.id);
            let groups = || self.file.option_groups.iter();
            let offered = known.and_then(|known| {
                let mut ids = known.option_groups.iter();
                ids.find_map(|id| groups().find(|group| group.id == *id).filter(free))
            });
            match offered.or_else(|| groups().find(free)) {
                Some(group) => found.push(group.id),
                None => self.mistakes.push(ImportMistake::new(
                    dish.at.clone(),
                    ImportFault::UnknownOptionGroup,
                    name,
                )),
            }
        }
        found
    }

    fn option_groups(&self) -> Vec<OptionGroup> {
        let mut merged: BTreeMap<OptionGroupId, &OptionGroup> =
            self.groups.values().map(|group| (group.id, group)).collect();
        let known = self.file.option_groups.iter();
        let mut groups: Vec<OptionGroup> = known
            .map(|known| merged.remove(&known.id).unwrap_or(known).clone())
            .collect();
        let added = self
            .groups
            .values()
            .filter(|group| merged.contains_key(&group.id));
        groups.extend(added.cloned());
        groups
    }

    fn known_category(&self, name: &str) -> Option<&'a Category> {
        let name = folded(name);
        let mut categories = self.file.categories.iter();
        categories.find(|category| folded(&category.name) == name)
    }

    fn new_category(&mut self, name: &str) -> Category {
        self.check(
            &FilePosition::Item(name.to_owned()),
            check_name("name", name, limits::NAME),
        );
        Category {
            id: CategoryId(self.new_id()),
            name: name.to_owned(),
            description: String::new(),
            dishes: Vec::new(),
        }
    }

    /// What is known stays where it is, unless the file has it in another category; what is new comes at the end.
    fn added_to_categories(&mut self, dishes: Vec<Dish>) -> Vec<Category> {
        let mut categories = self.file.categories.clone();
        let mut merged = dishes.into_iter();
        for listed in &self.menu.categories {
            let known = self.known_category(&listed.name).map(|known| known.id);
            let position = known.and_then(|id| categories.iter().position(|known| known.id == id));
            let position = position.unwrap_or_else(|| {
                categories.push(self.new_category(&listed.name));
                categories.len() - 1
            });
            if let Some(description) = &listed.description {
                categories[position].description.clone_from(description);
            }
            let here: Vec<Dish> = merged.by_ref().take(listed.dishes.len()).collect();
            let mut here: BTreeMap<DishId, (usize, Dish)> = here
                .into_iter()
                .enumerate()
                .map(|(order, dish)| (dish.id, (order, dish)))
                .collect();
            for dish in &mut categories[position].dishes {
                if let Some((_, changed)) = here.remove(&dish.id) {
                    *dish = changed;
                }
            }
            for category in &mut categories {
                category.dishes.retain(|dish| !here.contains_key(&dish.id));
            }
            let mut added: Vec<(usize, Dish)> = here.into_values().collect();
            added.sort_by_key(|(order, _)| *order);
            categories[position]
                .dishes
                .extend(added.into_iter().map(|(_, dish)| dish));
        }
        categories
    }

    fn listed_categories(&mut self, dishes: Vec<Dish>) -> Vec<Category> {
        let mut merged = dishes.into_iter();
        let mut categories: Vec<Category> = Vec::new();
        for listed in &self.menu.categories {
            let known = self.known_category(&listed.name);
            let mut category = match known {
                Some(known) => Category {
                    dishes: Vec::new(),
                    ..known.clone()
                },
                None => self.new_category(&listed.name),
            };
            if let Some(description) = &listed.description {
                category.description.clone_from(description);
            }
            category.dishes = merged.by_ref().take(listed.dishes.len()).collect();
            match categories.iter_mut().find(|known| known.id == category.id) {
                Some(known) => known.dishes.append(&mut category.dishes),
                None => categories.push(category),
            }
        }
        categories
    }
}

/// What the file says, else what is there.
fn stated<T: Clone + Default>(stated: &Option<T>, known: Option<&T>) -> T {
    stated.as_ref().or(known).cloned().unwrap_or_default()
}

fn same_choice<'a>(group: &'a OptionGroup, name: &str) -> Option<&'a Choice> {
    let name = folded(name);
    group.choices.iter().find(|choice| folded(&choice.name) == name)
}

fn has_same_choices(known: &OptionGroup, group: &ImportedOptionGroup) -> bool {
    let same = |(known, choice): (&Choice, &ImportedChoice)| {
        folded(&known.name) == folded(&choice.name) && known.price == choice.price
    };
    folded(&known.name) == folded(&group.name)
        && known.choices.len() == group.choices.len()
        && known.choices.iter().zip(&group.choices).all(same)
}
