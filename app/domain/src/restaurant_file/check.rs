//! What a restaurant's file has to be like to be imported.

use std::collections::BTreeSet;

use super::{PlannedTable, RestaurantFile, TableCode};
use crate::{
    contact::{check_count, check_name},
    coupon::Coupon,
    id::{CategoryId, ChoiceId, DishId, OptionGroupId},
    limits,
    menu::{Menu, check_new},
    mistake::{Mistake, Mistakes},
    pos::station::Station,
};

/// Ids of a file that other restaurants have. Each is in use once.
#[derive(Debug, Default)]
pub struct TakenIds {
    pub categories: BTreeSet<CategoryId>,
    pub dishes: BTreeSet<DishId>,
    pub option_groups: BTreeSet<OptionGroupId>,
    pub choices: BTreeSet<ChoiceId>,
    pub table_codes: BTreeSet<String>,
}

impl RestaurantFile {
    /// What is wrong with its ids, given those that other restaurants have.
    pub fn id_mistakes(&self, taken: &TakenIds) -> Vec<Mistake> {
        let mut mistakes = Mistakes::default();
        mistakes.each("categories", &self.categories, |category, here| {
            check_free("id", &category.id, &taken.categories, here);
            here.each("dishes", &category.dishes, |dish, here| {
                check_free("id", &dish.id, &taken.dishes, here);
            });
        });
        mistakes.each("option_groups", &self.option_groups, |group, here| {
            check_free("id", &group.id, &taken.option_groups, here);
            here.each("choices", &group.choices, |choice, here| {
                check_free("id", &choice.id, &taken.choices, here);
            });
        });
        mistakes.each("table_codes", &self.table_codes, |table, here| {
            check_free("code", &table.code, &taken.table_codes, here);
        });
        mistakes.found()
    }

    /// Everything that is wrong with it, as far as the file itself shows it.
    pub fn mistakes(&self) -> Vec<Mistake> {
        let (mut mistakes, menu) = (Mistakes::default(), self.menu());
        self.check_values(&menu, &mut mistakes);
        self.check_relations(&menu, &mut mistakes);
        mistakes.found()
    }

    /// What is wrong with single values. It can be said also while other parts of the file are not understood.
    pub fn value_mistakes(&self) -> Vec<Mistake> {
        let mut mistakes = Mistakes::default();
        self.check_values(&self.menu(), &mut mistakes);
        mistakes.found()
    }

    fn check_values(&self, menu: &Menu, mistakes: &mut Mistakes) {
        self.restaurant().check_values(mistakes);
        mistakes.within("legal", |here| self.legal.check_values(here));
        mistakes.list("coupons", &self.coupons, limits::COUPONS, Coupon::check_values);
        mistakes.list(
            "table_codes",
            &self.table_codes,
            limits::TABLES,
            TableCode::check_values,
        );
        mistakes.list("tables", &self.tables, limits::TABLES, PlannedTable::check_values);
        mistakes.list("stations", &self.stations, limits::STATIONS, check_station);
        mistakes.check(check_count(
            "favourites",
            self.favourites.len(),
            limits::FAVOURITES,
        ));
        menu.check_values(mistakes);
    }

    /// What does not fit together.
    fn check_relations(&self, menu: &Menu, mistakes: &mut Mistakes) {
        let (mut coupons, mut codes) = (BTreeSet::new(), BTreeSet::new());
        mistakes.each("coupons", &self.coupons, |coupon, here| {
            check_new("code", &coupon.code, &mut coupons, here);
        });
        mistakes.each("table_codes", &self.table_codes, |table, here| {
            check_new("code", &table.code, &mut codes, here);
        });
        let (mut tables, mut stations) = (BTreeSet::new(), BTreeSet::new());
        mistakes.each("tables", &self.tables, |table, here| {
            check_new("id", table.id, &mut tables, here);
        });
        mistakes.each("stations", &self.stations, |station, here| {
            check_new("id", station.id, &mut stations, here);
        });
        self.check_references(menu, mistakes);
        menu.check_relations(mistakes);
    }

    /// Stations and favourites are about this menu.
    fn check_references(&self, menu: &Menu, mistakes: &mut Mistakes) {
        let categories: BTreeSet<_> = self.categories.iter().map(|category| category.id).collect();
        mistakes.each("stations", &self.stations, |station, here| {
            here.each("categories", &station.categories, |category, here| {
                if !categories.contains(category) {
                    here.wrong("is no category of this menu");
                }
            });
        });
        let (dishes, mut known) = (menu.dish_ids(), BTreeSet::new());
        mistakes.each("favourites", &self.favourites, |dish, here| {
            if !dishes.contains(dish) {
                here.wrong("is no dish of this menu");
            } else if !known.insert(*dish) {
                here.wrong("is there twice");
            }
        });
    }
}

fn check_free<T: Ord>(field: &'static str, id: &T, taken: &BTreeSet<T>, mistakes: &mut Mistakes) {
    if taken.contains(id) {
        mistakes.add(field, "belongs to another restaurant");
    }
}

impl TableCode {
    fn check_values(&self, mistakes: &mut Mistakes) {
        mistakes.check(check_name("name", &self.name, limits::NAME));
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        if self.code.is_empty() || self.code.len() > limits::KEY || !self.code.bytes().all(plain) {
            mistakes.add(
                "code",
                format!("has 1 to {} letters of a-z, digits, - and _", limits::KEY),
            );
        }
    }
}

impl PlannedTable {
    fn check_values(&self, mistakes: &mut Mistakes) {
        mistakes.within("plan", |here| {
            here.check(
                self.plan
                    .check()
                    .and_then(|()| check_name("name", &self.plan.name, limits::NAME)),
            );
        });
    }
}

fn check_station(station: &Station, mistakes: &mut Mistakes) {
    mistakes.check(check_name("name", &station.name, limits::NAME));
    mistakes.check(check_count(
        "categories",
        station.categories.len(),
        limits::CATEGORIES,
    ));
}
