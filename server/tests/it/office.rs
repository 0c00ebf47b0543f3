//! From an empty database to the first paid order, and the owners who are invited later.

use serde_json::{Value, json};
use servery::invitations;
use servery_domain::invitation::InvitationKind;

use crate::test_app::{Answer, TestApp, unique};

const PASSWORD: &str = "correct horse battery";

/// What a browser sends of the form as it is shown first, and what an owner fills in.
const FORM: [(&str, &str); 20] = [
    ("name", "Café Kranz"),
    ("cuisine", "cafe"),
    ("phone", "+49 30 0100 0100"),
    ("slug", ""),
    ("street", "Mühlgasse 3"),
    ("postcode", "10115"),
    ("city", "Berlin"),
    ("country", "DE"),
    ("tax-name", "MwSt."),
    ("tax-eat-in", "19"),
    ("tax-takeaway", "7"),
    ("tax-included", "yes"),
    ("mo-from-1", "00:00"),
    ("mo-to-1", "00:00"),
    ("menu", "cafe"),
    ("category", "From our oven"),
    ("dish-1", "Apple cake"),
    ("price-1", "4.20"),
    ("collection", "on"),
    ("pay-door", "on"),
];

fn encoded(fields: &[(&str, &str)]) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(fields.iter().copied());
    form.finish()
}

