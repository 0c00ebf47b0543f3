//! Finds for what a file names the dishes, groups and choices that the restaurant has, and makes those that it does not have.

mod categories;
mod option_groups;

use std::collections::{BTreeMap, BTreeSet};

use super::{
    FilePosition, ImportFault, ImportMistake, ImportedCategory, ImportedDish, ImportedMenu, ImportedOffers,
    Unlisted, folded,
};
use crate::{
    contact::{InvalidField, check_count, check_name, check_number, check_text},
    id::{CategoryId, DishId, EditId, OptionGroupId},
    limits,
    menu::{Dish, OptionGroup, USUAL_WORK},
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
        let KnownDishes { known, left_out } = merge.known_dishes();
        merge.match_groups(&known, unlisted);
        let dishes: Vec<Dish> = menu
            .dishes()
            .zip(&known)
            .map(|(dish, known)| merge.dish(dish, known.map(|known| known.dish)))
            .collect();
        let mut merged = self.clone();
        merged.option_groups = merge.option_groups();
        merged.categories = merge.categories(dishes, (&known, &left_out), unlisted);
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
        let was_offered = before.offered_groups(|_| true);
        let spare = self.option_groups.iter().map(|group| group.id);
        let spare = spare.filter(|id| !was_offered.contains(id)).collect();
        let (is_offered, spare) = (self.offered_groups(|_| true), self.opened_groups(spare));
        self.option_groups
            .retain(|group| is_offered.contains(&group.id) || spare.contains(&group.id));
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
        let dishes = self.categories.iter().flat_map(|category| &category.dishes);
        let of_dishes = dishes
            .filter(|dish| offers(dish))
            .flat_map(|dish| &dish.option_groups);
        self.opened_groups(of_dishes.copied().collect())
    }

    /// These groups, and those that their choices open.
    fn opened_groups(&self, mut next: Vec<OptionGroupId>) -> BTreeSet<OptionGroupId> {
        let groups: BTreeMap<OptionGroupId, &OptionGroup> =
            self.option_groups.iter().map(|group| (group.id, group)).collect();
        let mut opened = BTreeSet::new();
        while let Some(id) = next.pop() {
            if let Some(group) = groups.get(&id).filter(|_| opened.insert(id)) {
                next.extend(group.choices.iter().flat_map(|choice| &choice.option_groups));
            }
        }
        opened
    }
}

/// A dish that the restaurant has, and its category.
#[derive(Clone, Copy)]
struct KnownDish<'a> {
    category: CategoryId,
    category_name: &'a str,
    dish: &'a Dish,
}

struct KnownDishes<'a> {
    /// For each dish of the file.
    known: Vec<Option<KnownDish<'a>>>,
    /// Those that the file has, but leaves out: they stay as they are.
    left_out: Vec<KnownDish<'a>>,
}

struct Merge<'a> {
    file: &'a RestaurantFile,
    menu: &'a ImportedMenu,
    next_id: u128,
    /// The restaurant's groups for those of the file, by their positions.
    groups: BTreeMap<usize, OptionGroup>,
    /// By their folded names.
    groups_of_name: BTreeMap<String, Vec<OptionGroupId>>,
    mistakes: Vec<ImportMistake>,
}

