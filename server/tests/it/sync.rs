//! What devices do together, over HTTP.

use std::time::Duration;

use axum::{
    body::{Body, BodyDataStream},
    http::Request,
};
use futures::StreamExt;
use serde_json::{Value, json};
use servery_domain::{account::Role, order::Order, problem::ProblemType};
use tower::ServiceExt;

use crate::{
    orders::DINER,
    test_app::{Answer, TestApp, unique},
};

/// A device with what it has made.
pub struct Device {
    id: String,
    cookie: String,
    made: u64,
}

impl Device {
    pub async fn new(app: &TestApp, kind: &str) -> Self {
        let (id, cookie) = app.device(kind).await;
        Self { id, cookie, made: 0 }
    }

    pub fn op(&mut self, action: Value) -> Value {
        self.made += 1;
        json!({ "id": unique(), "device": self.id, "n": self.made, "op_version": 1, "at": 1_800_000_000, "action": action })
    }

    pub fn cookie(&self) -> &str {
        &self.cookie
    }

    /// Asks for everything, and takes any answer.
    pub async fn tries(&self, app: &TestApp) -> Answer {
        self.sends(app, 0, &[]).await
    }

    pub fn id(&self) -> &str {
        &self.id
    }

    /// As its receipts have it.
    pub fn short(&self) -> String {
        self.id[28..].to_uppercase()
    }

    async fn sends(&self, app: &TestApp, since: i64, ops: &[Value]) -> Answer {
        let request = json!({ "device": self.id, "since": since, "ops": ops });
        app.post(&format!("{DINER}/sync"), &[("cookie", &self.cookie)], &request)
            .await
    }

    pub async fn syncs(&self, app: &TestApp, since: i64, ops: &[Value]) -> Value {
        let answer = self.sends(app, since, ops).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }

    /// The things of one kind that it is told.
    pub async fn all(&self, app: &TestApp, kind: &str) -> Vec<Value> {
        let answer = self.syncs(app, 0, &[]).await;
        answer["records"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|record| record.get(kind))
            .cloned()
            .collect()
    }

    async fn events(&self, app: &TestApp, headers: &[(&str, &str)]) -> BodyDataStream {
        let request = Request::get(format!("{DINER}/sync/events")).header("cookie", &self.cookie);
        let request = headers
            .iter()
            .fold(request, |request, (name, value)| request.header(*name, *value));
        let response = app
            .router
            .clone()
            .oneshot(request.body(Body::empty()).unwrap())
            .await
            .unwrap();
        assert_eq!(
            (
                response.status().as_u16(),
                response.headers()["content-type"].to_str().unwrap()
            ),
            (200, "text/event-stream")
        );
        response.into_body().into_data_stream()
    }
}

fn open(bill: &str) -> Value {
    json!({ "open": { "bill": bill, "seat": "counter" } })
}

async fn add(app: &TestApp, bill: &str) -> Value {
    let dish = app.dish(DINER, "Bottomless Coffee").await;
    json!({ "add": { "bill": bill, "line": { "id": unique(), "dish": dish, "name": "Coffee", "price": 350, "taxed": [[0, 350]], "count": 1 } } })
}

async fn next(frames: &mut BodyDataStream) -> String {
    let frame = tokio::time::timeout(Duration::from_secs(1), frames.next())
        .await
        .expect("told within a second");
    String::from_utf8(frame.unwrap().unwrap().to_vec()).unwrap()
}

#[tokio::test]
async fn devices_are_told_when_their_restaurant_is_published_anew() {
    let app = TestApp::new().await;
    let till = Device::new(&app, "till").await;
    let mut frames = till.events(&app, &[]).await;
    assert!(next(&mut frames).await.contains("event: revision"));
    for slug in ["jade-lantern", "lighthouse-diner"] {
        app.change(slug, |file| file.description.push('!')).await;
        app.app.catalog.reload_if_changed().await.unwrap();
    }
    let published = app.restaurant("lighthouse-diner").await.revision.0;
    assert_eq!(
        next(&mut frames).await,
        format!("event: restaurant\ndata: {published}\n\n")
    );
    let more = tokio::time::timeout(Duration::from_millis(100), frames.next()).await;
    assert!(more.is_err(), "nobody is told of another restaurant");
}

