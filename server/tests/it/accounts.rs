//! From signing up to being forgotten, through the API.

use axum::{body::Body, http::Request};
use serde_json::{Value, json};
use servery::clock;
use servery_domain::{
    account::{Permission, Role},
    audit::Author,
    id::{AccountId, VisitorId},
    problem::ProblemType,
};

use crate::{
    orders::DINER,
    test_app::{Answer, TestApp, unique},
};

pub const PASSWORD: &str = "correct horse battery";

impl TestApp {
    pub async fn call(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("content-type", "application/json");
        let request = headers
            .iter()
            .fold(request, |request, (name, value)| request.header(*name, *value));
        self.send(request.body(Body::from(body.to_string())).unwrap())
            .await
    }

    pub async fn sign_up(&self, email: &str) {
        let answer = self
            .post(
                "/api/v1/accounts",
                &[],
                &json!({ "email": email, "password": PASSWORD, "name": "Ada", "lang": "de" }),
            )
            .await;
        assert_eq!(answer.status, 202, "{}", answer.text());
    }

    async fn try_sign_in(&self, email: &str, password: &str) -> Answer {
        self.post(
            "/api/v1/sessions",
            &[],
            &json!({ "email": email, "password": password }),
        )
        .await
    }

    /// The cookie that a browser sends from then on.
    pub async fn sign_in(&self, email: &str, password: &str) -> String {
        let answer = self.try_sign_in(email, password).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        answer.cookie()
    }

    pub async fn signed_in(&self, email: &str) -> String {
        self.sign_up(email).await;
        self.sign_in(email, PASSWORD).await
    }
}

impl TestApp {
    /// The cookie of a browser that this installation knows.
    pub async fn visitor_cookie(&self, visitor: VisitorId) -> String {
        let value = self.app.visitor_cookies.value(self.store.as_ref(), visitor).await;
        format!("__Host-visitor={}", value.unwrap())
    }
}

impl Answer {
    /// As it is sent back.
    pub fn cookie(&self) -> String {
        self.header("set-cookie").split(';').next().unwrap().to_owned()
    }
}

#[tokio::test]
async fn who_signs_up_signs_in_and_out() {
    let app = TestApp::new().await;
    app.sign_up(" Ada@Example.org ").await;
    let answer = app.try_sign_in("ada@example.ORG", PASSWORD).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let cookie = answer.header("set-cookie");
    assert!(
        cookie.starts_with("__Host-session=") && cookie.split(';').next().unwrap().len() == 15 + 64,
        "{cookie}"
    );
    for attribute in ["; Path=/", "; Secure", "; HttpOnly", "; SameSite=Lax"] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    assert_eq!(answer.json()["account"]["email"], "Ada@Example.org");
    let here = answer.cookie();
    let signed = app.get("/api/v1/account", &[("cookie", &here)]).await;
    assert_eq!(
        (signed.status.as_u16(), signed.json()["account"]["name"].as_str()),
        (200, Some("Ada"))
    );
    let out = app
        .call(
            "DELETE",
            "/api/v1/sessions/current",
            &[("cookie", &here)],
            &json!({}),
        )
        .await;
    assert_eq!(out.status, 204);
    assert!(
        out.header("set-cookie").contains("Max-Age=0"),
        "{}",
        out.header("set-cookie")
    );
    app.get("/api/v1/account", &[("cookie", &here)])
        .await
        .problem(ProblemType::SignedOut);
    app.get("/api/v1/account", &[])
        .await
        .problem(ProblemType::SignedOut);
    app.get("/api/v1/account", &[("cookie", "__Host-session=' or 1=1; --")])
        .await
        .problem(ProblemType::SignedOut);
}

#[tokio::test]
async fn nobody_learns_who_has_an_account() {
    let app = TestApp::new().await;
    app.sign_up("ada@example.org").await;
    let again = app
        .post(
            "/api/v1/accounts",
            &[],
            &json!({ "email": "ADA@example.org", "password": "another password of mine" }),
        )
        .await;
    assert_eq!((again.status.as_u16(), again.text()), (202, ""));
    let wrong = app.try_sign_in("ada@example.org", "another password").await;
    let unknown = app.try_sign_in("eve@example.org", "another password").await;
    wrong.problem(ProblemType::SignedOut);
    assert_eq!(wrong.body, unknown.body);
    for email in ["ada@example.org", "eve@example.org"] {
        let reset = app
            .post("/api/v1/password-resets", &[], &json!({ "email": email }))
            .await;
        assert_eq!((reset.status.as_u16(), reset.text()), (202, ""));
    }
    let refused = app
        .post(
            "/api/v1/accounts",
            &[],
            &json!({ "email": "ada", "password": PASSWORD }),
        )
        .await;
    refused.problem(ProblemType::NotAccepted);
    let refused = app
        .post(
            "/api/v1/accounts",
            &[],
            &json!({ "email": "bob@example.org", "password": "short" }),
        )
        .await;
    assert!(
        refused
            .problem(ProblemType::NotAccepted)
            .detail
            .contains("'password' has 8 to 128 characters")
    );
}