impl<'a> Merge<'a> {
    fn new(file: &'a RestaurantFile, menu: &'a ImportedMenu, ids: EditId) -> Self {
        let mut groups_of_name: BTreeMap<String, Vec<OptionGroupId>> = BTreeMap::new();
        for group in &file.option_groups {
            groups_of_name
                .entry(folded(&group.name))
                .or_default()
                .push(group.id);
        }
        Self {
            file,
            menu,
            next_id: ids.0,
            groups: BTreeMap::new(),
            groups_of_name,
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

    /// For each dish of the file the restaurant's: by its id, by its name in its category, or by its name, if as many dishes of the
    /// restaurant have it.
    fn known_dishes(&mut self) -> KnownDishes<'a> {
        let mut index = DishIndex::new(self.file);
        let listed: Vec<(&ImportedCategory, &ImportedDish)> = self
            .menu
            .categories
            .iter()
            .flat_map(|category| category.dishes.iter().map(move |dish| (category, dish)))
            .collect();
        // Ids are sure, and so come before names; a dish of the same category comes before one of another.
        let mut known: Vec<Option<KnownDish<'a>>> = Vec::with_capacity(listed.len());
        for (_, dish) in &listed {
            let found = dish.id.and_then(|id| index.by_id.get(&id).copied());
            if let Some(found) = found
                && !index.claimed.insert(found.dish.id)
            {
                let (at, id) = (dish.at.clone(), found.dish.id.to_string());
                self.mistakes
                    .push(ImportMistake::new(at, ImportFault::SameId, id));
            }
            known.push(found);
        }
        for (known, (category, dish)) in known.iter_mut().zip(&listed) {
            if known.is_none() {
                *known = index.claim_in(&category.name, &dish.name);
            }
        }
        let mut unknown: BTreeMap<String, usize> = BTreeMap::new();
        for (_, (_, dish)) in known.iter().zip(&listed).filter(|(known, _)| known.is_none()) {
            *unknown.entry(folded(&dish.name)).or_default() += 1;
        }
        let is_certain: BTreeSet<String> = unknown
            .into_iter()
            .filter(|(name, count)| index.free(name) == *count)
            .map(|(name, _)| name)
            .collect();
        for (known, (_, dish)) in known.iter_mut().zip(&listed) {
            let name = folded(&dish.name);
            if known.is_none() && is_certain.contains(&name) {
                *known = index.claim_named(&name);
            }
        }
        let left_out = self.menu.left_out.iter().filter_map(|dish| {
            let name = folded(&dish.name);
            let in_category = dish.category.as_ref();
            let in_category = in_category.and_then(|category| index.claim_in(category, &dish.name));
            in_category.or_else(|| (index.free(&name) == 1).then(|| index.claim_named(&name))?)
        });
        KnownDishes {
            left_out: left_out.collect(),
            known,
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
            work: known.map_or(USUAL_WORK, |known| known.work),
            translations: known.map(|known| known.translations.clone()).unwrap_or_default(),
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

/// The restaurant's dishes, each of which is claimed once.
struct DishIndex<'a> {
    by_id: BTreeMap<DishId, KnownDish<'a>>,
    /// From the last to the first, so that the first is at the end; by the folded names of category and dish.
    by_place: BTreeMap<(String, String), Vec<KnownDish<'a>>>,
    by_name: BTreeMap<String, Vec<KnownDish<'a>>>,
    claimed: BTreeSet<DishId>,
}

impl<'a> DishIndex<'a> {
    fn new(file: &'a RestaurantFile) -> Self {
        let mut index = Self {
            by_id: BTreeMap::new(),
            by_place: BTreeMap::new(),
            by_name: BTreeMap::new(),
            claimed: BTreeSet::new(),
        };
        for category in file.categories.iter().rev() {
            let place = folded(&category.name);
            for dish in category.dishes.iter().rev() {
                let known = KnownDish {
                    category: category.id,
                    category_name: &category.name,
                    dish,
                };
                let name = folded(&dish.name);
                index.by_id.insert(dish.id, known);
                let of_place = index.by_place.entry((place.clone(), name.clone()));
                of_place.or_default().push(known);
                index.by_name.entry(name).or_default().push(known);
            }
        }
        index
    }

    fn claim_in(&mut self, category: &str, name: &str) -> Option<KnownDish<'a>> {
        let dishes = self.by_place.get_mut(&(folded(category), folded(name)));
        claim(dishes?, &mut self.claimed)
    }

    fn claim_named(&mut self, name: &str) -> Option<KnownDish<'a>> {
        claim(self.by_name.get_mut(name)?, &mut self.claimed)
    }

    /// How many dishes of this name nobody has claimed.
    fn free(&self, name: &str) -> usize {
        let dishes = self.by_name.get(name).into_iter().flatten();
        dishes
            .filter(|known| !self.claimed.contains(&known.dish.id))
            .count()
    }
}

fn claim<'a>(dishes: &mut Vec<KnownDish<'a>>, claimed: &mut BTreeSet<DishId>) -> Option<KnownDish<'a>> {
    loop {
        let next = dishes.pop()?;
        if claimed.insert(next.dish.id) {
            return Some(next);
        }
    }
}

/// What the file says, else what is there.
fn stated<T: Clone + Default>(stated: &Option<T>, known: Option<&T>) -> T {
    stated.as_ref().or(known).cloned().unwrap_or_default()
}