#[tokio::test]
async fn an_op_counts_once_though_the_answer_was_lost_and_others_hear_of_it_within_a_second() {
    let app = TestApp::new().await;
    let (mut bar, counter) = (Device::new(&app, "till").await, Device::new(&app, "till").await);
    let known = counter.syncs(&app, 0, &[]).await["revision"].as_i64().unwrap();
    let mut frames = counter.events(&app, &[]).await;
    assert!(
        next(&mut frames)
            .await
            .contains(&format!("event: revision\nid: {known}\ndata: {known}\n\n"))
    );
    let bill = unique();
    let ops = [bar.op(open(&bill)), bar.op(add(&app, &bill).await)];
    for _ in 0..3 {
        let answer = bar.syncs(&app, 0, &ops).await;
        assert_eq!(
            (&answer["done"], &answer["full"]),
            (&json!(2), &json!(true)),
            "{answer}"
        );
    }
    let told = next(&mut frames).await;
    assert!(told.starts_with("event: revision\n"), "{told}");
    let changes = counter.syncs(&app, known, &[]).await;
    assert_eq!((&changes["done"], &changes["full"]), (&json!(0), &json!(false)));
    let records = changes["records"].as_array().unwrap();
    assert_eq!(records.len(), 1, "{changes}");
    assert_eq!(records[0]["bill"]["lines"].as_array().unwrap().len(), 1);
    let revision = changes["revision"].to_string();
    let mut frames = counter.events(&app, &[("last-event-id", &revision)]).await;
    assert_eq!(next(&mut frames).await, "retry: 2000\n\n", "it knows that much");
}

#[tokio::test]
async fn a_server_that_was_put_back_tells_all_there_is_so_that_nothing_stale_stays() {
    let app = TestApp::new().await;
    let mut bar = Device::new(&app, "till").await;
    let bill = unique();
    let op = bar.op(open(&bill));
    let known = bar.syncs(&app, 0, &[op]).await["revision"].as_i64().unwrap();
    assert_eq!(bar.syncs(&app, known, &[]).await["full"], false);
    // What it sent in between was lost with the rest.
    bar.made += 5;
    let op = bar.op(open(&unique()));
    let answer = bar.syncs(&app, known, &[op]).await;
    assert!(answer["sync_problem"]["diverged"].is_object(), "{answer}");
    assert_eq!(answer["full"], true, "{answer}");
    assert!(
        answer["records"]
            .as_array()
            .unwrap()
            .iter()
            .any(|record| record["bill"]["id"] == json!(bill)),
        "{answer}"
    );
}

#[tokio::test]
async fn ops_of_a_newer_build_wait_and_what_cannot_be_read_is_refused_without_holding_up_the_rest() {
    let app = TestApp::new().await;
    let mut bar = Device::new(&app, "till").await;
    let bill = unique();
    let mut ops = vec![
        bar.op(json!({ "levitate": { "bill": bill } })),
        bar.op(open(&bill)),
        bar.op(json!({ "teleport": {} })),
    ];
    ops[2]["op_version"] = json!(9);
    for _ in 0..2 {
        let answer = bar.syncs(&app, 0, &ops).await;
        assert_eq!(
            (&answer["done"], &answer["sync_problem"]),
            (&json!(2), &json!("newer")),
            "{answer}"
        );
    }
    let refused = bar.all(&app, "refused_op").await;
    assert_eq!(refused.len(), 1);
    assert!(
        refused[0]["op"]["id"] == ops[0]["id"]
            && refused[0]["why"]["malformed"]
                .as_str()
                .unwrap()
                .contains("levitate"),
        "{refused:?}"
    );
    assert_eq!(bar.all(&app, "bill").await.len(), 1);
    bar.made = 2;
    let dismiss = bar.op(json!({ "dismiss": { "op": ops[0]["id"] } }));
    assert_eq!(
        bar.syncs(&app, 0, &[dismiss]).await["done"],
        3,
        "what was not done may become something else"
    );
    assert!(bar.all(&app, "refused_op").await.is_empty());
}

