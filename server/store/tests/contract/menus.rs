//! Restaurants, menus and modes.

use std::time::{SystemTime, UNIX_EPOCH};

use servery_store::{StoreError, connect};

use crate::{builders::put_restaurant, engines::engines};

#[tokio::test]
async fn restaurants_are_sorted_by_the_bytes_of_their_slugs() {
    for (engine, store) in engines("restaurants_are_sorted_by_the_bytes_of_their_slugs")
        .await
        .stores
    {
        for (number, slug) in [(1, "b"), (2, "a-z"), (3, "a"), (4, "a1"), (5, "aa")] {
            put_restaurant(store.as_ref(), number, slug).await;
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
async fn a_server_has_a_clock_and_a_file_has_none() {
    for (engine, store) in engines("a_server_has_a_clock_and_a_file_has_none").await.stores {
        let own = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let off = store.clock().await.unwrap();
        let off = off.map(|clock| clock.abs_diff(own.as_millis() as i64) / 60_000);
        let expected = (engine == "PostgreSQL").then_some(0);
        assert_eq!(off, expected, "{engine}: minutes");
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
    put_restaurant(store.as_ref(), 1, "alte-muehle").await;
    store.close().await;
    std::fs::rename(&here, &there).unwrap();
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    let moved = connect(&format!("sqlite:{}", there.display())).await.unwrap();
    assert_eq!(moved.restaurants().await.unwrap().len(), 1);
}
