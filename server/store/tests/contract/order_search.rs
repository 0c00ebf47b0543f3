//! The list of all orders, and the search in it.

use std::{ops::Range, sync::Arc};

use servery_domain::{
    account::Role,
    audit::{Author, AuthorName},
    id::{OrderId, RestaurantId},
    order::{Actor, Event},
    order_search::{OrderFilter, OrderSearch},
    time::{LocalMinute, Timestamp},
};
use servery_store::{
    Store,
    erasure::OrderErasure,
    orders::{Advance, OrderWrite},
};

use crate::{
    accounts::{ADA, ada},
    builders::{BY_OPERATOR, HERE, NOW, THERE, cancel, order, placement, two_restaurants},
    engines::engines,
};

const ALWAYS: Range<Timestamp> = Timestamp(0)..Timestamp(i64::MAX);

/// Placed so many minutes after [`NOW`].
fn placed(
    number: u128,
    (restaurant, minutes): (RestaurantId, i64),
    (name, phone): (&str, &str),
) -> OrderWrite {
    let mut order = order(number);
    let ordered = Arc::make_mut(&mut order.ordered);
    ordered.restaurant = restaurant;
    ordered.placed_at = Timestamp(NOW.0 + 60 * minutes);
    ordered.contact.name = name.to_owned();
    ordered.contact.phone = phone.to_owned();
    OrderWrite::Place(Box::new(placement(order, "ada")))
}

fn search(q: &str) -> OrderSearch {
    OrderSearch {
        q: q.to_owned(),
        ..OrderSearch::default()
    }
}

async fn found(store: &dyn Store, search: &OrderSearch, placed: Range<Timestamp>) -> Vec<u128> {
    let found = store.search_orders(HERE, search, placed, 50).await.unwrap();
    assert_eq!((found.unreadable, found.next), (0, None));
    found.orders.iter().map(|order| order.id.0).collect()
}

/// Four orders here and one there.
async fn put_orders(store: &dyn Store) {
    two_restaurants(store).await;
    let writes = [
        placed(1, (HERE, 0), ("Zoë Meier", "+43 660 1234567")),
        placed(2, (HERE, 1), ("Ben Meyer", "+43 660 7654321")),
        placed(3, (HERE, 1), ("zoe", "0660/1234567")),
        placed(4, (HERE, 2), ("", "")),
        placed(5, (THERE, 0), ("Zoë Meier", "+43 660 1234567")),
    ];
    store.write(&writes).await.unwrap();
}

#[tokio::test]
async fn an_order_is_found_by_name_phone_and_number() {
    for (engine, store) in engines("an_order_is_found_by_name_phone_and_number").await.stores {
        let store = store.as_ref();
        put_orders(store).await;
        for (q, expected) in [
            ("", vec![4, 3, 2, 1]),
            ("zoe", vec![3, 1]),
            ("ZOË", vec![3, 1]),
            ("me", vec![2, 1]),
            ("meier", vec![1]),
            ("meier zo", vec![1]),
            ("meier ben", vec![]),
            ("eier", vec![]),
            ("%", vec![]),
            ("0043 660 123 45 67", vec![3, 1]),
            ("4321", vec![2]),
            ("2", vec![2]),
            ("#2", vec![2]),
            ("#9", vec![]),
            ("+", vec![]),
        ] {
            assert_eq!(
                found(store, &search(q), ALWAYS).await,
                expected,
                "{engine}: {q:?}"
            );
        }
    }
}

