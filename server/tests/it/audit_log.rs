//! Who did what: shown to owners and managers of a restaurant, and to an account's holder.

use serde_json::json;
use servery_domain::{account::Role, problem::ProblemType};

use crate::{
    board::BOARD,
    orders::DINER,
    test_app::{TestApp, unique},
};

#[tokio::test]
async fn an_owner_sees_who_accepted_and_refunded_an_order_and_a_kitchen_does_not() {
    let app = TestApp::new().await;
    let (owner, kitchen) = (app.staff(Role::Owner).await, app.staff(Role::Kitchen).await);
    let (_, order) = app.placed().await;
    let events = format!("{DINER}/orders/{order}/events");
    let noon = app.noon(1).await;
    let accepted = json!({ "accepted": { "ready_at": noon } });
    let step = json!({ "event": accepted });
    let answer = app.call("POST", &events, &[("cookie", &kitchen)], &step).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let new = json!({ "name": "Bar till", "kind": "till" });
    let devices = format!("{DINER}/devices");
    let code = app
        .call("POST", &devices, &[("cookie", &owner)], &new)
        .await
        .json();
    let pairing = json!({ "code": code["code"], "device": unique() });
    assert_eq!(
        app.call("POST", "/api/v1/devices", &[], &pairing).await.status,
        201
    );

    let log = app
        .get(&format!("{DINER}/log"), &[("cookie", &owner)])
        .await
        .json();
    let find = |act: &str| {
        log["entries"]
            .as_array()
            .unwrap()
            .iter()
            .find(|entry| entry["act"] == act)
            .unwrap_or_else(|| panic!("no {act} in {log}"))
    };
    let by_kitchen = json!({ "account": { "email": "kitchen@lighthouse.example" } });
    assert_eq!(find("order_accepted")["author"], by_kitchen);
    assert_eq!(find("order_accepted")["order"], 1);
    assert_eq!(
        find("code_made")["author"],
        json!({ "account": { "email": "owner@lighthouse.example" } })
    );
    assert_eq!(
        find("device_paired")["author"],
        json!({ "device": { "name": "Bar till" } })
    );
    assert_eq!(find("role_given")["author"], json!("operator"));

    let page = app.get(&format!("{BOARD}/log"), &[("cookie", &owner)]).await;
    for shown in ["Order #1 accepted", "kitchen@lighthouse.example"] {
        assert!(page.text().contains(shown), "{}", page.text());
    }
    let earlier = app
        .get(&format!("{BOARD}/log?before=0"), &[("cookie", &owner)])
        .await;
    assert!(earlier.text().contains("Newest entries"), "{}", earlier.text());
    app.get(&format!("{DINER}/log"), &[("cookie", &kitchen)])
        .await
        .problem(ProblemType::Forbidden);
    app.get(&format!("{DINER}/log"), &[])
        .await
        .problem(ProblemType::SignedOut);
    app.get(&format!("{DINER}/log?before=noon"), &[("cookie", &owner)])
        .await
        .problem(ProblemType::Malformed);
    let earlier = app
        .get(&format!("{DINER}/log?before=0"), &[("cookie", &owner)])
        .await
        .json();
    assert_eq!(earlier["entries"], json!([]));
}

#[tokio::test]
async fn an_account_shows_its_sign_ins() {
    let app = TestApp::new().await;
    let session = app.signed_in("ada@example.org").await;
    let log = app
        .get("/api/v1/account/log", &[("cookie", &session)])
        .await
        .json();
    assert_eq!(log[0]["act"], "signed_in", "{log}");
    assert_eq!(
        log[0]["author"],
        json!({ "account": { "email": "ada@example.org" } })
    );
    let page = app.get("/account", &[("cookie", &session)]).await;
    assert!(page.text().contains("Sign-ins and changes"), "{}", page.text());
    app.get("/api/v1/account/log", &[])
        .await
        .problem(ProblemType::SignedOut);
}
