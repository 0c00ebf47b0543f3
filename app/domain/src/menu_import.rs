//! A menu as another program wrote it: with names in place of ids, and only what that program knows.

mod amount;
mod merge;
#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

pub use self::amount::{amount, decimal_amount};
use crate::{
    codes::codes,
    currency::Minor,
    hours::OpeningHours,
    id::{DishId, EditId},
    limits,
    menu::{Allergen, Diet},
    tax::TaxRates,
};

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportedMenu {
    pub categories: Vec<ImportedCategory>,
    pub option_groups: Vec<ImportedOptionGroup>,
    /// Dishes that the file has, but does not offer, or offers without a price.
    pub left_out: Vec<LeftOutDish>,
    /// The positions of categories, by whether they are named and their folded names, and of groups.
    category_positions: BTreeMap<(bool, String), usize>,
    group_positions: BTreeMap<ImportedOptionGroup, usize>,
    dish_count: usize,
}

/// With its category, if the file names one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOutDish {
    pub category: Option<String>,
    pub name: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportedCategory {
    pub name: String,
    /// `false` if the file says nothing of a category: dishes that are known stay in theirs.
    pub is_named: bool,
    /// `None` if the file does not say; what is there stays, here and below.
    pub description: Option<String>,
    pub dishes: Vec<ImportedDish>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedDish {
    pub at: FilePosition,
    /// Of a file that Servery wrote.
    pub id: Option<DishId>,
    pub name: String,
    pub price: Minor,
    pub description: Option<String>,
    pub allergens: Option<Vec<Allergen>>,
    pub diets: Option<Vec<Diet>>,
    pub offers: Option<ImportedOffers>,
    pub served: Option<Option<OpeningHours>>,
    pub tax: Option<Option<TaxRates>>,
}

/// The groups of options that a dish offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImportedOffers {
    /// Groups that the restaurant has.
    Named(Vec<String>),
    /// Positions in `ImportedMenu::option_groups`.
    Imported(Vec<usize>),
}

#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ImportedOptionGroup {
    pub name: String,
    pub min: u8,
    pub max: u8,
    pub choices: Vec<ImportedChoice>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ImportedChoice {
    pub name: String,
    pub price: Minor,
    pub preselected: Option<bool>,
    /// Positions in `ImportedMenu::option_groups`, of groups that stand before this one.
    pub option_groups: Option<Vec<usize>>,
}

codes! {
    /// What happens to dishes that a file does not list.
    Unlisted {
        Keep = "keep",
        /// The menu is what the file says, in its order.
        Remove = "remove",
    }
}

impl ImportedMenu {
    pub fn dishes(&self) -> impl Iterator<Item = &ImportedDish> {
        self.categories.iter().flat_map(|category| &category.dishes)
    }

    /// The category of this name, which is added if there is none; `None` for dishes for which the file names no category: new ones
    /// go to the one of the name `other`.
    pub fn category(&mut self, name: Option<&str>, other: &str) -> &mut ImportedCategory {
        let (categories, is_named) = (&mut self.categories, name.is_some());
        let name = name.unwrap_or(other);
        let position = self.category_positions.entry((is_named, folded(name)));
        let position = *position.or_insert_with(|| {
            categories.push(ImportedCategory {
                name: name.to_owned(),
                is_named,
                ..ImportedCategory::default()
            });
            categories.len() - 1
        });
        &mut self.categories[position]
    }

    pub fn add_dish(&mut self, category: Option<&str>, other: &str, dish: ImportedDish) {
        self.dish_count += 1;
        self.category(category, other).dishes.push(dish);
    }

    pub fn leave_out(&mut self, category: Option<&str>, name: &str) {
        self.left_out.push(LeftOutDish {
            category: category.map(str::to_owned),
            name: name.to_owned(),
        });
    }

    /// The names of those that the file has, but does not offer, or offers without a certain price.
    pub fn left_out_names(&self) -> Vec<String> {
        self.left_out.iter().map(|dish| dish.name.clone()).collect()
    }

    /// The position of a group, which is added if there is none like it.
    pub fn add_option_group(&mut self, group: ImportedOptionGroup) -> usize {
        let groups = &mut self.option_groups;
        let position = self.group_positions.entry(group);
        let group = position.key().clone();
        *position.or_insert_with(|| {
            groups.push(group);
            groups.len() - 1
        })
    }

    pub fn dish_count(&self) -> usize {
        self.dish_count
    }

    /// Whether it has more than any menu may have: nobody has to read on.
    pub fn is_too_large(&self) -> bool {
        self.dish_count + self.left_out.len() > limits::DISHES
            || self.categories.len() > limits::CATEGORIES
            || self.option_groups.len() > limits::OPTION_GROUPS
    }
}

/// Letters of any case and any number of spaces are the same name.
fn folded(name: &str) -> String {
    let words: Vec<&str> = name.split_whitespace().collect();
    words.join(" ").to_lowercase()
}

