//! The order board: staff see orders and change their state, through the API and through forms.

use std::time::Duration;

use axum::{
    body::{Body, BodyDataStream},
    http::Request,
};
use futures::StreamExt;
use serde_json::json;
use servery::{clock, orders::timeouts};
use servery_domain::{
    account::Role,
    audit::Author,
    id::AccountId,
    order::{Order, State},
    problem::ProblemType,
    time::{LocalMinute, Timestamp},
};
use tower::ServiceExt;

use crate::{
    orders::DINER,
    test_app::{Answer, TestApp},
};

impl TestApp {
    /// The cookie of somebody who works at the diner.
    pub async fn staff(&self, role: Role) -> String {
        self.staff_of("lighthouse-diner", role).await
    }

    pub async fn staff_of(&self, slug: &str, role: Role) -> String {
        let email = format!("{}@lighthouse.example", role.code());
        let cookie = self.signed_in(&email).await;
        let account: AccountId = self
            .store
            .account_by_email(&email)
            .await
            .unwrap()
            .unwrap()
            .account
            .id;
        let restaurant = self.restaurant(slug).await;
        self.store
            .put_staff(account, restaurant.id, role, (Author::Operator, clock::now()))
            .await
            .unwrap();
        cookie
    }

    pub async fn form(&self, path: &str, cookie: &str, fields: &str) -> Answer {
        let request = Request::post(path)
            .header("cookie", cookie)
            .header("content-type", "application/x-www-form-urlencoded");
        self.send(request.body(Body::from(fields.to_owned())).unwrap())
            .await
    }

    /// Noon at the diner, so many days from today.
    pub async fn noon(&self, days: i64) -> LocalMinute {
        let now: LocalMinute =
            serde_json::from_value(self.json(&format!("{DINER}/times")).await["now"].clone()).unwrap();
        LocalMinute(now.day().plus(days).midnight().0 + 12 * 60)
    }

    /// An order's token and id.
    pub async fn placed(&self) -> (String, String) {
        let receipt = self
            .place(&self.placement(self.basket("Bottomless Coffee", 2).await).await)
            .await
            .json();
        (
            receipt["token"].as_str().unwrap().to_owned(),
            receipt["id"].as_str().unwrap().to_owned(),
        )
    }
}

pub const BOARD: &str = "/board/lighthouse-diner";

#[tokio::test]
async fn an_order_goes_over_the_counter_by_plain_forms() {
    let app = TestApp::new().await;
    let cookie = app.staff(Role::Kitchen).await;
    let (token, id) = app.placed().await;
    let thin = format!("{cookie}; servery_render=thin");
    let page = app.get(BOARD, &[("cookie", &thin)]).await;
    assert!(
        page.text().contains("Bottomless Coffee") && page.text().contains("Ada Byron"),
        "{}",
        page.text()
    );
    for (fields, state) in [
        ("event=accepted&minutes=20", "accepted"),
        ("event=preparing", "preparing"),
        ("event=ready", "ready"),
        ("event=collected", "collected"),
    ] {
        let answer = app.form(&format!("{BOARD}/orders/{id}"), &cookie, fields).await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("location")),
            (303, BOARD),
            "{}",
            answer.text()
        );
        assert_eq!(app.order(&token).await["progress"]["state"], state);
    }
    let page = app.get(BOARD, &[("cookie", &thin)]).await;
    assert!(
        !page.text().contains("Ada Byron"),
        "what is over is off the board"
    );
    let late = app
        .form(&format!("{BOARD}/orders/{id}"), &cookie, "event=ready")
        .await;
    assert_eq!(late.status, 303, "who was too late is shown how things are");
}

