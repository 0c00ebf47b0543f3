//! Paying by card, with a real provider at the other end of a line that fails.

mod outages;
mod refunds;
mod webhooks;

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
        .unwrap()
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
