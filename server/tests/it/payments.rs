//! Paying by card, with a real provider at the other end of a line that fails.

use std::sync::Arc;

use serde_json::{Value, json};
use servery::{
    assets::Assets,
    clock, jobs,
    orders::timeouts,
    payments::{self, cards::Cards, provider::ProviderError},
    state::AppState,
};
use servery_domain::{
    account::Role, currency::Minor, problem::ProblemType, restaurant_file::RestaurantFile, time::Timestamp,
};
use servery_store::payments::PaymentIntent;

use crate::{
    board::BOARD,
    orders::DINER,
    peer::{Line, Peer, WEBHOOK_SECRET},
    test_app::{Answer, TestApp, unique},
};

/// Where a bank would return the diner to.
const RETURN: &str = "https://eat.example/paid";
const GOOD: &str = "4242424242424242";
const DECLINED: &str = "4000000000000341";
const WANTS_TO_SEE_YOU: &str = "4000002500003155";

impl TestApp {
    /// The diner counts in another currency.
    pub async fn count_in(&self, currency: &str) {
        self.change("lighthouse-diner", |file| {
            file.currency = currency.parse().unwrap()
        })
        .await;
        let counted = format!("\"currency\":\"{currency}\"");
        crate::catalog::until(self, &format!("{DINER}/menu"), |answer| {
            answer.text().contains(&counted)
        })
        .await;
    }
}

struct Shop {
    peer: Peer,
    app: TestApp,
}

impl Shop {
    async fn open() -> Self {
        let peer = Peer::start().await;
        let app = TestApp::with(Some(peer.cards()), servery::settings::Settings::default()).await;
        Self { peer, app }
    }

    /// An order that waits for its money: its id and its token.
    async fn order(&self) -> (String, String) {
        let mut placement = self
            .app
            .placement(self.app.basket("Bottomless Coffee", 2).await)
            .await;
        placement["payment"] = json!("card");
        let answer = self.app.place(&placement).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        let receipt = answer.json();
        assert_eq!(receipt["state"], "unpaid");
        (
            receipt["id"].as_str().unwrap().to_owned(),
            receipt["token"].as_str().unwrap().to_owned(),
        )
    }

    async fn pay(&self, token: &str, card: &str) -> Answer {
        self.pay_with(token, &self.peer.card(card).await).await
    }

    async fn pay_with(&self, token: &str, method: &str) -> Answer {
        self.app
            .post(
                &format!("/api/v1/orders/{token}/payment"),
                &[],
                &json!({ "payment_method": method }),
            )
            .await
    }

    /// As if the server had ended before it heard what became of it.
    async fn ask(&self, order: &str, intent: &str) {
        let (order, intent) = (
            order.parse().unwrap(),
            PaymentIntent {
                id: intent.to_owned(),
                method: "pm_1".into(),
            },
        );
        self.app
            .store
            .request_payment(order, 1, clock::now())
            .await
            .unwrap();
        assert!(
            self.app
                .store
                .set_payment_intent(order, None, &intent, clock::now())
                .await
                .unwrap()
        );
    }

    /// The same server, whose operator takes no cards any more.
    async fn without_cards(&self) -> Arc<AppState> {
        let AppState {
            store,
            catalog,
            settings,
            ..
        } = self.app.app.as_ref();
        AppState::new(
            store.clone(),
            catalog.clone(),
            Cards::default(),
            Assets::new().unwrap(),
            settings.clone(),
        )
        .await
    }

    /// The payment that waits for the bank's customer: its id and the secret that the page for the card gives to the provider's script.
    async fn confirmation(&self, token: &str) -> (String, String) {
        let page = self.app.get(&format!("/orders/{token}/pay?confirm=1"), &[]).await;
        assert_eq!(page.status, 200, "{}", page.header("location"));
        let (_, rest) = page.text().split_once("data-secret=\"").unwrap();
        let secret = rest.split('"').next().unwrap().to_owned();
        let intent = secret.split("_secret_").next().unwrap().to_owned();
        (intent, secret)
    }

