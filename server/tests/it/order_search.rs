//! The list of all orders: who may search it, and what its pages show.

use serde_json::{Value, json};
use servery::clock;
use servery_domain::{account::Role, audit::Author, problem::ProblemType};

use crate::{board::BOARD, orders::DINER, test_app::TestApp};

impl TestApp {
    /// Places an order of this guest. Its id.
    async fn placed_by(&self, name: &str, phone: &str) -> String {
        let mut placement = self.placement(self.basket("Bottomless Coffee", 1).await).await;
        placement["contact"] = json!({ "name": name, "phone": phone });
        let receipt = self.place(&placement).await.json();
        receipt["id"].as_str().unwrap().to_owned()
    }

    async fn order_list(&self, cookie: &str, query: &str) -> Value {
        let answer = self
            .get(&format!("{DINER}/orders{query}"), &[("cookie", cookie)])
            .await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }
}

fn names(list: &Value) -> Vec<&str> {
    let orders = list["orders"].as_array().unwrap().iter();
    orders
        .map(|order| order["ordered"]["contact"]["name"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn staff_find_an_order_by_name_phone_number_and_day() {
    let app = TestApp::new().await;
    let cookie = app.staff(Role::Cashier).await;
    app.placed_by("Grace Hopper", "+1 212 555 0199").await;
    app.placed_by("José Müller", "(212) 555-0142").await;
    let today = app.noon(0).await.day();
    let (yesterday, tomorrow) = (today.plus(-1), today.plus(1));
    for (query, expected) in [
        (String::new(), vec!["José Müller", "Grace Hopper"]),
        ("?q=muller".to_owned(), vec!["José Müller"]),
        ("?q=0142".to_owned(), vec!["José Müller"]),
        ("?q=hop+gra".to_owned(), vec!["Grace Hopper"]),
        ("?show=called_off".to_owned(), vec![]),
        ("?show=open&q=grace".to_owned(), vec!["Grace Hopper"]),
        (
            format!("?from={today}&to={today}"),
            vec!["José Müller", "Grace Hopper"],
        ),
        (format!("?to={yesterday}"), vec![]),
        (format!("?from={tomorrow}"), vec![]),
    ] {
        let list = app.order_list(&cookie, &query).await;
        assert_eq!(names(&list), expected, "{query}");
        assert_eq!(list["next"], Value::Null, "{query}");
    }
    for malformed in ["?from=yesterday", "?show=closed", "?before=7", "?to="] {
        let answer = app
            .get(&format!("{DINER}/orders{malformed}"), &[("cookie", &cookie)])
            .await;
        answer.problem(ProblemType::Malformed);
    }
}

#[tokio::test]
async fn a_page_of_fifty_orders_names_the_next() {
    let app = TestApp::new().await;
    let cookie = app.staff(Role::Owner).await;
    for number in 0..51 {
        app.placed_by(&format!("Guest{number}"), "+1 212 555 0100").await;
    }
    let first = app.order_list(&cookie, "").await;
    assert_eq!(names(&first).len(), 50);
    let next = first["next"].as_str().unwrap();
    let second = app.order_list(&cookie, &format!("?before={next}")).await;
    assert_eq!(names(&second), ["Guest0"]);
    assert_eq!(second["next"], Value::Null);
    // An order that cannot be read hides none that was placed before it, and a file without it is not written.
    app.execute("update orders set ordered = '{}' where number = 51")
        .await;
    let damaged = app.order_list(&cookie, "").await;
    assert_eq!((names(&damaged).len(), damaged["next"].is_null()), (49, false));
    let file = app
        .get(&format!("{BOARD}/orders.csv"), &[("cookie", &cookie)])
        .await;
    assert_eq!(file.status, 500);
    let page = app
        .get(&format!("{BOARD}/orders?q=guest&from="), &[("cookie", &cookie)])
        .await;
    assert_eq!(page.text().matches("class=\"number\"").count(), 49);
    let older = format!("{BOARD}/orders?q=guest&amp;before={next}");
    assert!(page.text().contains(&older), "{}", page.text());
}

#[tokio::test]
async fn a_kitchen_and_a_courier_search_no_orders() {
    let app = TestApp::new().await;
    let order = app.placed_by("Grace Hopper", "+1 212 555 0199").await;
    for role in [Role::Kitchen, Role::Courier] {
        let cookie = app.staff(role).await;
        for path in [format!("{DINER}/orders"), format!("{DINER}/orders/{order}")] {
            let answer = app.get(&path, &[("cookie", &cookie)]).await;
            answer.problem(ProblemType::Forbidden);
        }
        let board = app.get(BOARD, &[("cookie", &cookie)]).await;
        assert!(!board.text().contains(&format!("{BOARD}/orders\"")), "{role:?}");
    }
}

#[tokio::test]
async fn an_order_is_shown_with_what_has_happened_and_by_whom() {
    let app = TestApp::new().await;
    let cookie = app.staff(Role::Manager).await;
    let order = app.placed_by("Grace Hopper", "+1 212 555 0199").await;
    let here = format!("{BOARD}/orders/{order}");
    let rejected = app
        .form(&here, &cookie, "event=rejected&reason=busy&page=order")
        .await;
    assert_eq!(
        (rejected.status.as_u16(), rejected.header("location")),
        (303, &*here)
    );
    let record = app
        .get(&format!("{DINER}/orders/{order}"), &[("cookie", &cookie)])
        .await
        .json();
    let history = record["history"].as_array().unwrap();
    assert_eq!(history.len(), 2, "{record}");
    assert_eq!(
        (&history[0]["actor"], &history[0]["author"]),
        (&json!("diner"), &Value::Null)
    );
    assert_eq!(
        history[1]["author"],
        json!({ "account": { "email": "manager@lighthouse.example" } })
    );
    let page = app.get(&format!("{here}?lang=en"), &[("cookie", &cookie)]).await;
    for text in [
        "Grace Hopper",
        "Bottomless Coffee",
        "Too busy at the moment",
        "manager@lighthouse.example",
        "the guest",
    ] {
        assert!(page.text().contains(text), "{text}: {}", page.text());
    }
    // A second answer changes nothing: the page shows how it is.
    let late = app
        .form(&here, &cookie, "event=rejected&reason=busy&page=order")
        .await;
    assert_eq!(late.header("location"), here);
    let cashier = app.staff(Role::Cashier).await;
    let seen = app.get(&here, &[("cookie", &cashier)]).await;
    assert!(
        !seen.text().contains("manager@lighthouse.example"),
        "{}",
        seen.text()
    );
    let other = app
        .get(
            &format!("/api/v1/restaurants/jade-lantern/orders/{order}"),
            &[("cookie", &cookie)],
        )
        .await;
    other.problem(ProblemType::Forbidden);
}

#[tokio::test]
async fn an_order_of_another_restaurant_is_not_there() {
    let app = TestApp::new().await;
    let cookie = app.staff(Role::Owner).await;
    let order = app.placed_by("Grace Hopper", "+1 212 555 0199").await;
    let lantern = app.restaurant("jade-lantern").await;
    let account = app
        .store
        .account_by_email("owner@lighthouse.example")
        .await
        .unwrap()
        .unwrap()
        .account
        .id;
    let by = (Author::Operator, clock::now());
    app.store
        .put_staff(account, lantern.id, Role::Owner, by)
        .await
        .unwrap();
    let answer = app
        .get(
            &format!("/api/v1/restaurants/jade-lantern/orders/{order}"),
            &[("cookie", &cookie)],
        )
        .await;
    answer.problem(ProblemType::NotFound);
}

#[tokio::test]
async fn orders_are_a_table_for_the_books_without_a_word_about_guests() {
    let app = TestApp::new().await;
    let cookie = app.staff(Role::Owner).await;
    let first = app.placed_by("Grace Hopper", "+1 212 555 0199").await;
    app.placed_by("Ada Lovelace", "+1 212 555 0142").await;
    let csv = async |query: &str| {
        let path = format!("{BOARD}/orders.csv{query}");
        app.get(&path, &[("cookie", &cookie)]).await
    };
    let file = csv("?q=grace").await;
    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(
        file.header("content-disposition"),
        "attachment; filename=\"lighthouse-diner-orders.csv\""
    );
    let lines: Vec<_> = file.text().lines().collect();
    assert_eq!(
        lines[0],
        "\u{feff}number,placed,state,fulfilment,payment,currency,total,paid_by_card,paid_at_door,refunded,tax_8.875"
    );
    let cells: Vec<_> = lines[1].split(',').collect();
    assert_eq!(
        (cells[0], &cells[2..6]),
        ("1", &["placed", "collection", "door", "USD"][..])
    );
    assert_eq!((lines.len(), &cells[7..10]), (2, &["0.00", "0.00", "0.00"][..]));
    let total = cells[6].to_owned();
    for event in ["accepted&minutes=20", "preparing", "ready", "collected"] {
        app.form(
            &format!("{BOARD}/orders/{first}"),
            &cookie,
            &format!("event={event}"),
        )
        .await;
    }
    let fulfilled = csv("?show=fulfilled").await;
    let cells: Vec<_> = fulfilled.text().lines().nth(1).unwrap().split(',').collect();
    assert_eq!((cells[6], cells[8]), (&*total, &*total));
    assert!(!file.text().contains("Hopper") && !file.text().contains("555"));
    assert_eq!(csv("").await.text().lines().count(), 3);
    let german = csv("?lang=de").await;
    assert!(german.text().contains("number;placed;"), "{}", german.text());
    csv("?from=soon").await.problem(ProblemType::Malformed);
}
