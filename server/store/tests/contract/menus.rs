//! Restaurants, menus and modes.

use servery_domain::{
    currency::Minor, id::RestaurantId, menu::Menu, restaurant::Restaurant, revision::Revision,
};
use servery_store::{StoreError, connect};

use crate::{
    builders::{menu, restaurant},
    engines::engines,
};

#[tokio::test]
async fn put_restaurant_is_read_back() {
    for (engine, store) in engines("put_restaurant_is_read_back").await.stores {
        let put = restaurant(1, "alte-muehle");
        assert_eq!(
            store.put_restaurant(&put, &menu(1)).await.unwrap(),
            Revision(1),
            "{engine}"
        );
        let expected = Restaurant {
            revision: Revision(1),
            ..put
        };
        assert_eq!(store.restaurants().await.unwrap(), [expected], "{engine}");
        let expected = Menu {
            revision: Revision(1),
            ..menu(1)
        };
        assert_eq!(
            store.menu(RestaurantId(1)).await.unwrap(),
            Some(expected),
            "{engine}"
        );
        assert_eq!(store.menu(RestaurantId(2)).await.unwrap(), None, "{engine}");
    }
}

#[tokio::test]
async fn put_restaurant_replaces_the_menu_and_raises_revisions() {
    for (engine, store) in engines("put_restaurant_replaces_the_menu_and_raises_revisions")
        .await
        .stores
    {
        let before = store.revisions().await.unwrap();
        store
            .put_restaurant(&restaurant(1, "alte-muehle"), &menu(1))
            .await
            .unwrap();
        let mut smaller = menu(1);
        smaller.categories.remove(0);
        smaller.option_groups.clear();
        let renamed = Restaurant {
            name: "Neue Mühle".into(),
            ..restaurant(1, "neue-muehle")
        };
        assert_eq!(
            store.put_restaurant(&renamed, &smaller).await.unwrap(),
            Revision(2),
            "{engine}"
        );
        assert_eq!(
            store.menu(RestaurantId(1)).await.unwrap(),
            Some(Menu {
                revision: Revision(2),
                ..smaller
            }),
            "{engine}"
        );
        assert_eq!(
            store.restaurants().await.unwrap()[0].slug.as_str(),
            "neue-muehle",
            "{engine}"
        );
        let after = store.revisions().await.unwrap();
        assert_eq!(
            (after.catalog.0 - before.catalog.0, after.modes),
            (2, before.modes),
            "{engine}"
        );
    }
}

#[tokio::test]
async fn restaurants_are_sorted_by_the_bytes_of_their_slugs() {
    for (engine, store) in engines("restaurants_are_sorted_by_the_bytes_of_their_slugs")
        .await
        .stores
    {
        for (number, slug) in [(1, "b"), (2, "a-z"), (3, "a"), (4, "a1"), (5, "aa")] {
            store
                .put_restaurant(&restaurant(number, slug), &menu(number))
                .await
                .unwrap();
        }
        let slugs: Vec<String> = store
            .restaurants()
            .await
            .unwrap()
            .iter()
            .map(|restaurant| restaurant.slug.to_string())
            .collect();
        assert_eq!(slugs, ["a", "a-z", "a1", "aa", "b"], "{engine}");
    }
}

