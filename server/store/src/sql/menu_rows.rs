//! A menu as rows: five statements read it, however many dishes it has.

use std::collections::BTreeMap;

use servery_domain::{
    currency::Minor,
    hours::OpeningHours,
    id::{CategoryId, DishId, RestaurantId},
    lang::Lang,
    menu::{Category, Choice, Dish, Menu, OptionGroup},
    revision::Revision,
    translation::PartTranslations,
};

use crate::{Result, StoreError, id, json, parse, sql::rows::row, value};

/// What refers to others goes first.
pub(crate) const DELETE_MENU: [&str; 5] = [
    "delete from dish_option_groups where restaurant_id = $1",
    "delete from choices where restaurant_id = $1",
    "delete from option_groups where restaurant_id = $1",
    "delete from dishes where restaurant_id = $1",
    "delete from categories where restaurant_id = $1",
];

row! {
    struct MenuHeadRow in restaurants {
        revision: i64,
        currency: String,
        lang: String,
    }
}

row! {
    struct CategoryRow in categories {
        id: String,
        restaurant_id: String,
        position: i64,
        name: String,
        description: String,
        translations: Option<String>,
    }
}

row! {
    struct DishRow in dishes {
        id: String,
        category_id: String,
        restaurant_id: String,
        position: i64,
        name: String,
        description: String,
        price: i64,
        allergens: String,
        diets: String,
        picture: Option<String>,
        served: Option<String>,
        tax: Option<String>,
        work: i64,
        translations: Option<String>,
    }
}

row! {
    struct DaypartRow in dishes {
        restaurant_id: String,
        id: String,
        served: String,
    }
}

row! {
    struct GroupRow in option_groups {
        id: String,
        restaurant_id: String,
        position: i64,
        name: String,
        min: i64,
        max: i64,
        translations: Option<String>,
    }
}

row! {
    struct ChoiceRow in choices {
        id: String,
        group_id: String,
        restaurant_id: String,
        position: i64,
        name: String,
        price: i64,
        preselected: bool,
        dish_id: Option<String>,
        option_groups: String,
        translations: Option<String>,
    }
}

row! {
    /// A dish offers a group.
    struct OfferRow in dish_option_groups {
        dish_id: String,
        group_id: String,
        restaurant_id: String,
        position: i64,
    }
}

#[derive(Default)]
pub(crate) struct MenuRows {
    pub(crate) categories: Vec<CategoryRow>,
    pub(crate) dishes: Vec<DishRow>,
    pub(crate) groups: Vec<GroupRow>,
    pub(crate) choices: Vec<ChoiceRow>,
    pub(crate) offers: Vec<OfferRow>,
}

impl DaypartRow {
    /// A row that this version cannot read hides no other.
    pub(crate) fn read_or_skip(self) -> Option<(String, (DishId, OpeningHours))> {
        let dish = self.id.clone();
        self.read()
            .inspect_err(|error| tracing::error!(dish, %error, "cannot read when this dish is served"))
            .ok()
    }

    fn read(self) -> Result<(String, (DishId, OpeningHours))> {
        Ok((self.restaurant_id, (id(&self.id)?, value(self.served)?)))
    }
}

/// Groups rows by their owner; each group keeps the order of the rows.
fn group_by<T>(rows: Vec<T>, owner: impl Fn(&T) -> &str) -> BTreeMap<String, Vec<T>> {
    let mut map: BTreeMap<String, Vec<T>> = BTreeMap::new();
    for row in rows {
        let owner = owner(&row).to_owned();
        map.entry(owner).or_default().push(row);
    }
    map
}

fn count(stored: i64) -> Result<u8> {
    u8::try_from(stored).map_err(|_| StoreError::Unreadable(format!("number of choices {stored}")))
}

/// Most menus have none.
fn write_translations(translations: &PartTranslations) -> Result<Option<String>> {
    (!translations.is_empty()).then(|| json(translations)).transpose()
}

fn read_translations(stored: Option<&str>) -> Result<PartTranslations> {
    stored.map_or_else(|| Ok(PartTranslations::default()), parse)
}

impl MenuRows {
    pub(crate) fn write(menu: &Menu) -> Result<Self> {
        let mut rows = Self::default();
        for (position, group) in (0..).zip(&menu.option_groups) {
            rows.write_group(menu.restaurant, position, group)?;
        }
        for (position, category) in (0..).zip(&menu.categories) {
            rows.write_category(menu.restaurant, position, category)?;
        }
        Ok(rows)
    }

    fn write_group(&mut self, restaurant: RestaurantId, position: i64, group: &OptionGroup) -> Result<()> {
        self.groups.push(GroupRow {
            id: group.id.to_string(),
            restaurant_id: restaurant.to_string(),
            position,
            name: group.name.clone(),
            min: i64::from(group.min),
            max: i64::from(group.max),
            translations: write_translations(&group.translations)?,
        });
        for (position, choice) in (0..).zip(&group.choices) {
            self.choices.push(ChoiceRow {
                id: choice.id.to_string(),
                group_id: group.id.to_string(),
                restaurant_id: restaurant.to_string(),
                position,
                name: choice.name.clone(),
                price: choice.price.0,
                preselected: choice.preselected,
                dish_id: choice.dish.map(|dish| dish.to_string()),
                option_groups: json(&choice.option_groups)?,
                translations: write_translations(&choice.translations)?,
            });
        }
        Ok(())
    }

