//! Owners change their restaurant in the office, and publish what they have changed, through the API.

use axum::{body::Body, http::Request};
use serde_json::{Value, json};
use servery::clock;
use servery_domain::{account::Role, problem::ProblemType, time::Timestamp};

use crate::{
    orders::DINER,
    test_app::{Answer, TestApp, unique},
};

const COFFEE: &str = "Bottomless Coffee";

impl TestApp {
    /// The diner as its owner sees it in the office.
    pub async fn edited(&self, cookie: &str) -> Value {
        let answer = self.get(&format!("{DINER}/edits"), &[("cookie", cookie)]).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }

    async fn put_edit(&self, cookie: &str, id: &str, changes: &Value) -> Answer {
        let path = format!("{DINER}/edits/{id}");
        self.call("PUT", &path, &[("cookie", cookie)], changes).await
    }

    pub async fn publish_edits(&self, cookie: &str, up_to: &str) -> Answer {
        let path = format!("{DINER}/edits/{up_to}/publication");
        self.call("PUT", &path, &[("cookie", cookie)], &json!({})).await
    }

    /// Changes the price of the coffee, and publishes it: the id of the edit.
    async fn publish_price(&self, cookie: &str, price: i64) -> String {
        let (edited, id) = (self.edited(cookie).await, unique());
        let changes = changed(coffee(&edited["edited"]), "price", json!(price));
        let noted = self.put_edit(cookie, &id, &changes).await;
        assert_eq!(noted.status, 204, "{}", noted.text());
        let published = self.publish_edits(cookie, &id).await;
        assert_eq!(published.status, 200, "{}", published.text());
        id
    }
}

/// In a menu or in a restaurant as it is edited.
pub fn coffee(menu: &Value) -> &Value {
    let categories = menu["categories"].as_array().unwrap().iter();
    let mut dishes = categories.flat_map(|category| category["dishes"].as_array().unwrap());
    dishes.find(|dish| dish["name"] == COFFEE).unwrap()
}

/// The changes of an edit that gives a field of a dish another value.
fn changed(dish: &Value, field: &str, value: Value) -> Value {
    let mut after = dish.clone();
    after[field] = value;
    json!([{ "replace": { "before": { "dish": dish }, "after": { "dish": after } } }])
}

#[tokio::test]
async fn guests_see_a_new_price_once_it_is_published() {
    let app = TestApp::new().await;
    let owner = app.staff(Role::Owner).await;
    let menu = format!("{DINER}/menu");
    let before = app.get(&menu, &[]).await;
    let first = app.edited(&owner).await;
    assert_eq!(first["published"], Value::Null, "it is as it is edited");
    assert_eq!(first["edits"], json!([]));
    let id = first["new_id"].as_str().unwrap();
    let changes = changed(coffee(&first["edited"]), "price", json!(425));
    for _ in 0..2 {
        let noted = app.put_edit(&owner, id, &changes).await;
        assert_eq!(noted.status, 204, "{}", noted.text());
    }
    let noted = app.edited(&owner).await;
    assert_eq!(noted["published"], first["edited"]);
    assert_eq!(coffee(&noted["edited"])["price"], 425);
    let edits = noted["edits"].as_array().unwrap();
    assert_eq!(edits.len(), 1, "{noted}");
    assert_eq!(edits[0]["edit"], json!({ "id": id, "changes": changes }));
    let by_owner = json!({ "account": { "email": "owner@lighthouse.example" } });
    assert_eq!(edits[0]["by"], by_owner);
    let unchanged = app.get(&menu, &[]).await;
    assert_eq!(unchanged.body, before.body);
    assert_eq!(unchanged.header("etag"), before.header("etag"));
    for _ in 0..2 {
        let published = app.publish_edits(&owner, id).await;
        assert_eq!(published.status, 200, "{}", published.text());
        assert_eq!(published.json(), json!({ "number": 1 }));
    }
    let after = app.get(&menu, &[]).await;
    assert_eq!(coffee(&before.json())["price"], 375);
    assert_eq!(coffee(&after.json())["price"], 425);
    assert_ne!(after.header("etag"), before.header("etag"));
    let last = app.edited(&owner).await;
    assert_eq!(
        (&last["edited"], &last["published"]),
        (&noted["edited"], &Value::Null)
    );
    assert_eq!(last["edits"], json!([]));
    let log = app.get(&format!("{DINER}/log"), &[("cookie", &owner)]).await;
    let log = log.json();
    let entries = log["entries"].as_array().unwrap().iter();
    let acts: Vec<_> = entries.filter(|it| it["act"] == "edits_published").collect();
    assert_eq!(acts.len(), 1, "{log}");
    assert_eq!(acts[0]["author"], by_owner);
}

