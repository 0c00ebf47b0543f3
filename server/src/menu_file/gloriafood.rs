//! The menu of GloriaFood, as its interface for menus answers it.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::{Number, Value};
use servery_domain::{
    currency::{Currency, Minor},
    limits,
    menu::{Allergen, Diet},
    menu_import::{
        FilePosition, ImportFault, ImportMistake, ImportedChoice, ImportedDish, ImportedMenu, ImportedOffers,
        ImportedOptionGroup, decimal_amount,
    },
};

use super::{
    MISTAKES, of_file,
    words::{self, Words},
};

#[derive(Deserialize)]
struct GloriaFoodMenu {
    currency: Option<String>,
    #[serde(default)]
    categories: Vec<GloriaFoodCategory>,
}

#[derive(Deserialize)]
struct GloriaFoodCategory {
    name: String,
    description: Option<String>,
    active: Option<bool>,
    items: Option<Vec<GloriaFoodItem>>,
    /// For each of its items.
    groups: Option<Vec<GloriaFoodGroup>>,
}

#[derive(Deserialize)]
struct GloriaFoodItem {
    name: String,
    description: Option<String>,
    price: Number,
    active: Option<bool>,
    tags: Option<Vec<String>>,
    sizes: Option<Vec<GloriaFoodSize>>,
    groups: Option<Vec<GloriaFoodGroup>>,
    extras: Option<GloriaFoodExtras>,
}

#[derive(Deserialize)]
struct GloriaFoodExtras {
    menu_item_allergens_values: Option<Vec<GloriaFoodAllergen>>,
}

#[derive(Deserialize)]
struct GloriaFoodAllergen {
    name: String,
}

#[derive(Deserialize)]
struct GloriaFoodSize {
    name: String,
    /// Added to the item's.
    price: Number,
    default: Option<bool>,
    groups: Option<Vec<GloriaFoodGroup>>,
}

#[derive(Deserialize)]
struct GloriaFoodGroup {
    name: String,
    /// Without it `force_min` says nothing.
    required: Option<bool>,
    force_min: Option<u32>,
    /// 0 is no limit.
    force_max: Option<u32>,
    allow_quantity: Option<bool>,
    #[serde(default)]
    options: Vec<GloriaFoodOption>,
}

#[derive(Deserialize)]
struct GloriaFoodOption {
    name: String,
    price: Number,
    default: Option<bool>,
}

pub fn menu(value: Value, currency: Currency, words: &Words) -> Result<ImportedMenu, Vec<ImportMistake>> {
    let file: GloriaFoodMenu = serde_json::from_value(value)
        .map_err(|error| vec![of_file(ImportFault::UnknownFormat, error.to_string())])?;
    if let Some(other) = file.currency.filter(|code| code != currency.code()) {
        return Err(vec![of_file(ImportFault::OtherCurrency, other)]);
    }
    let mut reader = GloriaFoodReader {
        currency,
        words,
        menu: ImportedMenu::default(),
        mistakes: Vec::new(),
    };
    for category in &file.categories {
        reader.category(category);
    }
    match reader.mistakes.is_empty() {
        true => Ok(reader.menu),
        false => Err(reader.mistakes),
    }
}

struct GloriaFoodReader<'a> {
    currency: Currency,
    words: &'a Words,
    menu: ImportedMenu,
    mistakes: Vec<ImportMistake>,
}

fn listed<T>(list: &Option<Vec<T>>) -> &[T] {
    list.as_deref().unwrap_or_default()
}

