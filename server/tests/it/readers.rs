//! A till's amount goes to a card reader, with a real provider at the other end of a line that fails.

use axum::http::StatusCode;
use serde_json::{Value, json};
use servery::{clock, jobs, payments::readers, settings::Settings};
use servery_domain::{account::Role, problem::ProblemType, time::Timestamp};

use crate::{
    board::BOARD,
    orders::DINER,
    payments::{sign, webhook},
    peer::{Line, Peer, SECRET},
    sync::Device,
    terminal::Guest,
    test_app::{Answer, TestApp, unique},
};

const READER: &str = "tmr_bar";

/// A till with a reader, an open shift and a bill of 700.
struct Bar {
    peer: Peer,
    app: TestApp,
    till: Device,
    shift: String,
    bill: String,
    owner: String,
}

fn line(dish: &str, count: u32) -> Value {
    json!({ "id": unique(), "dish": dish, "name": "Coffee", "price": 350, "taxed": [[0, 350]], "count": count })
}

impl Bar {
    async fn open() -> Self {
        let peer = Peer::start().await;
        peer.terminal().add(SECRET, READER, "Bar reader");
        peer.terminal().add(SECRET, "tmr_terrace", "Terrace");
        let app = TestApp::with(Some(peer.cards()), Settings::default()).await;
        let owner = app.staff(Role::Owner).await;
        let till = Device::new(&app, "till").await;
        let mut bar = Self {
            till,
            peer,
            app,
            shift: unique(),
            bill: unique(),
            owner,
        };
        bar.rings_up(700).await;
        let answer = bar.choose(bar.till.id(), Some(READER)).await;
        assert_eq!(answer.status, 204, "{}", answer.text());
        bar
    }

    async fn choose(&self, till: &str, reader: Option<&str>) -> Answer {
        let path = format!("{DINER}/devices/{till}/reader");
        let choice = json!({ "reader": reader });
        self.app
            .call("PUT", &path, &[("cookie", &self.owner)], &choice)
            .await
    }

    async fn rings_up(&mut self, total: u32) {
        let dish = self.app.dish(DINER, "Bottomless Coffee").await;
        let (shift, bill) = (&self.shift, &self.bill);
        let ops = [
            json!({ "open_shift": { "shift": shift, "float": 10_000 } }),
            json!({ "open": { "bill": bill, "seat": "counter" } }),
            json!({ "add": { "bill": bill, "line": line(&dish, total / 350) } }),
        ];
        let ops = ops.map(|action| self.till.op(action));
        self.till.syncs(&self.app, 0, &ops).await;
    }

    fn request(&self, amount: i64) -> Value {
        json!({ "id": unique(), "payable": { "bill": self.bill }, "shift": self.shift, "amount": amount })
    }

    async fn ask(&self, request: &Value) -> Answer {
        self.ask_at(&self.till, request).await
    }

    async fn ask_at(&self, till: &Device, request: &Value) -> Answer {
        let path = format!("{DINER}/reader-payments");
        self.app.post(&path, &[("cookie", till.cookie())], request).await
    }

    async fn state(&self, request: &Value) -> Value {
        let path = format!("{DINER}/reader-payments/{}", request["id"].as_str().unwrap());
        let answer = self.app.get(&path, &[("cookie", self.till.cookie())]).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }

    async fn cancel(&self, request: &Value) -> Value {
        let path = format!(
            "{DINER}/reader-payments/{}/cancel",
            request["id"].as_str().unwrap()
        );
        let cookie = [("cookie", self.till.cookie())];
        self.app.post(&path, &cookie, &json!({})).await.json()
    }

    /// The payments of the bill, as every till sees them.
    async fn booked(&self) -> Vec<Value> {
        let bills = self.till.all(&self.app, "bill").await;
        let bill = bills.iter().find(|bill| bill["id"] == self.bill).unwrap();
        bill["payments"].as_array().cloned().unwrap_or_default()
    }

    /// Puts 700 on the reader.
    async fn waiting(&self) -> Value {
        let request = self.request(700);
        let answer = self.ask(&request).await;
        assert_eq!(answer.json()["state"], "waiting", "{}", answer.text());
        request
    }

    async fn check_later(&self, seconds: i64) {
        let now = Timestamp(clock::now().0 + seconds);
        readers::check_waiting(&self.app.app, now, 20).await.unwrap();
    }

