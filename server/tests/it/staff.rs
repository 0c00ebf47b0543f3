//! Who works in a restaurant: invited by a link or a mail, given another role, dismissed.

use std::time::{Duration, Instant};

use axum::{
    body::{Body, BodyDataStream},
    http::Request,
};
use futures::StreamExt;
use serde_json::{Value, json};
use servery::{clock, jobs, jobs::mail::Mailer};
use servery_domain::{account::Role, audit::Author, id::CashierId, limits, problem::ProblemType};
use tower::ServiceExt;

use servery_store::cashiers::CashierChange;

use crate::{
    mail_server::MailServer,
    new_session::new_session,
    orders::DINER,
    test_app::{Answer, TestApp, unique},
};

const PAGE: &str = "/office/lighthouse-diner/staff";
const PASSWORD: &str = "correct horse battery";

impl TestApp {
    async fn staff_list(&self, cookie: &str) -> Value {
        let answer = self.get(&format!("{DINER}/staff"), &[("cookie", cookie)]).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }

    async fn invite(&self, cookie: &str, id: &str, new: &Value) -> Answer {
        let path = format!("{DINER}/invitations/{id}");
        self.call("PUT", &path, &[("cookie", cookie)], new).await
    }

    /// Accepts an invitation with a new account; answers with the page that it leads to, and the session's cookie.
    async fn accept(&self, link: &str, email: &str) -> (String, String) {
        let account = format!("name=Grace&email={email}&password={PASSWORD}");
        let accepted = self.form(link, "", &account).await;
        assert_eq!(accepted.status, 303, "{}", accepted.text());
        (accepted.header("location").to_owned(), accepted.cookie())
    }

    /// The path of an account in the list of staff.
    async fn member(&self, cookie: &str, email: &str) -> String {
        let list = self.staff_list(cookie).await;
        let mut members = list["members"].as_array().unwrap().iter();
        let member = members.find(|member| member["email"] == email);
        format!("{DINER}/staff/{}", member.unwrap()["account"].as_str().unwrap())
    }

    async fn stream(&self, path: &str, cookie: &str) -> BodyDataStream {
        let request = Request::get(path).header("cookie", cookie);
        let request = request.body(Body::empty()).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), 200);
        let mut frames = response.into_body().into_data_stream();
        frames.next().await.unwrap().unwrap();
        frames
    }
}

