//! Payments and webhooks.

use servery_domain::{
    currency::Minor,
    id::OrderId,
    job::{Job, Lane},
    time::Timestamp,
};
use servery_store::{orders::OrderWrite, payments::PaymentIntent};

use crate::{
    builders::{NOW, place_order, put_restaurant},
    engines::engines,
};

#[tokio::test]
async fn payment_keeps_its_first_intent_and_gives_back_a_second_one() {
    for (engine, store) in engines("payment_keeps_its_first_intent_and_gives_back_a_second_one")
        .await
        .stores
    {
        put_restaurant(store.as_ref(), 1, "alte-muehle").await;
        place_order(store.as_ref(), 1, "ada").await;
        let set_intent = async |had: Option<&str>, id: &str| {
            let intent = PaymentIntent {
                id: id.into(),
                method: "pm_1".into(),
            };
            store
                .set_payment_intent(OrderId(1), had, &intent, NOW)
                .await
                .unwrap()
        };
        let stored = async || {
            store
                .payment(OrderId(1))
                .await
                .unwrap()
                .map(|attempt| (attempt.intent.map(|intent| intent.id), attempt.open))
                .unwrap()
        };
        store.request_payment(OrderId(1), 1_490, NOW).await.unwrap();
        assert_eq!(stored().await, (None, true), "{engine}");
        assert!(
            set_intent(None, "pi_1").await && !set_intent(None, "pi_2").await,
            "{engine}"
        );
        store.close_payment(OrderId(1), None).await.unwrap();
        assert_eq!(
            stored().await,
            (Some("pi_1".into()), true),
            "{engine}: another payment's end is not this one's"
        );
        assert!(
            set_intent(Some("pi_1"), "pi_2").await && !set_intent(Some("pi_1"), "pi_3").await,
            "{engine}"
        );
        // Another intent brings the money first: it is the payment, and what comes second goes back.
        for (intent, jobs) in [("pi_1", 0), ("pi_1", 0), ("pi_2", 1), ("pi_2", 1)] {
            let settle = OrderWrite::Settle {
                order: OrderId(1),
                intent: intent.into(),
                webhook: Some("evt_1".into()),
                at: NOW,
            };
            store.write(&[settle]).await.unwrap();
            let due = store.take_jobs(Lane::Money, NOW, NOW).await.unwrap();
            let back = due.iter().filter(|due| {
                due.job
                    == Job::RefundExtraCharge {
                        order: OrderId(1),
                        intent: "pi_2".into(),
                        amount: Minor(1_490),
                    }
            });
            assert_eq!(back.count(), jobs, "{engine}");
        }
        assert!(
            !set_intent(Some("pi_1"), "pi_4").await,
            "{engine}: what is settled is not asked for again"
        );
        store.request_payment(OrderId(1), 1_490, NOW).await.unwrap();
        assert_eq!(stored().await, (Some("pi_1".into()), false), "{engine}");
        assert_eq!(
            store
                .order(OrderId(1))
                .await
                .unwrap()
                .unwrap()
                .order
                .progress
                .payment
                .paid,
            Minor(1_490),
            "{engine}"
        );
    }
}

#[tokio::test]
async fn webhook_ids_are_deleted_with_the_answers() {
    let engines = engines("webhook_ids_are_deleted_with_the_answers").await;
    let (_, store) = &engines.stores[1];
    let server = std::env::var("SERVERY_TEST_POSTGRES").unwrap();
    let mut database = <sqlx::PgConnection as sqlx::Connection>::connect(&format!(
        "{server}/webhook_ids_are_deleted_with_the_answers"
    ))
    .await
    .unwrap();
    let mut webhooks = async || {
        let ids: Vec<String> = sqlx::query_scalar("select id from webhook_events order by id")
            .fetch_all(&mut database)
            .await
            .unwrap();
        ids
    };
    put_restaurant(store.as_ref(), 1, "alte-muehle").await;
    place_order(store.as_ref(), 1, "ada").await;
    for webhook in ["evt_1", "evt_1", "evt_2"] {
        let settle = OrderWrite::Settle {
            order: OrderId(1),
            intent: "pi_1".into(),
            webhook: Some(webhook.into()),
            at: NOW,
        };
        store.write(&[settle]).await.unwrap();
    }
    store.delete_expired_requests_and_drafts(NOW, NOW).await.unwrap();
    assert_eq!(webhooks().await, ["evt_1", "evt_2"]);
    store
        .delete_expired_requests_and_drafts(Timestamp(NOW.0 + 1), NOW)
        .await
        .unwrap();
    assert!(webhooks().await.is_empty());
}
