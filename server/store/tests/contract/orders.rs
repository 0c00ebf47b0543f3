//! Orders and drafts.

use std::sync::Arc;

use servery_domain::{
    draft::Draft,
    id::{OrderId, RestaurantId},
    order::Actor,
    revision::Revision,
    time::Timestamp,
};
use servery_store::orders::{IdempotentRequest, OrderWrite, WriteOutcome};

use crate::{
    builders::{HERE, NOW, cancel, order, place_order, placement, put_restaurant},
    engines::engines,
};

#[tokio::test]
async fn customer_orders_are_sorted_by_time_across_restaurants() {
    for (engine, store) in engines("customer_orders_are_sorted_by_time_across_restaurants")
        .await
        .stores
    {
        let here = |number: u128, restaurant: u128, minutes: i64| {
            let mut order = order(number);
            let ordered = Arc::make_mut(&mut order.ordered);
            (ordered.restaurant, ordered.placed_at) =
                (RestaurantId(restaurant), Timestamp(NOW.0 + 60 * minutes));
            OrderWrite::Place(Box::new(placement(order, "ada")))
        };
        for (number, slug) in [(1, "alte-muehle"), (2, "jade-lantern")] {
            put_restaurant(store.as_ref(), number, slug).await;
        }
        // Fifty at a busy place, then one at a place that opened today.
        let busy: Vec<OrderWrite> = (1..=50).map(|number| here(number, 1, number as i64)).collect();
        store.write(&busy).await.unwrap();
        store.write(&[here(99, 2, 99)]).await.unwrap();
        let history = store.customer_orders("ada").await.unwrap();
        assert_eq!(
            (history.len(), history[0].order.id, history[0].order.number),
            (50, OrderId(99), 1),
            "{engine}"
        );
        assert_eq!(
            history[49].order.id,
            OrderId(2),
            "{engine}: the oldest is left out"
        );
    }
}

#[tokio::test]
async fn answers_are_deleted_after_their_time() {
    for (engine, store) in engines("answers_are_deleted_after_their_time").await.stores {
        put_restaurant(store.as_ref(), 1, "alte-muehle").await;
        place_order(store.as_ref(), 1, "ada").await;
        let again = [OrderWrite::Place(Box::new(placement(order(1), "ada")))];
        store.delete_expired_requests_and_drafts(NOW, NOW).await.unwrap();
        assert!(
            matches!(store.write(&again).await.unwrap()[0], WriteOutcome::Again { .. }),
            "{engine}"
        );
        store
            .delete_expired_requests_and_drafts(Timestamp(NOW.0 + 1), NOW)
            .await
            .unwrap();
        assert!(
            matches!(store.write(&again).await.unwrap()[0], WriteOutcome::IdTaken),
            "{engine}: the order is there all the same"
        );
    }
}

#[tokio::test]
async fn pages_of_changed_orders_hide_none_when_one_changed_again() {
    for (engine, store) in engines("pages_of_changed_orders_hide_none_when_one_changed_again")
        .await
        .stores
    {
        put_restaurant(store.as_ref(), 1, "alte-muehle").await;
        let many: Vec<OrderWrite> = (1..=501)
            .map(|number| OrderWrite::Place(Box::new(placement(order(number), "ada"))))
            .collect();
        store.write(&many).await.unwrap();
        store.write(&[cancel(OrderId(1), NOW)]).await.unwrap();
        let (first, upto) = store.changed_orders(RestaurantId(1), Revision(0)).await.unwrap();
        assert_eq!((first.len(), upto), (500, Revision(500)), "{engine}");
        let (rest, upto) = store.changed_orders(RestaurantId(1), upto).await.unwrap();
        assert_eq!(
            rest.iter().map(|tracked| tracked.order.id.0).collect::<Vec<_>>(),
            [501, 1],
            "{engine}"
        );
        assert_eq!(
            (upto, store.changed_orders(RestaurantId(1), upto).await.unwrap()),
            (Revision(502), (Vec::new(), upto)),
            "{engine}"
        );
    }
}

#[tokio::test]
async fn old_orders_are_paged() {
    for (engine, store) in engines("old_orders_are_paged").await.stores {
        put_restaurant(store.as_ref(), 1, "alte-muehle").await;
        let many: Vec<OrderWrite> = (1..=502)
            .map(|number| OrderWrite::Place(Box::new(placement(order(number), "ada"))))
            .collect();
        store.write(&many).await.unwrap();
        store.write(&[cancel(OrderId(502), NOW)]).await.unwrap();
        assert_eq!(
            store.old_orders(NOW, OrderId(0)).await.unwrap(),
            [],
            "{engine}: placed in this moment"
        );
        let first = store.old_orders(Timestamp(NOW.0 + 1), OrderId(0)).await.unwrap();
        assert_eq!((first.len(), first[499].id), (500, OrderId(500)), "{engine}");
        let rest = store
            .old_orders(Timestamp(NOW.0 + 1), OrderId(500))
            .await
            .unwrap();
        assert_eq!(
            rest.iter().map(|order| order.id).collect::<Vec<_>>(),
            [OrderId(501)],
            "{engine}"
        );
    }
}