#[tokio::test]
async fn a_dish_moves_into_a_new_category() {
    let app = TestApp::new().await;
    let owner = app.staff(Role::Owner).await;
    let edited = app.edited(&owner).await;
    let dish = coffee(&edited["edited"])["id"].as_str().unwrap();
    let last = edited["edited"]["categories"].as_array().unwrap().last().unwrap();
    let (id, category) = (unique(), unique());
    let changes = json!([
        {
            "add": {
                "part": { "category": { "id": category, "name": "Hot drinks" } },
                "place": { "after_category": null },
            },
        },
        {
            "move": {
                "part": format!("dish-{dish}"),
                "from": { "in_category": { "category": last["id"], "after": null } },
                "to": { "in_category": { "category": category, "after": null } },
            },
        },
    ]);
    let noted = app.put_edit(&owner, &id, &changes).await;
    assert_eq!(noted.status, 204, "{}", noted.text());
    let published = app.publish_edits(&owner, &id).await;
    assert_eq!(published.status, 200, "{}", published.text());
    let menu = app.json(&format!("{DINER}/menu")).await;
    assert_eq!(menu["categories"][0]["name"], "Hot drinks");
    let dishes = menu["categories"][0]["dishes"].as_array().unwrap();
    assert_eq!(dishes.len(), 1, "{menu}");
    assert_eq!(dishes[0]["id"], dish);
}

#[tokio::test]
async fn nobody_overwrites_unseen_what_somebody_else_has_changed() {
    let app = TestApp::new().await;
    let (owner, manager) = (app.staff(Role::Owner).await, app.staff(Role::Manager).await);
    let edited = app.edited(&owner).await;
    // Both have the same page before them.
    let seen = coffee(&edited["edited"]);
    let (first, second) = (unique(), unique());
    let dearer = changed(seen, "price", json!(425));
    assert_eq!(app.put_edit(&owner, &first, &dearer).await.status, 204);
    let other = changed(seen, "price", json!(450));
    let refused = app.put_edit(&manager, &second, &other).await;
    let dish = seen["id"].as_str().unwrap();
    assert_eq!(
        refused.problem(ProblemType::Conflict).detail,
        format!("dish-{dish} was changed meanwhile: price")
    );
    // The id of an edit is not given to another one.
    let reused = app.put_edit(&manager, &first, &other).await;
    reused.problem(ProblemType::Conflict);
    let described = changed(seen, "description", json!("Refills are on us"));
    let noted = app.put_edit(&manager, &second, &described).await;
    assert_eq!(noted.status, 204, "{}", noted.text());
    let both = app.edited(&owner).await;
    let kept = coffee(&both["edited"]);
    assert_eq!(kept["price"], 425);
    assert_eq!(kept["description"], "Refills are on us");
}

#[tokio::test]
async fn what_a_restaurant_cannot_have_is_refused_with_its_path() {
    let app = TestApp::new().await;
    let owner = app.staff(Role::Owner).await;
    let edited = app.edited(&owner).await;
    let dish = &edited["edited"]["categories"][0]["dishes"][0];
    for (field, value, says) in [
        ("name", json!("x".repeat(10_000)), "has at most 120 characters"),
        ("name", json!(" "), "is missing"),
        ("price", json!(1_000_000_000), "is 0 to 100000000"),
        ("price", json!(-1), "is 0 to 100000000"),
        ("option_groups", json!([unique()]), "is no group of options"),
    ] {
        let changes = changed(dish, field, value);
        let refused = app.put_edit(&owner, &unique(), &changes).await;
        let problem = refused.problem(ProblemType::NotAccepted);
        let path = format!("categories[0].dishes[0].{field}");
        assert!(problem.detail.starts_with(&path), "{field}: {problem}");
        assert!(problem.detail.contains(says), "{says}: {problem}");
    }
    assert_eq!(app.edited(&owner).await["edits"], json!([]));
}