#[tokio::test]
async fn a_number_that_means_two_things_is_counted_on_under_another_name() {
    let app = TestApp::new().await;
    let mut bar = Device::new(&app, "till").await;
    let bill = unique();
    let first = bar.op(open(&bill));
    bar.syncs(&app, 0, std::slice::from_ref(&first)).await;
    let mut other = json!({ "id": unique(), "device": bar.id, "n": 1, "op_version": 1, "at": 0, "action": add(&app, &bill).await });
    let answer = bar.syncs(&app, 0, std::slice::from_ref(&other)).await;
    let anew = answer["sync_problem"]["diverged"]["new_device"]
        .as_str()
        .unwrap()
        .to_owned();
    other["device"] = json!(anew);
    bar.sends(&app, 0, std::slice::from_ref(&other))
        .await
        .problem(ProblemType::NotAccepted);
    bar.id = anew;
    assert_eq!(bar.syncs(&app, 0, &[other]).await["done"], 1);
    assert_eq!(
        bar.all(&app, "bill").await[0]["lines"].as_array().unwrap().len(),
        1
    );
}

#[tokio::test]
async fn a_diners_order_is_a_thing_that_the_kitchen_advances_and_the_counter_hears_of() {
    let app = TestApp::new().await;
    let (mut kitchen, mut courier) = (
        Device::new(&app, "kitchen").await,
        Device::new(&app, "courier").await,
    );
    let receipt = app
        .place(&app.placement(app.basket("Bottomless Coffee", 2).await).await)
        .await
        .json();
    let (id, token) = (receipt["id"].clone(), receipt["token"].as_str().unwrap());
    let orders = kitchen.all(&app, "order").await;
    assert_eq!(orders.iter().map(|order| &order["id"]).collect::<Vec<_>>(), [&id]);
    let all: Order = serde_json::from_value(app.order(token).await).unwrap();
    assert_eq!(
        orders[0],
        serde_json::to_value(all.for_kitchen()).unwrap(),
        "the same as everywhere else, without money and phone number"
    );
    assert!(
        courier.all(&app, "order").await.is_empty(),
        "it is on nobody's way"
    );
    let event = |event: Value| json!({ "order": { "order": id, "event": event } });
    let ops = [
        kitchen.op(event(json!({ "accepted": { "ready_at": "2026-11-21T12:30" } }))),
        kitchen.op(event(json!("ready"))),
        kitchen.op(open(&unique())),
    ];
    assert_eq!(kitchen.syncs(&app, 0, &ops).await["done"], 3);
    assert_eq!(app.order(token).await["progress"]["state"], "ready");
    let tickets = kitchen.all(&app, "ticket").await;
    assert_eq!((tickets.len(), &tickets[0]["of"]["order"]), (1, &id));
    let refused = kitchen.all(&app, "refused_op").await;
    assert_eq!(
        (refused.len(), &refused[0]["why"]),
        (1, &json!("forbidden")),
        "a kitchen opens no bills"
    );
    let op = courier.op(event(json!({ "cancelled": { "reason": "" } })));
    courier.syncs(&app, 0, &[op]).await;
    assert_eq!(courier.all(&app, "refused_op").await[0]["why"], "forbidden");
    for kind in ["ticket", "bill", "shift", "till", "table", "cashier"] {
        assert!(courier.all(&app, kind).await.is_empty(), "{kind}");
    }
    assert_eq!(app.order(token).await["progress"]["state"], "ready");
}