#[tokio::test]
async fn each_sign_in_has_a_token_of_its_own_and_ends_the_one_before() {
    let app = TestApp::new().await;
    let first = app.signed_in("ada@example.org").await;
    let body = json!({ "email": "ada@example.org", "password": PASSWORD });
    let second = app
        .post("/api/v1/sessions", &[("cookie", &first)], &body)
        .await
        .cookie();
    assert_ne!(first, second);
    app.get("/api/v1/account", &[("cookie", &first)])
        .await
        .problem(ProblemType::SignedOut);
    let elsewhere = app.sign_in("ada@example.org", PASSWORD).await;
    assert_eq!(
        app.get("/api/v1/account", &[("cookie", &second)]).await.status,
        200
    );
    assert_eq!(
        app.call("DELETE", "/api/v1/sessions", &[("cookie", &second)], &json!({}))
            .await
            .status,
        204
    );
    for cookie in [second, elsewhere] {
        app.get("/api/v1/account", &[("cookie", &cookie)])
            .await
            .problem(ProblemType::SignedOut);
    }
}

#[tokio::test]
async fn an_account_is_changed_by_its_holder() {
    let app = TestApp::new().await;
    let (here, there) = (
        app.signed_in("ada@example.org").await,
        app.sign_in("ada@example.org", PASSWORD).await,
    );
    let door = json!({ "street": "1 Pier", "postcode": "10001", "city": "Millbrook" });
    let change = json!({ "name": "Ada Byron", "lang": "ar", "addresses": [door] });
    let changed = app
        .call("PATCH", "/api/v1/account", &[("cookie", &here)], &change)
        .await
        .json();
    assert_eq!(changed["account"]["addresses"], json!([door]));
    let now = app.get("/api/v1/account", &[("cookie", &there)]).await.json();
    assert_eq!(
        (&now["account"]["name"], &now["account"]["lang"]),
        (&json!("Ada Byron"), &json!("ar"))
    );
    let wrong = json!({ "password": { "current": "wrong password", "new": "a new password" } });
    app.call("PATCH", "/api/v1/account", &[("cookie", &here)], &wrong)
        .await
        .problem(ProblemType::NotAccepted);
    let right = json!({ "password": { "current": PASSWORD, "new": "a new password" } });
    assert_eq!(
        app.call("PATCH", "/api/v1/account", &[("cookie", &here)], &right)
            .await
            .status,
        200
    );
    assert_eq!(app.get("/api/v1/account", &[("cookie", &here)]).await.status, 200);
    app.get("/api/v1/account", &[("cookie", &there)])
        .await
        .problem(ProblemType::SignedOut);
    app.try_sign_in("ada@example.org", PASSWORD)
        .await
        .problem(ProblemType::SignedOut);
    app.sign_in("ada@example.org", "a new password").await;
}