#[tokio::test]
async fn what_is_no_list_of_changes_is_refused() {
    let app = TestApp::new().await;
    let owner = app.staff(Role::Owner).await;
    for body in [
        json!({}),
        json!(null),
        json!([]),
        json!(["remove"]),
        json!([{ "explode": {} }]),
        json!([{ "replace": { "before": { "dish": 7 } } }]),
        json!([{ "move": { "part": "dish-7", "from": "anywhere", "to": "anywhere" } }]),
        json!([{ "add": { "part": { "favourites": [] }, "place": "nowhere" } }]),
    ] {
        let refused = app.put_edit(&owner, &unique(), &body).await;
        refused.problem(ProblemType::NotAccepted);
    }
    let request = Request::put(format!("{DINER}/edits/{}", unique()))
        .header("content-type", "application/json")
        .header("cookie", &owner);
    let cut_off = app.send(request.body(Body::from("[{")).unwrap()).await;
    cut_off.problem(ProblemType::Malformed);
    assert_eq!(app.edited(&owner).await["edits"], json!([]));
}

#[tokio::test]
async fn nobody_but_owners_and_managers_edits_a_restaurant() {
    let app = TestApp::new().await;
    let owner = app.staff(Role::Owner).await;
    let edited = app.edited(&owner).await;
    let changes = changed(coffee(&edited["edited"]), "price", json!(425));
    let id = unique();
    assert_eq!(app.put_edit(&owner, &id, &changes).await.status, 204);
    let cashier = app.staff(Role::Cashier).await;
    for (cookie, refusal) in [
        (cashier.as_str(), ProblemType::Forbidden),
        ("", ProblemType::SignedOut),
    ] {
        let edit = app.put_edit(cookie, &unique(), &changes).await;
        edit.problem(refusal);
        app.publish_edits(cookie, &id).await.problem(refusal);
        for list in ["edits", "publications"] {
            let path = format!("{DINER}/{list}");
            app.get(&path, &[("cookie", cookie)]).await.problem(refusal);
        }
    }
    for list in ["edits", "publications"] {
        for (slug, refusal) in [
            ("trattoria-da-lucia", ProblemType::Forbidden),
            ("nobody", ProblemType::NotFound),
        ] {
            let path = format!("/api/v1/restaurants/{slug}/{list}");
            app.get(&path, &[("cookie", &owner)]).await.problem(refusal);
        }
    }
    let menu = app.json(&format!("{DINER}/menu")).await;
    assert_eq!(coffee(&menu)["price"], 375);
}

#[tokio::test]
async fn an_edit_that_nobody_made_is_not_found() {
    let app = TestApp::new().await;
    let owner = app.staff(Role::Owner).await;
    let edited = app.edited(&owner).await;
    let changes = changed(coffee(&edited["edited"]), "price", json!(425));
    let edit = app.put_edit(&owner, "7", &changes).await;
    edit.problem(ProblemType::NotFound);
    for id in ["7", &unique()] {
        let published = app.publish_edits(&owner, id).await;
        published.problem(ProblemType::NotFound);
    }
    let nowhere = format!("/api/v1/restaurants/nobody/edits/{}", unique());
    for path in [format!("{nowhere}/publication"), nowhere] {
        let answer = app.call("PUT", &path, &[("cookie", &owner)], &changes).await;
        answer.problem(ProblemType::NotFound);
    }
}