/// What an import changes, or would change: dishes, categories, groups of options and other parts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ImportSummary {
    /// The edit that was made, for its publication; absent if nothing changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edit: Option<EditId>,
    pub added: usize,
    pub changed: usize,
    pub removed: usize,
    /// Dishes that the file has, but does not offer, or offers without a price.
    pub left_out: Vec<String>,
}

/// Where something is in a file that is imported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FilePosition {
    File,
    /// Of a table; the first one is 1.
    Line(u32),
    /// The name of a dish or of a category, in a file without lines.
    Item(String),
}

/// What is wrong in a file that is imported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportMistake {
    pub at: FilePosition,
    pub fault: ImportFault,
    /// What is there.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub value: String,
}

codes! {
    ImportFault {
        /// The file itself.
        UnknownFormat = "format",
        Encoding = "encoding",
        TooLarge = "large",
        TooMany = "many",
        NoColumns = "columns",
        NoDishes = "empty",
        TooManyChanges = "changes",
        OtherCurrency = "currency",
        OtherRestaurant = "restaurant",
        /// The page that it comes from.
        PageAddress = "page-address",
        PageNotLoaded = "page-not-loaded",
        /// A dish.
        NoName = "name",
        NoPrice = "price",
        NoAmount = "amount",
        /// `1.234` is one and a bit, or more than a thousand.
        UnclearAmount = "unclear-amount",
        UnknownAllergen = "allergen",
        UnknownDiet = "diet",
        UnknownOptionGroup = "options",
        NoTaxRate = "tax",
        NoHours = "hours",
        NoId = "id",
        SameId = "same-id",
        /// What the rules of a menu say, in English.
        NotAccepted = "not-accepted",
    }
}

/// Characters of what is wrong.
const TOLD: usize = 200;

impl ImportMistake {
    /// Of a long value the beginning is told.
    pub fn new(at: FilePosition, fault: ImportFault, value: impl Into<String>) -> Self {
        let at = match at {
            FilePosition::Item(name) => FilePosition::Item(shortened(name, TOLD)),
            at => at,
        };
        Self {
            at,
            fault,
            value: shortened(value.into(), TOLD),
        }
    }
}

/// The beginning of a long text.
pub fn shortened(mut text: String, most: usize) -> String {
    if let Some((end, _)) = text.char_indices().nth(most) {
        text.truncate(end);
        text.push('…');
    }
    text
}

impl fmt::Display for ImportMistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.at {
            FilePosition::File => {}
            FilePosition::Line(line) => write!(f, "line {line}: ")?,
            FilePosition::Item(name) => write!(f, "{name:?}: ")?,
        }
        let value = &self.value;
        match self.fault {
            ImportFault::UnknownFormat => write!(f, "this is no menu that can be read: {value}"),
            ImportFault::Encoding => f.write_str("the text is no UTF-8; save the table as “CSV UTF-8”"),
            ImportFault::TooLarge => write!(f, "the file is too large: {value}"),
            ImportFault::TooMany => write!(
                f,
                "a menu has {} dishes, {} categories and {} groups of options at the most",
                limits::DISHES,
                limits::CATEGORIES,
                limits::OPTION_GROUPS
            ),
            ImportFault::TooManyChanges => {
                write!(
                    f,
                    "the file would change more than {value} parts at once; import it in two halves"
                )
            }
            ImportFault::NoColumns => write!(f, "the first line has no column for the {value}"),
            ImportFault::NoDishes => f.write_str("there is no dish in the file"),
            ImportFault::OtherCurrency => {
                write!(f, "the prices are in {value}, and the restaurant's are not")
            }
            ImportFault::OtherRestaurant => write!(f, "the file is of another restaurant: {value}"),
            ImportFault::PageAddress => write!(f, "{value:?} is no address of a page on the internet"),
            ImportFault::PageNotLoaded => write!(f, "the page could not be loaded: {value}"),
            ImportFault::NoName => f.write_str("the name is missing"),
            ImportFault::NoPrice => f.write_str("the price is missing"),
            ImportFault::NoAmount => write!(f, "{value:?} is no price in this currency"),
            ImportFault::UnclearAmount => {
                write!(
                    f,
                    "{value:?} can be read in two ways; write all decimals, and no thousands separator"
                )
            }
            ImportFault::UnknownAllergen => write!(f, "{value:?} is none of the fourteen allergens"),
            ImportFault::UnknownDiet => {
                write!(f, "{value:?} is no diet; known are vegetarian, vegan and halal")
            }
            ImportFault::UnknownOptionGroup => write!(f, "there is no group of options called {value:?}"),
            ImportFault::NoTaxRate => write!(f, "{value:?} is no tax rate; write 19 or 8.875"),
            ImportFault::NoHours => write!(f, "{value:?} are no times; write Mo-Fr 11:30-14:30"),
            ImportFault::NoId => write!(f, "{value:?} is no id; leave it out for a new dish"),
            ImportFault::SameId => write!(f, "the id {value} is on another line, too"),
            ImportFault::NotAccepted => f.write_str(value),
        }
    }
}