#[tokio::test]
async fn money_for_a_diners_order_is_the_tills_and_stays_so_when_the_order_is_over() {
    let app = TestApp::new().await;
    let (mut bar, courier) = (
        Device::new(&app, "till").await,
        Device::new(&app, "courier").await,
    );
    let receipt = app
        .place(&app.placement(app.basket("Bottomless Coffee", 2).await).await)
        .await
        .json();
    let (id, token) = (receipt["id"].clone(), receipt["token"].as_str().unwrap());
    let event = |event: Value| json!({ "order": { "order": id, "event": event } });
    let shift = unique();
    let take = |order: &Value| {
        let tender = json!({ "id": unique(), "method": "cash", "amount": 700 });
        json!({ "take_order": { "order": order, "shift": shift, "tender": tender } })
    };
    let ops = [
        bar.op(json!({ "open_shift": { "shift": shift, "float": 10_000 } })),
        bar.op(event(json!({ "accepted": { "ready_at": "2026-11-21T12:30" } }))),
        bar.op(event(json!("ready"))),
        bar.op(take(&id)),
        bar.op(event(json!("collected"))),
        bar.op(take(&id)),
        bar.op(take(&json!(unique()))),
    ];
    for _ in 0..2 {
        assert_eq!(bar.syncs(&app, 0, &ops).await["done"], 7);
    }
    let order = app.order(token).await;
    assert_eq!(order["progress"]["state"], "collected");
    assert!(
        bar.all(&app, "refused_op").await.is_empty(),
        "money is never refused"
    );
    let taken = bar.all(&app, "order_payment").await;
    let of_order = taken.iter().find(|taken| taken["order"] == id).unwrap();
    assert_eq!(
        (taken.len(), of_order["payments"].as_array().unwrap().len()),
        (2, 2),
        "{taken:?}"
    );
    assert!(
        of_order["taxes"] == order["ordered"]["taxes"]
            && order["ordered"]["taxes"][0]["tax"].as_i64().unwrap() > 0,
        "{of_order}"
    );
    assert_eq!(bar.all(&app, "shift").await[0]["taken"], json!({ "cash": 2_100 }));
    assert_eq!(bar.all(&app, "till").await[0]["receipts"], 3);
    assert!(courier.all(&app, "order_payment").await.is_empty());
}

#[tokio::test]
async fn the_board_hears_at_once_of_what_a_device_does_to_an_order() {
    let app = TestApp::new().await;
    let cookie = app.staff(Role::Cashier).await;
    let receipt = app
        .place(&app.placement(app.basket("Bottomless Coffee", 1).await).await)
        .await
        .json();
    let request = Request::get(format!("{DINER}/board/events")).header("cookie", cookie);
    let response = app
        .router
        .clone()
        .oneshot(request.body(Body::empty()).unwrap())
        .await
        .unwrap();
    let mut frames = response.into_body().into_data_stream();
    next(&mut frames).await;
    let mut till = Device::new(&app, "till").await;
    let op = till
        .op(json!({ "order": { "order": receipt["id"], "event": { "rejected": { "reason": "closed" } } } }));
    till.syncs(&app, 0, &[op]).await;
    assert!(next(&mut frames).await.contains("\"state\":\"rejected\""));
}

#[tokio::test]
async fn who_may_not_sync_is_told_why() {
    let app = TestApp::new().await;
    let mut bar = Device::new(&app, "till").await;
    let sync = format!("{DINER}/sync");
    let request = json!({ "device": bar.id, "since": 0, "ops": [] });
    app.post(&sync, &[], &request)
        .await
        .problem(ProblemType::SignedOut);
    let cookie = [("cookie", bar.cookie.as_str())];
    app.post("/api/v1/restaurants/jade-lantern/sync", &cookie, &request)
        .await
        .problem(ProblemType::Forbidden);
    app.post("/api/v1/restaurants/nowhere/sync", &cookie, &request)
        .await
        .problem(ProblemType::NotFound);
    app.post(
        &sync,
        &cookie,
        &json!({ "device": bar.id, "since": 0, "ops": [{}] }),
    )
    .await
    .problem(ProblemType::NotAccepted);
    app.post(&sync, &cookie, &json!({ "since": 0, "ops": [] }))
        .await
        .problem(ProblemType::NotAccepted);
    let name = json!({ "name": { "bill": unique(), "name": "x".repeat(4_000) } });
    let many: Vec<Value> = (0..201).map(|_| bar.op(name.clone())).collect();
    assert_eq!(bar.sends(&app, 0, &many[..200]).await.status, 200, "800 kB");
    bar.sends(&app, 0, &many).await.problem(ProblemType::NotAccepted);
    let huge = json!({ "name": { "bill": unique(), "name": "x".repeat(1_100_000) } });
    let huge = bar.op(huge);
    bar.sends(&app, 0, &[huge]).await.problem(ProblemType::TooLarge);
    let left = app
        .call(
            "DELETE",
            "/api/v1/device",
            &[("cookie", &bar.cookie)],
            &Value::Null,
        )
        .await;
    assert_eq!(left.status, 204);
    bar.sends(&app, 0, &[])
        .await
        .problem(ProblemType::DeviceSignedOut);
    let events = app
        .get(&format!("{DINER}/sync/events"), &[("cookie", &bar.cookie)])
        .await;
    events.problem(ProblemType::DeviceSignedOut);
}
