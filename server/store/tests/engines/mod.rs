//! What the stories of both engines begin with.

use std::sync::Arc;

use servery_domain::{
    currency::Minor,
    id::{CategoryId, ChoiceId, DishId, OptionGroupId, RestaurantId},
    lang::Lang,
    menu::{Allergen, Category, Choice, Diet, Dish, Menu, OptionGroup, Picture, PictureFormat},
    order_settings::OrderSettings,
    restaurant::{Address, Cuisine, Restaurant},
    revision::Revision,
    tax::{TaxRate, TaxRates, TaxRules},
    time::TimeZoneName,
};
use servery_store::{Store, connect};

/// A new, empty store of each engine.
pub struct Engines {
    pub stores: Vec<(&'static str, Arc<dyn Store>)>,
    _folder: tempfile::TempDir,
}

pub async fn engines(test: &str) -> Engines {
    let folder = tempfile::tempdir().unwrap();
    let sqlite = connect(&format!("sqlite:{}", folder.path().join("store.db").display()))
        .await
        .unwrap();
    let server = std::env::var("SERVERY_TEST_POSTGRES")
        .expect("SERVERY_TEST_POSTGRES names a PostgreSQL server for these tests, as postgres://user@host:port; './dev test' starts one");
    let postgres = connect(&postgres_database(&server, test).await).await.unwrap();
    for store in [&sqlite, &postgres] {
        store.migrate().await.unwrap();
        store
            .migrate()
            .await
            .expect("a second migration finds nothing to do");
    }
    Engines {
        stores: vec![("SQLite", sqlite), ("PostgreSQL", postgres)],
        _folder: folder,
    }
}

/// A database of its own for each test, made anew.
async fn postgres_database(server: &str, test: &str) -> String {
    use sqlx::{AssertSqlSafe, Connection, Executor};
    let mut admin = sqlx::PgConnection::connect(&format!("{server}/postgres"))
        .await
        .unwrap();
    for statement in [
        format!("drop database if exists {test}"),
        format!("create database {test}"),
    ] {
        admin
            .execute(sqlx::query(AssertSqlSafe(statement)))
            .await
            .unwrap();
    }
    format!("{server}/{test}")
}

pub fn restaurant(number: u128, slug: &str) -> Restaurant {
    Restaurant {
        id: RestaurantId(number),
        slug: slug.parse().unwrap(),
        revision: Revision(0),
        name: "Zur “Alten” Mühle 🥨 <b>'; drop table dishes; --".into(),
        cuisine: Cuisine::German,
        description: "مطبخ الجدّة".into(),
        lang: Lang::German,
        address: Address {
            street: "Mühlgasse 3".into(),
            postcode: "00123".into(),
            city: "Millbrook".into(),
            country: "DE".into(),
        },
        phone: "+49 30 0100 0100".into(),
        zone: TimeZoneName("Europe/Berlin".into()),
        hours: "Mo-Fr 11:30-14:30,17:30-23:00; Sa 18:00-02:00".parse().unwrap(),
        currency: "EUR".parse().unwrap(),
        tax: TaxRules {
            name: "MwSt.".into(),
            included: true,
            eat_in: TaxRate(190_000),
            takeaway: TaxRate(88_750),
        },
        brand_color: "#8c2f23".parse().unwrap(),
        picture: Some(Picture {
            path: "muehle".into(),
            formats: vec![PictureFormat::Avif, PictureFormat::Jpeg],
            widths: vec![320, 640],
        }),
        holidays: vec!["2026-12-25".parse().unwrap()],
        ordering: OrderSettings {
            collection: true,
            tips: true,
            ..OrderSettings::default()
        },
    }
}

pub fn menu(number: u128) -> Menu {
    let id = |last: u128| number << 64 | last;
    let choice = |last, name: &str, price| Choice {
        id: ChoiceId(id(last)),
        name: name.into(),
        price: Minor(price),
        preselected: last == 20,
        dish: (last == 22).then(|| DishId(id(40))),
        option_groups: vec![],
    };
    let size = OptionGroup {
        id: OptionGroupId(id(10)),
        name: "Größe".into(),
        min: 1,
        max: 1,
        choices: vec![choice(20, "Normal", 0), choice(21, "Klein", -150)],
    };
    let sauce = OptionGroup {
        id: OptionGroupId(id(11)),
        name: "Soße".into(),
        min: 0,
        max: 2,
        choices: vec![choice(22, "Rahm", servery_domain::limits::PRICE)],
    };
    let dish = |last, name: &str, groups: Vec<OptionGroupId>| Dish {
        id: DishId(id(last)),
        name: name.into(),
        description: String::new(),
        price: Minor(1_490),
        allergens: vec![Allergen::Gluten, Allergen::Eggs],
        diets: vec![Diet::Vegetarian],
        option_groups: groups,
        picture: None,
        served: (last == 41).then(|| "Mo-Fr 11:30-14:30".parse().unwrap()),
        tax: (last == 41).then_some(TaxRates {
            eat_in: TaxRate(190_000),
            takeaway: TaxRate(88_750),
        }),
    };
    Menu {
        restaurant: RestaurantId(number),
        revision: Revision(0),
        currency: "EUR".parse().unwrap(),
        lang: Lang::German,
        categories: vec![
            Category {
                id: CategoryId(id(30)),
                name: "Vom Herd".into(),
                description: "bis 22 Uhr".into(),
                // Against the order of their ids: the position counts.
                dishes: vec![
                    dish(41, "Käsespätzle", vec![sauce.id, size.id]),
                    dish(40, "Knödel", vec![]),
                ],
            },
            Category {
                id: CategoryId(id(31)),
                name: "Leer".into(),
                description: String::new(),
                dishes: vec![],
            },
        ],
        option_groups: vec![sauce, size],
    }
}