    async fn hear(&self, body: &str) -> StatusCode {
        self.app
            .send(webhook(body, &sign(body, clock::now().0)))
            .await
            .status
    }
}

fn names(payments: &[Value]) -> Vec<&Value> {
    payments.iter().map(|paid| &paid["tender"]["id"]).collect()
}

#[tokio::test]
async fn a_tills_amount_goes_to_its_reader_and_is_booked_in_the_cashiers_name() {
    let bar = Bar::open().await;
    let cashier = unique();
    let mut request = bar.request(700);
    request["by"] = json!(cashier);
    request["tip"] = json!(50);
    assert_eq!(
        bar.ask(&request).await.json(),
        json!({ "id": request["id"], "state": "waiting" })
    );
    assert!(bar.peer.terminal().shows(READER).is_some());
    assert_eq!(bar.state(&request).await["state"], "waiting");
    assert!(bar.booked().await.is_empty());
    bar.peer.guest(READER, Guest::Pays).await;
    for _ in 0..2 {
        assert_eq!(bar.state(&request).await["state"], "paid");
    }
    assert_eq!(bar.cancel(&request).await["state"], "paid", "too late");
    assert_eq!(bar.ask(&request).await.json()["state"], "paid", "the same again");
    let booked = bar.booked().await;
    assert_eq!(
        (names(&booked), &booked[0]["by"]),
        (vec![&request["id"]], &json!(cashier))
    );
    let tender =
        json!({ "id": request["id"], "method": "card", "amount": 700, "tip": 50, "on_reader": true });
    assert_eq!(booked[0]["tender"], tender);
    assert_eq!(
        bar.till.all(&bar.app, "shift").await[0]["taken"],
        json!({ "card": 750 })
    );
    let id = request["id"].as_str().unwrap().to_owned();
    assert_eq!(bar.peer.charged_on_readers().await, [(id, 750)]);
}

#[tokio::test]
async fn a_declined_card_charges_nothing_and_the_next_one_pays() {
    let bar = Bar::open().await;
    for (guest, state, decline) in [
        (
            Guest::Declined("insufficient_funds"),
            "declined",
            json!("declined-funds"),
        ),
        (Guest::Declined("stolen_card"), "declined", json!("declined")),
        (Guest::Cancels, "cancelled", Value::Null),
    ] {
        let request = bar.waiting().await;
        bar.peer.guest(READER, guest).await;
        let told = bar.state(&request).await;
        assert_eq!((&told["state"], &told["decline"]), (&json!(state), &decline));
        assert_eq!(bar.state(&request).await, told, "and it stays so");
    }
    let request = bar.waiting().await;
    bar.peer.guest(READER, Guest::Pays).await;
    assert_eq!(bar.state(&request).await["state"], "paid");
    assert_eq!(bar.booked().await.len(), 1);
    assert_eq!(bar.peer.charged_on_readers().await.len(), 1);
}

#[tokio::test]
async fn a_card_that_is_declined_while_the_provider_is_asked_is_declined_for_its_reason() {
    let bar = Bar::open().await;
    let request = bar.waiting().await;
    bar.peer
        .terminal()
        .end_when_asked(READER, Guest::Declined("insufficient_funds"));
    let told = bar.state(&request).await;
    assert_eq!(
        (&told["state"], &told["decline"]),
        (&json!("declined"), &json!("declined-funds"))
    );
}

#[tokio::test]
async fn a_cancelled_payment_leaves_the_reader_unless_the_guest_was_faster() {
    let bar = Bar::open().await;
    let request = bar.waiting().await;
    for _ in 0..2 {
        assert_eq!(bar.cancel(&request).await["state"], "cancelled");
    }
    assert_eq!(bar.peer.terminal().shows(READER), None);
    let request = bar.waiting().await;
    bar.peer.guest(READER, Guest::Pays).await;
    assert_eq!(bar.cancel(&request).await["state"], "paid");
    assert_eq!(names(&bar.booked().await), [&request["id"]]);
}

