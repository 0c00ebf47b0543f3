//! What a stranger, a lost device and a browser that was left open can do to an account.

use serde_json::json;
use servery::{clock, settings::Settings};
use servery_domain::{account::Role, audit::Author, draft::Draft, problem::ProblemType};

use crate::{
    accounts::PASSWORD,
    orders::DINER,
    test_app::{Answer, TestApp, unique},
};

const EMAIL: &str = "ada@example.org";

async fn behind_proxy() -> TestApp {
    let settings = Settings {
        behind_proxy: Some(true),
        ..Settings::default()
    };
    TestApp::with(None, settings).await
}

impl TestApp {
    async fn sign_in_from(&self, address: &str, password: &str) -> Answer {
        let headers = [("x-forwarded-for", address)];
        let body = json!({ "email": EMAIL, "password": password });
        self.post("/api/v1/sessions", &headers, &body).await
    }

    async fn delete_account(&self, session: &str) -> Answer {
        let headers = [("cookie", session)];
        self.call("DELETE", "/api/v1/account", &headers, &json!({})).await
    }

    /// The sign-in was twenty minutes ago.
    async fn age_sessions(&self) {
        self.execute("update sessions set created_at = created_at - 1200")
            .await;
    }
}

#[tokio::test]
async fn wrong_guesses_from_elsewhere_do_not_lock_the_holder_out() {
    let app = behind_proxy().await;
    app.sign_up(EMAIL).await;
    for guess in 0..12 {
        let address = format!("203.0.113.{guess}");
        app.sign_in_from(&address, "wrong password")
            .await
            .problem(ProblemType::SignedOut);
    }
    assert_eq!(app.sign_in_from("198.51.100.1", PASSWORD).await.status, 201);
    loop {
        let guess = app.sign_in_from("203.0.113.99", "wrong password").await;
        if guess.status == 429 {
            break;
        }
    }
    assert_eq!(app.sign_in_from("198.51.100.2", PASSWORD).await.status, 201);
    let ask = async || {
        let body = json!({ "email": EMAIL });
        app.post("/api/v1/password-resets", &[], &body)
            .await
            .status
            .as_u16()
    };
    assert_eq!(ask().await, 202, "guesses do not use up the resets");
}

#[tokio::test]
async fn a_new_passkey_and_a_deletion_need_a_fresh_sign_in() {
    let app = TestApp::new().await;
    let session = app.signed_in(EMAIL).await;
    let cookie = [("cookie", session.as_str())];
    let ask = async || {
        app.post("/api/v1/account/passkeys/challenges", &cookie, &json!({}))
            .await
    };
    assert_eq!(ask().await.status, 201);
    app.age_sessions().await;
    let refused = ask().await.problem(ProblemType::SignedOut);
    assert!(refused.detail.contains("sign in again"), "{refused}");
    app.delete_account(&session).await.problem(ProblemType::SignedOut);
    let form = app
        .form("/account/delete", &session, &format!("email={EMAIL}"))
        .await;
    assert!(
        form.header("location").contains("wrong=sign"),
        "{}",
        form.header("location")
    );
    let again = app.sign_in(EMAIL, PASSWORD).await;
    assert_eq!(app.delete_account(&again).await.status, 204);
}

#[tokio::test]
async fn a_passkey_is_removed_after_a_fresh_sign_in_only() {
    let app = TestApp::new().await;
    let session = app.signed_in(EMAIL).await;
    let cookie = [("cookie", session.as_str())];
    let remove = async || {
        app.call("DELETE", "/api/v1/account/passkeys/none", &cookie, &json!({}))
            .await
    };
    remove().await.problem(ProblemType::NotFound);
    app.age_sessions().await;
    let refused = remove().await.problem(ProblemType::SignedOut);
    assert!(refused.detail.contains("sign in again"), "{refused}");
    let form = app
        .form("/account", &session, "change=remove-passkey&passkey=none")
        .await;
    assert!(
        form.header("location").contains("wrong=sign"),
        "{}",
        form.header("location")
    );
}

#[tokio::test]
async fn the_last_owner_of_a_restaurant_stays() {
    let app = TestApp::new().await;
    let (ada, ben) = (app.signed_in(EMAIL).await, app.signed_in("ben@example.org").await);
    let restaurant = app.restaurant("lighthouse-diner").await.id;
    let put = async |email: &str, role| {
        let known = app.store.account_by_email(email).await.unwrap().unwrap();
        app.store
            .put_staff(
                known.account.id,
                restaurant,
                role,
                (Author::Operator, clock::now()),
            )
            .await
            .unwrap();
    };
    put(EMAIL, Role::Owner).await;
    put("ben@example.org", Role::Manager).await;
    let refused = app.delete_account(&ada).await.problem(ProblemType::Conflict);
    assert!(refused.detail.contains("only owner"), "{refused}");
    put("ben@example.org", Role::Owner).await;
    assert_eq!(app.delete_account(&ada).await.status, 204);
    app.delete_account(&ben).await.problem(ProblemType::Conflict);
}

#[tokio::test]
async fn a_visitor_that_was_made_up_is_none() {
    let app = TestApp::new().await;
    let address = format!("{DINER}/draft");
    let draft = serde_json::to_value(Draft::default()).unwrap();
    let made_up = format!("__Host-visitor={}", unique());
    let put = async |cookie: &str| app.call("PUT", &address, &[("cookie", cookie)], &draft).await;
    let given = put(&made_up).await.cookie();
    assert!(
        !given.starts_with(&made_up),
        "{given}: it is given one of its own"
    );
    assert_eq!(put(&given).await.cookie(), given);
    let mut forged = given.clone();
    let last = if forged.ends_with('0') { "1" } else { "0" };
    forged.replace_range(forged.len() - 1.., last);
    assert_ne!(put(&forged).await.cookie(), forged);
}

#[tokio::test]
async fn one_address_stores_drafts_up_to_a_limit() {
    let app = behind_proxy().await;
    let address = format!("{DINER}/draft");
    let mut draft = serde_json::to_value(Draft::default()).unwrap();
    draft["note"] = json!("x".repeat(300));
    let headers = [("x-forwarded-for", "203.0.113.7")];
    let mut stored = 0;
    while app.call("PUT", &address, &headers, &draft).await.status == 204 {
        stored += 1;
        assert!(stored < 700, "there is no limit");
    }
    assert!(stored >= 500, "{stored}");
    let elsewhere = [("x-forwarded-for", "203.0.113.8")];
    assert_eq!(app.call("PUT", &address, &elsewhere, &draft).await.status, 204);
}