#[tokio::test]
async fn orders_are_filtered_by_state_and_time() {
    for (engine, store) in engines("orders_are_filtered_by_state_and_time").await.stores {
        let store = store.as_ref();
        put_orders(store).await;
        let advance = |order: u128, event: Event| {
            OrderWrite::Advance(Advance {
                order: OrderId(order),
                event,
                author: Author::System,
                at: NOW,
                slot: None,
            })
        };
        let ready_at = LocalMinute(0);
        let writes = [
            cancel(OrderId(2), NOW),
            advance(3, Event::Accepted { ready_at }),
            advance(3, Event::Delivered),
        ];
        store.write(&writes).await.unwrap();
        for (show, expected) in [
            (OrderFilter::All, vec![4, 3, 2, 1]),
            (OrderFilter::Open, vec![4, 1]),
            (OrderFilter::Fulfilled, vec![3]),
            (OrderFilter::CalledOff, vec![2]),
        ] {
            let search = OrderSearch {
                show,
                ..OrderSearch::default()
            };
            assert_eq!(
                found(store, &search, ALWAYS).await,
                expected,
                "{engine}: {show:?}"
            );
        }
        let minute = |minutes: i64| Timestamp(NOW.0 + 60 * minutes);
        for (placed, expected) in [
            (minute(1)..minute(2), vec![3, 2]),
            (minute(2)..minute(1), vec![]),
            (minute(3)..Timestamp(i64::MAX), vec![]),
        ] {
            assert_eq!(found(store, &search(""), placed).await, expected, "{engine}");
        }
    }
}

#[tokio::test]
async fn a_page_of_orders_ends_where_the_next_begins() {
    for (engine, store) in engines("a_page_of_orders_ends_where_the_next_begins")
        .await
        .stores
    {
        let store = store.as_ref();
        put_orders(store).await;
        let (mut search, mut all) = (search(""), Vec::new());
        // Two orders of one second are on two pages.
        loop {
            let page = store.search_orders(HERE, &search, ALWAYS, 1).await.unwrap();
            all.extend(page.orders.iter().map(|order| order.id.0));
            search.before = page.next;
            if page.next.is_none() {
                break;
            }
        }
        assert_eq!(all, [4, 3, 2, 1], "{engine}");
    }
}

#[tokio::test]
async fn an_erased_guest_is_not_found_by_name() {
    for (engine, store) in engines("an_erased_guest_is_not_found_by_name").await.stores {
        let store = store.as_ref();
        put_orders(store).await;
        store.write(&[cancel(OrderId(1), NOW)]).await.unwrap();
        assert_eq!(
            store.erase_order(OrderId(1), NOW).await.unwrap(),
            OrderErasure::Erased,
            "{engine}"
        );
        for (q, expected) in [("zoe", vec![3]), ("1234567", vec![3]), ("#1", vec![1])] {
            assert_eq!(
                found(store, &search(q), ALWAYS).await,
                expected,
                "{engine}: {q:?}"
            );
        }
    }
}

#[tokio::test]
async fn the_history_of_an_order_names_the_staff() {
    for (engine, store) in engines("the_history_of_an_order_names_the_staff").await.stores {
        let store = store.as_ref();
        put_orders(store).await;
        assert!(store.add_account(&ada(), None).await.unwrap(), "{engine}");
        store
            .put_staff(ADA, HERE, Role::Owner, BY_OPERATOR)
            .await
            .unwrap();
        let rejected = Event::Rejected {
            reason: "busy".to_owned(),
        };
        let reject = OrderWrite::Advance(Advance {
            order: OrderId(1),
            event: rejected.clone(),
            author: Author::Account(ADA),
            at: Timestamp(NOW.0 + 9),
            slot: None,
        });
        store.write(&[reject]).await.unwrap();
        let history = store.history_with_names(OrderId(1)).await.unwrap();
        let [placed, rejection] = &history[..] else {
            panic!("{engine}: {history:?}");
        };
        assert_eq!(
            (placed.actor, &placed.author, &placed.event),
            (Actor::Diner, &None, &Event::Placed),
            "{engine}"
        );
        let by_ada = AuthorName::Account {
            email: Some("Ada@Example.org".to_owned()),
        };
        assert_eq!(
            (rejection.actor, &rejection.author, &rejection.event, rejection.at),
            (Actor::Staff, &Some(by_ada), &rejected, Timestamp(NOW.0 + 9)),
            "{engine}"
        );
        assert_eq!(
            store.history_with_names(OrderId(9)).await.unwrap(),
            [],
            "{engine}"
        );
    }
}
