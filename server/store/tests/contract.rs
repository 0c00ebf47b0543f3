//! One story that both engines must tell. A missing engine fails it.

#![allow(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use std::sync::Arc;

use servery_domain::{
    currency::Minor,
    id::{CategoryId, ChoiceId, DishId, OptionGroupId, RestaurantId},
    lang::Lang,
    menu::{Allergen, Category, Choice, Diet, Dish, Menu, OptionGroup, Picture, PictureFormat},
    ordering::Ordering,
    restaurant::{Address, Cuisine, Restaurant},
    revision::Revision,
    tax::{TaxRate, TaxRates, TaxRules},
    time::Zone,
};
use servery_store::{Store, StoreError, connect};

/// A new, empty store of each engine.
struct Engines {
    stores: Vec<(&'static str, Arc<dyn Store>)>,
    _folder: tempfile::TempDir,
}

async fn engines(test: &str) -> Engines {
    let folder = tempfile::tempdir().unwrap();
    let sqlite = connect(&format!("sqlite:{}", folder.path().join("store.db").display())).await.unwrap();
    let server = std::env::var("SERVERY_TEST_POSTGRES")
        .expect("SERVERY_TEST_POSTGRES names a PostgreSQL server for these tests, as postgres://user@host:port; './dev test' starts one");
    let postgres = connect(&postgres_database(&server, test).await).await.unwrap();
    for store in [&sqlite, &postgres] {
        store.migrate().await.unwrap();
        store.migrate().await.expect("a second migration finds nothing to do");
    }
    Engines { stores: vec![("SQLite", sqlite), ("PostgreSQL", postgres)], _folder: folder }
}

/// A database of its own for each test, made anew.
async fn postgres_database(server: &str, test: &str) -> String {
    use sqlx::{AssertSqlSafe, Connection, Executor};
    let mut admin = sqlx::PgConnection::connect(&format!("{server}/postgres")).await.unwrap();
    for statement in [format!("drop database if exists {test}"), format!("create database {test}")] {
        admin.execute(sqlx::query(AssertSqlSafe(statement))).await.unwrap();
    }
    format!("{server}/{test}")
}

fn restaurant(number: u128, slug: &str) -> Restaurant {
    Restaurant {
        id: RestaurantId(number),
        slug: slug.parse().unwrap(),
        revision: Revision(0),
        name: "Zur “Alten” Mühle 🥨 <b>'; drop table dishes; --".into(),
        cuisine: Cuisine::German,
        description: "مطبخ الجدّة".into(),
        lang: Lang::German,
        address: Address { street: "Mühlgasse 3".into(), postcode: "00123".into(), city: "Millbrook".into(), country: "DE".into() },
        phone: "+49 30 0100 0100".into(),
        zone: Zone("Europe/Berlin".into()),
        hours: "Mo-Fr 11:30-14:30,17:30-23:00; Sa 18:00-02:00".parse().unwrap(),
        currency: "EUR".parse().unwrap(),
        tax: TaxRules { name: "MwSt.".into(), included: true, eat_in: TaxRate(190_000), takeaway: TaxRate(88_750) },
        accent: "#8c2f23".parse().unwrap(),
        picture: Some(Picture { path: "muehle".into(), formats: vec![PictureFormat::Avif, PictureFormat::Jpeg], widths: vec![320, 640] }),
        holidays: vec!["2026-12-25".parse().unwrap()],
        ordering: Ordering { collection: true, tips: true, ..Ordering::default() },
    }
}

fn menu(number: u128) -> Menu {
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
        choices: vec![choice(22, "Rahm", i64::from(u32::MAX))],
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
        tax: (last == 41).then_some(TaxRates { eat_in: TaxRate(190_000), takeaway: TaxRate(88_750) }),
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
                dishes: vec![dish(41, "Käsespätzle", vec![sauce.id, size.id]), dish(40, "Knödel", vec![])],
            },
            Category { id: CategoryId(id(31)), name: "Leer".into(), description: String::new(), dishes: vec![] },
        ],
        option_groups: vec![sauce, size],
    }
}

#[tokio::test]
async fn what_was_put_is_read_again() {
    for (engine, store) in engines("put").await.stores {
        let put = restaurant(1, "alte-muehle");
        assert_eq!(store.put_restaurant(&put, &menu(1)).await.unwrap(), Revision(1), "{engine}");
        let expected = Restaurant { revision: Revision(1), ..put };
        assert_eq!(store.restaurants().await.unwrap(), [expected], "{engine}");
        let expected = Menu { revision: Revision(1), ..menu(1) };
        assert_eq!(store.menu(RestaurantId(1)).await.unwrap(), Some(expected), "{engine}");
        assert_eq!(store.menu(RestaurantId(2)).await.unwrap(), None, "{engine}");
    }
}

