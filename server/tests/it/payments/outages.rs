//! Answers that are late or lost, and payments that nobody finishes.

use super::*;

/// A minute later the server asks what became of open payments.
async fn sweep(shop: &Shop) {
    let later = Timestamp(clock::now().0 + 60);
    payments::check_open_payments(&shop.app.app, later, 20)
        .await
        .unwrap();
}

#[tokio::test]
async fn an_answer_that_is_lost_charges_once() {
    let shop = Shop::open().await;
    let (order, token) = shop.order().await;
    let method = shop.peer.card(GOOD).await;
    let path = format!("/api/v1/orders/{token}/payment");
    let pay = async || {
        shop.app
            .post(&path, &[], &json!({ "payment_method": &method }))
            .await
    };
    shop.peer.line(Line::AnswerLost);
    pay().await.problem(ProblemType::ProviderAway);
    shop.peer.line(Line::Good);
    assert_eq!(
        shop.progress(&token).await["state"],
        "unpaid",
        "nothing is cooked that may not be paid"
    );
    pay().await;
    sweep(&shop).await;
    assert_eq!(shop.progress(&token).await["state"], "placed");
    assert_eq!(shop.peer.charged(&order).await.len(), 1);
}

#[tokio::test]
async fn a_charge_whose_answer_was_lost_is_found_by_the_sweep() {
    let shop = Shop::open().await;
    let (order, token) = shop.order().await;
    let intent = shop
        .peer
        .account()
        .provider
        .create(
            order.parse().unwrap(),
            Minor(shop.total(&token).await),
            "USD".parse().unwrap(),
            (None, &shop.peer.card(GOOD).await),
        )
        .await
        .unwrap();
    shop.ask(&order, &intent.id).await;
    shop.peer.line(Line::AnswerLost);
    assert!(
        shop.peer
            .account()
            .provider
            .confirm(&intent.id, RETURN)
            .await
            .is_err()
    );
    shop.peer.line(Line::Good);
    assert_eq!(shop.progress(&token).await["state"], "unpaid");
    sweep(&shop).await;
    assert_eq!(shop.progress(&token).await["state"], "placed");
}

#[tokio::test]
async fn with_the_provider_away_the_diner_pays_at_the_door() {
    let shop = Shop::open().await;
    for line in [Line::Cut, Line::Error] {
        let (order, token) = shop.order().await;
        shop.peer.line(line);
        shop.pay(&token, GOOD).await.problem(ProblemType::ProviderAway);
        assert_eq!(shop.progress(&token).await["state"], "unpaid");
        let at_door = shop
            .app
            .post(&format!("/api/v1/orders/{token}/pay-at-door"), &[], &json!({}))
            .await;
        assert_eq!(at_door.json()["progress"]["state"], "placed", "{line:?}");
        assert!(shop.peer.charged(&order).await.is_empty(), "{line:?}");
    }
    // By now the breaker is open: nobody waits for a provider that is away.
    let (_, token) = shop.order().await;
    let started = std::time::Instant::now();
    shop.pay(&token, GOOD).await.problem(ProblemType::ProviderAway);
    assert!(started.elapsed().as_secs() < 2);
}

#[tokio::test]
async fn an_order_that_nobody_pays_is_given_up() {
    let shop = Shop::open().await;
    let (_, token) = shop.order().await;
    timeouts::time_out_orders(&shop.app.app, Timestamp(clock::now().0 + 60))
        .await
        .unwrap();
    assert_eq!(shop.progress(&token).await["state"], "unpaid");
    timeouts::time_out_orders(&shop.app.app, Timestamp(clock::now().0 + 31 * 60))
        .await
        .unwrap();
    assert_eq!(shop.progress(&token).await["state"], "cancelled");
}

#[tokio::test]
async fn a_bank_that_is_still_working_on_it_has_declined_nothing() {
    let shop = Shop::open().await;
    let (order, token) = shop.order().await;
    let card = shop.peer.card(GOOD).await;
    shop.peer.line(Line::Processing);
    assert_eq!(shop.pay_with(&token, &card).await.json(), json!("pending"));
    let back = shop.app.get(&format!("/orders/{token}/paid"), &[]).await;
    assert_eq!(back.header("location"), format!("/orders/{token}?wrong=pending"));
    let page = shop
        .app
        .get(back.header("location"), &[("cookie", "servery_render=thin")])
        .await;
    assert!(
        page.text().contains("Your bank is still processing the payment")
            && page.text().contains("http-equiv=\"refresh\"")
    );
    shop.peer.line(Line::Good);
    sweep(&shop).await;
    assert_eq!(shop.progress(&token).await["state"], "placed");
    assert_eq!(shop.peer.charged(&order).await.len(), 1);
}

#[tokio::test]
async fn a_payment_that_nobody_can_tell_of_is_given_up_with_its_order() {
    let shop = Shop::open().await;
    let after = |minutes: i64| Timestamp(clock::now().0 + minutes * 60);
    for cards in [true, false] {
        let (order, token) = shop.order().await;
        shop.ask(&order, if cards { "pi_gone" } else { "pi_unasked" })
            .await;
        let app = if cards {
            shop.app.app.clone()
        } else {
            shop.without_cards().await
        };
        for (minutes, state) in [(20, "unpaid"), (31, "cancelled")] {
            payments::check_open_payments(&app, after(minutes), 20)
                .await
                .unwrap();
            timeouts::time_out_orders(&app, after(minutes)).await.unwrap();
            assert_eq!(shop.progress(&token).await["state"], state, "with cards: {cards}");
        }
    }
}