#[tokio::test]
async fn publications_are_read_from_the_newest_to_the_first() {
    let app = TestApp::new().await;
    let owner = app.staff(Role::Owner).await;
    let first = app.publish_price(&owner, 425).await;
    let second = app.publish_price(&owner, 450).await;
    let read = async |query: &str| {
        let path = format!("{DINER}/publications{query}");
        app.get(&path, &[("cookie", &owner)]).await
    };
    for (query, expected) in [
        ("", vec![(2, &second), (1, &first)]),
        ("?before=2", vec![(1, &first)]),
        ("?before=1", vec![]),
    ] {
        let log = read(query).await.json();
        let publications = log["publications"].as_array().unwrap();
        assert_eq!(publications.len(), expected.len(), "{query}: {log}");
        for (publication, (number, edit)) in publications.iter().zip(expected) {
            assert_eq!(publication["number"], number, "{query}: {log}");
            assert_eq!(publication["edits"][0]["edit"]["id"], edit.as_str(), "{query}");
        }
    }
    for query in ["?before=noon", "?before=-1", "?before="] {
        read(query).await.problem(ProblemType::Malformed);
    }
}

#[tokio::test]
async fn an_order_keeps_the_price_that_its_guest_saw() {
    let app = TestApp::new().await;
    let owner = app.staff(Role::Owner).await;
    let (token, _) = app.placed().await;
    let order = app.order(&token).await;
    assert_eq!(order["ordered"]["lines"][0]["price"], 375);
    let basket = app.basket(COFFEE, 2).await;
    let placement = app.placement(basket.clone()).await;
    app.publish_price(&owner, 425).await;
    assert_eq!(app.order(&token).await, order);
    // Whoever has not ordered yet is told first.
    app.place(&placement).await.problem(ProblemType::Changed);
    let quote = app.quote(&basket).await;
    assert_eq!(quote["lines"][0]["price"], 425, "{quote}");
    let placement = app.placement(basket).await;
    assert_eq!(app.place(&placement).await.status, 201);
}

#[tokio::test]
async fn a_time_zone_that_nobody_knows_is_not_accepted() {
    let app = TestApp::new().await;
    let owner = app.staff(Role::Owner).await;
    let edited = app.edited(&owner).await;
    let fields = [
        "name",
        "cuisine",
        "description",
        "address",
        "phone",
        "zone",
        "brand_color",
        "picture",
    ];
    let values = fields.map(|field| (field.to_owned(), edited["edited"][field].clone()));
    let before = Value::Object(values.into_iter().collect());
    let mut after = before.clone();
    after["zone"] = json!("Berlin");
    let changes = json!([{ "replace": { "before": { "profile": before }, "after": { "profile": after } } }]);
    let refused = app.put_edit(&owner, &unique(), &changes).await;
    assert!(
        refused
            .problem(ProblemType::NotAccepted)
            .detail
            .starts_with("zone: ")
    );
}

#[tokio::test]
async fn a_text_is_replaced_by_a_form() {
    let app = TestApp::new().await;
    let owner = app.staff(Role::Owner).await;
    let said = async |find: &str, with: &str| {
        let id = app.edited(&owner).await["new_id"].as_str().unwrap().to_owned();
        let form = format!("id={id}&act=replace-text&find={find}&with={with}");
        let answer = app.form("/office/lighthouse-diner", &owner, &form).await;
        answer.header("location").to_owned()
    };
    assert_eq!(
        said("Nothing+has+this", "x").await,
        "/office/lighthouse-diner?done=same"
    );
    assert_eq!(
        said("Bottomless+", "Endless+").await,
        "/office/lighthouse-diner?done=saved"
    );
    let edited = app.edited(&owner).await.to_string();
    assert!(edited.contains("\"Endless Coffee\""));
    // A dish without a name is none.
    assert_eq!(
        said("Endless+Coffee", "").await,
        "/office/lighthouse-diner?wrong=refused"
    );
    let long = "x".repeat(200);
    assert_eq!(
        said("Endless+", &long).await,
        "/office/lighthouse-diner?wrong=refused"
    );
}