    async fn confirm_to_the_bank(&self, token: &str) {
        let (intent, secret) = self.confirmation(token).await;
        self.peer.authenticate(&intent, &secret, true).await;
    }

    async fn progress(&self, token: &str) -> Value {
        self.app.order(token).await["progress"].clone()
    }

    async fn total(&self, token: &str) -> i64 {
        self.app.order(token).await["ordered"]["total"].as_i64().unwrap()
    }
}

#[tokio::test]
async fn a_card_is_charged_and_the_kitchen_learns_of_the_order() {
    let shop = Shop::open().await;
    let (order, token) = shop.order().await;
    assert_eq!(shop.pay(&token, GOOD).await.json(), json!("paid"));
    let progress = shop.progress(&token).await;
    let total = shop.total(&token).await;
    assert_eq!(
        (&progress["state"], &progress["payment"]["paid"]),
        (&json!("placed"), &json!(total))
    );
    assert_eq!(
        shop.pay(&token, GOOD).await.json(),
        json!("paid"),
        "once more charges nothing"
    );
    assert_eq!(shop.peer.charged(&order).await, [total]);
}

#[tokio::test]
async fn one_phone_number_has_a_few_unpaid_orders_at_a_time() {
    let peer = Peer::start().await;
    let settings = servery::settings::Settings {
        behind_proxy: Some(true),
        ..servery::settings::Settings::default()
    };
    let app = TestApp::with(Some(peer.cards()), settings).await;
    let place = async |phone: &str, payment: &str, address: &str| {
        let mut placement = app.placement(app.basket("Bottomless Coffee", 1).await).await;
        placement["payment"] = json!(payment);
        placement["contact"]["phone"] = json!(phone);
        let headers = [
            ("idempotency-key", unique()),
            ("x-forwarded-for", address.to_owned()),
        ];
        let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
        app.post(&format!("{DINER}/orders"), &headers, &placement).await
    };
    for at in 0..5 {
        let address = format!("203.0.113.{at}");
        assert_eq!(place("+1 212 555 0100", "card", &address).await.status, 201);
    }
    place("+1 (212) 555-0100", "card", "203.0.113.9")
        .await
        .problem(ProblemType::TooOften);
    assert_eq!(place("+1 212 555 0101", "card", "203.0.113.9").await.status, 201);
    assert_eq!(place("+1 212 555 0100", "door", "203.0.113.9").await.status, 201);
}

#[tokio::test]
async fn a_declined_card_can_be_followed_by_another_or_by_cash() {
    let shop = Shop::open().await;
    let (order, token) = shop.order().await;
    shop.pay(&token, DECLINED).await.problem(ProblemType::Declined);
    assert_eq!(shop.progress(&token).await["state"], "unpaid");
    assert_eq!(shop.pay(&token, GOOD).await.json(), json!("paid"));
    assert_eq!(shop.peer.charged(&order).await.len(), 1);

    let (order, token) = shop.order().await;
    shop.pay(&token, DECLINED).await.problem(ProblemType::Declined);
    let at_door = shop
        .app
        .post(&format!("/api/v1/orders/{token}/pay-at-door"), &[], &json!({}))
        .await
        .json();
    assert_eq!(
        (
            &at_door["progress"]["state"],
            &at_door["progress"]["payment"]["method"]
        ),
        (&json!("placed"), &json!("door"))
    );
    assert!(shop.peer.charged(&order).await.is_empty());
}

#[tokio::test]
async fn a_bank_that_wants_to_see_the_diner_is_visited() {
    let shop = Shop::open().await;
    let (order, token) = shop.order().await;
    let answer = shop.pay(&token, WANTS_TO_SEE_YOU).await.json();
    // Where the peer's bank is visited only the provider's script knows.
    assert_eq!(
        answer["elsewhere"]["address"],
        format!("http://127.0.0.1:3000/orders/{token}/pay?confirm=1")
    );
    assert_eq!(shop.progress(&token).await["state"], "unpaid");
    shop.confirm_to_the_bank(&token).await;
    let back = shop.app.get(&format!("/orders/{token}/paid"), &[]).await;
    assert_eq!(
        (back.status.as_u16(), back.header("location")),
        (303, format!("/orders/{token}").as_str())
    );
    assert_eq!(shop.progress(&token).await["state"], "placed");
    assert_eq!(shop.peer.charged(&order).await.len(), 1);
    let again = shop.app.get(&format!("/orders/{token}/pay?confirm=1"), &[]).await;
    assert_eq!(again.header("location"), format!("/orders/{token}"));
}

