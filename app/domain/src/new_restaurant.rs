//! What a new restaurant can be made from: countries with their usual settings, and menus to start from.

use serde::{Deserialize, Serialize};

use crate::{
    currency::{Currency, Minor},
    id::{CategoryId, DishId, RestaurantId},
    lang::Lang,
    menu::{Allergen, Category, Diet, Dish, USUAL_WORK},
    time::TimeZoneName,
    translation::PartTranslations,
};

/// What one can choose from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewRestaurantChoices {
    /// For the restaurant that is made: sent twice, it is made once.
    pub id: RestaurantId,
    /// Whether cards can be charged here.
    pub takes_cards: bool,
    pub countries: Vec<Country>,
    pub example_menus: Vec<ExampleMenu>,
}

/// A text in each language of the pages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Translations {
    pub en: String,
    pub de: String,
    pub ar: String,
}

impl Translations {
    pub fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::English => &self.en,
            Lang::German => &self.de,
            Lang::Arabic => &self.ar,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Country {
    /// ISO 3166-1 alpha-2.
    pub code: String,
    pub currency: Currency,
    /// The first is where most people live.
    pub zones: Vec<TimeZoneName>,
    pub names: Translations,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExampleMenu {
    pub code: String,
    pub name: Translations,
    pub categories: Vec<ExampleCategory>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExampleCategory {
    pub name: Translations,
    pub dishes: Vec<ExampleDish>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExampleDish {
    pub name: Translations,
    pub description: Translations,
    /// Hundredths of what is usual in euros or dollars.
    pub price: i64,
    pub allergens: Vec<Allergen>,
    pub diets: Vec<Diet>,
}

/// The ids of a new menu follow that of its restaurant: so the same form, sent twice, is the same menu.
pub struct MenuIds(u128);

impl MenuIds {
    pub fn of(restaurant: RestaurantId) -> Self {
        Self(restaurant.0)
    }

    /// The next one.
    pub fn make(&mut self) -> u128 {
        self.0 = self.0.wrapping_add(1);
        self.0
    }
}

impl ExampleMenu {
    pub fn categories(&self, lang: Lang, currency: Currency, ids: &mut MenuIds) -> Vec<Category> {
        let categories = self.categories.iter();
        categories
            .map(|category| Category {
                id: CategoryId(ids.make()),
                name: category.name.get(lang).to_owned(),
                description: String::new(),
                translations: PartTranslations::default(),
                dishes: category
                    .dishes
                    .iter()
                    .map(|dish| dish.in_menu(lang, currency, ids))
                    .collect(),
            })
            .collect()
    }
}

impl ExampleDish {
    fn in_menu(&self, lang: Lang, currency: Currency, ids: &mut MenuIds) -> Dish {
        Dish {
            description: self.description.get(lang).to_owned(),
            allergens: self.allergens.clone(),
            diets: self.diets.clone(),
            ..plain_dish(self.name.get(lang), usual_price(self.price, currency), ids)
        }
    }
}

/// A dish of which name and price are known.
pub fn plain_dish(name: &str, price: Minor, ids: &mut MenuIds) -> Dish {
    Dish {
        id: DishId(ids.make()),
        name: name.to_owned(),
        description: String::new(),
        price,
        allergens: Vec::new(),
        diets: Vec::new(),
        option_groups: Vec::new(),
        picture: None,
        served: None,
        tax: None,
        work: USUAL_WORK,
        translations: PartTranslations::default(),
    }
}

/// The same digits: 9.50 euros are 950 yen.
fn usual_price(hundredths: i64, currency: Currency) -> Minor {
    match currency.digits() {
        0 | 2 => Minor(hundredths),
        digits => Minor(hundredths * 10_i64.pow(digits.saturating_sub(2))),
    }
}

crate::codes::codes! {
    /// A part of the form that is not accepted.
    NewRestaurantField {
        Name = "name", Slug = "slug", SlugTaken = "slug-taken", AlreadyMade = "already-made", Place = "place", Country = "country", Zone = "zone",
        Currency = "currency", Phone = "phone", Tax = "tax", Hours = "hours", Dishes = "dishes", Serving = "serving",
        Delivery = "delivery", Payments = "payments", Other = "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_example_costs_what_is_usual() {
        for (currency, price) in [("EUR", 950), ("JPY", 950), ("KWD", 9_500)] {
            assert_eq!(
                usual_price(950, currency.parse().unwrap()),
                Minor(price),
                "{currency}"
            );
        }
    }
}
