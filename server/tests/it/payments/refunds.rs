//! Money that goes back.

use super::*;

#[tokio::test]
async fn what_was_paid_for_nothing_is_given_back_once() {
    let shop = Shop::open().await;
    let (_, token) = shop.order().await;
    shop.pay(&token, GOOD).await;
    let total = shop.total(&token).await;
    let cancelled = shop
        .app
        .post(&format!("/api/v1/orders/{token}/cancel"), &[], &json!({}))
        .await;
    assert_eq!(cancelled.json()["progress"]["state"], "cancelled");
    let order = shop.app.order(&token).await["id"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    shop.peer.line(Line::AnswerLost);
    let refund = || payments::refund(&shop.app.app, order, (0, Minor(total)), "job-1");
    assert!(refund().await.is_err());
    shop.peer.line(Line::Good);
    refund().await.unwrap();
    refund().await.unwrap();
    assert_eq!(shop.progress(&token).await["payment"]["refunded"], total);
    assert_eq!(shop.peer.refunded().await, [total]);
}

#[tokio::test]
async fn staff_give_back_a_part_and_the_diner_reads_why() {
    let shop = Shop::open().await;
    let (order, token) = shop.order().await;
    shop.pay(&token, GOOD).await;
    let total = shop.total(&token).await;
    let (manager, kitchen) = (
        shop.app.staff(Role::Manager).await,
        shop.app.staff(Role::Kitchen).await,
    );
    let step = async |cookie: &str, amount: i64, left: i64| {
        let event = json!({ "event": { "refund": { "amount": amount, "left": left, "reason": "One cup was cold" } } });
        shop.app
            .post(
                &format!("{DINER}/orders/{order}/events"),
                &[("cookie", cookie)],
                &event,
            )
            .await
    };
    step(&kitchen, 100, total).await.problem(ProblemType::Forbidden);
    step(&manager, total + 1, total)
        .await
        .problem(ProblemType::Conflict);
    step(&manager, 0, total).await.problem(ProblemType::NotAccepted);
    let promised = step(&manager, 100, total).await.json()["progress"]["payment"]["refunds"].clone();
    assert_eq!(
        promised,
        json!([{ "amount": 100, "reason": "One cup was cold", "given": false }])
    );
    step(&manager, 100, total).await.problem(ProblemType::Conflict);
    let page = async |path: &str, cookie: &str| {
        let cookie = format!("{cookie}; servery_render=thin");
        shop.app
            .get(path, &[("cookie", &cookie)])
            .await
            .text()
            .replace(['\u{2068}', '\u{2069}'], "")
    };
    assert!(
        page(BOARD, &manager).await.contains("name=\"amount\"")
            && !page(BOARD, &kitchen).await.contains("name=\"amount\"")
    );
    shop.peer.line(Line::Cut);
    jobs::run_due_jobs(&shop.app.app, None, clock::now())
        .await
        .unwrap();
    assert!(
        page(&format!("/orders/{token}"), "")
            .await
            .contains("Being refunded to your card: $1.00 · One cup was cold")
    );
    shop.peer.line(Line::Good);
    let plain = |amount: i64| format!("{}.{:02}", amount / 100, amount % 100);
    let fields = format!("event=refund&amount=1.5&left={}&reason=Late", plain(total - 100));
    for _ in 0..2 {
        let sent = shop
            .app
            .form(&format!("{BOARD}/orders/{order}"), &manager, &fields)
            .await;
        assert_eq!(sent.header("location"), BOARD, "{}", sent.text());
    }
    let wrong = fields.replace("1.5", "1,5");
    assert_eq!(
        shop.app
            .form(&format!("{BOARD}/orders/{order}"), &manager, &wrong)
            .await
            .status,
        422
    );
    jobs::run_due_jobs(&shop.app.app, None, Timestamp(clock::now().0 + 60))
        .await
        .unwrap();
    assert!(
        page(&format!("/orders/{token}"), "")
            .await
            .contains("Refunded to your card: $1.50 · Late")
    );
    assert_eq!(
        (
            shop.progress(&token).await["payment"]["refunded"].clone(),
            shop.peer.refunded().await.iter().sum::<i64>()
        ),
        (json!(250), 250)
    );
    // What is left goes back by itself when nobody gets anything.
    shop.app
        .form(
            &format!("{BOARD}/orders/{order}"),
            &manager,
            "event=cancelled&reason=",
        )
        .await;
    jobs::run_due_jobs(&shop.app.app, None, clock::now())
        .await
        .unwrap();
    assert_eq!(
        (
            shop.progress(&token).await["payment"]["refunded"].clone(),
            shop.peer.refunded().await.iter().sum::<i64>()
        ),
        (json!(total), total)
    );
}

#[tokio::test]
async fn what_a_second_card_was_charged_is_given_back_and_the_first_stays_the_payment() {
    let shop = Shop::open().await;
    let (order, token) = shop.order().await;
    assert_eq!(shop.pay(&token, GOOD).await.json(), json!("paid"));
    let (total, provider) = (shop.total(&token).await, shop.peer.account().provider);
    let card = shop.peer.card(GOOD).await;
    let second = provider
        .create(
            order.parse().unwrap(),
            Minor(total),
            "USD".parse().unwrap(),
            (None, &card),
        )
        .await
        .unwrap();
    provider.confirm(&second.id, RETURN).await.unwrap();
    let event = json!({
        "id": "evt_2", "type": "payment_intent.succeeded",
        "data": { "object": { "id": second.id, "amount": total, "currency": "usd", "status": "succeeded", "metadata": { "order": order } } },
    })
    .to_string();
    for _ in 0..2 {
        assert_eq!(
            shop.app
                .send(webhook(&event, &sign(&event, clock::now().0)))
                .await
                .status,
            200
        );
    }
    jobs::run_due_jobs(&shop.app.app, None, clock::now())
        .await
        .unwrap();
    assert_eq!(shop.peer.refunded().await, [total]);
    let progress = shop.progress(&token).await;
    assert_eq!(
        (&progress["payment"]["paid"], &progress["payment"]["refunded"]),
        (&json!(total), &json!(0))
    );
    shop.app
        .post(&format!("/api/v1/orders/{token}/cancel"), &[], &json!({}))
        .await;
    jobs::run_due_jobs(&shop.app.app, None, clock::now())
        .await
        .unwrap();
    assert_eq!(shop.peer.refunded().await, [total, total]);
    assert_eq!(shop.progress(&token).await["payment"]["refunded"], total);
}

#[tokio::test]
async fn money_that_is_owed_is_given_back_however_long_it_takes() {
    let shop = Shop::open().await;
    let (_, token) = shop.order().await;
    shop.pay(&token, GOOD).await;
    let total = shop.total(&token).await;
    shop.app
        .post(&format!("/api/v1/orders/{token}/cancel"), &[], &json!({}))
        .await;
    let cardless = shop.without_cards().await;
    for hours in 0..120 {
        let taken = jobs::run_due_jobs(&cardless, None, Timestamp(clock::now().0 + hours * 7_200))
            .await
            .unwrap();
        assert!(taken > 0, "given up after {hours} tries");
    }
    jobs::run_due_jobs(&shop.app.app, None, Timestamp(clock::now().0 + 7_200))
        .await
        .unwrap();
    assert_eq!(shop.peer.refunded().await, [total]);
    assert_eq!(shop.progress(&token).await["payment"]["refunded"], total);
}

#[tokio::test]
async fn the_demo_stays_while_its_guests_pay_or_get_money_back() {
    let shop = Shop::open().await;
    let operator = shop.app.operator().await;
    let remove = async || {
        let path = "/api/v1/installation/demo";
        let cookie = [("cookie", operator.as_str())];
        shop.app.call("DELETE", path, &cookie, &Value::Null).await
    };
    let (_, token) = shop.order().await;
    shop.pay(&token, GOOD).await;
    let cancel = format!("/api/v1/orders/{token}/cancel");
    let cancelled = shop.app.post(&cancel, &[], &json!({})).await;
    assert_eq!(cancelled.json()["progress"]["state"], "cancelled");
    remove().await.problem(ProblemType::Conflict);
    let page = shop.app.form("/operator", &operator, "act=remove-demo").await;
    assert_eq!(page.header("location"), "/operator?wrong=money");
    let run = || jobs::run_due_jobs(&shop.app.app, None, clock::now());
    while run().await.unwrap() > 0 {}
    assert_eq!(shop.peer.refunded().await.len(), 1);
    let (order, _) = shop.order().await;
    shop.ask(&order, "pi_unknown").await;
    remove().await.problem(ProblemType::Conflict);
    let closed = shop
        .app
        .store
        .close_payment(order.parse().unwrap(), Some("pi_unknown"));
    closed.await.unwrap();
    assert_eq!(remove().await.status, 204);
}
