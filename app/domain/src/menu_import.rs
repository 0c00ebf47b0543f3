//! A menu as another program wrote it: with names in place of ids, and only what that program knows.

mod amount;
mod merge;
#[cfg(test)]
mod tests;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use self::amount::amount;
use crate::{
    codes::codes,
    currency::Minor,
    hours::OpeningHours,
    id::DishId,
    menu::{Allergen, Diet},
    tax::TaxRates,
};

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportedMenu {
    pub categories: Vec<ImportedCategory>,
    pub option_groups: Vec<ImportedOptionGroup>,
    /// Dishes that the file has, but does not offer, or offers without a price.
    pub left_out: Vec<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportedCategory {
    pub name: String,
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

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportedOptionGroup {
    pub name: String,
    pub min: u8,
    pub max: u8,
    pub choices: Vec<ImportedChoice>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportedChoice {
    pub name: String,
    pub price: Minor,
    pub preselected: bool,
    /// Positions in `ImportedMenu::option_groups`, of groups that stand before this one.
    pub option_groups: Vec<usize>,
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

    /// The category of this name, which is added if there is none.
    pub fn category(&mut self, name: &str) -> &mut ImportedCategory {
        let known = self.categories.iter().position(|category| category.name == name);
        let position = known.unwrap_or_else(|| {
            self.categories.push(ImportedCategory {
                name: name.to_owned(),
                ..ImportedCategory::default()
            });
            self.categories.len() - 1
        });
        &mut self.categories[position]
    }

    /// The position of a group, which is added if there is none like it.
    pub fn add_option_group(&mut self, group: ImportedOptionGroup) -> usize {
        let known = self.option_groups.iter().position(|known| *known == group);
        known.unwrap_or_else(|| {
            self.option_groups.push(group);
            self.option_groups.len() - 1
        })
    }
}

/// What an import changes, or would change: dishes, categories, groups of options and other parts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ImportSummary {
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
        NoColumns = "columns",
        NoDishes = "empty",
        OtherCurrency = "currency",
        OtherRestaurant = "restaurant",
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

impl ImportMistake {
    pub fn new(at: FilePosition, fault: ImportFault, value: impl Into<String>) -> Self {
        Self {
            at,
            fault,
            value: value.into(),
        }
    }
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
            ImportFault::NoColumns => write!(f, "the first line has no column for the {value}"),
            ImportFault::NoDishes => f.write_str("there is no dish in the file"),
            ImportFault::OtherCurrency => {
                write!(f, "the prices are in {value}, and the restaurant's are not")
            }
            ImportFault::OtherRestaurant => write!(f, "the file is of another restaurant: {value}"),
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