impl GloriaFoodReader<'_> {
    fn category(&mut self, category: &GloriaFoodCategory) {
        let name = Some(super::name(&category.name)).filter(|name| !name.is_empty());
        let name = name.as_deref();
        let mut of_category = self.groups(listed(&category.groups));
        // One more than a dish may offer is refused later.
        of_category.truncate(limits::OFFERED_GROUPS + 1);
        let mut is_offered = false;
        for item in listed(&category.items) {
            if self.menu.is_too_large() || self.mistakes.len() >= MISTAKES {
                return;
            }
            if category.active == Some(false) || item.active == Some(false) {
                self.menu.leave_out(name, &super::name(&item.name));
                continue;
            }
            is_offered = true;
            let dish = self.dish(item, &of_category);
            self.menu.add_dish(name, &self.words.other_dishes, dish);
        }
        if is_offered && category.description.is_some() {
            let other = &self.words.other_dishes;
            self.menu
                .category(name, other)
                .description
                .clone_from(&category.description);
        }
    }

    fn amount(&mut self, at: &str, price: &Number) -> Minor {
        let price = price.to_string();
        decimal_amount(self.currency, &price).unwrap_or_else(|| {
            let at = FilePosition::Item(at.to_owned());
            self.mistakes
                .push(ImportMistake::new(at, ImportFault::NoAmount, price));
            Minor::ZERO
        })
    }

    fn dish(&mut self, item: &GloriaFoodItem, of_category: &[usize]) -> ImportedDish {
        let mut price = self.amount(&item.name, &item.price);
        let mut offers = Vec::new();
        match listed(&item.sizes) {
            [] => {}
            // There is nothing to choose.
            [only] => {
                price += self.amount(&only.name, &only.price);
                offers.extend(self.groups(listed(&only.groups)));
            }
            sizes => offers.push(self.sizes(sizes)),
        }
        offers.extend(self.groups(listed(&item.groups)));
        offers.extend(of_category);
        let mut known = BTreeSet::new();
        offers.retain(|group| known.insert(*group));
        let (allergens, others) = allergens(item);
        let described = item.description.as_deref().unwrap_or_default();
        let description = match others.is_empty() {
            true => item.description.as_deref().map(super::description),
            false => Some(super::description(&format!(
                "{described} ({})",
                others.join(", ")
            ))),
        };
        ImportedDish {
            at: FilePosition::Item(item.name.clone()),
            id: None,
            name: super::name(&item.name),
            price,
            description,
            allergens,
            diets: item.tags.as_deref().map(diets),
            offers: Some(ImportedOffers::Imported(offers)),
            served: None,
            tax: None,
        }
    }

    fn sizes(&mut self, sizes: &[GloriaFoodSize]) -> usize {
        let default = sizes.iter().position(|size| size.default == Some(true));
        let choices = sizes.iter().enumerate().map(|(position, size)| ImportedChoice {
            name: super::name(&size.name),
            price: self.amount(&size.name, &size.price),
            preselected: Some(default == Some(position)),
            option_groups: Some(self.groups(listed(&size.groups))),
        });
        let choices = choices.collect();
        self.menu.add_option_group(self.words.sizes(choices))
    }

    fn groups(&mut self, groups: &[GloriaFoodGroup]) -> Vec<usize> {
        let chosen = groups.iter().filter(|group| !group.options.is_empty());
        let mut known = BTreeSet::new();
        let positions = chosen.map(|group| self.group(group));
        positions.filter(|position| known.insert(*position)).collect()
    }

    fn group(&mut self, group: &GloriaFoodGroup) -> usize {
        let small = |number: u32| u8::try_from(number).unwrap_or(u8::MAX);
        let options = small(u32::try_from(group.options.len()).unwrap_or(u32::MAX));
        let limit = group.force_max.filter(|most| *most > 0).map_or(options, small);
        let max = match group.allow_quantity {
            Some(true) => limit,
            _ => limit.min(options),
        };
        let min = match group.required {
            Some(true) => small(group.force_min.unwrap_or(1).max(1)).min(options).min(max),
            _ => 0,
        };
        let mut preselected = 0;
        let choices = group.options.iter().map(|option| {
            let is_default = option.default == Some(true) && preselected < max;
            preselected += u8::from(is_default);
            ImportedChoice {
                name: super::name(&option.name),
                price: self.amount(&option.name, &option.price),
                preselected: Some(is_default),
                option_groups: None,
            }
        });
        let choices = choices.collect();
        self.menu.add_option_group(ImportedOptionGroup {
            name: super::name(&group.name),
            min,
            max,
            choices,
        })
    }
}

fn diets(tags: &[String]) -> Vec<Diet> {
    let mut diets: Vec<Diet> = tags.iter().filter_map(|tag| words::diet(tag)).collect();
    diets.sort();
    diets.dedup();
    diets
}

/// The fourteen, and what else is named: that goes into the description, so that nobody is told less than before.
fn allergens(item: &GloriaFoodItem) -> (Option<Vec<Allergen>>, Vec<&str>) {
    let listed = item
        .extras
        .as_ref()
        .and_then(|extras| extras.menu_item_allergens_values.as_ref());
    let Some(listed) = listed else {
        return (None, Vec::new());
    };
    let mut known = Vec::new();
    let mut others = Vec::new();
    for GloriaFoodAllergen { name } in listed {
        match words::allergen(name) {
            Some(allergen) if known.contains(&allergen) => {}
            Some(allergen) => known.push(allergen),
            None => others.push(name.trim()),
        }
    }
    (Some(known), others)
}
