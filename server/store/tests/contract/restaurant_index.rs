//! The index of restaurants: what it finds, what is due, and that it ends with the newest state.

use servery_domain::{
    cursor::Cursor, id::RestaurantId, restaurant::Cuisine, revision::Revision, search::Search, slug::Slug,
    time::Timestamp,
};
use servery_store::{Store, restaurant_index::IndexEntry};

use crate::{
    builders::{BY_OPERATOR, DISH, HERE, NOW, THERE, two_restaurants},
    engines::engines,
};

const LATER: Timestamp = Timestamp(NOW.0 + 3_600);
const MUCH_LATER: Timestamp = Timestamp(NOW.0 + 7_200);

/// As a node makes it of a restaurant that is open until later.
async fn entry(store: &dyn Store, restaurant: RestaurantId) -> IndexEntry {
    let stored = store.listings(&[restaurant]).await.unwrap().remove(0);
    IndexEntry {
        restaurant,
        revision: stored.changed,
        slug: stored.restaurant.slug.clone(),
        cuisine: stored.restaurant.cuisine,
        is_demo: stored.is_demo,
        words: stored.restaurant.search_text(),
        opens: Timestamp(0),
        closes: LATER,
        due: LATER,
    }
}

fn search(q: &str) -> Search {
    Search {
        q: q.to_owned(),
        ..Search::default()
    }
}

async fn found(store: &dyn Store, search: &Search, now: Timestamp) -> Vec<RestaurantId> {
    let found = store.search_restaurants(search, now).await.unwrap();
    found.into_iter().map(|(_, restaurant)| restaurant).collect()
}

#[tokio::test]
async fn what_is_not_in_the_index_is_named_until_it_is() {
    for (engine, store) in engines("what_is_not_in_the_index_is_named_until_it_is")
        .await
        .stores
    {
        let store = store.as_ref();
        two_restaurants(store).await;
        assert_eq!(
            store.unindexed_restaurants(None, 9).await.unwrap(),
            [HERE, THERE],
            "{engine}"
        );
        assert_eq!(
            store.unindexed_restaurants(None, 1).await.unwrap(),
            [HERE],
            "{engine}"
        );
        assert_eq!(
            store.unindexed_restaurants(Some(HERE), 9).await.unwrap(),
            [THERE],
            "{engine}"
        );
        store
            .index_restaurants(&[entry(store, HERE).await, entry(store, THERE).await])
            .await
            .unwrap();
        assert_eq!(
            store.unindexed_restaurants(None, 9).await.unwrap(),
            [],
            "{engine}"
        );
        store.set_stock(HERE, DISH, Some(0), NOW).await.unwrap();
        assert_eq!(
            store.unindexed_restaurants(None, 9).await.unwrap(),
            [HERE],
            "{engine}"
        );
    }
}

#[tokio::test]
async fn a_search_finds_words_cuisine_and_what_is_open() {
    for (engine, store) in engines("a_search_finds_words_cuisine_and_what_is_open")
        .await
        .stores
    {
        let store = store.as_ref();
        two_restaurants(store).await;
        let here = IndexEntry {
            words: "cafe 100% noir_\nthai\ncoffee and cake".to_owned(),
            cuisine: Cuisine::Thai,
            ..entry(store, HERE).await
        };
        let there = IndexEntry {
            words: "ramen-ya\njapanese\nsoup\\noodles".to_owned(),
            cuisine: Cuisine::Japanese,
            opens: LATER,
            closes: MUCH_LATER,
            ..entry(store, THERE).await
        };
        let slugs = (here.slug.clone(), there.slug.clone());
        assert!(slugs.0 < slugs.1);
        store.index_restaurants(&[there, here]).await.unwrap();
        for (q, expected) in [
            ("", vec![HERE, THERE]),
            ("CAFÉ", vec![HERE]),
            ("cake noir", vec![HERE]),
            ("100%", vec![HERE]),
            // Signs of a pattern stand for themselves.
            ("cafe%cake", vec![]),
            ("noir_", vec![HERE]),
            ("ramen_ya", vec![]),
            ("soup\\noodles", vec![THERE]),
            ("cafe ramen", vec![]),
        ] {
            assert_eq!(found(store, &search(q), NOW).await, expected, "{engine}: {q:?}");
        }
        let thai = Search {
            cuisine: Some(Cuisine::Thai),
            ..Search::default()
        };
        assert_eq!(found(store, &thai, NOW).await, [HERE], "{engine}");
        let open = Search {
            open: true,
            ..Search::default()
        };
        assert_eq!(found(store, &open, NOW).await, [HERE], "{engine}");
        assert_eq!(
            found(store, &open, LATER).await,
            [THERE],
            "{engine}: at that second one closes and one opens"
        );
        assert_eq!(found(store, &open, MUCH_LATER).await, [], "{engine}");
        let first = Search {
            limit: 1,
            ..Search::default()
        };
        assert_eq!(
            found(store, &first, NOW).await.len(),
            2,
            "{engine}: one more says that there is another page"
        );
        let rest = Search {
            after: Some(Cursor(slugs.0)),
            ..first
        };
        assert_eq!(
            store.search_restaurants(&rest, NOW).await.unwrap(),
            [(slugs.1, THERE)],
            "{engine}"
        );
    }
}