    fn write_category(&mut self, restaurant: RestaurantId, position: i64, category: &Category) -> Result<()> {
        self.categories.push(CategoryRow {
            id: category.id.to_string(),
            restaurant_id: restaurant.to_string(),
            position,
            name: category.name.clone(),
            description: category.description.clone(),
            translations: write_translations(&category.translations)?,
        });
        for (position, dish) in (0..).zip(&category.dishes) {
            self.write_dish(restaurant, category.id, position, dish)?;
        }
        Ok(())
    }

    fn write_dish(
        &mut self,
        restaurant: RestaurantId,
        category: CategoryId,
        position: i64,
        dish: &Dish,
    ) -> Result<()> {
        self.dishes.push(DishRow {
            id: dish.id.to_string(),
            category_id: category.to_string(),
            restaurant_id: restaurant.to_string(),
            position,
            name: dish.name.clone(),
            description: dish.description.clone(),
            price: dish.price.0,
            allergens: json(&dish.allergens)?,
            diets: json(&dish.diets)?,
            picture: dish.picture.as_ref().map(json).transpose()?,
            served: dish.served.as_ref().map(|served| served.as_str().to_owned()),
            tax: dish.tax.as_ref().map(json).transpose()?,
            work: dish.work.into(),
            translations: write_translations(&dish.translations)?,
        });
        for (position, group) in (0..).zip(&dish.option_groups) {
            self.offers.push(OfferRow {
                dish_id: dish.id.to_string(),
                group_id: group.to_string(),
                restaurant_id: restaurant.to_string(),
                position,
            });
        }
        Ok(())
    }

    pub(crate) fn read(self, restaurant: RestaurantId, head: MenuHeadRow) -> Result<Menu> {
        let mut dishes = group_by(self.dishes, |dish| &dish.category_id);
        let mut choices = group_by(self.choices, |choice| &choice.group_id);
        let mut offers = group_by(self.offers, |offer| &offer.dish_id);
        let categories = self.categories.into_iter().map(|category| {
            let dishes = dishes.remove(&category.id).unwrap_or_default().into_iter();
            Ok(Category {
                id: id(&category.id)?,
                name: category.name,
                description: category.description,
                translations: read_translations(category.translations.as_deref())?,
                dishes: dishes.map(|dish| dish.read(&mut offers)).collect::<Result<_>>()?,
            })
        });
        let categories = categories.collect::<Result<_>>()?;
        let groups = self.groups.into_iter().map(|group| {
            let choices = choices.remove(&group.id).unwrap_or_default().into_iter();
            Ok(OptionGroup {
                id: id(&group.id)?,
                name: group.name,
                min: count(group.min)?,
                max: count(group.max)?,
                translations: read_translations(group.translations.as_deref())?,
                choices: choices.map(ChoiceRow::read).collect::<Result<_>>()?,
            })
        });
        let menu = Menu {
            restaurant,
            revision: Revision(head.revision),
            currency: value(head.currency)?,
            lang: Lang::from_tag(&head.lang)
                .ok_or_else(|| StoreError::Unreadable(format!("language {:?}", head.lang)))?,
            categories,
            option_groups: groups.collect::<Result<_>>()?,
        };
        menu.check().map_err(StoreError::Unreadable)?;
        Ok(menu)
    }
}

impl DishRow {
    fn read(self, offers: &mut BTreeMap<String, Vec<OfferRow>>) -> Result<Dish> {
        let groups = offers.remove(&self.id).unwrap_or_default();
        Ok(Dish {
            id: id(&self.id)?,
            name: self.name,
            description: self.description,
            price: Minor(self.price),
            allergens: parse(&self.allergens)?,
            diets: parse(&self.diets)?,
            option_groups: groups
                .iter()
                .map(|offer| id(&offer.group_id))
                .collect::<Result<_>>()?,
            picture: self.picture.as_deref().map(parse).transpose()?,
            served: self.served.map(value).transpose()?,
            tax: self.tax.as_deref().map(parse).transpose()?,
            work: u8::try_from(self.work)
                .map_err(|_| StoreError::Unreadable(format!("work {}", self.work)))?,
            translations: read_translations(self.translations.as_deref())?,
        })
    }
}

impl ChoiceRow {
    fn read(self) -> Result<Choice> {
        Ok(Choice {
            id: id(&self.id)?,
            name: self.name,
            price: Minor(self.price),
            preselected: self.preselected,
            dish: self.dish_id.as_deref().map(id).transpose()?,
            option_groups: parse(&self.option_groups)?,
            translations: read_translations(self.translations.as_deref())?,
        })
    }
}
