//! What operators do with an installation: invite owners and other operators, and remove the demo.

use serde_json::{Value, json};
use servery::{cli::demo, clock, invitations, jobs, jobs::mail::Mailer};
use servery_domain::{
    audit::Author, id::RestaurantId, limits, problem::ProblemType, restaurant_file::RestaurantFile,
};
use servery_store::restaurant_files::{ImportMode, ImportOutcome};

use crate::{
    mail_server::MailServer,
    new_session::new_session,
    test_app::{Answer, TestApp, unique},
};

const API: &str = "/api/v1/installation";
const PAGE: &str = "/operator";
const PASSWORD: &str = "correct horse battery";

impl TestApp {
    /// The cookie of an operator who works in no restaurant.
    pub async fn operator(&self) -> String {
        let (account, cookie) = new_session(self.store.as_ref()).await;
        invitations::make_operator(self.store.as_ref(), account)
            .await
            .unwrap();
        cookie
    }

    async fn installation(&self, cookie: &str) -> Value {
        let answer = self.get(API, &[("cookie", cookie)]).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }

    async fn invite_to_installation(&self, cookie: &str, id: &str, new: &Value) -> Answer {
        let path = format!("{API}/invitations/{id}");
        self.call("PUT", &path, &[("cookie", cookie)], new).await
    }

    async fn html(&self, path: &str, cookie: &str) -> Answer {
        let cookie = format!("servery_render=thin; {cookie}");
        self.get(path, &[("accept", "text/html"), ("cookie", &cookie)])
            .await
    }
}

fn account(email: &str) -> String {
    format!("name=Grace&email={email}&password={PASSWORD}")
}

#[tokio::test]
async fn an_owner_is_invited_by_a_link_and_makes_a_restaurant() {
    let app = TestApp::empty().await;
    let operator = app.operator().await;
    let (id, owner) = (unique(), json!({ "kind": "owner" }));
    let link = |answer: Answer| answer.json()["path"].as_str().unwrap().to_owned();
    let lost = link(app.invite_to_installation(&operator, &id, &owner).await);
    let link = link(app.invite_to_installation(&operator, &id, &owner).await);
    let open = app.installation(&operator).await;
    assert_eq!(open["invitations"].as_array().unwrap().len(), 1, "{open}");
    assert_eq!(
        (&open["restaurants"], &open["sends_mails"]),
        (&json!({ "items": [] }), &json!(false))
    );
    let gone = app.form(&lost, "", &account("eve@example.org")).await;
    assert_eq!(gone.header("location"), format!("{lost}?wrong=refused"));
    let accepted = app.form(&link, "", &account("grace@example.org")).await;
    assert_eq!(accepted.header("location"), "/new-restaurant");
    let choices = app
        .get("/api/v1/new-restaurant", &[("cookie", &accepted.cookie())])
        .await;
    assert_eq!(choices.status, 200);
    let late = app.invite_to_installation(&operator, &id, &owner).await;
    late.problem(ProblemType::Conflict);
    for (new, what) in [
        (json!({ "kind": "staff" }), "a restaurant invites its staff"),
        (json!({ "kind": "owner", "email": "grace" }), "'email'"),
    ] {
        let refused = app.invite_to_installation(&operator, &unique(), &new).await;
        let problem = refused.problem(ProblemType::NotAccepted);
        assert!(problem.detail.contains(what), "{problem:?}");
    }
}

#[tokio::test]
async fn an_operator_sees_a_hundred_restaurants_on_a_page() {
    let app = TestApp::empty().await;
    let operator = app.operator().await;
    let empty = RestaurantFile {
        categories: Vec::new(),
        option_groups: Vec::new(),
        table_codes: Vec::new(),
        tables: Vec::new(),
        stations: Vec::new(),
        favourites: Vec::new(),
        ..demo::catalog().unwrap().remove(0)
    };
    for number in 1..=limits::PAGE_MOST as u128 + 1 {
        let restaurant = RestaurantFile {
            id: RestaurantId(number),
            slug: format!("canteen-{number:03}").parse().unwrap(),
            ..empty.clone()
        };
        let by = (Author::Operator, clock::now());
        let importing = app.store.import_restaurant(&restaurant, ImportMode::Write, by);
        assert_eq!(importing.await.unwrap(), ImportOutcome::Created);
    }
    let first = app.installation(&operator).await["restaurants"].take();
    assert_eq!(first["items"].as_array().unwrap().len(), limits::PAGE_MOST);
    assert_eq!(first["next"], "1.canteen-100");
    let rest = app
        .get(&format!("{API}?after=1.canteen-100"), &[("cookie", &operator)])
        .await
        .json();
    assert_eq!(rest["restaurants"]["items"][0]["slug"], "canteen-101");
    assert_eq!(rest["restaurants"]["next"], Value::Null);
    app.get(&format!("{API}?after=canteen"), &[("cookie", &operator)])
        .await
        .problem(ProblemType::Malformed);
    let page = app.html(PAGE, &operator).await.text().to_owned();
    assert!(page.contains("href=\"/operator?after=1.canteen-100\""), "{page}");
    let page = app.html(&format!("{PAGE}?after=1.canteen-100"), &operator).await;
    assert!(page.text().contains("/restaurants/canteen-101\"") && !page.text().contains("class=\"more\""));
}