#[tokio::test]
async fn what_could_not_be_cancelled_while_a_card_was_charged_can_be_cancelled_later() {
    let bar = Bar::open().await;
    let request = bar.waiting().await;
    bar.peer.terminal().charge(READER, true);
    assert_eq!(bar.cancel(&request).await["state"], "waiting");
    bar.peer.terminal().charge(READER, false);
    assert_eq!(bar.cancel(&request).await["state"], "cancelled");
    assert_eq!(bar.peer.terminal().shows(READER), None);
}

#[tokio::test]
async fn an_answer_that_is_lost_charges_once() {
    let bar = Bar::open().await;
    let request = bar.request(700);
    // Every answer of the provider is lost: the reader cannot have been told.
    bar.peer.line(Line::AnswerLost);
    assert_eq!(bar.ask(&request).await.json()["state"], "unreachable");
    bar.peer.line(Line::Good);
    assert_eq!(bar.peer.terminal().shows(READER), None);
    // The till's answer is lost, and it asks again.
    let request = bar.waiting().await;
    assert_eq!(bar.ask(&request).await.json()["state"], "waiting");
    bar.peer.guest(READER, Guest::Pays).await;
    bar.peer.line(Line::Cut);
    bar.ask(&request).await.problem(ProblemType::ProviderAway);
    bar.peer.line(Line::Good);
    assert_eq!(bar.ask(&request).await.json()["state"], "paid");
    assert_eq!(bar.peer.charged_on_readers().await.len(), 1);
    // The id stands for this payment of this till.
    let mut other = request.clone();
    other["amount"] = json!(350);
    bar.ask(&other).await.problem(ProblemType::Conflict);
    let second = Device::new(&bar.app, "till").await;
    bar.ask_at(&second, &request).await.problem(ProblemType::Conflict);
}

#[tokio::test]
async fn a_bill_is_on_one_reader_at_a_time_and_a_reader_takes_one_payment() {
    let mut bar = Bar::open().await;
    let mut second = Device::new(&bar.app, "till").await;
    assert_eq!(bar.choose(second.id(), Some("tmr_terrace")).await.status, 204);
    let shift = unique();
    let opened = second.op(json!({ "open_shift": { "shift": shift, "float": 0 } }));
    second.syncs(&bar.app, 0, &[opened]).await;
    let mut there = bar.request(700);
    there["shift"] = json!(shift);
    let (here, other) = (bar.request(700), bar.ask_at(&second, &there));
    let (first, other) = tokio::join!(bar.ask(&here), other);
    let mut states = [first, other].map(|answer| answer.json()["state"].as_str().unwrap().to_owned());
    states.sort();
    assert_eq!(states, ["elsewhere", "waiting"]);
    for (till, request) in [(&bar.till, &here), (&second, &there)] {
        let path = format!(
            "{DINER}/reader-payments/{}/cancel",
            request["id"].as_str().unwrap()
        );
        let cookie = [("cookie", till.cookie())];
        bar.app.post(&path, &cookie, &json!({})).await;
    }
    // Two tills share a reader.
    assert_eq!(bar.choose(second.id(), Some(READER)).await.status, 204);
    bar.waiting().await;
    let (dish, bill) = (bar.app.dish(DINER, "Bottomless Coffee").await, unique());
    let ops = [
        json!({ "open": { "bill": bill, "seat": "counter" } }),
        json!({ "add": { "bill": bill, "line": line(&dish, 1) } }),
    ];
    let ops = ops.map(|action| bar.till.op(action));
    bar.till.syncs(&bar.app, 0, &ops).await;
    let request = json!({ "id": unique(), "payable": { "bill": bill }, "shift": shift, "amount": 350 });
    assert_eq!(bar.ask_at(&second, &request).await.json()["state"], "busy");
}

#[tokio::test]
async fn a_webhook_books_it_before_the_till_asks() {
    let bar = Bar::open().await;
    let request = bar.waiting().await;
    bar.peer.guest(READER, Guest::Pays).await;
    let told = bar.peer.terminal().told(READER);
    for _ in 0..2 {
        assert_eq!(bar.hear(&told).await, 200);
    }
    assert_eq!(names(&bar.booked().await), [&request["id"]]);
    assert_eq!(bar.state(&request).await["state"], "paid");
    // A failure is heard of, too, and what is forged is not.
    let bar = Bar::open().await;
    let request = bar.waiting().await;
    bar.peer.guest(READER, Guest::Cancels).await;
    assert_eq!(bar.hear(&bar.peer.terminal().told(READER)).await, 200);
    bar.peer.line(Line::Cut);
    assert_eq!(bar.state(&request).await["state"], "cancelled");
}