#[tokio::test]
async fn orders_are_found_by_account_and_by_browser() {
    let app = TestApp::new().await;
    let visitor = app.visitor_cookie(VisitorId(7)).await;
    let placement = app.placement(app.basket("Bottomless Coffee", 1).await).await;
    let path = format!("{DINER}/orders");
    let before = app
        .post(
            &path,
            &[("idempotency-key", &unique()), ("cookie", &visitor)],
            &placement,
        )
        .await
        .json();
    let session = app.signed_in("ada@example.org").await;
    let both = format!("{visitor}; {session}");
    let placement = app.placement(app.basket("Bottomless Coffee", 2).await).await;
    let after = app
        .post(
            &path,
            &[("idempotency-key", &unique()), ("cookie", &both)],
            &placement,
        )
        .await
        .json();
    let tokens = |answer: Answer| {
        let orders = answer.json();
        let mut tokens: Vec<Value> = orders
            .as_array()
            .unwrap()
            .iter()
            .map(|order| order["token"].clone())
            .collect();
        tokens.sort_by_key(Value::to_string);
        tokens
    };
    let mut expected = vec![before["token"].clone(), after["token"].clone()];
    expected.sort_by_key(Value::to_string);
    assert_eq!(
        tokens(app.get("/api/v1/orders", &[("cookie", &both)]).await),
        expected
    );
    assert_eq!(
        tokens(app.get("/api/v1/orders", &[("cookie", &session)]).await),
        [after["token"].clone()]
    );
    assert_eq!(
        tokens(app.get("/api/v1/orders", &[("cookie", &visitor)]).await),
        [before["token"].clone()]
    );
    let account = app.get("/api/v1/account", &[("cookie", &session)]).await.json()["account"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    for forged in [
        format!("__Host-visitor={account}"),
        format!("__Host-visitor=account-{account}"),
    ] {
        assert_eq!(
            app.get("/api/v1/orders", &[("cookie", &forged)]).await.json(),
            json!([]),
            "an account's id opens nothing"
        );
    }
}

#[tokio::test]
async fn who_wants_to_be_forgotten_is() {
    let app = TestApp::new().await;
    let session = app.signed_in("ada@example.org").await;
    let cookie = [("cookie", session.as_str())];
    let mut placement = app.placement(app.basket("Bottomless Coffee", 1).await).await;
    placement["contact"]["email"] = json!("ada@example.org");
    let headers = [cookie[0], ("idempotency-key", &unique())];
    let token = app
        .post(&format!("{DINER}/orders"), &headers, &placement)
        .await
        .json()["token"]
        .as_str()
        .unwrap()
        .to_owned();
    let export = app.get("/api/v1/account/export", &cookie).await;
    assert!(export.header("content-disposition").starts_with("attachment"));
    let export = export.json();
    assert_eq!(export["account"]["email"], "ada@example.org");
    assert_eq!(
        export["orders"][0]["order"]["ordered"]["contact"]["name"],
        "Ada Byron"
    );
    app.call("DELETE", "/api/v1/account", &cookie, &json!({}))
        .await
        .problem(ProblemType::Conflict);
    app.post(&format!("/api/v1/orders/{token}/cancel"), &[], &json!({}))
        .await;
    let gone = app.call("DELETE", "/api/v1/account", &cookie, &json!({})).await;
    assert_eq!(gone.status, 204, "{}", gone.text());
    app.get("/api/v1/account", &cookie)
        .await
        .problem(ProblemType::SignedOut);
    app.try_sign_in("ada@example.org", PASSWORD)
        .await
        .problem(ProblemType::SignedOut);
    let order = app.order(&token).await;
    assert_eq!(order["ordered"]["contact"], json!({ "name": "" }));
    assert_eq!(
        order["ordered"]["total"], placement["seen"],
        "the books keep what was sold"
    );
}

#[tokio::test]
async fn an_address_is_the_same_in_capitals_when_its_account_is_deleted() {
    let app = TestApp::new().await;
    let session = app.signed_in("Ada.Byron@Example.org").await;
    let refused = app
        .form("/account/delete", &session, "email=eve@example.org")
        .await;
    assert!(
        refused.header("location").contains("wrong=email"),
        "{}",
        refused.header("location")
    );
    let deleted = app
        .form("/account/delete", &session, "email=ada.byron@example.org")
        .await;
    assert!(
        deleted.header("location").contains("done=deleted"),
        "{}",
        deleted.header("location")
    );
    app.try_sign_in("Ada.Byron@Example.org", PASSWORD)
        .await
        .problem(ProblemType::SignedOut);
}

#[tokio::test]
async fn an_account_saves_typing_at_the_checkout() {
    let app = TestApp::new().await;
    let session = app.signed_in("ada@example.org").await;
    let home = "change=add-address&street=Mill+Lane+1&postcode=10014&city=New+York";
    assert_eq!(app.form("/account", &session, home).await.status, 303);
    let dish = app.dish(DINER, "Bottomless Coffee").await;
    let added = app
        .form(
            "/restaurants/lighthouse-diner/basket",
            &session,
            &format!("dish={dish}&count=1"),
        )
        .await;
    let cookie = format!(
        "{session}; {}; servery_render=thin",
        added.header("set-cookie").split(';').next().unwrap()
    );
    let checkout = app
        .get("/restaurants/lighthouse-diner/checkout", &[("cookie", &cookie)])
        .await;
    for known in ["ada@example.org", "Mill Lane 1", "10014"] {
        assert!(
            checkout.text().contains(&format!("value=\"{known}\"")),
            "{known}: {}",
            checkout.text()
        );
    }
}

#[tokio::test]
async fn guesses_at_a_password_run_out() {
    let app = TestApp::new().await;
    app.sign_up("ada@example.org").await;
    // On a slow machine some come back meanwhile.
    let mut guesses = 0;
    loop {
        let answer = app.try_sign_in("ada@example.org", "wrong password").await;
        assert!(
            answer
                .header("ratelimit-policy")
                .contains("\"sign-in\";q=10;w=300"),
            "{}",
            answer.header("ratelimit-policy")
        );
        if answer.status == 429 {
            break;
        }
        answer.problem(ProblemType::SignedOut);
        guesses += 1;
    }
    assert!((10..20).contains(&guesses), "{guesses}");
    let refused = app.try_sign_in("ADA@example.org", PASSWORD).await;
    refused.problem(ProblemType::TooOften);
    assert!(
        (1..=30).contains(&refused.header("retry-after").parse::<u32>().unwrap()),
        "{}",
        refused.header("retry-after")
    );
    app.try_sign_in("eve@example.org", PASSWORD)
        .await
        .problem(ProblemType::SignedOut);
}

#[tokio::test]
async fn guesses_at_coupons_run_out_and_right_ones_cost_nothing() {
    let app = TestApp::new().await;
    for _ in 0..100 {
        let right = app.get(&format!("{DINER}/coupons/hello10"), &[]).await;
        assert_eq!(
            (right.status.as_u16(), right.json()["code"].as_str()),
            (200, Some("HELLO10"))
        );
    }
    let mut guesses = 0;
    while app
        .get(&format!("{DINER}/coupons/guess{guesses}"), &[])
        .await
        .status
        == 404
    {
        guesses += 1;
    }
    assert!((60..90).contains(&guesses), "{guesses}");
    app.get(&format!("{DINER}/coupons/hello10"), &[])
        .await
        .problem(ProblemType::TooOften);
    let mut basket = app.basket("Meatloaf & Mashed Potatoes", 1).await;
    assert_eq!(
        app.post(&format!("{DINER}/quotes"), &[], &basket).await.status,
        200,
        "without a code nobody guesses"
    );
    basket["coupon"] = json!("hello10");
    let quote = app.post(&format!("{DINER}/quotes"), &[], &basket).await.json();
    assert_eq!(
        quote["blockers"],
        json!([{ "coupon": "too_often" }]),
        "the code is withheld, not the basket: {quote}"
    );
}

#[tokio::test]
async fn another_sites_page_sends_nothing_in_somebodys_name() {
    let app = TestApp::new().await;
    let session = app.signed_in("ada@example.org").await;
    let cross = [("cookie", session.as_str()), ("sec-fetch-site", "cross-site")];
    app.call("DELETE", "/api/v1/account", &cross, &json!({}))
        .await
        .problem(ProblemType::Forbidden);
    app.post(&format!("{DINER}/orders"), &cross, &json!({}))
        .await
        .problem(ProblemType::Forbidden);
    assert_eq!(
        app.get("/api/v1/account", &cross).await.status,
        200,
        "reading is harmless: the other page does not see it"
    );
    let webhook = app
        .post(
            "/api/v1/webhooks/cards",
            &[("sec-fetch-site", "cross-site")],
            &json!({}),
        )
        .await;
    assert_ne!(webhook.status, 403);
    let own = [("cookie", session.as_str()), ("sec-fetch-site", "same-origin")];
    assert_eq!(
        app.call("DELETE", "/api/v1/account", &own, &json!({}))
            .await
            .status,
        204
    );
}

#[tokio::test]
async fn staff_may_do_what_their_role_says_and_only_at_home() {
    let app = TestApp::new().await;
    let session = app.signed_in("ada@example.org").await;
    let restaurants = app.store.restaurants().await.unwrap();
    let account: AccountId =
        app.get("/api/v1/account", &[("cookie", &session)]).await.json()["account"]["id"]
            .as_str()
            .unwrap()
            .parse()
            .unwrap();
    app.store
        .put_staff(
            account,
            restaurants[0].id,
            Role::Courier,
            (Author::Operator, clock::now()),
        )
        .await
        .unwrap();
    let shown = app.get("/api/v1/account", &[("cookie", &session)]).await.json();
    assert_eq!(
        shown["staff"],
        json!([{ "restaurant": restaurants[0].id, "slug": restaurants[0].slug, "name": restaurants[0].name, "role": "courier" }])
    );
    let headers = [(axum::http::header::COOKIE, session.parse().unwrap())]
        .into_iter()
        .collect();
    let signed = servery::accounts::sessions::session(&app.app, &headers)
        .await
        .unwrap()
        .unwrap();
    assert!(signed.check(restaurants[0].id, Permission::See).is_ok());
    assert!(
        signed
            .check(restaurants[0].id, Permission::Stock)
            .unwrap_err()
            .0
            .is(ProblemType::Forbidden)
    );
    assert!(
        signed
            .check(restaurants[1].id, Permission::See)
            .unwrap_err()
            .0
            .is(ProblemType::Forbidden)
    );
}