fn path(invited: &Answer) -> String {
    assert_eq!(invited.status, 200, "{}", invited.text());
    invited.json()["path"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_colleague_accepts_a_link_and_works_there() {
    let app = TestApp::new().await;
    let manager = app.staff(Role::Manager).await;
    let (id, cashier) = (unique(), json!({ "role": "cashier" }));
    let lost = path(&app.invite(&manager, &id, &cashier).await);
    let link = path(&app.invite(&manager, &id, &cashier).await);
    assert_ne!(lost, link);
    let list = app.staff_list(&manager).await;
    assert_eq!(list["invitations"].as_array().unwrap().len(), 1, "{list}");
    assert_eq!(list["sends_mails"], false);
    let page = app.get(&lost, &[("accept", "text/html")]).await;
    assert!(page.text().contains("has been used"), "{}", page.text());
    let page = app.get(&link, &[("accept", "text/html")]).await;
    assert!(page.text().contains("as cashier"), "{}", page.text());
    let (next, cookie) = app.accept(&link, "grace@example.org").await;
    assert_eq!(next, "/board/lighthouse-diner");
    assert_eq!(
        app.get(&format!("{DINER}/board"), &[("cookie", &cookie)])
            .await
            .status,
        200
    );
    let list = app.staff_list(&manager).await;
    assert!(list["invitations"].is_null(), "{list}");
    let grace = list["members"].as_array().unwrap().last().unwrap();
    assert_eq!(
        (&grace["name"], &grace["role"]),
        (&json!("Grace"), &json!("cashier"))
    );
    assert_eq!(grace["sign_ins"].as_array().unwrap().len(), 1);
    let log = app
        .get(&format!("{DINER}/log"), &[("cookie", &manager)])
        .await
        .json();
    let acts: Vec<_> = log["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["act"])
        .collect();
    assert_eq!(acts[..2], ["role_given", "staff_invited"], "{log}");
    let again = app
        .form(&link, "", "email=eve@example.org&password=correct+horse+battery")
        .await;
    assert_eq!(again.header("location"), format!("{link}?wrong=refused"));
}

#[tokio::test]
async fn nobody_appoints_or_dismisses_somebody_above_them() {
    let app = TestApp::new().await;
    let (owner, manager) = (app.staff(Role::Owner).await, app.staff(Role::Manager).await);
    let kitchen = app.staff(Role::Kitchen).await;
    for role in ["owner", "manager"] {
        let refused = app.invite(&manager, &unique(), &json!({ "role": role })).await;
        refused.problem(ProblemType::Forbidden);
    }
    let refused = app
        .invite(&kitchen, &unique(), &json!({ "role": "courier" }))
        .await;
    refused.problem(ProblemType::Forbidden);
    let boss = app.member(&manager, "owner@lighthouse.example").await;
    let cook = app.member(&manager, "kitchen@lighthouse.example").await;
    let change = async |path: &str, cookie: &str, role: &str| {
        let role = json!({ "role": role });
        app.call("PUT", path, &[("cookie", cookie)], &role).await
    };
    let dismiss = async |path: &str, cookie: &str| {
        app.call("DELETE", path, &[("cookie", cookie)], &Value::Null)
            .await
    };
    change(&boss, &manager, "courier")
        .await
        .problem(ProblemType::Forbidden);
    change(&cook, &manager, "manager")
        .await
        .problem(ProblemType::Forbidden);
    dismiss(&boss, &manager).await.problem(ProblemType::Forbidden);
    dismiss(&cook, &kitchen).await;
    change(&boss, &owner, "manager")
        .await
        .problem(ProblemType::Conflict);
    dismiss(&boss, &owner).await.problem(ProblemType::Conflict);
    let left = app.get(&format!("{DINER}/board"), &[("cookie", &kitchen)]).await;
    left.problem(ProblemType::Forbidden);
    let under = app.member(&owner, "manager@lighthouse.example").await;
    for _ in 0..2 {
        assert_eq!(change(&under, &owner, "owner").await.status, 204);
    }
    assert_eq!(change(&boss, &manager, "cashier").await.status, 204);
    dismiss(&cook, &manager).await.problem(ProblemType::NotFound);
}

#[tokio::test]
async fn a_link_of_somebody_who_was_dismissed_leads_nowhere() {
    let app = TestApp::new().await;
    let (owner, manager) = (app.staff(Role::Owner).await, app.staff(Role::Manager).await);
    let cashier = json!({ "role": "cashier" });
    let link = path(&app.invite(&manager, &unique(), &cashier).await);
    let member = app.member(&owner, "manager@lighthouse.example").await;
    let dismissed = app
        .call("DELETE", &member, &[("cookie", &owner)], &Value::Null)
        .await;
    assert_eq!(dismissed.status, 204);
    let form = format!("email=eve@example.org&password={PASSWORD}");
    let refused = app.form(&link, "", &form).await;
    assert_eq!(refused.header("location"), format!("{link}?wrong=refused"));
    let id = unique();
    let link = path(&app.invite(&owner, &id, &cashier).await);
    let withdraw = format!("{DINER}/invitations/{id}");
    let withdrawn = async || {
        app.call("DELETE", &withdraw, &[("cookie", &owner)], &Value::Null)
            .await
    };
    assert_eq!(withdrawn().await.status, 204);
    withdrawn().await.problem(ProblemType::NotFound);
    assert_eq!(
        app.form(&link, "", &form).await.header("location"),
        format!("{link}?wrong=refused")
    );
}

#[tokio::test]
async fn staff_are_managed_by_plain_forms() {
    let app = TestApp::new().await;
    let owner = app.staff(Role::Owner).await;
    let invited = app
        .form(
            PAGE,
            &owner,
            &format!("act=invite&role=courier&email=&id={}", unique()),
        )
        .await;
    assert_eq!(invited.header("location"), PAGE);
    let both = format!("servery_render=thin; {owner}; {}", invited.cookie());
    let page = app.get(PAGE, &[("cookie", &both), ("accept", "text/html")]).await;
    let (_, link) = page.text().split_once("/invitations/").unwrap();
    let link = format!("/invitations/{}", &link[..64]);
    let code = app
        .get(&format!("{PAGE}/invitation.svg"), &[("cookie", &both)])
        .await;
    assert_eq!(code.header("content-type"), "image/svg+xml");
    let (_, courier) = app.accept(&link, "grace@example.org").await;
    let page = app.get(PAGE, &[("cookie", &both), ("accept", "text/html")]).await;
    assert!(
        !page.text().contains("/invitations/"),
        "it is used up: {}",
        page.text()
    );
    let member = app.member(&owner, "grace@example.org").await;
    let account = member.rsplit('/').next().unwrap();
    let done = async |fields: String| {
        let answer = app.form(PAGE, &owner, &fields).await;
        answer.header("location").to_owned()
    };
    let done_role = done(format!("act=role&role=kitchen&account={account}")).await;
    assert_eq!(done_role, format!("{PAGE}?done=role"));
    assert_eq!(
        done(format!("act=remove&account={account}")).await,
        format!("{PAGE}?done=left")
    );
    let gone = done(format!("act=remove&account={account}")).await;
    assert_eq!(gone, format!("{PAGE}?wrong=gone"));
    let own = app.member(&owner, "owner@lighthouse.example").await;
    let own = own.rsplit('/').next().unwrap();
    let alone = done(format!("act=remove&account={own}")).await;
    assert_eq!(alone, format!("{PAGE}?wrong=last-owner"));
    assert_eq!(
        app.form(PAGE, &courier, "act=invite&role=courier").await.status,
        303
    );
    let page = app
        .get(PAGE, &[("cookie", &courier), ("accept", "text/html")])
        .await;
    assert_eq!(page.status, 403, "{}", page.text());
}

/// Without a change of an order, which would make the streams ask as well.
#[tokio::test]
async fn open_streams_end_within_a_second_when_a_role_a_session_or_a_device_is_taken() {
    let app = TestApp::new().await;
    tokio::spawn(app.app.broadcaster.clone().follow_other_nodes(app.store.clone()));
    let (owner, cashier) = (app.staff(Role::Owner).await, app.staff(Role::Cashier).await);
    let kitchen = app.staff(Role::Kitchen).await;
    let (device, till) = app.device("till").await;
    let board = format!("{DINER}/board/events");
    let staying = app.stream(&board, &owner).await;
    let dismissed = app.stream(&board, &cashier).await;
    let signed_out = app.stream(&board, &kitchen).await;
    let revoked = app.stream(&format!("{DINER}/sync/events"), &till).await;
    let member = app.member(&owner, "cashier@lighthouse.example").await;
    app.call("DELETE", &member, &[("cookie", &owner)], &Value::Null)
        .await;
    ends_within_a_second(dismissed).await;
    app.form("/account/sign-out", &kitchen, "where=here").await;
    ends_within_a_second(signed_out).await;
    let path = format!("{DINER}/devices/{device}");
    let answer = app
        .call("DELETE", &path, &[("cookie", &owner)], &Value::Null)
        .await;
    assert_eq!(answer.status, 204, "{}", answer.text());
    ends_within_a_second(revoked).await;
    let mut staying = staying;
    let heard = tokio::time::timeout(Duration::from_millis(100), staying.next()).await;
    assert!(heard.is_err(), "the owner's stream goes on");
}

async fn ends_within_a_second(mut frames: BodyDataStream) {
    let started = Instant::now();
    let ended = async { while frames.next().await.is_some() {} };
    tokio::time::timeout(Duration::from_secs(10), ended)
        .await
        .unwrap();
    assert!(
        started.elapsed() < Duration::from_secs(1),
        "{:?}",
        started.elapsed()
    );
}

#[tokio::test]
async fn an_invitation_is_mailed_and_its_link_works_once() {
    let server = MailServer::started().await;
    let settings = server.settings();
    let mailer = Mailer::new(&settings).unwrap().unwrap();
    let app = TestApp::with(None, settings).await;
    let (account, owner) = new_session(app.store.as_ref()).await;
    let (diner, by) = (
        app.restaurant("lighthouse-diner").await.id,
        (Author::Operator, clock::now()),
    );
    app.store
        .put_staff(account, diner, Role::Owner, by)
        .await
        .unwrap();
    let (id, new) = (
        unique(),
        json!({ "role": "manager", "email": "grace@example.org" }),
    );
    let invited = app.invite(&owner, &id, &new).await;
    assert_eq!(
        invited.json(),
        json!({}),
        "the link is mailed, and told to nobody else"
    );
    let work = async || {
        while jobs::run_due_jobs(&app.app, Some(&mailer), clock::now())
            .await
            .unwrap()
            > 0
        {}
    };
    work().await;
    let mails = server.mails();
    let mail = mails.last().unwrap();
    assert!(
        mail.text.contains("Lighthouse Diner takes its orders"),
        "{}",
        mail.text
    );
    let (_, token) = mail.text.split_once("https://eat.example/invitations/").unwrap();
    let link = format!("/invitations/{}", &token[..64]);
    let (next, cookie) = app.accept(&link, "grace@example.org").await;
    assert_eq!(next, "/office/lighthouse-diner");
    assert_eq!(app.staff_list(&cookie).await["role"], "manager");
    // Whoever holds a link that was not mailed may type anybody's address.
    let link = path(&app.invite(&owner, &unique(), &json!({ "role": "courier" })).await);
    let form = format!("email=boss@example.org&password={PASSWORD}");
    let accepted = app.form(&link, "", &form).await;
    assert_eq!(accepted.header("location"), "/account/sign-up?done=sent");
    let known = app.store.account_by_email("boss@example.org").await.unwrap();
    assert_eq!(known.unwrap().account.verified_at, None);
    work().await;
    assert!(server.mails().iter().any(|mail| mail.to == "boss@example.org"));
    let refused = app
        .invite(&owner, &unique(), &json!({ "role": "courier", "email": "grace" }))
        .await;
    refused.problem(ProblemType::NotAccepted);
    // Withdrawn before its mail is written, it is not mailed.
    let (id, new) = (unique(), json!({ "role": "courier", "email": "eve@example.org" }));
    app.invite(&owner, &id, &new).await;
    let path = format!("{DINER}/invitations/{id}");
    app.call("DELETE", &path, &[("cookie", &owner)], &Value::Null)
        .await;
    let before = server.mails().len();
    work().await;
    assert_eq!(server.mails().len(), before);
}

#[tokio::test]
async fn the_codes_of_tables_are_for_the_restaurants_own_people() {
    let app = TestApp::new().await;
    let owner = app.staff(Role::Owner).await;
    app.put_table_code("lighthouse-diner", "code7", "Table 7").await;
    app.put_table_code("trattoria-da-lucia", "code8", "Tavolo 8")
        .await;
    let office = "/office/lighthouse-diner";
    let get = async |path: &str| app.get(&format!("{office}{path}"), &[("cookie", &owner)]).await;
    for path in ["/qr.svg", "/tables/code7/qr.svg"] {
        let answer = get(path).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert_eq!(answer.header("content-type"), "image/svg+xml");
    }
    get("/tables/code8/qr.svg").await.problem(ProblemType::NotFound);
    let sheet = get("/tables/sheet.pdf").await;
    assert_eq!(sheet.header("content-type"), "application/pdf");
    let text = String::from_utf8_lossy(&sheet.body);
    assert!(text.contains("Table 7") && text.contains("/t/code7") && !text.contains("Tavolo"));
    let page = app
        .get(
            &format!("{office}/tables"),
            &[("cookie", &owner), ("accept", "text/html")],
        )
        .await;
    assert!(
        page.text().contains("QR code of \u{2068}Table 7\u{2069}"),
        "{}",
        page.text()
    );
}

#[tokio::test]
async fn a_pin_from_the_office_is_known_to_the_tills() {
    let app = TestApp::new().await;
    let cookie = app.staff(Role::Manager).await;
    let (_, till) = app.device("till").await;
    let cashier = app.staff_list(&cookie).await["new_cashier"]
        .as_str()
        .unwrap()
        .to_owned();
    let set = async |fields: &str| {
        let fields = format!("act=pin&cashier={cashier}&till-role=cashier&{fields}");
        app.form(PAGE, &cookie, &fields)
            .await
            .header("location")
            .to_owned()
    };
    assert_eq!(set("name=Grace&pin=12").await, format!("{PAGE}?wrong=pin"));
    assert_eq!(set("name=Grace&pin=1234").await, format!("{PAGE}?done=pin"));
    let of_till = async || {
        let pos = app
            .get(&format!("{DINER}/pos"), &[("cookie", &till)])
            .await
            .json();
        let records = pos["records"].as_array().unwrap().clone();
        records
            .into_iter()
            .find_map(|record| record.get("cashier").cloned())
    };
    let known = of_till().await.unwrap();
    assert_eq!((&known["id"], &known["name"]), (&json!(cashier), &json!("Grace")));
    let first = known["pin"].as_str().unwrap().to_owned();
    assert_eq!(first.len(), 64);
    assert_eq!(set("name=Grace&pin=4321").await, format!("{PAGE}?done=pin"));
    let second = of_till().await.unwrap()["pin"].as_str().unwrap().to_owned();
    assert_ne!(second, first);

    // Another role, and the same PIN.
    let lead = format!("act=pin&cashier={cashier}&till-role=lead&name=Grace&pin=");
    let answer = app.form(PAGE, &cookie, &lead).await;
    assert_eq!(answer.header("location"), format!("{PAGE}?done=pin"));
    let known = of_till().await.unwrap();
    assert_eq!(
        (&known["role"], &known["pin"]),
        (&Value::Null, &json!(second)),
        "a lead is the usual"
    );
    let api = format!("{DINER}/cashiers/{cashier}");
    app.call(
        "PUT",
        &api,
        &[("cookie", &cookie)],
        &json!({ "name": "Grace", "role": "cashier" }),
    )
    .await;
    app.call(
        "PUT",
        &api,
        &[("cookie", &cookie)],
        &json!({ "name": "Grace", "pin": "9999" }),
    )
    .await;
    assert_eq!(
        of_till().await.unwrap()["role"],
        "cashier",
        "what is not said stays"
    );
    let unknown = format!("{DINER}/cashiers/{}", CashierId(9));
    app.call(
        "PUT",
        &unknown,
        &[("cookie", &cookie)],
        &json!({ "name": "Ben", "role": "cashier" }),
    )
    .await
    .problem(ProblemType::NotAccepted);

    let page = app.get(&format!("{PAGE}?lang=en"), &[("cookie", &cookie)]).await;
    assert!(
        page.text().contains("Change \u{2068}Grace\u{2069}"),
        "{}",
        page.text()
    );
    assert!(!page.text().contains(&first), "a page has no hash of a PIN");
    let removed = app
        .form(PAGE, &cookie, &format!("act=remove-cashier&cashier={cashier}"))
        .await;
    assert_eq!(removed.header("location"), format!("{PAGE}?done=cashier-removed"));
    assert_eq!(of_till().await, None);
    let again = app
        .form(PAGE, &cookie, &format!("act=remove-cashier&cashier={cashier}"))
        .await;
    assert_eq!(again.header("location"), format!("{PAGE}?wrong=gone"));
}

#[tokio::test]
async fn a_restaurant_has_no_more_cashiers_than_it_may() {
    let app = TestApp::new().await;
    let cookie = app.staff(Role::Owner).await;
    let diner = app.restaurant("lighthouse-diner").await.id;
    for id in 1..=limits::CASHIERS as u128 {
        let cashier = CashierChange {
            id: CashierId(id),
            name: format!("Cashier {id}"),
            pin: Some("0".repeat(64)),
            role: None,
        };
        let by = (Author::Operator, clock::now());
        app.store.put_cashier(diner, &cashier, by).await.unwrap();
    }
    let put = async |id: u128| {
        let path = format!("{DINER}/cashiers/{}", CashierId(id));
        let new = json!({ "name": "Grace", "pin": "1234" });
        app.call("PUT", &path, &[("cookie", &cookie)], &new).await
    };
    put(1_000).await.problem(ProblemType::Conflict);
    assert_eq!(put(7).await.status, 204, "one of them gets another PIN");
}