#[tokio::test]
async fn the_word_that_a_payment_was_charged_counts_only_for_that_payment() {
    let bar = Bar::open().await;
    let request = bar.waiting().await;
    let intent = bar.peer.terminal().shows(READER).unwrap();
    let paid = |id: &str, amount: i64, payment: &Value| {
        let intent = json!({ "id": id, "amount": amount, "currency": "usd", "status": "succeeded", "metadata": { "payment": payment } });
        json!({ "id": unique(), "type": "payment_intent.succeeded", "data": { "object": intent } })
            .to_string()
    };
    for body in [
        paid(&intent, 1, &request["id"]),
        paid("pi_other", 700, &request["id"]),
        paid(&intent, 700, &json!(unique())),
        paid(&intent, 700, &json!("7")),
    ] {
        assert_eq!(bar.hear(&body).await, 200, "{body}");
        assert!(bar.booked().await.is_empty(), "{body}");
    }
    assert_eq!(bar.hear(&paid(&intent, 700, &request["id"])).await, 200);
    assert_eq!(names(&bar.booked().await), [&request["id"]]);
}

#[tokio::test]
async fn what_was_charged_while_the_server_was_down_is_booked_later() {
    let bar = Bar::open().await;
    let request = bar.waiting().await;
    bar.peer.guest(READER, Guest::Pays).await;
    // No till asks, and no webhook arrives.
    bar.check_later(30).await;
    bar.check_later(60).await;
    assert_eq!(names(&bar.booked().await), [&request["id"]]);
}

#[tokio::test]
async fn a_server_that_ended_between_booking_and_saying_so_books_once() {
    let bar = Bar::open().await;
    let request = bar.waiting().await;
    bar.peer.guest(READER, Guest::Pays).await;
    assert_eq!(bar.state(&request).await["state"], "paid");
    // As if it had ended before the last write.
    bar.app
        .execute("update reader_payments set state = 'waiting'")
        .await;
    bar.check_later(30).await;
    assert_eq!(bar.state(&request).await["state"], "paid");
    assert_eq!(names(&bar.booked().await), [&request["id"]]);
}

#[tokio::test]
async fn a_server_that_ended_before_the_reader_was_told_charges_nothing() {
    let bar = Bar::open().await;
    let request = bar.waiting().await;
    bar.app.execute("update reader_payments set intent = null").await;
    assert_eq!(
        bar.state(&request).await["state"],
        "waiting",
        "it may be on its way"
    );
    bar.check_later(60).await;
    assert_eq!(bar.state(&request).await["state"], "unreachable");
}

#[tokio::test]
async fn a_guest_who_does_not_pay_is_waited_for_two_minutes() {
    let bar = Bar::open().await;
    let request = bar.waiting().await;
    bar.check_later(100).await;
    assert_eq!(bar.state(&request).await["state"], "waiting");
    bar.check_later(130).await;
    assert_eq!(bar.state(&request).await["state"], "timed_out");
    assert_eq!(bar.peer.terminal().shows(READER), None);
    // A reader that was given something else by hand has lost the payment.
    let request = bar.waiting().await;
    bar.peer.terminal().add(SECRET, READER, "Bar reader");
    assert_eq!(bar.state(&request).await["state"], "waiting");
    bar.check_later(60).await;
    assert_eq!(bar.state(&request).await["state"], "unreachable");
    assert!(bar.booked().await.is_empty());
}

#[tokio::test]
async fn a_reader_that_is_off_charges_nothing() {
    let bar = Bar::open().await;
    bar.peer.terminal().turn_off(READER);
    let request = bar.request(700);
    assert_eq!(bar.ask(&request).await.json()["state"], "unreachable");
    assert_eq!(bar.state(&request).await["state"], "unreachable");
}