fn new_form(id: &str, changes: &[(&str, &str)]) -> String {
    let kept = FORM
        .into_iter()
        .filter(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
    let fields: Vec<_> = [("id", id)]
        .into_iter()
        .chain(kept)
        .chain(changes.iter().copied())
        .collect();
    encoded(&fields)
}

fn location(answer: &Answer) -> String {
    answer.header("location").to_owned()
}

fn session(answer: &Answer) -> String {
    let cookie = answer.header("set-cookie");
    cookie.split(';').next().unwrap_or_default().to_owned()
}

impl TestApp {
    /// A page as a browser without a script gets it.
    pub async fn page(&self, path: &str, cookie: &str) -> Answer {
        let cookie = format!("servery_render=thin; {cookie}");
        self.get(path, &[("accept", "text/html"), ("cookie", &cookie)])
            .await
    }

    /// Somebody who has accepted an invitation: the cookie of the session.
    async fn invited(&self, kind: InvitationKind, email: &str) -> String {
        let link = invitations::invite(self.store.as_ref(), kind).await.unwrap();
        let account = encoded(&[("name", "Ada"), ("email", email), ("password", PASSWORD)]);
        let accepted = self.form(&link, "", &account).await;
        assert_eq!(location(&accepted), "/new-restaurant", "{}", accepted.text());
        session(&accepted)
    }

    async fn new_restaurant(&self, cookie: &str, form: &str) -> Answer {
        self.form("/new-restaurant", cookie, form).await
    }
}

#[tokio::test]
async fn the_first_start_leads_to_the_first_order() {
    let app = TestApp::empty().await;
    let link = invitations::first_start(app.store.as_ref())
        .await
        .unwrap()
        .unwrap();
    let page = app.page(&link, "").await;
    assert!(
        page.text().contains("you run this installation"),
        "{}",
        page.text()
    );
    let account = encoded(&[
        ("name", "Ada"),
        ("email", "ada@example.org"),
        ("password", PASSWORD),
    ]);
    let accepted = app.form(&link, "", &account).await;
    assert_eq!(accepted.status, 303);
    let cookie = session(&accepted);
    assert!(app.page(&link, "").await.text().contains("has been used"));
    assert_eq!(invitations::first_start(app.store.as_ref()).await.unwrap(), None);
    let form = app.page("/new-restaurant", &cookie).await;
    assert_eq!(form.status, 200);
    assert!(
        form.text().contains("<option value=\"DE\">Germany</option>"),
        "{}",
        form.text()
    );
    let created = app.new_restaurant(&cookie, &new_form(&unique(), &[])).await;
    assert_eq!(location(&created), "/new-restaurant?done=cafe-kranz");
    let done = app.page(&location(&created), &cookie).await;
    assert!(done.text().contains("Café Kranz is open"), "{}", done.text());
    let listing = app.json("/api/v1/restaurants/cafe-kranz").await;
    assert_eq!(listing["restaurant"]["currency"], "EUR");
    assert_eq!(listing["restaurant"]["zone"], "Europe/Berlin");
    assert_eq!(listing["restaurant"]["hours"], "Mo 00:00-24:00");
    let menu = app.json("/api/v1/restaurants/cafe-kranz/menu").await;
    assert_eq!(menu["categories"][0]["dishes"][0]["price"], 420);
    let board = app
        .get("/api/v1/restaurants/cafe-kranz/board", &[("cookie", &cookie)])
        .await;
    assert_eq!(board.status, 200, "{}", board.text());
}

#[tokio::test]
async fn with_somebody_here_no_start_shows_a_link() {
    let app = TestApp::new().await;
    assert_eq!(invitations::first_start(app.store.as_ref()).await.unwrap(), None);
}

#[tokio::test]
async fn a_form_sent_twice_makes_one_restaurant() {
    let app = TestApp::empty().await;
    let cookie = app.invited(InvitationKind::Owner, "ada@example.org").await;
    let form = new_form(&unique(), &[]);
    for _ in 0..2 {
        let created = app.new_restaurant(&cookie, &form).await;
        assert_eq!(location(&created), "/new-restaurant?done=cafe-kranz");
    }
    assert_eq!(app.store.restaurants().await.unwrap().len(), 1);
    // The invitation is used up.
    let another = app
        .new_restaurant(&cookie, &new_form(&unique(), &[("name", "Another")]))
        .await;
    assert_eq!(another.status, 403, "{}", another.text());
    let page = app.page("/new-restaurant", &cookie).await;
    assert_eq!(page.status, 403);
}

#[tokio::test]
async fn what_is_not_accepted_comes_back_as_it_was_typed() {
    let app = TestApp::empty().await;
    let cookie = app.invited(InvitationKind::Operator, "ada@example.org").await;
    let id = unique();
    let changes = [
        ("name", "بيت <الأرزة> & Co"),
        ("mo-to-1", ""),
        ("price-1", "1e9"),
        ("country", ""),
    ];
    let refused = app.new_restaurant(&cookie, &new_form(&id, &changes)).await;
    let address = location(&refused);
    assert!(address.starts_with("/new-restaurant?wrong="), "{address}");
    let page = app.page(&address, &cookie).await;
    let page = page.text();
    for expected in [
        "بيت &lt;الأرزة&gt; &amp; Co",
        &format!("name=\"id\" value=\"{id}\""),
        "value=\"1e9\"",
        "id=\"wrong-hours\"",
        "id=\"wrong-country\"",
        "id=\"wrong-dishes\"",
    ] {
        assert!(page.contains(expected), "{expected}\n{page}");
    }
    assert!(!page.contains("id=\"wrong-name\""));
    // Another restaurant's address is refused, and so is a zone that nobody knows.
    let first = app.new_restaurant(&cookie, &new_form(&unique(), &[])).await;
    assert_eq!(location(&first), "/new-restaurant?done=cafe-kranz");
    for (changes, wrong) in [
        (&[][..], "slug-taken"),
        (&[("slug", "kranz-2"), ("zone", "Europe/Nowhere")], "zone"),
        (
            &[
                ("slug", "kranz-2"),
                ("postcodes", "x"),
                ("delivery", "on"),
                ("delivery-fee", "-1"),
            ],
            "delivery",
        ),
    ] {
        let refused = app.new_restaurant(&cookie, &new_form(&unique(), changes)).await;
        let address = location(&refused);
        assert!(
            address.starts_with(&format!("/new-restaurant?wrong={wrong}&")),
            "{address}"
        );
    }
    let large = new_form(&id, &[("name", &"x".repeat(13_000))]);
    assert_eq!(app.new_restaurant(&cookie, &large).await.status, 413);
    let no_id = app.new_restaurant(&cookie, &new_form("1", &[])).await;
    assert_eq!(no_id.status, 422, "{}", no_id.text());
    assert_eq!(app.store.restaurants().await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_invitation_is_for_one_account() {
    let app = TestApp::empty().await;
    let link = invitations::invite(app.store.as_ref(), InvitationKind::Owner)
        .await
        .unwrap();
    let form = |email: &str, password: &str| encoded(&[("email", email), ("password", password)]);
    for (email, password, wrong) in [
        ("ada@example.org", "12345678", "password"),
        ("ada@example.org", "short", "refused"),
        ("ada", PASSWORD, "refused"),
    ] {
        let refused = app.form(&link, "", &form(email, password)).await;
        assert_eq!(
            location(&refused),
            format!("{link}?wrong={wrong}"),
            "{email} {password}"
        );
    }
    let ada = app.invited(InvitationKind::Operator, "ada@example.org").await;
    let taken = app.form(&link, "", &form("ADA@example.org", PASSWORD)).await;
    assert_eq!(location(&taken), format!("{link}?wrong=email-taken"));
    // Whoever has an account accepts it with that.
    let page = app.page(&link, &ada).await;
    let page = page.text();
    assert!(
        page.contains("ada@example.org") && !page.contains("name=\"password\""),
        "{page}"
    );
    let accepted = app.form(&link, &ada, "signed-in=yes").await;
    assert_eq!(location(&accepted), "/new-restaurant");
    let again = app.form(&link, "", &form("eve@example.org", PASSWORD)).await;
    assert_eq!(location(&again), format!("{link}?wrong=refused"));
    assert!(app.page(&link, "").await.text().contains("has been used"));
    assert_eq!(app.store.account_by_email("eve@example.org").await.unwrap(), None);
}

#[tokio::test]
async fn programs_learn_what_a_restaurant_can_be_made_from() {
    let app = TestApp::empty().await;
    let link = invitations::invite(app.store.as_ref(), InvitationKind::Owner)
        .await
        .unwrap();
    let address = format!("/api/v1{link}");
    assert_eq!(app.json(&address).await, json!({ "kind": "owner" }));
    assert_eq!(app.json("/api/v1/invitations/nothing").await, Value::Null);
    let cookie = app.invited(InvitationKind::Owner, "ada@example.org").await;
    let choices = app
        .get("/api/v1/new-restaurant", &[("cookie", &cookie)])
        .await
        .json();
    assert_eq!(choices["example_menus"].as_array().unwrap().len(), 4);
    assert_eq!(choices["takes_cards"], false);
    assert_eq!(app.get("/api/v1/new-restaurant", &[]).await.status, 401);
}