#[tokio::test]
async fn an_order_for_tomorrow_is_promised_for_tomorrow() {
    let app = TestApp::new().await;
    let cookie = app.staff(Role::Cashier).await;
    let mut basket = app.basket("Bottomless Coffee", 1).await;
    let noon = app.noon(1).await;
    basket["slot"] = json!(noon);
    let receipt = app.place(&app.placement(basket).await).await.json();
    let page = app
        .get(BOARD, &[("cookie", &format!("{cookie}; servery_render=thin"))])
        .await;
    assert!(
        page.text().contains("value=\"accepted\"") && !page.text().contains("<select name=\"minutes\""),
        "{}",
        page.text()
    );
    let order = receipt["id"].as_str().unwrap();
    app.form(
        &format!("{BOARD}/orders/{order}"),
        &cookie,
        "event=accepted&minutes=20",
    )
    .await;
    let progress = app.order(receipt["token"].as_str().unwrap()).await["progress"].clone();
    assert_eq!(
        (&progress["state"], &progress["ready_at"]),
        (&json!("accepted"), &json!(noon))
    );
}

#[tokio::test]
async fn an_order_moves_to_another_day_by_a_plain_form() {
    let app = TestApp::new().await;
    let cookie = app.staff(Role::Cashier).await;
    let (token, id) = app.placed().await;
    let address = format!("{BOARD}/orders/{id}");
    let noon = app.noon(2).await;
    let answer = app
        .form(&address, &cookie, &format!("event=rescheduled&to={noon}"))
        .await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("location")),
        (303, BOARD),
        "{}",
        answer.text()
    );
    app.form(&address, &cookie, "event=accepted&minutes=20").await;
    let progress = app.order(&token).await["progress"].clone();
    assert_eq!(
        (&progress["rescheduled_to"], &progress["ready_at"]),
        (&json!(noon), &json!(noon))
    );
    let thin = [("cookie", format!("{cookie}; servery_render=thin"))];
    let thin = thin.each_ref().map(|(name, value)| (*name, value.as_str()));
    let record = app.get(&address, &thin).await;
    assert!(record.text().contains("Moved to"), "{}", record.text());
    for (to, says) in [("2020-01-01T12:00", "later than now"), ("tomorrow", "is such as")] {
        let refused = app
            .form(&address, &cookie, &format!("event=rescheduled&to={to}"))
            .await;
        assert_eq!(refused.status, 422, "{}", refused.text());
        assert!(refused.text().contains(says), "{}", refused.text());
    }
}

#[tokio::test]
async fn case_zomato_1677_delivered_is_refused_while_it_is_being_prepared() {
    let app = TestApp::new().await;
    let cookie = app.staff(Role::Manager).await;
    let (_, id) = app.placed().await;
    let events = format!("{DINER}/orders/{id}/events");
    let step = async |event: serde_json::Value| {
        app.post(&events, &[("cookie", &cookie)], &json!({ "event": event }))
            .await
    };
    assert_eq!(
        step(json!({ "accepted": { "ready_at": "2026-11-21T12:30" } }))
            .await
            .json()["progress"]["ready_at"],
        "2026-11-21T12:30"
    );
    assert_eq!(step(json!("preparing")).await.status, 200);
    step(json!("delivered")).await.problem(ProblemType::Conflict);
    step(json!("out_for_delivery"))
        .await
        .problem(ProblemType::Conflict);
    step(json!({ "paid": { "amount": 1 } }))
        .await
        .problem(ProblemType::Forbidden);
    step(json!("flambéed")).await.problem(ProblemType::NotAccepted);
}

#[tokio::test]
async fn a_rejection_says_why() {
    let app = TestApp::new().await;
    let cookie = app.staff(Role::Cashier).await;
    let (token, id) = app.placed().await;
    app.form(
        &format!("{BOARD}/orders/{id}"),
        &cookie,
        "event=rejected&reason=Too+busy+at+the+moment",
    )
    .await;
    let progress = app.order(&token).await["progress"].clone();
    assert_eq!(
        (&progress["state"], &progress["reason"]),
        (&json!("rejected"), &json!("Too busy at the moment"))
    );
}

