//! Where the dishes of a file go.

use std::collections::{BTreeMap, BTreeSet};

use super::{KnownDish, Merge};
use crate::{
    contact::{check_name, check_text},
    id::{CategoryId, DishId},
    limits,
    menu::{Category, Dish},
    menu_import::{FilePosition, ImportedCategory, Unlisted, folded},
    translation::PartTranslations,
};

/// The categories of the file, and where each of its dishes goes.
struct Destinations {
    /// Heads without dishes: those that are there, then the new ones.
    heads: Vec<Category>,
    of_dishes: Vec<Option<CategoryId>>,
}

impl<'a> Merge<'a> {
    pub(super) fn categories(
        &mut self,
        dishes: Vec<Dish>,
        (known, left_out): (&[Option<KnownDish<'a>>], &[KnownDish<'a>]),
        unlisted: Unlisted,
    ) -> Vec<Category> {
        let destinations = self.destinations(known);
        match unlisted {
            Unlisted::Keep => added(&self.file.categories, destinations, dishes),
            Unlisted::Remove => {
                let left_out = left_out.iter().map(|known| (known.dish.clone(), known.category));
                replaced(&self.file.categories, destinations, (dishes, left_out.collect()))
            }
        }
    }

    fn destinations(&mut self, known: &[Option<KnownDish<'a>>]) -> Destinations {
        let mut heads: Vec<Category> = self.file.categories.iter().map(without_dishes).collect();
        let mut of_dishes = Vec::with_capacity(known.len());
        let mut rest = known;
        for listed in &self.menu.categories {
            let (here, after) = rest.split_at(listed.dishes.len().min(rest.len()));
            rest = after;
            let category = self.category(listed, here, &mut heads);
            for known in here {
                // One of several categories with this name, or one that the file says nothing of.
                let own = known
                    .filter(|known| !listed.is_named || folded(known.category_name) == folded(&listed.name));
                of_dishes.push(own.map(|known| known.category).or(category));
            }
        }
        Destinations { heads, of_dishes }
    }

    /// The category that the file means; `None` if it names none, and has no new dish. One whose dishes all come under a new name is
    /// renamed: stations keep it.
    fn category(
        &mut self,
        listed: &ImportedCategory,
        dishes: &[Option<KnownDish<'a>>],
        heads: &mut Vec<Category>,
    ) -> Option<CategoryId> {
        if !listed.is_named && dishes.iter().all(Option::is_some) {
            return None;
        }
        let name = folded(&listed.name);
        let position = heads.iter().position(|head| folded(&head.name) == name);
        let position = position.or_else(|| {
            let renamed = self.renamed(listed, dishes)?;
            heads.iter().position(|head| head.id == renamed)
        });
        let position = position.unwrap_or_else(|| {
            heads.push(Category {
                id: CategoryId(self.new_id()),
                name: listed.name.clone(),
                description: String::new(),
                translations: PartTranslations::default(),
                dishes: Vec::new(),
            });
            heads.len() - 1
        });
        let head = &mut heads[position];
        if listed.is_named {
            head.name.clone_from(&listed.name);
        }
        if let Some(description) = &listed.description {
            head.description.clone_from(description);
        }
        let at = FilePosition::Item(head.name.clone());
        let (id, name) = (head.id, check_name("name", &head.name, limits::NAME));
        let description = check_text("description", &head.description, limits::DESCRIPTION);
        self.check(&at, name);
        self.check(&at, description);
        Some(id)
    }

    fn renamed(&self, listed: &ImportedCategory, dishes: &[Option<KnownDish<'a>>]) -> Option<CategoryId> {
        let before = dishes.iter().flatten().next()?.category;
        let known: Vec<&KnownDish<'a>> = dishes.iter().flatten().collect();
        let category = self
            .file
            .categories
            .iter()
            .find(|category| category.id == before)?;
        let is_listed = |name: &str| {
            let mut listed = self.menu.categories.iter();
            listed.any(|category| folded(&category.name) == folded(name))
        };
        let all_come =
            known.len() == category.dishes.len() && known.iter().all(|known| known.category == before);
        (listed.is_named && all_come && !is_listed(&category.name)).then_some(before)
    }
}

fn without_dishes(category: &Category) -> Category {
    Category {
        id: category.id,
        name: category.name.clone(),
        description: category.description.clone(),
        translations: category.translations.clone(),
        dishes: Vec::new(),
    }
}

/// What is known stays where it is, unless the file has it in another category; what is new comes at the end.
fn added(before: &[Category], destinations: Destinations, dishes: Vec<Dish>) -> Vec<Category> {
    let mut listed: BTreeMap<DishId, (CategoryId, Dish)> = BTreeMap::new();
    let mut order = Vec::new();
    for (dish, category) in dishes.into_iter().zip(destinations.of_dishes) {
        if let Some(category) = category {
            order.push(dish.id);
            listed.insert(dish.id, (category, dish));
        }
    }
    let mut categories = destinations.heads;
    for (category, before) in categories.iter_mut().zip(before) {
        for dish in &before.dishes {
            match listed.get(&dish.id) {
                None => category.dishes.push(dish.clone()),
                Some((there, _)) if *there != category.id => {}
                Some(_) => category
                    .dishes
                    .extend(listed.remove(&dish.id).map(|(_, dish)| dish)),
            }
        }
    }
    for id in order {
        if let Some((category, dish)) = listed.remove(&id)
            && let Some(category) = categories.iter_mut().find(|known| known.id == category)
        {
            category.dishes.push(dish);
        }
    }
    categories
}

/// The file's categories and dishes, in its order. Categories that had no dishes cannot be in a table: they stay after the one
/// before them.
fn replaced(
    before: &[Category],
    destinations: Destinations,
    (dishes, left_out): (Vec<Dish>, Vec<(Dish, CategoryId)>),
) -> Vec<Category> {
    let mut heads: BTreeMap<CategoryId, Category> = destinations
        .heads
        .into_iter()
        .map(|head| (head.id, head))
        .collect();
    let mut categories: Vec<Category> = Vec::new();
    let listed = dishes.into_iter().zip(destinations.of_dishes);
    let listed = listed.filter_map(|(dish, id)| Some((dish, id?)));
    for (dish, id) in listed.chain(left_out) {
        let position = match categories.iter().position(|category| category.id == id) {
            Some(position) => position,
            None => {
                let Some(head) = heads.remove(&id) else { continue };
                categories.push(head);
                categories.len() - 1
            }
        };
        categories[position].dishes.push(dish);
    }
    let listed: BTreeSet<CategoryId> = categories.iter().map(|category| category.id).collect();
    let mut previous = None;
    for category in before {
        if category.dishes.is_empty() && !listed.contains(&category.id) {
            let after = categories.iter().position(|known| Some(known.id) == previous);
            categories.insert(after.map_or(0, |after| after + 1), category.clone());
        }
        previous = Some(category.id);
    }
    categories
}