#[tokio::test]
async fn an_invited_operator_runs_the_installation_too() {
    let app = TestApp::empty().await;
    let operator = app.operator().await;
    let invited = app
        .form(
            PAGE,
            &operator,
            &format!("act=invite&kind=operator&email=&id={}", unique()),
        )
        .await;
    assert_eq!(invited.header("location"), PAGE);
    let both = format!("{operator}; {}", invited.cookie());
    let page = app.html(PAGE, &both).await;
    let (_, link) = page.text().split_once("/invitations/").unwrap();
    let link = format!("/invitations/{}", &link[..64]);
    let code = app.get("/operator/invitation.svg", &[("cookie", &both)]).await;
    assert_eq!(code.header("content-type"), "image/svg+xml");
    let accepted = app.form(&link, "", &account("grace@example.org")).await;
    let grace = accepted.cookie();
    let page = app.html(PAGE, &grace).await;
    assert!(!page.text().contains("/invitations/"), "{}", page.text());
    let account = app.html("/account", &grace).await;
    assert!(
        account.text().contains("href=\"/operator\""),
        "{}",
        account.text()
    );
    // Either may withdraw what the other has made.
    let id = unique();
    app.invite_to_installation(&operator, &id, &json!({ "kind": "owner" }))
        .await;
    let withdraw = async || {
        let withdrawn = app.form(PAGE, &grace, &format!("act=withdraw&id={id}")).await;
        withdrawn.header("location").to_owned()
    };
    assert_eq!(withdraw().await, "/operator?done=withdrawn");
    assert_eq!(withdraw().await, "/operator?wrong=gone");
}

#[tokio::test]
async fn an_owners_invitation_is_mailed() {
    let server = MailServer::started().await;
    let settings = server.settings();
    let mailer = Mailer::new(&settings).unwrap().unwrap();
    let app = TestApp::with(None, settings).await;
    let operator = app.operator().await;
    let new = json!({ "kind": "owner", "email": "grace@example.org" });
    let invited = app.invite_to_installation(&operator, &unique(), &new).await;
    assert_eq!(invited.json(), json!({}), "nobody else is told the link");
    while jobs::run_due_jobs(&app.app, Some(&mailer), clock::now())
        .await
        .unwrap()
        > 0
    {}
    let mails = server.mails();
    let mail = mails.last().unwrap();
    assert_eq!(
        (mail.to.as_str(), mail.subject.as_str()),
        ("grace@example.org", "Your invitation to eat.example")
    );
    let (_, token) = mail.text.split_once("https://eat.example/invitations/").unwrap();
    let link = format!("/invitations/{}", &token[..64]);
    let accepted = app.form(&link, "", &account("grace@example.org")).await;
    assert_eq!(accepted.header("location"), "/new-restaurant");
}

#[tokio::test]
async fn the_demo_is_marked_and_removed_by_a_click() {
    const NOTICE: &str = "Nobody cooks or delivers what is ordered here.";
    let app = TestApp::new().await;
    let operator = app.operator().await;
    let owner = app.staff(servery_domain::account::Role::Owner).await;
    for path in [
        "/",
        "/restaurants/lighthouse-diner",
        "/restaurants/lighthouse-diner/checkout",
        "/orders",
        "/account",
    ] {
        let page = app.html(path, "").await;
        assert!(page.text().contains(NOTICE), "{path}");
    }
    for path in ["/office/lighthouse-diner", "/board/lighthouse-diner"] {
        let page = app.html(path, &owner).await;
        assert!(page.text().contains(NOTICE), "{path}");
    }
    let listing = app.json("/api/v1/restaurants/lighthouse-diner").await;
    assert_eq!(listing["is_demo"], true);
    let page = app.html(PAGE, &operator).await;
    assert!(page.text().contains("remove-demo"), "{}", page.text());
    for _ in 0..2 {
        let removed = app.form(PAGE, &operator, "act=remove-demo").await;
        assert_eq!(removed.header("location"), "/operator?done=demo-removed");
    }
    assert_eq!(app.json("/api/v1/restaurants").await["items"], json!([]));
    let page = app.html("/operator?done=demo-removed", &operator).await;
    let page = page.text();
    assert!(
        page.contains("The demo is removed.") && !page.contains(NOTICE),
        "{page}"
    );
    assert!(!page.contains("remove-demo"), "{page}");
    let signed_out = app.get("/api/v1/account", &[("cookie", &owner)]).await;
    signed_out.problem(ProblemType::SignedOut);
}

#[tokio::test]
async fn a_page_of_a_real_restaurant_is_not_marked() {
    let app = TestApp::new().await;
    app.execute("delete from demo_restaurants where restaurant_id in (select id from restaurants where slug = 'lighthouse-diner')")
        .await;
    app.reload_every_restaurant().await;
    for (path, marked) in [
        ("/", false),
        ("/restaurants/lighthouse-diner", false),
        ("/restaurants/trattoria-da-lucia", true),
    ] {
        let page = app.html(path, "").await;
        assert_eq!(page.text().contains("class=\"demo\""), marked, "{path}");
    }
}