#[tokio::test]
async fn waiting_orders_and_open_payments_are_paged() {
    for (engine, store) in engines("waiting_orders_and_open_payments_are_paged").await.stores {
        put_restaurant(store.as_ref(), 1, "alte-muehle").await;
        let all: Vec<OrderWrite> = (1..=501)
            .map(|number| OrderWrite::Place(Box::new(placement(order(number), "ada"))))
            .collect();
        store.write(&all).await.unwrap();
        for number in 1..=501 {
            store.request_payment(OrderId(number), 1_490, NOW).await.unwrap();
        }
        let first = store.waiting_orders(NOW, None).await.unwrap();
        let rest = store
            .waiting_orders(
                NOW,
                first.last().map(|order| (order.progress.changed_at, order.id)),
            )
            .await
            .unwrap();
        assert_eq!(
            (first.len(), rest.iter().map(|order| order.id).collect::<Vec<_>>()),
            (500, vec![OrderId(501)]),
            "{engine}"
        );
        let later = Timestamp(NOW.0 + 1);
        let first = store.open_payments(later, None).await.unwrap();
        let rest = store
            .open_payments(later, first.last().map(|asked| (asked.asked_at, asked.order)))
            .await
            .unwrap();
        assert_eq!(
            (
                first.len(),
                rest.iter().map(|asked| asked.order).collect::<Vec<_>>()
            ),
            (500, vec![OrderId(501)]),
            "{engine}"
        );
    }
}

#[tokio::test]
async fn repeated_placement_gets_the_same_answer() {
    for (engine, store) in engines("repeated_placement_gets_the_same_answer").await.stores {
        put_restaurant(store.as_ref(), 1, "alte-muehle").await;
        let first = placement(order(1), "ada");
        assert!(
            store.recorded_answer(&first.request).await.unwrap().is_none(),
            "{engine}"
        );
        let outcomes = store
            .write(&[OrderWrite::Place(Box::new(first.clone()))])
            .await
            .unwrap();
        let WriteOutcome::Placed { answer, .. } = &outcomes[0] else {
            panic!("{engine}: {outcomes:?}")
        };
        let recorded = store.recorded_answer(&first.request).await.unwrap();
        assert!(
            matches!(&recorded, Some(WriteOutcome::Again { status: 201, body }) if body == answer),
            "{engine}: {recorded:?}"
        );
        let other = IdempotentRequest {
            fingerprint: "other".into(),
            ..first.request.clone()
        };
        assert!(
            matches!(
                store.recorded_answer(&other).await.unwrap(),
                Some(WriteOutcome::OtherRequest)
            ),
            "{engine}"
        );
        let refused = IdempotentRequest {
            key: "refused".into(),
            ..first.request
        };
        for body in ["sold out", "never recorded"] {
            let write = OrderWrite::Answer {
                request: refused.clone(),
                status: 409,
                body: body.into(),
            };
            let outcomes = store.write(&[write]).await.unwrap();
            assert!(
                matches!(&outcomes[0], WriteOutcome::Again { status: 409, body } if body == "sold out"),
                "{engine}: {outcomes:?}"
            );
        }
    }
}

#[tokio::test]
async fn orders_are_read_by_id_token_and_restaurant() {
    for (engine, store) in engines("orders_are_read_by_id_token_and_restaurant").await.stores {
        put_restaurant(store.as_ref(), 1, "alte-muehle").await;
        for number in 1..=3 {
            place_order(store.as_ref(), number, "ada").await;
        }
        store.write(&[cancel(OrderId(2), NOW)]).await.unwrap();
        let tracked = store.order(OrderId(1)).await.unwrap().unwrap();
        assert_eq!(
            (
                tracked.customer.as_deref(),
                tracked.order.number,
                tracked.order.revision
            ),
            (Some("ada"), 1, Revision(1)),
            "{engine}"
        );
        assert_eq!(tracked.order.ordered, order(1).ordered, "{engine}");
        assert_eq!(
            store.order_by_token(&tracked.token).await.unwrap(),
            Some(tracked),
            "{engine}"
        );
        assert_eq!(store.order_by_token("unknown").await.unwrap(), None, "{engine}");
        assert_eq!(store.order(OrderId(9)).await.unwrap(), None, "{engine}");
        let open = store.open_orders(HERE).await.unwrap();
        assert_eq!(
            open.iter().map(|order| order.id).collect::<Vec<_>>(),
            [OrderId(1), OrderId(3)],
            "{engine}"
        );
        assert_eq!(
            store.order_revisions(&[HERE]).await.unwrap(),
            [(HERE, Revision(4))],
            "{engine}"
        );
        let history = store.history(OrderId(2)).await.unwrap();
        assert_eq!(
            history
                .iter()
                .map(|event| (event.revision, event.actor))
                .collect::<Vec<_>>(),
            [(Revision(2), Actor::Diner), (Revision(4), Actor::Diner)],
            "{engine}"
        );
    }
}

#[tokio::test]
async fn drafts_are_replaced_and_deleted_after_their_time() {
    for (engine, store) in engines("drafts_are_replaced_and_deleted_after_their_time")
        .await
        .stores
    {
        let draft = |note: &str| Draft {
            note: note.into(),
            ..Draft::default()
        };
        assert_eq!(store.draft("ada", HERE).await.unwrap(), None, "{engine}");
        store.put_draft("ada", HERE, &draft("first"), NOW).await.unwrap();
        store.put_draft("ada", HERE, &draft("second"), NOW).await.unwrap();
        store
            .put_draft("ada", RestaurantId(2), &draft("there"), Timestamp(NOW.0 + 1))
            .await
            .unwrap();
        assert_eq!(
            store.draft("ada", HERE).await.unwrap(),
            Some(draft("second")),
            "{engine}"
        );
        assert_eq!(store.draft("ben", HERE).await.unwrap(), None, "{engine}");
        store
            .delete_expired_requests_and_drafts(NOW, Timestamp(NOW.0 + 1))
            .await
            .unwrap();
        assert_eq!(store.draft("ada", HERE).await.unwrap(), None, "{engine}");
        assert_eq!(
            store.draft("ada", RestaurantId(2)).await.unwrap(),
            Some(draft("there")),
            "{engine}"
        );
    }
}
