//! What the catalog reads: listings, and which of them have changed.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use servery_domain::{
    domain_name::DomainName,
    id::RestaurantId,
    order_intake::{IntakeChange, OrderIntake, OrderPause},
};
use servery_store::{Store, change_feed::ChangeFeed, orders::OrderWrite};

use crate::{
    builders::{
        BY_OPERATOR, DISH, HERE, NOW, THERE, cancel, file, import, listing, menu, order, placement,
        put_restaurant, two_restaurants,
    },
    engines::engines,
};

#[tokio::test]
async fn a_listing_has_all_that_stands_beside_its_restaurant() {
    for (engine, store) in engines("a_listing_has_all_that_stands_beside_its_restaurant")
        .await
        .stores
    {
        let store = store.as_ref();
        two_restaurants(store).await;
        let domain: DomainName = "alte-muehle.example".parse().unwrap();
        let pause = IntakeChange::Pause(Some(OrderPause { until: None }));
        store.set_stock(HERE, DISH, Some(0), NOW).await.unwrap();
        store.set_domain(HERE, Some(&domain), BY_OPERATOR).await.unwrap();
        store.change_order_intake(HERE, pause, BY_OPERATOR).await.unwrap();
        store.mark_as_demo(HERE).await.unwrap();

        let here = listing(store, HERE).await;
        assert_eq!(here.restaurant, store.restaurants().await.unwrap()[0], "{engine}");
        assert_eq!(here.sold_out, [DISH], "{engine}");
        assert_eq!(here.domain, Some(domain), "{engine}");
        assert_eq!(here.intake.pause, Some(OrderPause { until: None }), "{engine}");
        assert!(here.is_demo, "{engine}");
        let menu = menu(1);
        let with_hours = menu
            .dishes()
            .filter_map(|dish| Some((dish.id, dish.served.clone()?)));
        assert_eq!(here.dayparts, with_hours.collect::<Vec<_>>(), "{engine}");
        assert!(!here.dayparts.is_empty());

        let there = listing(store, THERE).await;
        assert_eq!(
            (there.sold_out.len(), there.domain, there.intake, there.is_demo),
            (0, None, OrderIntake::default(), false),
            "{engine}"
        );
    }
}

/// What changed while this was done, and the catalog's revision after it.
async fn changes<T>(store: &dyn Store, act: impl Future<Output = T>) -> BTreeSet<RestaurantId> {
    let before = store.revisions().await.unwrap().catalog;
    act.await;
    let changed = store.changed_restaurants(before).await.unwrap();
    let after = store.revisions().await.unwrap().catalog;
    for stored in store.listings(&changed).await.unwrap() {
        assert!(stored.changed > before && stored.changed <= after);
    }
    assert!(store.changed_restaurants(after).await.unwrap().is_empty());
    changed.into_iter().collect()
}

#[tokio::test]
async fn each_change_of_a_listing_names_its_restaurant_and_no_other() {
    for (engine, store) in engines("each_change_of_a_listing_names_its_restaurant_and_no_other")
        .await
        .stores
    {
        let store = store.as_ref();
        let all = changes(store, two_restaurants(store)).await;
        assert_eq!(all, BTreeSet::from([HERE, THERE]), "{engine}");
        let here = BTreeSet::from([HERE]);

        let counted = store.set_stock(HERE, DISH, Some(1), NOW);
        assert_eq!(changes(store, counted).await, here, "{engine}: portions");
        let ordered = [OrderWrite::Place(Box::new(placement(order(1), "ada")))];
        assert_eq!(
            changes(store, store.write(&ordered)).await,
            here,
            "{engine}: the last portion"
        );
        let cancelled = [cancel(order(1).id, NOW)];
        assert_eq!(
            changes(store, store.write(&cancelled)).await,
            here,
            "{engine}: it is back"
        );

        let mut described = file(1, "alte-muehle");
        described.description = "Now with a garden.".to_owned();
        assert_eq!(
            changes(store, import(store, &described)).await,
            here,
            "{engine}: a file"
        );
        let unchanged = changes(store, import(store, &described)).await;
        assert_eq!(unchanged, BTreeSet::new(), "{engine}: the same file again");

        let pause = IntakeChange::Pause(Some(OrderPause { until: None }));
        let paused = store.change_order_intake(HERE, pause, BY_OPERATOR);
        assert_eq!(changes(store, paused).await, here, "{engine}: a pause");
        let domain: DomainName = "alte-muehle.example".parse().unwrap();
        let moved = store.set_domain(HERE, Some(&domain), BY_OPERATOR);
        assert_eq!(changes(store, moved).await, here, "{engine}: a domain");
        assert_eq!(
            changes(store, store.mark_as_demo(HERE)).await,
            here,
            "{engine}: a demo"
        );
    }
}

#[tokio::test]
async fn a_removed_restaurant_is_a_change() {
    for (engine, store) in engines("a_removed_restaurant_is_a_change").await.stores {
        let store = store.as_ref();
        put_restaurant(store, 1, "alte-muehle").await;
        store.mark_as_demo(HERE).await.unwrap();
        assert_eq!(
            changes(store, store.remove_demo()).await,
            BTreeSet::from([HERE]),
            "{engine}"
        );
        assert_eq!(store.listings(&[HERE]).await.unwrap(), [], "{engine}");
    }
}

#[tokio::test]
async fn a_change_wakes_other_nodes() {
    for (engine, store) in engines("a_change_wakes_other_nodes").await.stores {
        let store = store.as_ref();
        two_restaurants(store).await;
        let mut feed = store.change_feed();
        let waited = async |feed: &mut ChangeFeed| {
            let started = Instant::now();
            feed.changed().await;
            started.elapsed()
        };
        // Nobody changes anything: PostgreSQL wakes nobody, and a node looks by itself.
        let idle = match engine {
            "SQLite" => Duration::from_millis(200),
            _ => Duration::from_millis(900),
        };
        while waited(&mut feed).await < idle {}
        store.set_stock(HERE, DISH, Some(0), NOW).await.unwrap();
        let woken = waited(&mut feed).await;
        assert!(woken < Duration::from_millis(500), "{engine}: {woken:?}");
    }
}
