//! What the provider tells the server by itself.

use super::*;

#[tokio::test]
async fn case_pinelab_620_the_webhook_arrives_three_times_at_once() {
    let shop = Shop::open().await;
    let (order, token) = shop.order().await;
    let total = shop.total(&token).await;
    let placed = shop.app.order(&token).await["revision"].as_i64().unwrap();
    let body = json!({
        "id": "evt_1", "type": "payment_intent.succeeded",
        "data": { "object": { "id": "pi_1", "amount": total, "currency": "usd", "status": "succeeded", "metadata": { "order": order } } },
    })
    .to_string();
    let signature = sign(&body, clock::now().0);
    let hear = || shop.app.send(webhook(&body, &signature));
    let answers = tokio::join!(hear(), hear(), hear());
    assert_eq!(
        [answers.0.status, answers.1.status, answers.2.status].map(|status| status.as_u16()),
        [200; 3]
    );
    let progress = shop.progress(&token).await;
    assert_eq!(
        (&progress["state"], &progress["payment"]["paid"]),
        (&json!("placed"), &json!(total))
    );
    assert_eq!(
        shop.app.order(&token).await["revision"],
        placed + 1,
        "placed and paid, nothing else"
    );
}

#[tokio::test]
async fn a_forged_or_foreign_webhook_pays_nothing() {
    let shop = Shop::open().await;
    let (order, token) = shop.order().await;
    let total = shop.total(&token).await;
    let event = |amount: i64, currency: &str| {
        json!({
            "id": unique(), "type": "payment_intent.succeeded",
            "data": { "object": { "id": "pi_1", "amount": amount, "currency": currency, "status": "succeeded", "metadata": { "order": order } } },
        })
        .to_string()
    };
    let good = event(total, "usd");
    shop.app
        .send(webhook(&good, "t=1,v1=00"))
        .await
        .problem(ProblemType::Forbidden);
    shop.app
        .send(webhook(&good, &sign(&good, clock::now().0 - 3_600)))
        .await
        .problem(ProblemType::Forbidden);
    for wrong in [event(1, "usd"), event(total, "eur")] {
        assert_eq!(
            shop.app
                .send(webhook(&wrong, &sign(&wrong, clock::now().0)))
                .await
                .status,
            200
        );
    }
    assert_eq!(shop.progress(&token).await["state"], "unpaid");
}

#[tokio::test]
async fn the_providers_own_webhook_is_understood() {
    let shop = Shop::open().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    shop.peer.tell(listener.local_addr().unwrap()).await;
    let router = shop.app.router.clone();
    tokio::spawn(async move { axum::serve(listener, router).await });
    let (order, token) = shop.order().await;
    let provider = shop.peer.account().provider;
    let total = Minor(shop.total(&token).await);
    // As if this server had ended between asking and hearing.
    let intent = provider
        .create(
            order.parse().unwrap(),
            total,
            "USD".parse().unwrap(),
            (None, &shop.peer.card(GOOD).await),
        )
        .await
        .unwrap();
    provider.confirm(&intent.id, RETURN).await.unwrap();
    let started = std::time::Instant::now();
    while shop.progress(&token).await["state"] != "placed" {
        assert!(started.elapsed().as_secs() < 10, "no webhook came");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_payment_that_is_not_for_an_order_of_ours_is_heard_and_left() {
    let shop = Shop::open().await;
    for metadata in [
        json!({ "order": "6735" }),
        json!({ "order": unique() }),
        json!({}),
        json!({ "job": "till" }),
    ] {
        let object = json!({ "id": "pi_1", "amount": 1, "currency": "usd", "status": "succeeded", "metadata": metadata });
        let event =
            json!({ "id": unique(), "type": "payment_intent.succeeded", "data": { "object": object } })
                .to_string();
        assert_eq!(
            shop.app
                .send(webhook(&event, &sign(&event, clock::now().0)))
                .await
                .status,
            200,
            "{event}"
        );
    }
}