#[tokio::test]
async fn what_nobody_closes_is_off_the_board_in_the_end() {
    let app = TestApp::new().await;
    let cookie = app.staff(Role::Cashier).await;
    let ((handover, id), (forgotten, _)) = (app.placed().await, app.placed().await);
    app.form(
        &format!("{BOARD}/orders/{id}"),
        &cookie,
        "event=accepted&minutes=20",
    )
    .await;
    for (days, states) in [(0, ["accepted", "placed"]), (3, ["collected", "rejected"])] {
        timeouts::close_old_orders(&app.app, Timestamp(clock::now().0 + days * 86_400))
            .await
            .unwrap();
        let (accepted, placed) = (app.order(&handover).await, app.order(&forgotten).await);
        assert_eq!(
            [&accepted["progress"]["state"], &placed["progress"]["state"]],
            states
        );
    }
    let board = app
        .get(&format!("{DINER}/board"), &[("cookie", &cookie)])
        .await
        .json();
    assert_eq!(board["orders"], json!([]));
}

#[tokio::test]
async fn a_dish_is_86ed_and_diners_see_it() {
    let app = TestApp::new().await;
    let cookie = app.staff(Role::Kitchen).await;
    let dish = app.dish(DINER, "Bottomless Coffee").await;
    let placement = app.placement(app.basket("Bottomless Coffee", 1).await).await;
    assert_eq!(
        app.form(
            &format!("{BOARD}/stock"),
            &cookie,
            &format!("dish={dish}&portions=0")
        )
        .await
        .status,
        303
    );
    assert_eq!(app.place(&placement).await.status, 409);
    crate::catalog::until(&app, DINER, |answer| {
        answer.text().contains(&format!("\"sold_out\":[\"{dish}\"]"))
    })
    .await;
    assert_eq!(
        app.form(
            &format!("{BOARD}/stock"),
            &cookie,
            &format!("dish={dish}&portions=")
        )
        .await
        .status,
        303
    );
    crate::catalog::until(&app, DINER, |answer| !answer.text().contains("sold_out")).await;
    let again = app.placement(app.basket("Bottomless Coffee", 1).await).await;
    assert_eq!(app.place(&again).await.status, 201);
}

#[tokio::test]
async fn nobody_else_looks_over_the_counter() {
    let app = TestApp::new().await;
    let (_, id) = app.placed().await;
    let board = format!("{DINER}/board");
    app.get(&board, &[]).await.problem(ProblemType::SignedOut);
    let guest = app.signed_in("guest@example.org").await;
    app.get(&board, &[("cookie", &guest)])
        .await
        .problem(ProblemType::Forbidden);
    let courier = app.staff(Role::Courier).await;
    assert_eq!(app.get(&board, &[("cookie", &courier)]).await.status, 200);
    let events = format!("{DINER}/orders/{id}/events");
    app.post(
        &events,
        &[("cookie", &courier)],
        &json!({ "event": { "rejected": { "reason": "" } } }),
    )
    .await
    .problem(ProblemType::Forbidden);
    let elsewhere = "/api/v1/restaurants/jade-lantern";
    app.get(&format!("{elsewhere}/board"), &[("cookie", &courier)])
        .await
        .problem(ProblemType::Forbidden);
    let page = app.get(BOARD, &[]).await;
    assert!(
        page.text().contains("action=\"/account/sign-in\"")
            && page.text().contains("value=\"/board/lighthouse-diner\"")
    );
}

#[tokio::test]
async fn one_signs_in_and_out_by_plain_forms() {
    let app = TestApp::new().await;
    let answer = app
        .form(
            "/account/sign-up",
            "",
            "email=ada%40example.org&password=correct+horse+battery&name=Ada",
        )
        .await;
    assert_eq!(answer.header("location"), "/account?done=made");
    let wrong = app
        .form(
            "/account/sign-in",
            "",
            "email=ada%40example.org&password=wrong&next=%2Fboard%2Flighthouse-diner",
        )
        .await;
    assert_eq!(
        wrong.header("location"),
        "/board/lighthouse-diner?wrong=credentials"
    );
    let elsewhere = app
        .form(
            "/account/sign-in",
            "",
            "email=ada%40example.org&password=correct+horse+battery&next=%2F%2Fevil.example",
        )
        .await;
    assert_eq!(elsewhere.header("location"), "/account");
    let cookie = elsewhere
        .header("set-cookie")
        .split(';')
        .next()
        .unwrap()
        .to_owned();
    let page = app.get("/account", &[("cookie", &cookie)]).await;
    assert!(page.text().contains("ada@example.org"), "{}", page.text());
    assert_eq!(page.header("cache-control"), "private, no-store");
    let fields = "change=add-address&street=Mill+Lane+1&postcode=10014&city=Millbrook&hint=";
    assert_eq!(
        app.form("/account", &cookie, fields).await.header("location"),
        "/account?done=saved"
    );
    assert!(
        app.get("/account", &[("cookie", &cookie)])
            .await
            .text()
            .contains("Mill Lane 1, 10014 Millbrook")
    );
    app.form("/account/sign-out", &cookie, "where=here").await;
    assert!(
        app.get("/account", &[("cookie", &cookie)])
            .await
            .text()
            .contains("/account/sign-in")
    );
}