#[tokio::test]
async fn the_server_decides_what_is_due() {
    let mut bar = Bar::open().await;
    assert_eq!(bar.ask(&bar.request(701)).await.json()["state"], "changed");
    for amount in [0, -700] {
        bar.ask(&bar.request(amount))
            .await
            .problem(ProblemType::NotAccepted);
    }
    // A guest's share.
    let request = bar.request(200);
    assert_eq!(bar.ask(&request).await.json()["state"], "waiting");
    bar.peer.guest(READER, Guest::Pays).await;
    assert_eq!(bar.state(&request).await["state"], "paid");
    assert_eq!(bar.ask(&bar.request(700)).await.json()["state"], "changed");
    let pay = json!({ "pay": { "bill": bar.bill, "shift": bar.shift, "tender": { "id": unique(), "method": "cash", "amount": 500 } } });
    let paid = bar.till.op(pay);
    bar.till.syncs(&bar.app, 0, &[paid]).await;
    assert_eq!(bar.ask(&bar.request(1)).await.json()["state"], "changed");
    let mut nowhere = bar.request(1);
    nowhere["shift"] = json!(unique());
    assert_eq!(bar.ask(&nowhere).await.json()["state"], "changed");
}

#[tokio::test]
async fn a_diners_order_is_paid_on_the_reader() {
    let bar = Bar::open().await;
    let receipt = bar
        .app
        .place(
            &bar.app
                .placement(bar.app.basket("Bottomless Coffee", 2).await)
                .await,
        )
        .await
        .json();
    let total = receipt["total"].as_i64().unwrap_or(700);
    let request = |amount: i64| json!({ "id": unique(), "payable": { "order": receipt["id"] }, "shift": bar.shift, "amount": amount });
    assert_eq!(bar.ask(&request(total - 1)).await.json()["state"], "changed");
    let request = request(total);
    let answer = bar.ask(&request).await;
    assert_eq!(answer.json()["state"], "waiting", "{receipt}");
    bar.peer.guest(READER, Guest::Pays).await;
    assert_eq!(bar.state(&request).await["state"], "paid");
    let taken = bar.till.all(&bar.app, "order_payment").await;
    assert_eq!(taken[0]["payments"][0]["tender"]["id"], request["id"]);
}

#[tokio::test]
async fn money_goes_back_to_the_card_once() {
    let mut bar = Bar::open().await;
    let request = bar.waiting().await;
    bar.peer.guest(READER, Guest::Pays).await;
    bar.state(&request).await;
    let back = |amount: i64| {
        let back = json!({ "id": unique(), "amount": amount, "reason": "cold" });
        json!({ "refund": { "payable": { "bill": bar.bill }, "payment": request["id"], "back": back, "shift": bar.shift } })
    };
    // Of the second, more than is left is the drawer's.
    let ops = [back(200), back(600)];
    let ops = ops.map(|action| bar.till.op(action));
    for _ in 0..2 {
        bar.till.syncs(&bar.app, 0, &ops).await;
        jobs::run_due_jobs(&bar.app.app, None, clock::now())
            .await
            .unwrap();
    }
    let mut refunded = bar.peer.refunded().await;
    refunded.sort_unstable();
    assert_eq!(refunded, [200, 500]);
}

#[tokio::test]
async fn a_krona_has_no_decimals_and_the_reader_counts_two() {
    let bar = Bar::open().await;
    for (currency, charged) in [("ISK", 70_000), ("JPY", 700)] {
        bar.app.count_in(currency).await;
        let request = bar.waiting().await;
        bar.peer.guest(READER, Guest::Pays).await;
        assert_eq!(bar.state(&request).await["state"], "paid");
        let id = request["id"].as_str().unwrap().to_owned();
        let charges = bar.peer.charged_on_readers().await;
        assert!(
            charges.contains(&(id.clone(), charged)),
            "{currency}: {charges:?}"
        );
        // The next currency's turn.
        let back = json!({ "id": unique(), "amount": 700, "reason": "again" });
        let refund = json!({ "refund": { "payable": { "bill": bar.bill }, "payment": id, "back": back, "shift": bar.shift } });
        let mut other = Device::new(&bar.app, "till").await;
        let refund = other.op(refund);
        other.syncs(&bar.app, 0, &[refund]).await;
    }
    bar.app.count_in("MGA").await;
    assert_eq!(bar.ask(&bar.request(333)).await.json()["state"], "uncountable");
}