#[tokio::test]
async fn a_bank_that_its_customer_did_not_answer_has_not_paid() {
    let shop = Shop::open().await;
    let (_, token) = shop.order().await;
    shop.pay(&token, WANTS_TO_SEE_YOU).await;
    let (intent, secret) = shop.confirmation(&token).await;
    shop.peer.authenticate(&intent, &secret, false).await;
    let back = shop.app.get(&format!("/orders/{token}/paid"), &[]).await;
    assert_eq!(
        back.header("location"),
        format!("/orders/{token}?wrong=declined-unconfirmed")
    );
    let page = shop
        .app
        .get(back.header("location"), &[("cookie", "servery_render=thin")])
        .await;
    assert!(page.text().contains("Your bank asked you to confirm the payment"));
}

#[tokio::test]
async fn the_banks_reason_is_told_in_words() {
    let shop = Shop::open().await;
    let (_, token) = shop.order().await;
    shop.peer.line(Line::NoFunds);
    let problem = shop.pay(&token, DECLINED).await.problem(ProblemType::Declined);
    assert!(problem.detail.contains("not enough money"), "{problem}");
    let card = shop.peer.card(DECLINED).await;
    let back = shop
        .app
        .get(&format!("/orders/{token}/paid?payment_method={card}"), &[])
        .await;
    assert_eq!(
        back.header("location"),
        format!("/orders/{token}?wrong=declined-funds")
    );
    let cookie = "servery_render=thin; servery_lang=de";
    let page = shop.app.get(back.header("location"), &[("cookie", cookie)]).await;
    assert!(page.text().contains("reicht das Guthaben dieser Karte nicht"));
}

#[tokio::test]
async fn a_wrong_key_is_not_the_diners_mistake() {
    let shop = Shop::open().await;
    let (_, token) = shop.order().await;
    shop.peer.line(Line::WrongKey);
    shop.pay(&token, GOOD).await.problem(ProblemType::ProviderAway);
    shop.peer.line(Line::Good);
    assert_eq!(shop.pay(&token, GOOD).await.json(), json!("paid"));
}

#[tokio::test]
async fn a_restaurant_with_an_account_of_its_own_gets_its_money_there() {
    let peer = Peer::start().await;
    let slug = "lighthouse-diner".parse().unwrap();
    let mut cards = peer.cards();
    cards
        .own
        .insert(slug, peer.account_with("sk_test_diner", "whsec_diner"));
    let app = TestApp::with(Some(cards), servery::settings::Settings::default()).await;
    let shop = Shop { peer, app };
    let (order, token) = shop.order().await;
    let body = paid(&order, shop.total(&token).await);
    let own = "/api/v1/webhooks/cards/lighthouse-diner";
    let hear = async |address: &str, secret: &str| {
        let signature = sign_with(secret, &body, clock::now().0);
        shop.app.send(webhook_at(address, &body, &signature)).await
    };
    // The secret of the installation's account settles no order of this restaurant, at neither address.
    assert_eq!(hear("/api/v1/webhooks/cards", WEBHOOK_SECRET).await.status, 200);
    hear(own, WEBHOOK_SECRET).await.problem(ProblemType::Forbidden);
    hear("/api/v1/webhooks/cards/trattoria-da-lucia", WEBHOOK_SECRET)
        .await
        .problem(ProblemType::NotAccepted);
    assert_eq!(shop.progress(&token).await["state"], "unpaid");
    assert_eq!(shop.pay(&token, GOOD).await.json(), json!("paid"));
    assert_eq!(shop.peer.keys(), ["sk_test_diner"]);

    let (order, token) = shop.order().await;
    let body = paid(&order, shop.total(&token).await);
    let signature = sign_with("whsec_diner", &body, clock::now().0);
    assert_eq!(
        shop.app.send(webhook_at(own, &body, &signature)).await.status,
        200
    );
    assert_eq!(shop.progress(&token).await["state"], "placed");
}