#[tokio::test]
async fn many_prices_are_changed_once_by_a_form_that_is_sent_twice() {
    let app = TestApp::new().await;
    let owner = app.staff(Role::Owner).await;
    let id = app.edited(&owner).await["new_id"].as_str().unwrap().to_owned();
    let form = format!("id={id}&act=reprice&percent=10");
    for _ in 0..2 {
        let answer = app.form("/office/lighthouse-diner", &owner, &form).await;
        assert_eq!(answer.header("location"), "/office/lighthouse-diner?done=saved");
    }
    let edited = app.edited(&owner).await;
    assert_eq!(edited["edits"].as_array().unwrap().len(), 1);
    assert_eq!(coffee(&edited["edited"])["price"], 413);
}

#[tokio::test]
async fn a_price_is_scheduled_on_the_restaurants_clock() {
    let app = TestApp::new().await;
    let owner = app.staff(Role::Owner).await;
    let before = coffee(&app.edited(&owner).await["edited"])["price"].clone();
    let id = unique();
    let changes = changed(coffee(&app.edited(&owner).await["edited"]), "price", json!(425));
    assert_eq!(app.put_edit(&owner, &id, &changes).await.status, 204);
    let path = format!("{DINER}/edits/{id}/schedule");
    let noon = app.noon(1).await;
    let put = async |publish_at: Value| {
        let new = json!({ "publish_at": publish_at });
        app.call("PUT", &path, &[("cookie", &owner)], &new).await
    };
    for refused in ["2020-01-01T12:00", "2099-01-01T12:00"] {
        put(json!(refused)).await.problem(ProblemType::NotAccepted);
    }
    assert_eq!(put(json!(noon)).await.status, 204);
    let edited = app.edited(&owner).await;
    assert_eq!(edited["schedules"][0]["publish_at"], json!(noon));
    assert_eq!(edited["schedules"][0]["edits"][0]["edit"]["id"], json!(id));
    assert_eq!(
        (&edited["edits"], &coffee(&edited["edited"])["price"]),
        (&json!([]), &before)
    );

    // On the second at which the diner's clock shows it.
    let zone = clock::zone(&app.restaurant("lighthouse-diner").await.zone).unwrap();
    let due = clock::utc(&zone, noon);
    app.store.publish_due_edits(Timestamp(due.0 - 1)).await.unwrap();
    assert_eq!(app.edited(&owner).await["schedules"].as_array().unwrap().len(), 1);
    app.store.publish_due_edits(due).await.unwrap();
    let edited = app.edited(&owner).await;
    assert_eq!(
        (&edited["schedules"], &coffee(&edited["edited"])["price"]),
        (&Value::Null, &json!(425))
    );
    put(json!(noon)).await.problem(ProblemType::NotFound);
}

#[tokio::test]
async fn what_is_scheduled_is_shown_and_taken_back_by_plain_forms() {
    let app = TestApp::new().await;
    let owner = app.staff(Role::Owner).await;
    let id = unique();
    let changes = changed(coffee(&app.edited(&owner).await["edited"]), "price", json!(425));
    app.put_edit(&owner, &id, &changes).await;
    let page = "/office/lighthouse-diner/changes";
    let form = async |fields: String| {
        app.form(page, &owner, &fields)
            .await
            .header("location")
            .to_owned()
    };
    let schedule = async |at: &str| form(format!("act=schedule&up-to={id}&publish-at={at}")).await;
    for wrong in ["", "soon", "2020-01-01T12:00"] {
        assert_eq!(
            schedule(wrong).await,
            format!("{page}?wrong=publish-at"),
            "{wrong}"
        );
    }
    let noon = app.noon(1).await;
    assert_eq!(
        schedule(&noon.to_string()).await,
        format!("{page}?done=scheduled")
    );
    let shown = app.get(&format!("{page}?lang=en"), &[("cookie", &owner)]).await;
    for text in [
        "Scheduled",
        &noon.day().to_string(),
        "12:00",
        "There is nothing to publish.",
    ] {
        assert!(shown.text().contains(text), "{text}: {}", shown.text());
    }
    let back = format!("act=unschedule&edit={id}");
    assert_eq!(form(back.clone()).await, format!("{page}?done=unscheduled"));
    assert_eq!(form(back).await, format!("{page}?wrong=conflict"));
    assert_eq!(app.edited(&owner).await["edits"].as_array().unwrap().len(), 1);
}
