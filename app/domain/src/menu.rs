//! A restaurant's menu: categories of dishes and their options.

mod check;
mod shown;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

pub(crate) use self::check::check_new;
use crate::{
    codes::codes,
    currency::{Currency, Minor},
    hours::OpeningHours,
    id::{CategoryId, ChoiceId, DishId, OptionGroupId, RestaurantId},
    lang::Lang,
    revision::Revision,
    tax::TaxRates,
    translation::PartTranslations,
};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Menu {
    pub restaurant: RestaurantId,
    pub revision: Revision,
    pub currency: Currency,
    /// The language the menu is written in; or the one in which it is shown, see [`Menu::shown_in`].
    pub lang: Lang,
    pub categories: Vec<Category>,
    /// Each group once, even if several dishes offer it.
    pub option_groups: Vec<OptionGroup>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Category {
    pub id: CategoryId,
    pub name: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    #[serde(default, skip_serializing_if = "PartTranslations::is_empty")]
    pub translations: PartTranslations,
    pub dishes: Vec<Dish>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Dish {
    pub id: DishId,
    pub name: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    pub price: Minor,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allergens: Vec<Allergen>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub diets: Vec<Diet>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub option_groups: Vec<OptionGroupId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<Picture>,
    /// When it is served; absent means during all opening hours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, example = "Mo-Fr 11:30-14:30"))]
    pub served: Option<OpeningHours>,
    /// Tax rates that differ from the restaurant's default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax: Option<TaxRates>,
    /// How much work a portion is for the kitchen, where a usual dish is 1.
    #[serde(default = "usual_work", skip_serializing_if = "is_usual_work")]
    #[cfg_attr(feature = "openapi", schema(maximum = 100, default = 1))]
    pub work: u8,
    #[serde(default, skip_serializing_if = "PartTranslations::is_empty")]
    pub translations: PartTranslations,
}

pub const USUAL_WORK: u8 = 1;

const fn usual_work() -> u8 {
    USUAL_WORK
}

const fn is_usual_work(work: &u8) -> bool {
    *work == USUAL_WORK
}

/// A choice that the diner makes for a dish: size, sauce, extras.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OptionGroup {
    pub id: OptionGroupId,
    pub name: String,
    /// The minimum and maximum number of choices.
    pub min: u8,
    pub max: u8,
    #[serde(default, skip_serializing_if = "PartTranslations::is_empty")]
    pub translations: PartTranslations,
    pub choices: Vec<Choice>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Choice {
    pub id: ChoiceId,
    pub name: String,
    /// Added to the dish's price; may be negative.
    pub price: Minor,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub preselected: bool,
    /// A dish that is included: combinations are built this way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dish: Option<DishId>,
    /// Options that this choice opens.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub option_groups: Vec<OptionGroupId>,
    #[serde(default, skip_serializing_if = "PartTranslations::is_empty")]
    pub translations: PartTranslations,
}

codes! {
    /// The fourteen allergens of EU regulation 1169/2011.
    Allergen {
        Gluten = "gluten", Crustaceans = "crustaceans", Eggs = "eggs", Fish = "fish", Peanuts = "peanuts", Soy = "soy",
        Milk = "milk", Nuts = "nuts", Celery = "celery", Mustard = "mustard", Sesame = "sesame", Sulphites = "sulphites",
        Lupin = "lupin", Molluscs = "molluscs",
    }
}

codes! {
    Diet { Vegetarian = "vegetarian", Vegan = "vegan", Halal = "halal" }
}

codes! {
    /// Formats of pictures, the best first.
    PictureFormat { Avif = "avif", Webp = "webp", Jpeg = "jpeg", Svg = "svg" }
}

impl PictureFormat {
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Avif => "image/avif",
            Self::Webp => "image/webp",
            Self::Jpeg => "image/jpeg",
            Self::Svg => "image/svg+xml",
        }
    }
}

/// A picture in one or more formats and widths. Files are named `{path}-{width}.{format}`; a vector drawing
/// has no width: `{path}.svg`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Picture {
    pub path: String,
    pub formats: Vec<PictureFormat>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub widths: Vec<u16>,
}

impl Menu {
    pub fn dishes(&self) -> impl Iterator<Item = &Dish> {
        self.categories.iter().flat_map(|category| &category.dishes)
    }

    pub fn dish(&self, id: DishId) -> Option<&Dish> {
        self.dishes().find(|dish| dish.id == id)
    }

    pub(crate) fn dish_ids(&self) -> BTreeSet<DishId> {
        self.dishes().map(|dish| dish.id).collect()
    }

    pub fn group(&self, id: OptionGroupId) -> Option<&OptionGroup> {
        self.option_groups.iter().find(|group| group.id == id)
    }
}