#[tokio::test]
async fn a_till_has_a_reader_of_its_own_restaurants_account_that_no_other_restaurant_has() {
    let peer = Peer::start().await;
    peer.terminal().add(SECRET, READER, "Shared");
    peer.terminal().add("sk_test_diner", "tmr_diner", "Diner");
    let mut cards = peer.cards();
    let own = peer.account_with("sk_test_diner", "whsec_diner");
    cards.own.insert("lighthouse-diner".parse().unwrap(), own);
    let app = TestApp::with(Some(cards), Settings::default()).await;
    let (owner, (till, _)) = (app.staff(Role::Owner).await, app.device("till").await);
    let cookie = [("cookie", owner.as_str())];
    let list = app.get(&format!("{DINER}/devices"), &cookie).await.json();
    let known = json!([{ "id": "tmr_diner", "label": "Diner", "serial": "SN-tmr_diner" }]);
    assert_eq!(list["readers"]["known"], known);
    let choose = async |till: &str, reader: &str| {
        let path = format!("{DINER}/devices/{till}/reader");
        app.call("PUT", &path, &cookie, &json!({ "reader": reader }))
            .await
    };
    choose(&till, READER).await.problem(ProblemType::NotAccepted);
    choose(&till, "tmr_none").await.problem(ProblemType::NotAccepted);
    assert_eq!(choose(&till, "tmr_diner").await.status, 204);
    let list = app.get(&format!("{DINER}/devices"), &cookie).await.json();
    assert_eq!(list["devices"][0]["reader"], known[0]);
    let (screen, _) = app.device("kitchen").await;
    choose(&screen, "tmr_diner").await.problem(ProblemType::NotFound);
    peer.line(Line::Cut);
    choose(&till, "tmr_diner")
        .await
        .problem(ProblemType::ProviderAway);
    let list = app.get(&format!("{DINER}/devices"), &cookie).await.json();
    assert_eq!(list["readers"], "unknown", "and the page works");
}

#[tokio::test]
async fn two_restaurants_on_one_account_do_not_share_a_reader() {
    let bar = Bar::open().await;
    let here = bar.app.restaurant("lighthouse-diner").await.id;
    // As if a till of the other restaurant had been given the reader first.
    let elsewhere = bar.app.restaurant("trattoria-da-lucia").await.id;
    assert_ne!(here, elsewhere);
    bar.app
        .execute("update devices set restaurant_id = (select id from restaurants where slug = 'trattoria-da-lucia')")
        .await;
    let (till, _) = bar.app.device("till").await;
    bar.choose(&till, Some(READER))
        .await
        .problem(ProblemType::NotAccepted);
    assert_eq!(bar.choose(&till, Some("tmr_terrace")).await.status, 204);
}

#[tokio::test]
async fn without_a_reader_a_till_is_told_so_and_the_owner_chooses_by_a_plain_form() {
    let bar = Bar::open().await;
    let page = async || {
        let cookie = format!("{}; servery_render=thin", bar.owner);
        let answer = bar
            .app
            .get(&format!("{BOARD}/devices"), &[("cookie", &cookie)])
            .await;
        answer.text().to_owned()
    };
    assert!(page().await.contains("Bar reader (SN-tmr_bar)"));
    let form = |reader: &str| format!("change=reader&device={}&reader={reader}", bar.till.id());
    let send = async |body: String| {
        let request = axum::http::Request::post(format!("{BOARD}/devices"))
            .header("cookie", &bar.owner)
            .header("content-type", "application/x-www-form-urlencoded");
        let answer = bar.app.send(request.body(body.into()).unwrap()).await;
        answer.header("location").to_owned()
    };
    assert_eq!(send(form("")).await, format!("{BOARD}/devices?done=reader"));
    assert_eq!(bar.ask(&bar.request(700)).await.json()["state"], "no_reader");
    let devices = bar.till.all(&bar.app, "device").await;
    assert!(devices.iter().all(|device| device.get("reader").is_none()));
    assert_eq!(
        send(form("tmr_no")).await,
        format!("{BOARD}/devices?wrong=reader")
    );
    assert_eq!(
        send(form("tmr_terrace")).await,
        format!("{BOARD}/devices?done=reader")
    );
    let devices = bar.till.all(&bar.app, "device").await;
    assert!(
        devices.iter().any(|device| device["reader"] == "Terrace"),
        "{devices:?}"
    );
    bar.waiting().await;
    assert!(bar.peer.terminal().shows("tmr_terrace").is_some());
}
