//! Push subscriptions and secrets.

use std::collections::BTreeSet;

use servery_domain::{
    id::{OrderId, VisitorId},
    limits,
    push::RenewedSubscription,
    time::Timestamp,
};

use crate::{builders::subscription, engines::engines};

#[tokio::test]
async fn subscriptions_are_replaced_limited_and_deleted() {
    for (engine, store) in engines("subscriptions_are_replaced_limited_and_deleted")
        .await
        .stores
    {
        let (order, ada, eve) = (OrderId(1), VisitorId(1), VisitorId(2));
        assert!(
            store
                .put_subscription(order, ada, &subscription("old"), Timestamp(1))
                .await
                .unwrap(),
            "{engine}"
        );
        assert!(
            store
                .put_subscription(order, ada, &subscription("new"), Timestamp(2))
                .await
                .unwrap(),
            "{engine}"
        );
        assert!(
            store
                .put_subscription(OrderId(2), ada, &subscription("new"), Timestamp(3))
                .await
                .unwrap(),
            "{engine}"
        );
        assert_eq!(
            store.subscription(order, ada).await.unwrap(),
            Some(subscription("new")),
            "{engine}"
        );
        assert_eq!(store.subscription(order, eve).await.unwrap(), None, "{engine}");
        for number in 2..=limits::BROWSERS {
            assert!(
                store
                    .put_subscription(order, VisitorId(number as u128), &subscription("x"), Timestamp(9))
                    .await
                    .unwrap(),
                "{engine}"
            );
        }
        assert!(
            !store
                .put_subscription(order, VisitorId(99), &subscription("x"), Timestamp(9))
                .await
                .unwrap(),
            "{engine}"
        );
        store.remove_subscription(order, eve).await.unwrap();
        assert_eq!(store.subscription(order, eve).await.unwrap(), None, "{engine}");
        assert!(
            store
                .put_subscription(order, VisitorId(99), &subscription("x"), Timestamp(9))
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
async fn secret_is_what_the_first_node_created() {
    for (engine, store) in engines("secret_is_what_the_first_node_created").await.stores {
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

#[tokio::test]
async fn another_address_of_a_browser_is_that_of_all_its_subscriptions() {
    for (engine, store) in engines("another_address_of_a_browser_is_that_of_all_its_subscriptions")
        .await
        .stores
    {
        let (ada, eve) = (VisitorId(1), VisitorId(2));
        for (order, browser) in [(1, ada), (2, ada), (1, eve)] {
            let subscription = subscription("old");
            store
                .put_subscription(OrderId(order), browser, &subscription, Timestamp(1))
                .await
                .unwrap();
        }
        let renewed = subscription("new");
        let address = RenewedSubscription {
            endpoint: renewed.endpoint.clone(),
            keys: renewed.keys.clone(),
        };
        store.renew_subscriptions(ada, &address).await.unwrap();
        for (order, browser, expected) in [
            (1, ada, &renewed),
            (2, ada, &renewed),
            (1, eve, &subscription("old")),
        ] {
            let stored = store.subscription(OrderId(order), browser).await.unwrap();
            assert_eq!(stored.as_ref(), Some(expected), "{engine}");
        }
    }
}