#[tokio::test]
async fn a_menu_is_replaced_whole_and_counted() {
    for (engine, store) in engines("replaced").await.stores {
        let before = store.revisions().await.unwrap();
        store.put_restaurant(&restaurant(1, "alte-muehle"), &menu(1)).await.unwrap();
        let mut smaller = menu(1);
        smaller.categories.remove(0);
        smaller.option_groups.clear();
        let renamed = Restaurant { name: "Neue Mühle".into(), ..restaurant(1, "neue-muehle") };
        assert_eq!(store.put_restaurant(&renamed, &smaller).await.unwrap(), Revision(2), "{engine}");
        assert_eq!(store.menu(RestaurantId(1)).await.unwrap(), Some(Menu { revision: Revision(2), ..smaller }), "{engine}");
        assert_eq!(store.restaurants().await.unwrap()[0].slug.as_str(), "neue-muehle", "{engine}");
        let after = store.revisions().await.unwrap();
        assert_eq!((after.town.0 - before.town.0, after.modes), (2, before.modes), "{engine}");
    }
}

#[tokio::test]
async fn restaurants_come_in_the_order_of_their_slugs() {
    for (engine, store) in engines("ordered").await.stores {
        for (number, slug) in [(1, "b"), (2, "a-z"), (3, "a"), (4, "a1"), (5, "aa")] {
            store.put_restaurant(&restaurant(number, slug), &menu(number)).await.unwrap();
        }
        let slugs: Vec<String> = store.restaurants().await.unwrap().iter().map(|restaurant| restaurant.slug.to_string()).collect();
        assert_eq!(slugs, ["a", "a-z", "a1", "aa", "b"], "{engine}");
    }
}

#[tokio::test]
async fn what_is_refused_changes_nothing() {
    for (engine, store) in engines("refused").await.stores {
        store.put_restaurant(&restaurant(1, "alte-muehle"), &menu(1)).await.unwrap();
        let before = (store.restaurants().await.unwrap(), store.revisions().await.unwrap());
        let taken = store.put_restaurant(&restaurant(2, "alte-muehle"), &menu(2)).await;
        assert!(matches!(taken, Err(StoreError::SlugTaken(slug)) if slug.as_str() == "alte-muehle"), "{engine}");
        let mut wrong = menu(1);
        wrong.categories[0].dishes[0].price = Minor(-1);
        assert!(matches!(store.put_restaurant(&restaurant(1, "alte-muehle"), &wrong).await, Err(StoreError::Refused(_))), "{engine}");
        // The id of another restaurant's dish: the database itself refuses, after half of the rows were written.
        let mut stolen = menu(3);
        stolen.categories[0].dishes[1].id = menu(1).categories[0].dishes[0].id;
        assert!(matches!(store.put_restaurant(&restaurant(3, "diebe"), &stolen).await, Err(StoreError::Engine(_))), "{engine}");
        assert_eq!((store.restaurants().await.unwrap(), store.revisions().await.unwrap()), before, "{engine}");
        assert_eq!(store.menu(RestaurantId(1)).await.unwrap(), Some(Menu { revision: Revision(1), ..menu(1) }), "{engine}");
    }
}

#[tokio::test]
async fn writers_at_the_same_time_each_get_a_revision_of_their_own() {
    for (engine, store) in engines("concurrent").await.stores {
        let writers = (0..16).map(|number| {
            let store = store.clone();
            tokio::spawn(async move { store.put_restaurant(&restaurant(1, &format!("muehle-{number}")), &menu(1)).await.unwrap() })
        });
        let mut revisions = Vec::new();
        for writer in writers.collect::<Vec<_>>() {
            revisions.push(writer.await.unwrap().0);
        }
        revisions.sort_unstable();
        assert_eq!(revisions, (1..=16).collect::<Vec<_>>(), "{engine}");
        let menu = store.menu(RestaurantId(1)).await.unwrap().unwrap();
        assert_eq!(menu.dishes().count(), 2, "{engine}");
    }
}

#[tokio::test]
async fn modes_are_set_and_taken_back() {
    for (engine, store) in engines("modes").await.stores {
        let before = store.revisions().await.unwrap();
        store.set_mode("/", Some("thin")).await.unwrap();
        store.set_mode("/about", Some("hydrated")).await.unwrap();
        store.set_mode("/", Some("thick")).await.unwrap();
        assert_eq!(store.modes().await.unwrap(), [("/".into(), "thick".into()), ("/about".into(), "hydrated".into())], "{engine}");
        store.set_mode("/", None).await.unwrap();
        assert_eq!(store.modes().await.unwrap().len(), 1, "{engine}");
        let after = store.revisions().await.unwrap();
        assert_eq!((after.modes.0 - before.modes.0, after.town), (4, before.town), "{engine}");
    }
}

#[tokio::test]
async fn an_unknown_engine_is_refused_by_name() {
    for database in ["mysql://localhost", "servery.db", ""] {
        let refused = connect(database).await.err().unwrap();
        assert!(matches!(&refused, StoreError::UnknownEngine(named) if named == database), "{refused}");
    }
}

#[tokio::test]
async fn a_closed_sqlite_store_is_one_file() {
    let folder = tempfile::tempdir().unwrap();
    let (here, there) = (folder.path().join("here.db"), folder.path().join("there.db"));
    let store = connect(&format!("sqlite:{}", here.display())).await.unwrap();
    store.migrate().await.unwrap();
    store.put_restaurant(&restaurant(1, "alte-muehle"), &menu(1)).await.unwrap();
    store.close().await;
    std::fs::rename(&here, &there).unwrap();
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    let moved = connect(&format!("sqlite:{}", there.display())).await.unwrap();
    assert_eq!(moved.restaurants().await.unwrap().len(), 1);
}