#[tokio::test]
async fn refused_restaurant_changes_nothing() {
    for (engine, store) in engines("refused_restaurant_changes_nothing").await.stores {
        store
            .put_restaurant(&restaurant(1, "alte-muehle"), &menu(1))
            .await
            .unwrap();
        let before = (
            store.restaurants().await.unwrap(),
            store.revisions().await.unwrap(),
        );
        let taken = store
            .put_restaurant(&restaurant(2, "alte-muehle"), &menu(2))
            .await;
        assert!(
            matches!(taken, Err(StoreError::SlugTaken(slug)) if slug.as_str() == "alte-muehle"),
            "{engine}"
        );
        let mut wrong = menu(1);
        wrong.categories[0].dishes[0].price = Minor(-1);
        assert!(
            matches!(
                store.put_restaurant(&restaurant(1, "alte-muehle"), &wrong).await,
                Err(StoreError::Refused(_))
            ),
            "{engine}"
        );
        // The id of another restaurant's dish: the database itself refuses, after half of the rows were written.
        let mut stolen = menu(3);
        stolen.categories[0].dishes[0].id = menu(1).categories[0].dishes[0].id;
        assert!(
            matches!(
                store.put_restaurant(&restaurant(3, "diebe"), &stolen).await,
                Err(StoreError::Engine(_))
            ),
            "{engine}"
        );
        assert_eq!(
            (
                store.restaurants().await.unwrap(),
                store.revisions().await.unwrap()
            ),
            before,
            "{engine}"
        );
        assert_eq!(
            store.menu(RestaurantId(1)).await.unwrap(),
            Some(Menu {
                revision: Revision(1),
                ..menu(1)
            }),
            "{engine}"
        );
    }
}

#[tokio::test]
async fn concurrent_writers_get_different_revisions() {
    for (engine, store) in engines("concurrent_writers_get_different_revisions").await.stores {
        let writers = (0..16).map(|number| {
            let store = store.clone();
            tokio::spawn(async move {
                store
                    .put_restaurant(&restaurant(1, &format!("muehle-{number}")), &menu(1))
                    .await
                    .unwrap()
            })
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
async fn dayparts_are_the_dishes_with_hours() {
    for (engine, store) in engines("dayparts_are_the_dishes_with_hours").await.stores {
        store
            .put_restaurant(&restaurant(1, "alte-muehle"), &menu(1))
            .await
            .unwrap();
        let listed = store
            .dayparts()
            .await
            .unwrap()
            .into_iter()
            .map(|daypart| (daypart.restaurant, daypart.dish, Some(daypart.served)));
        let menu = menu(1);
        let own = menu
            .dishes()
            .filter(|dish| dish.served.is_some())
            .map(|dish| (RestaurantId(1), dish.id, dish.served.clone()));
        assert_eq!(listed.collect::<Vec<_>>(), own.collect::<Vec<_>>(), "{engine}");
    }
}

#[tokio::test]
async fn modes_are_set_and_removed() {
    for (engine, store) in engines("modes_are_set_and_removed").await.stores {
        let before = store.revisions().await.unwrap();
        store.set_mode("/", Some("thin")).await.unwrap();
        store.set_mode("/about", Some("hydrated")).await.unwrap();
        store.set_mode("/", Some("thick")).await.unwrap();
        assert_eq!(
            store.modes().await.unwrap(),
            [("/".into(), "thick".into()), ("/about".into(), "hydrated".into())],
            "{engine}"
        );
        store.set_mode("/", None).await.unwrap();
        assert_eq!(store.modes().await.unwrap().len(), 1, "{engine}");
        let after = store.revisions().await.unwrap();
        assert_eq!(
            (after.modes.0 - before.modes.0, after.catalog),
            (4, before.catalog),
            "{engine}"
        );
    }
}

#[tokio::test]
async fn connect_refuses_an_unknown_engine() {
    for (database, shown) in [
        ("mysql://servery:secret@localhost", "mysql"),
        ("servery.db", "servery.db"),
        ("", ""),
    ] {
        let refused = connect(database).await.err().unwrap();
        assert!(
            matches!(&refused, StoreError::UnknownEngine(named) if named == shown),
            "{refused}"
        );
    }
}

#[tokio::test]
async fn closed_sqlite_database_is_one_file() {
    let folder = tempfile::tempdir().unwrap();
    let (here, there) = (folder.path().join("here.db"), folder.path().join("there.db"));
    let store = connect(&format!("sqlite:{}", here.display())).await.unwrap();
    store.migrate().await.unwrap();
    store
        .put_restaurant(&restaurant(1, "alte-muehle"), &menu(1))
        .await
        .unwrap();
    store.close().await;
    std::fs::rename(&here, &there).unwrap();
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    let moved = connect(&format!("sqlite:{}", there.display())).await.unwrap();
    assert_eq!(moved.restaurants().await.unwrap().len(), 1);
}
