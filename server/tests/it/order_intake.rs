//! Staff pause orders for a while or until further notice, and say that the kitchen needs longer.

use serde_json::{Value, json};
use servery::clock;
use servery_domain::{account::Role, problem::ProblemType, time::LocalMinute};

use crate::{
    orders::DINER,
    test_app::{Answer, TestApp},
};

const FORM: &str = "/board/lighthouse-diner/intake";

fn minute(value: &Value) -> i64 {
    serde_json::from_value::<LocalMinute>(value.clone()).unwrap().0
}

impl TestApp {
    async fn set_intake(&self, cookie: &str, intake: &Value) -> Answer {
        let path = format!("{DINER}/intake");
        self.call("PUT", &path, &[("cookie", cookie)], intake).await
    }

    async fn coffee_quote(&self) -> Value {
        let basket = self.basket("Bottomless Coffee", 1).await;
        self.quote(&basket).await
    }
}

#[tokio::test]
async fn a_pause_closes_at_once_and_for_everybody() {
    let app = TestApp::new().await;
    let cook = app.staff(Role::Kitchen).await;
    let placement = app.placement(app.basket("Bottomless Coffee", 1).await).await;
    for _ in 0..2 {
        assert_eq!(app.set_intake(&cook, &json!({ "pause": {} })).await.status, 204);
    }
    let listing = app.json(DINER).await;
    assert_eq!(listing["opening"], json!({ "open": false }));
    let quote = app.coffee_quote().await;
    assert_eq!(quote["blockers"], json!([{ "time": "closed" }]), "{quote}");
    let times = app.json(&format!("{DINER}/times")).await;
    assert_eq!(times["pause"], json!({}));
    assert_eq!(app.place(&placement).await.status, 409, "what was quoted before");
    let board = app
        .get(
            "/board/lighthouse-diner",
            &[("cookie", &cook), ("accept", "text/html")],
        )
        .await;
    assert!(
        board.text().contains("No orders until you take them again"),
        "{}",
        board.text()
    );
    assert_eq!(app.form(FORM, &cook, "act=resume").await.status, 303);
    assert_eq!(app.json(DINER).await["opening"]["open"], true);
    let again = app.placement(app.basket("Bottomless Coffee", 1).await).await;
    assert_eq!(app.place(&again).await.status, 201);
    let owner = app.staff(Role::Owner).await;
    let log = app
        .get(&format!("{DINER}/log"), &[("cookie", &owner)])
        .await
        .json();
    let acts = log["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| &entry["act"]);
    let acts: Vec<_> = acts
        .filter(|act| act.as_str().unwrap().starts_with("orders_"))
        .collect();
    assert_eq!(acts, ["orders_resumed", "orders_paused"]);
}

#[tokio::test]
async fn a_pause_with_an_end_offers_the_slots_after_it() {
    let app = TestApp::new().await;
    let cashier = app.staff(Role::Cashier).await;
    assert_eq!(app.form(FORM, &cashier, "act=pause+40").await.status, 303);
    let times = app.json(&format!("{DINER}/times")).await;
    let (now, until) = (minute(&times["now"]), minute(&times["pause"]["until"]));
    assert!((40..=41).contains(&(until - now)), "{times}");
    let opening = app.json(DINER).await["opening"].clone();
    assert_eq!(minute(&opening["change"]["at"]), until, "{opening}");
    let mut basket = app.basket("Bottomless Coffee", 1).await;
    basket["slot"] = json!(app.noon(1).await);
    assert_eq!(app.quote(&basket).await["blockers"], Value::Null);
}

#[tokio::test]
async fn a_busy_kitchen_promises_later() {
    let app = TestApp::new().await;
    let manager = app.staff(Role::Manager).await;
    let due = async || minute(&app.coffee_quote().await["due"]["from"]);
    let before = due().await;
    assert_eq!(app.form(FORM, &manager, "act=busy+30").await.status, 303);
    let later = due().await - before;
    assert!((30..=31).contains(&later), "later by {later} minutes");
    assert_eq!(app.form(FORM, &manager, "act=as-usual").await.status, 303);
    assert!(due().await - before <= 1);
}

#[tokio::test]
async fn what_cannot_be_set_is_refused_and_nothing_changes() {
    let app = TestApp::new().await;
    let (cook, courier) = (app.staff(Role::Kitchen).await, app.staff(Role::Courier).await);
    app.set_intake(&courier, &json!({ "pause": {} }))
        .await
        .problem(ProblemType::Forbidden);
    let now = clock::now().0;
    for intake in [
        json!({ "pause": { "until": now - 60 } }),
        json!({ "pause": { "until": now + 25 * 3600 } }),
        json!({ "busy": { "minutes": 0, "until": now + 60 } }),
        json!({ "busy": { "minutes": 181, "until": now + 60 } }),
        json!({ "closed": {} }),
    ] {
        app.set_intake(&cook, &intake)
            .await
            .problem(ProblemType::NotAccepted);
    }
    for form in [
        "act=pause+soon",
        "act=pause+2000",
        "act=",
        "act=busy+0",
        "act=reopen",
    ] {
        assert_eq!(app.form(FORM, &cook, form).await.status, 422, "{form}");
    }
    assert_eq!(app.json(DINER).await["opening"]["open"], true);
}