#[tokio::test]
async fn words_with_typing_errors_are_found_if_none_has_them_as_typed() {
    for (engine, store) in engines("words_with_typing_errors_are_found_if_none_has_them_as_typed")
        .await
        .stores
    {
        let store = store.as_ref();
        two_restaurants(store).await;
        let here = IndexEntry {
            words: "trattoria da lucia\nitalian\npizza".to_owned(),
            ..entry(store, HERE).await
        };
        let there = IndexEntry {
            words: "ramen-ya\njapanese\nsoup and noodles".to_owned(),
            ..entry(store, THERE).await
        };
        let both = [here, there];
        store.index_restaurants(&both).await.unwrap();
        for (q, expected) in [
            ("tratoria", vec![HERE]),
            ("Trattroia Lucia", vec![HERE]),
            ("piza lucai", vec![HERE]),
            // Two letters in the wrong order leave two of ten trigrams.
            ("rmaen", vec![THERE]),
            ("rmaen lucia", vec![]),
            ("sushi", vec![]),
        ] {
            assert_eq!(found(store, &search(q), NOW).await, expected, "{engine}: {q:?}");
        }
        let [_, there] = both;
        let named_so = IndexEntry {
            revision: Revision(there.revision.0 + 1),
            words: "tratoria".to_owned(),
            ..there
        };
        store.index_restaurants(&[named_so]).await.unwrap();
        assert_eq!(found(store, &search("tratoria"), NOW).await, [THERE], "{engine}");
        let open = Search {
            open: true,
            ..search("trattoira")
        };
        assert_eq!(found(store, &open, NOW).await, [HERE, THERE], "{engine}");
        assert_eq!(found(store, &open, LATER).await, [], "{engine}");
    }
}

#[tokio::test]
async fn the_newest_state_of_a_restaurant_stays() {
    for (engine, store) in engines("the_newest_state_of_a_restaurant_stays").await.stores {
        let store = store.as_ref();
        two_restaurants(store).await;
        let entry = entry(store, HERE).await;
        let newer = IndexEntry {
            revision: Revision(entry.revision.0 + 1),
            words: "newer".to_owned(),
            ..entry.clone()
        };
        store
            .index_restaurants(std::slice::from_ref(&newer))
            .await
            .unwrap();
        // A slow node that read before.
        store.index_restaurants(&[entry]).await.unwrap();
        assert_eq!(found(store, &search("newer"), NOW).await, [HERE], "{engine}");
        // The same state at another time.
        let closed = IndexEntry {
            opens: MUCH_LATER,
            due: MUCH_LATER,
            ..newer
        };
        store.index_restaurants(&[closed]).await.unwrap();
        let open = Search {
            open: true,
            ..search("newer")
        };
        assert_eq!(found(store, &open, NOW).await, [], "{engine}");
    }
}

#[tokio::test]
async fn what_is_due_is_leased_to_one_node() {
    for (engine, store) in engines("what_is_due_is_leased_to_one_node").await.stores {
        let store = store.as_ref();
        two_restaurants(store).await;
        let there = IndexEntry {
            due: MUCH_LATER,
            ..entry(store, THERE).await
        };
        store
            .index_restaurants(&[entry(store, HERE).await, there])
            .await
            .unwrap();
        let lease = async |now: Timestamp| {
            let leased = Timestamp(now.0 + 60);
            store.lease_due_restaurants(now, leased, 9).await.unwrap()
        };
        assert_eq!(lease(NOW).await, [], "{engine}");
        assert_eq!(lease(LATER).await, [HERE], "{engine}");
        assert_eq!(lease(LATER).await, [], "{engine}: another node has it");
        assert_eq!(
            lease(Timestamp(LATER.0 + 60)).await,
            [HERE],
            "{engine}: that node has gone"
        );
    }
}

#[tokio::test]
async fn a_slug_names_a_restaurant_and_the_directory_lists_all() {
    for (engine, store) in engines("a_slug_names_a_restaurant_and_the_directory_lists_all")
        .await
        .stores
    {
        let store = store.as_ref();
        two_restaurants(store).await;
        let domain = "alte-muehle.example".parse().unwrap();
        store.set_domain(HERE, Some(&domain), BY_OPERATOR).await.unwrap();
        assert_eq!(
            store.domains().await.unwrap(),
            [(domain.clone(), HERE)],
            "{engine}"
        );
        let slug = entry(store, HERE).await.slug;
        assert_eq!(
            store.restaurant_by_slug(&slug).await.unwrap(),
            Some(HERE),
            "{engine}"
        );
        let nowhere: Slug = "nowhere".parse().unwrap();
        assert_eq!(
            store.restaurant_by_slug(&nowhere).await.unwrap(),
            None,
            "{engine}"
        );
        let directory = store.directory(None, 9).await.unwrap();
        assert_eq!(directory.len(), 2, "{engine}");
        assert_eq!(
            (&directory[0].slug, &directory[0].domain),
            (&slug, &Some(domain)),
            "{engine}"
        );
        assert!(directory[0].slug < directory[1].slug, "{engine}");
        assert_eq!(
            store.directory(None, 1).await.unwrap(),
            directory[..1],
            "{engine}"
        );
        assert_eq!(
            store.directory(Some(&slug), 9).await.unwrap(),
            directory[1..],
            "{engine}"
        );
        assert_eq!(store.directory_parts(1).await.unwrap(), [slug], "{engine}");
        assert_eq!(
            store.directory_parts(2).await.unwrap(),
            [],
            "{engine}: one part has all"
        );

        assert!(
            !store.has_only_demos().await.unwrap(),
            "{engine}: the index is empty"
        );
        store.mark_as_demo(HERE).await.unwrap();
        store
            .index_restaurants(&[entry(store, HERE).await])
            .await
            .unwrap();
        assert!(store.has_only_demos().await.unwrap(), "{engine}");
        store
            .index_restaurants(&[entry(store, THERE).await])
            .await
            .unwrap();
        assert!(!store.has_only_demos().await.unwrap(), "{engine}");
    }
}
