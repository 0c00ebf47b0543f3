//! A restaurant's menu: categories of dishes and their options.

use serde::{Deserialize, Serialize};

use crate::{
    currency::{Currency, Minor},
    hours::OpeningHours,
    id::{CategoryId, ChoiceId, DishId, OptionGroupId, RestaurantId},
    lang::Lang,
    limits,
    revision::Revision,
    tax::TaxRates,
};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Menu {
    pub restaurant: RestaurantId,
    pub revision: Revision,
    pub currency: Currency,
    /// The language the menu is written in.
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
}

/// Enums that are written as codes in JSON, in the database and in style sheets.
macro_rules! codes {
    ($(#[$doc:meta])* $name:ident { $($(#[$note:meta])* $variant:ident = $code:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub enum $name {
            $(
                $(#[$note])*
                #[serde(rename = $code)]
                // utoipa does not see serde's attribute here: the macro has made a group of the literal.
                #[cfg_attr(feature = "openapi", schema(rename = $code))]
                $variant
            ),+
        }

        impl $name {
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }

            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.code() == code)
            }
        }
    };
}
pub(crate) use codes;

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

    pub fn group(&self, id: OptionGroupId) -> Option<&OptionGroup> {
        self.option_groups.iter().find(|group| group.id == id)
    }
}

impl Menu {
    /// Checks a menu before it is accepted; the error names what is wrong.
    pub fn check(&self) -> Result<(), String> {
        let names = self.categories.iter().map(|category| &category.name);
        let names = names
            .chain(self.dishes().map(|dish| &dish.name))
            .chain(self.option_groups.iter().map(|group| &group.name));
        for name in names.chain(
            self.option_groups
                .iter()
                .flat_map(|group| &group.choices)
                .map(|choice| &choice.name),
        ) {
            if name.trim().is_empty() || name.chars().count() > limits::NAME {
                return Err(format!("a name has 1 to {} characters: {name:?}", limits::NAME));
            }
        }
        for dish in self.dishes() {
            if dish.description.chars().count() > limits::DESCRIPTION {
                return Err(format!(
                    "{}: a description has at most {} characters",
                    dish.name,
                    limits::DESCRIPTION
                ));
            }
            if dish.price < Minor::ZERO || dish.price.0 > limits::PRICE {
                return Err(format!(
                    "{}: a price is not below zero, nor above {}",
                    dish.name,
                    limits::PRICE
                ));
            }
            self.check_groups(&dish.name, &dish.option_groups, limits::DEPTH)?;
        }
        for group in &self.option_groups {
            let preselected = group.choices.iter().filter(|choice| choice.preselected).count();
            if group.min > group.max
                || usize::from(group.min) > group.choices.len()
                || preselected > usize::from(group.max)
            {
                return Err(format!(
                    "{}: {} to {} of {} choices cannot be chosen",
                    group.name,
                    group.min,
                    group.max,
                    group.choices.len()
                ));
            }
            for choice in &group.choices {
                if choice.price.0.abs() > limits::PRICE {
                    return Err(format!(
                        "{}: a choice costs {} at the most",
                        choice.name,
                        limits::PRICE
                    ));
                }
                if choice.dish.is_some_and(|id| self.dish(id).is_none()) {
                    return Err(format!(
                        "{}: comes with a dish that is not on the menu",
                        choice.name
                    ));
                }
            }
        }
        Ok(())
    }

    fn check_groups(&self, of: &str, groups: &[OptionGroupId], depth: usize) -> Result<(), String> {
        for id in groups {
            let Some(group) = self.group(*id) else {
                return Err(format!("{of}: offers a group of options that is not on the menu"));
            };
            for choice in group
                .choices
                .iter()
                .filter(|choice| !choice.option_groups.is_empty())
            {
                if depth == 1 {
                    return Err(format!(
                        "{of}: groups of options nest at most {} deep",
                        limits::DEPTH
                    ));
                }
                self.check_groups(&choice.name, &choice.option_groups, depth - 1)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{choice, dish};

    fn menu() -> Menu {
        let choice = |number, preselected| Choice {
            preselected,
            ..choice(number, "Large", 100)
        };
        let group = OptionGroup {
            id: OptionGroupId(1),
            name: "Size".into(),
            min: 1,
            max: 1,
            choices: vec![choice(1, true), choice(2, false)],
        };
        let dish = Dish {
            option_groups: vec![OptionGroupId(1)],
            ..dish("Ramen")
        };
        let category = Category {
            id: CategoryId(1),
            name: "Noodles".into(),
            description: String::new(),
            dishes: vec![dish],
        };
        Menu {
            restaurant: RestaurantId(1),
            revision: Revision(1),
            currency: "JPY".parse().unwrap(),
            lang: Lang::English,
            categories: vec![category],
            option_groups: vec![group],
        }
    }

    #[test]
    fn a_sound_menu_is_accepted() {
        assert_eq!(menu().check(), Ok(()));
    }

    #[test]
    fn what_is_wrong_is_named() {
        type Break = fn(&mut Menu);
        let broken: [(Break, &str); 10] = [
            (|menu| menu.categories[0].name.clear(), "a name has"),
            (
                |menu| menu.categories[0].dishes[0].name = "x".repeat(limits::NAME + 1),
                "a name has",
            ),
            (
                |menu| menu.categories[0].dishes[0].description = "x".repeat(limits::DESCRIPTION + 1),
                "a description has",
            ),
            (
                |menu| menu.categories[0].dishes[0].price = Minor(-1),
                "not below zero",
            ),
            (
                |menu| menu.categories[0].dishes[0].price = Minor(limits::PRICE + 1),
                "nor above",
            ),
            (|menu| menu.option_groups.clear(), "not on the menu"),
            (
                |menu| menu.option_groups[0].choices[0].dish = Some(DishId(9)),
                "not on the menu",
            ),
            (
                |menu| menu.option_groups[0].choices[0].option_groups = vec![OptionGroupId(1)],
                "nest at most",
            ),
            (|menu| menu.option_groups[0].min = 3, "cannot be chosen"),
            (
                |menu| menu.option_groups[0].choices[1].preselected = true,
                "cannot be chosen",
            ),
        ];
        for (breaks, says) in broken {
            let mut menu = menu();
            breaks(&mut menu);
            assert!(menu.check().is_err_and(|error| error.contains(says)), "{says}");
        }
    }
}