#[tokio::test]
async fn without_an_account_for_it_a_restaurant_takes_no_cards() {
    let peer = Peer::start().await;
    let mut cards = Cards::default();
    cards.own.insert(
        "lighthouse-diner".parse().unwrap(),
        peer.account_with("sk_test_diner", "whsec_diner"),
    );
    let app = TestApp::with(Some(cards), servery::settings::Settings::default()).await;
    let ways = async |slug: &str| {
        app.json(&format!("/api/v1/restaurants/{slug}")).await["restaurant"]["ordering"]["payments"].clone()
    };
    assert_eq!(ways("lighthouse-diner").await, json!(["card", "door"]));
    assert_eq!(ways("trattoria-da-lucia").await, json!(["door"]));
}

#[tokio::test]
async fn amounts_are_the_providers_and_what_it_cannot_count_is_paid_otherwise() {
    let shop = Shop::open().await;
    shop.app.count_in("ISK").await;
    let (order, token) = shop.order().await;
    let total = shop.total(&token).await;
    assert_eq!(shop.pay(&token, GOOD).await.json(), json!("paid"));
    // A króna has no decimals, and the provider counts two.
    assert_eq!(shop.peer.charged(&order).await, [total * 100]);
    assert_eq!(shop.progress(&token).await["payment"]["paid"], total);
    shop.app
        .post(&format!("/api/v1/orders/{token}/cancel"), &[], &json!({}))
        .await;
    jobs::run_due_jobs(&shop.app.app, None, clock::now())
        .await
        .unwrap();
    assert_eq!(shop.peer.refunded().await, [total * 100]);
    assert_eq!(shop.progress(&token).await["payment"]["refunded"], total);

    // An ariary has a fifth, and the provider counts none.
    shop.app.count_in("MGA").await;
    let mut placement = shop
        .app
        .placement(shop.app.basket("Bottomless Coffee", 1).await)
        .await;
    assert_ne!(
        placement["seen"].as_i64().unwrap() % 100,
        0,
        "the test shows nothing"
    );
    placement["payment"] = json!("card");
    shop.app.place(&placement).await.problem(ProblemType::NotAccepted);
    placement["payment"] = json!("door");
    assert_eq!(shop.app.place(&placement).await.status, 201);
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
    payments::check_open_payments(&shop.app.app, Timestamp(clock::now().0 + 60), 20)
        .await
        .unwrap();
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
    payments::check_open_payments(&shop.app.app, Timestamp(clock::now().0 + 60), 20)
        .await
        .unwrap();
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
async fn of_two_cards_at_once_one_is_charged() {
    let shop = Shop::open().await;
    shop.peer.create_together(2);
    for _ in 0..3 {
        let (order, token) = shop.order().await;
        let (mine, yours) = (shop.peer.card(GOOD).await, shop.peer.card(GOOD).await);
        let answers = tokio::join!(shop.pay_with(&token, &mine), shop.pay_with(&token, &yours));
        let mut statuses = [answers.0.status.as_u16(), answers.1.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409], "{} {}", answers.0.text(), answers.1.text());
        assert_eq!(shop.peer.charged(&order).await, [shop.total(&token).await]);
    }
    shop.peer.create_together(1);
    // Both have seen the same card declined.
    let (order, token) = shop.order().await;
    shop.pay(&token, WANTS_TO_SEE_YOU).await;
    let (mine, yours) = (shop.peer.card(GOOD).await, shop.peer.card(GOOD).await);
    tokio::join!(shop.pay_with(&token, &mine), shop.pay_with(&token, &yours));
    assert_eq!(shop.peer.charged(&order).await.len(), 1);
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
async fn no_name_of_a_card_keeps_others_from_paying() {
    let shop = Shop::open().await;
    let (_, token) = shop.order().await;
    for method in ["\n", "", "pm 1", "pm_ö", &"p".repeat(101)] {
        shop.pay_with(&token, method)
            .await
            .problem(ProblemType::NotAccepted);
    }
    for _ in 0..5 {
        assert_eq!(
            shop.app
                .get(&format!("/orders/{token}/paid?payment_method=%0A"), &[])
                .await
                .status,
            422
        );
    }
    let (order, currency) = (unique().parse().unwrap(), "USD".parse().unwrap());
    let refused = shop
        .peer
        .account()
        .provider
        .create(order, Minor(1), currency, (None, "\n"))
        .await;
    assert!(matches!(refused, Err(ProviderError::Refused(_))), "{refused:?}");
    assert_eq!(shop.pay(&token, GOOD).await.json(), json!("paid"));
}

#[tokio::test]
async fn the_same_card_again_is_the_same_payment() {
    let shop = Shop::open().await;
    let (order, token) = shop.order().await;
    let card = shop.peer.card(WANTS_TO_SEE_YOU).await;
    let intent = async || {
        shop.pay_with(&token, &card).await;
        shop.confirmation(&token).await.0
    };
    let first = intent().await;
    assert_eq!(intent().await, first);
    shop.confirm_to_the_bank(&token).await;
    assert_eq!(shop.pay_with(&token, &card).await.json(), json!("paid"));
    assert_eq!(shop.peer.charged(&order).await.len(), 1);
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
    payments::check_open_payments(&shop.app.app, Timestamp(clock::now().0 + 60), 20)
        .await
        .unwrap();
    assert_eq!(shop.progress(&token).await["state"], "placed");
    assert_eq!(shop.peer.charged(&order).await.len(), 1);
}

#[tokio::test]
async fn what_costs_nothing_waits_for_no_card() {
    let shop = Shop::open().await;
    let gift = json!({ "code": "ONTHEHOUSE", "effect": { "portion": 1_000_000 } });
    let gift = serde_json::from_value(gift).unwrap();
    let change = |file: &mut RestaurantFile| {
        file.ordering.service_fee = 0;
        file.coupons.push(gift);
    };
    shop.app.change("lighthouse-diner", change).await;
    crate::catalog::until(&shop.app, DINER, |answer| {
        !answer.text().contains("\"service_fee\":30000")
    })
    .await;
    let mut basket = shop.app.basket("Bottomless Coffee", 2).await;
    basket["coupon"] = json!("onthehouse");
    let mut placement = shop.app.placement(basket).await;
    placement["payment"] = json!("card");
    let receipt = shop.app.place(&placement).await.json();
    assert_eq!(
        (&receipt["total"], &receipt["state"]),
        (&json!(0), &json!("placed"))
    );
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

/// The provider's message that an order is paid.
fn paid(order: &str, amount: i64) -> String {
    let intent = json!({
        "id": "pi_1", "amount": amount, "currency": "usd", "status": "succeeded", "metadata": { "order": order },
    });
    json!({ "id": unique(), "type": "payment_intent.succeeded", "data": { "object": intent } }).to_string()
}

pub fn webhook(body: &str, signature: &str) -> axum::http::Request<axum::body::Body> {
    webhook_at("/api/v1/webhooks/cards", body, signature)
}

fn webhook_at(address: &str, body: &str, signature: &str) -> axum::http::Request<axum::body::Body> {
    let request = axum::http::Request::post(address).header("stripe-signature", signature);
    request.body(axum::body::Body::from(body.to_owned())).unwrap()
}

pub fn sign(body: &str, at: i64) -> String {
    sign_with(WEBHOOK_SECRET, body, at)
}

fn sign_with(secret: &str, body: &str, at: i64) -> String {
    use hmac::{Hmac, KeyInit, Mac};
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(format!("{at}.{body}").as_bytes());
    let signature: String = mac
        .finalize()
        .into_bytes()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("t={at},v1={signature}")
}
