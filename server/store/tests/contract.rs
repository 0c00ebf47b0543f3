//! One story that both engines must tell. A missing engine fails it.

#![allow(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod engines;

use std::collections::BTreeSet;

use engines::{engines, menu, restaurant};
use servery_domain::{
    currency::Minor,
    id::{OrderId, RestaurantId, VisitorId},
    lang::Lang,
    limits,
    menu::Menu,
    push::{Subscription, SubscriptionKeys},
    restaurant::Restaurant,
    revision::Revision,
    time::Timestamp,
};
use servery_store::{StoreError, connect};

#[tokio::test]
async fn what_was_put_is_read_again() {
    for (engine, store) in engines("put").await.stores {
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
async fn a_menu_is_replaced_whole_and_counted() {
    for (engine, store) in engines("replaced").await.stores {
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
async fn restaurants_come_in_the_order_of_their_slugs() {
    for (engine, store) in engines("ordered").await.stores {
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
async fn what_is_refused_changes_nothing() {
    for (engine, store) in engines("refused").await.stores {
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
async fn writers_at_the_same_time_each_get_a_revision_of_their_own() {
    for (engine, store) in engines("concurrent").await.stores {
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
async fn dishes_with_hours_of_their_own_are_told() {
    for (engine, store) in engines("dayparts").await.stores {
        store
            .put_restaurant(&restaurant(1, "alte-muehle"), &menu(1))
            .await
            .unwrap();
        let told = store
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
        assert_eq!(told.collect::<Vec<_>>(), own.collect::<Vec<_>>(), "{engine}");
    }
}

#[tokio::test]
async fn modes_are_set_and_taken_back() {
    for (engine, store) in engines("modes").await.stores {
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
async fn an_unknown_engine_is_refused_by_name() {
    for database in ["mysql://localhost", "servery.db", ""] {
        let refused = connect(database).await.err().unwrap();
        assert!(
            matches!(&refused, StoreError::UnknownEngine(named) if named == database),
            "{refused}"
        );
    }
}

#[tokio::test]
async fn a_closed_sqlite_store_is_one_file() {
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

#[tokio::test]
async fn browsers_are_told_until_they_or_their_push_service_want_no_more() {
    for (engine, store) in engines("pushes").await.stores {
        let (order, ada, eve) = (OrderId(1), VisitorId(1), VisitorId(2));
        let keys = SubscriptionKeys {
            p256dh: "p".into(),
            auth: "a".into(),
        };
        let at = |endpoint: &str| Subscription {
            endpoint: endpoint.into(),
            keys: keys.clone(),
            lang: Lang::Arabic,
        };
        assert!(
            store
                .put_subscription(order, ada, &at("old"), Timestamp(1))
                .await
                .unwrap(),
            "{engine}"
        );
        assert!(
            store
                .put_subscription(order, ada, &at("new"), Timestamp(2))
                .await
                .unwrap(),
            "{engine}"
        );
        assert!(
            store
                .put_subscription(OrderId(2), ada, &at("new"), Timestamp(3))
                .await
                .unwrap(),
            "{engine}"
        );
        assert_eq!(
            store.subscription(order, ada).await.unwrap(),
            Some(at("new")),
            "{engine}"
        );
        assert_eq!(store.subscription(order, eve).await.unwrap(), None, "{engine}");
        for number in 2..=limits::BROWSERS {
            assert!(
                store
                    .put_subscription(order, VisitorId(number as u128), &at("x"), Timestamp(9))
                    .await
                    .unwrap(),
                "{engine}"
            );
        }
        assert!(
            !store
                .put_subscription(order, VisitorId(99), &at("x"), Timestamp(9))
                .await
                .unwrap(),
            "{engine}"
        );
        store.remove_subscription(order, eve).await.unwrap();
        assert_eq!(store.subscription(order, eve).await.unwrap(), None, "{engine}");
        assert!(
            store
                .put_subscription(order, VisitorId(99), &at("x"), Timestamp(9))
                .await
                .unwrap(),
            "{engine}"
        );
        store.delete_expired_subscriptions(Timestamp(3)).await.unwrap();
        assert_eq!(
            store.subscription(order, ada).await.unwrap(),
            None,
            "{engine}: old, and of no open order"
        );
        assert!(
            store.subscription(OrderId(2), ada).await.unwrap().is_some(),
            "{engine}"
        );
        store.remove_endpoint("new").await.unwrap();
        assert_eq!(
            store.subscription(OrderId(2), ada).await.unwrap(),
            None,
            "{engine}"
        );
        assert!(
            store.subscription(order, VisitorId(99)).await.unwrap().is_some(),
            "{engine}"
        );
    }
}

#[tokio::test]
async fn a_secret_is_what_the_first_node_made() {
    for (engine, store) in engines("secrets").await.stores {
        let nodes = (0..8).map(|node| {
            let store = store.clone();
            tokio::spawn(async move { store.secret("key", &format!("made by {node}")).await.unwrap() })
        });
        let mut made = BTreeSet::new();
        for node in nodes.collect::<Vec<_>>() {
            made.insert(node.await.unwrap());
        }
        assert!(
            made.len() == 1 && made.iter().all(|secret| secret.starts_with("made by ")),
            "{engine}: {made:?}"
        );
        assert_eq!(store.secret("other", "new").await.unwrap(), "new", "{engine}");
    }
}