/// What a board is told from now on.
async fn frames(app: &TestApp, cookie: &str) -> BodyDataStream {
    let request = Request::get(format!("{DINER}/board/events")).header("cookie", cookie);
    let response = app
        .router
        .clone()
        .oneshot(request.body(Body::empty()).unwrap())
        .await
        .unwrap();
    assert_eq!(response.status(), 200);
    let mut frames = response.into_body().into_data_stream();
    frames.next().await.unwrap().unwrap();
    frames
}

#[tokio::test]
async fn who_signs_out_or_is_dismissed_is_told_nothing_more() {
    let app = TestApp::new().await;
    let (cashier, cook) = (app.staff(Role::Cashier).await, app.staff(Role::Kitchen).await);
    let (mut signed_out, mut dismissed) = (frames(&app, &cashier).await, frames(&app, &cook).await);
    app.placed().await;
    for frames in [&mut signed_out, &mut dismissed] {
        let told = frames.next().await.unwrap().unwrap();
        assert!(String::from_utf8_lossy(&told).contains("Ada Byron"));
    }
    app.form("/account/sign-out", &cashier, "where=here").await;
    let account = app
        .store
        .account_by_email("kitchen@lighthouse.example")
        .await
        .unwrap()
        .unwrap()
        .account
        .id;
    let (diner, _) = app.store.account_roles(account).await.unwrap().staff[0];
    app.store
        .change_role(
            account,
            diner,
            (Role::Kitchen, None),
            (Author::Operator, clock::now()),
        )
        .await
        .unwrap();
    for mut frames in [signed_out, dismissed] {
        let ended = async { while frames.next().await.is_some() {} };
        let busy = async {
            loop {
                app.placed().await;
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        };
        tokio::select! {
            () = ended => {}
            () = busy => {}
            () = tokio::time::sleep(Duration::from_secs(10)) => panic!("it is told of orders for good"),
        }
    }
}

#[tokio::test]
async fn a_board_is_told_what_leaves_it_and_nothing_of_what_nobody_paid() {
    let app = TestApp::new().await;
    let cookie = app.staff(Role::Cashier).await;
    let mut frames = frames(&app, &cookie).await;
    let (token, _) = app.placed().await;
    let mut order: Order = serde_json::from_value(app.order(&token).await).unwrap();
    order.progress.state = State::Unpaid;
    app.app.broadcaster.publish(&order);
    app.post(&format!("/api/v1/orders/{token}/cancel"), &[], &json!({}))
        .await;
    for state in ["placed", "cancelled"] {
        let told = frames.next().await.unwrap().unwrap();
        assert!(
            String::from_utf8_lossy(&told).contains(&format!("\"state\":\"{state}\"")),
            "{told:?}"
        );
    }
}

/// A future that renders may move to another thread between two polls. What the board's component makes for one thread
/// must not be dropped on another. One request at a time leaves threads idle, which then take over tasks.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_board_is_rendered_on_one_thread() {
    let app = TestApp::new().await;
    let cookie = app.staff(Role::Kitchen).await;
    for _ in 0..500 {
        let request = Request::get(BOARD)
            .header("cookie", &cookie)
            .header("accept", "text/html");
        let request = request.body(Body::empty()).unwrap();
        let response = tokio::spawn(app.router.clone().oneshot(request)).await;
        assert_eq!(response.unwrap().unwrap().status(), 200);
    }
}
