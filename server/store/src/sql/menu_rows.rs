//! A menu as rows: five statements read it, however many dishes it has.

use std::collections::BTreeMap;

use servery_domain::{
    currency::Minor,
    id::RestaurantId,
    lang::Lang,
    menu::{Category, Choice, Dish, Menu, OptionGroup},
    revision::Revision,
};

use crate::{Daypart, Result, StoreError, id, parse, value};

pub(crate) const SELECT_HEAD: &str = "select revision, currency, lang from restaurants where id = $1";
pub(crate) const SELECT_CATEGORIES: &str =
    "select id, name, description from categories where restaurant_id = $1 order by position";
pub(crate) const SELECT_DISHES: &str = "select id, category_id, name, description, price, allergens, diets, picture, served, tax from dishes where restaurant_id = $1 order by position";
pub(crate) const SELECT_GROUPS: &str =
    "select id, name, min, max from option_groups where restaurant_id = $1 order by position";
pub(crate) const SELECT_CHOICES: &str = "select id, group_id, name, price, preselected, dish_id, option_groups from choices where restaurant_id = $1 order by position";
pub(crate) const SELECT_OFFERS: &str =
    "select dish_id, group_id from dish_option_groups where restaurant_id = $1 order by position";

/// What refers to others goes first.
pub(crate) const CLEAR: [&str; 5] = [
    "delete from dish_option_groups where restaurant_id = $1",
    "delete from choices where restaurant_id = $1",
    "delete from option_groups where restaurant_id = $1",
    "delete from dishes where restaurant_id = $1",
    "delete from categories where restaurant_id = $1",
];

pub(crate) const INSERT_GROUP: &str =
    "insert into option_groups (id, restaurant_id, position, name, min, max) values ($1, $2, $3, $4, $5, $6)";
pub(crate) const INSERT_CHOICE: &str = "insert into choices (id, group_id, restaurant_id, position, name, price, preselected, dish_id, option_groups) \
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
pub(crate) const INSERT_CATEGORY: &str =
    "insert into categories (id, restaurant_id, position, name, description) values ($1, $2, $3, $4, $5)";
pub(crate) const SELECT_DAYPARTS: &str =
    "select restaurant_id, id, served from dishes where served is not null order by id";
pub(crate) const INSERT_DISH: &str = "insert into dishes (id, category_id, restaurant_id, position, name, description, price, allergens, diets, picture, served, \
     tax) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
pub(crate) const INSERT_OFFER: &str =
    "insert into dish_option_groups (dish_id, group_id, restaurant_id, position) values ($1, $2, $3, $4)";

#[derive(sqlx::FromRow)]
pub(crate) struct MenuHead {
    revision: i64,
    currency: String,
    lang: String,
}

#[derive(sqlx::FromRow)]
pub(crate) struct CategoryRow {
    id: String,
    name: String,
    description: String,
}

#[derive(sqlx::FromRow)]
pub(crate) struct DishRow {
    id: String,
    category_id: String,
    name: String,
    description: String,
    price: i64,
    allergens: String,
    diets: String,
    picture: Option<String>,
    served: Option<String>,
    tax: Option<String>,
}

#[derive(sqlx::FromRow)]
pub(crate) struct DaypartRow {
    restaurant_id: String,
    id: String,
    served: String,
}

impl DaypartRow {
    pub(crate) fn read_or_leave_out(self) -> Option<Daypart> {
        let dish = self.id.clone();
        self.read()
            .inspect_err(|error| tracing::error!(dish, %error, "its hours are left out"))
            .ok()
    }

    fn read(self) -> Result<Daypart> {
        Ok(Daypart {
            restaurant: id(&self.restaurant_id)?,
            dish: id(&self.id)?,
            served: value(self.served)?,
        })
    }
}

#[derive(sqlx::FromRow)]
pub(crate) struct GroupRow {
    id: String,
    name: String,
    min: i64,
    max: i64,
}

#[derive(sqlx::FromRow)]
pub(crate) struct ChoiceRow {
    id: String,
    group_id: String,
    name: String,
    price: i64,
    preselected: bool,
    dish_id: Option<String>,
    option_groups: String,
}

/// A dish offers a group.
#[derive(sqlx::FromRow)]
pub(crate) struct OfferRow {
    dish_id: String,
    group_id: String,
}

pub(crate) struct MenuRows {
    pub(crate) categories: Vec<CategoryRow>,
    pub(crate) dishes: Vec<DishRow>,
    pub(crate) groups: Vec<GroupRow>,
    pub(crate) choices: Vec<ChoiceRow>,
    pub(crate) offers: Vec<OfferRow>,
}

/// The rows in their order, by what they belong to.
fn by<T>(rows: Vec<T>, owner: impl Fn(&T) -> &str) -> BTreeMap<String, Vec<T>> {
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

impl MenuRows {
    pub(crate) fn read(self, restaurant: RestaurantId, head: MenuHead) -> Result<Menu> {
        let mut dishes = by(self.dishes, |dish| &dish.category_id);
        let mut choices = by(self.choices, |choice| &choice.group_id);
        let mut offers = by(self.offers, |offer| &offer.dish_id);
        let categories = self.categories.into_iter().map(|category| {
            let dishes = dishes.remove(&category.id).unwrap_or_default().into_iter();
            Ok(Category {
                id: id(&category.id)?,
                name: category.name,
                description: category.description,
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
                choices: choices.map(ChoiceRow::read).collect::<Result<_>>()?,
            })
        });
        Ok(Menu {
            restaurant,
            revision: Revision(head.revision),
            currency: value(head.currency)?,
            lang: Lang::from_tag(&head.lang)
                .ok_or_else(|| StoreError::Unreadable(format!("language {:?}", head.lang)))?,
            categories,
            option_groups: groups.collect::<Result<_>>()?,
        })
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
        })
    }
}
