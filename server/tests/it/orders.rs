//! From a basket to an order, through the API.

mod coupons;
mod times;

use std::collections::BTreeSet;

use axum::{body::Body, http::Request};
use serde_json::{Value, json};
use servery::clock;
use servery_domain::{
    coupon::{Coupon, CouponEffect},
    currency::Minor,
    id::{DishId, VisitorId},
    problem::ProblemType,
    time::{DAY, LocalMinute},
};

use crate::test_app::{Answer, TestApp, unique};

/// Open around the clock.
pub const DINER: &str = "/api/v1/restaurants/lighthouse-diner";

impl TestApp {
    pub async fn post(&self, path: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
        let request = Request::post(path).header("content-type", "application/json");
        let request = headers
            .iter()
            .fold(request, |request, (name, value)| request.header(*name, *value));
        self.send(request.body(Body::from(body.to_string())).unwrap())
            .await
    }

    /// The id of a dish by its name.
    pub async fn dish(&self, restaurant: &str, name: &str) -> String {
        let menu = self.json(&format!("{restaurant}/menu")).await;
        let dishes = menu["categories"]
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|category| category["dishes"].as_array().unwrap());
        dishes
            .into_iter()
            .find(|dish| dish["name"] == name)
            .unwrap_or_else(|| panic!("no {name}"))["id"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// The coupon ONCE of the diner, which each customer uses once.
    pub async fn put_coupon_once(&self) {
        let coupon = Coupon {
            code: "ONCE".into(),
            effect: CouponEffect::Amount(Minor(100)),
            minimum: Minor(0),
            from: None,
            until: None,
            uses: None,
            per_customer: Some(1),
            paused: false,
        };
        self.change("lighthouse-diner", |file| file.coupons.push(coupon))
            .await;
        self.app.catalog.reload_if_changed().await.unwrap();
    }

    pub async fn basket(&self, dish: &str, count: u8) -> Value {
        json!({ "lines": [{ "id": unique(), "dish": self.dish(DINER, dish).await, "count": count }] })
    }

    pub async fn quote(&self, basket: &Value) -> Value {
        let answer = self.post(&format!("{DINER}/quotes"), &[], basket).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        serde_json::from_slice(&answer.body).unwrap()
    }

    pub async fn placement(&self, basket: Value) -> Value {
        let quote = self.quote(&basket).await;
        assert_eq!(quote["blockers"], Value::Null, "{quote}");
        json!({
            "id": unique(), "basket": basket, "contact": { "name": "Ada Byron", "phone": "+1 212 555 0100" },
            "payment": "door", "seen": quote["total"], "lang": "en",
        })
    }

    pub async fn place_with(&self, key: &str, placement: &Value) -> Answer {
        self.post(&format!("{DINER}/orders"), &[("idempotency-key", key)], placement)
            .await
    }

    pub async fn place(&self, placement: &Value) -> Answer {
        self.place_with(&unique(), placement).await
    }

    pub async fn order(&self, token: &str) -> Value {
        self.json(&format!("/api/v1/orders/{token}")).await["order"].clone()
    }
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }
}

#[tokio::test]
async fn an_order_is_placed_and_found_again() {
    let app = TestApp::new().await;
    let basket = app.basket("Meatloaf & Mashed Potatoes", 2).await;
    let quote = app.quote(&basket).await;
    // 2 × 17.95, 3 % service, 8.875 % on both.
    assert_eq!(
        quote["sums"],
        json!([
            { "dishes": 3_590 },
            { "service": { "millionths": 30_000, "fee": 108 } },
            { "tax": { "name": "Sales tax", "rate": 88_750, "tax": 328 } },
        ])
    );
    assert_eq!(quote["total"], 4_026);
    let answer = app.place(&app.placement(basket).await).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let receipt = answer.json();
    let token = receipt["token"].as_str().unwrap();
    assert_eq!(answer.header("location"), format!("/api/v1/orders/{token}"));
    let order = app.order(token).await;
    assert_eq!(order["ordered"]["total"], 4_026);
    assert_eq!(order["ordered"]["contact"]["name"], "Ada Byron");
    assert_eq!(order["progress"]["state"], "placed");
    let tag = app
        .get(&format!("/api/v1/orders/{token}"), &[])
        .await
        .header("etag")
        .to_owned();
    assert_eq!(
        app.get(&format!("/api/v1/orders/{token}"), &[("if-none-match", &tag)])
            .await
            .status,
        304
    );
    app.get(&format!("/api/v1/orders/{}", unique()), &[])
        .await
        .problem(ProblemType::NotFound);
}

#[tokio::test]
async fn case_wepos_50_a_double_click_is_one_order() {
    let app = TestApp::new().await;
    let placement = app.placement(app.basket("Bottomless Coffee", 1).await).await;
    let key = unique();
    let (first, second) = tokio::join!(app.place_with(&key, &placement), app.place_with(&key, &placement));
    assert_eq!((first.status.as_u16(), second.status.as_u16()), (201, 201));
    assert_eq!(first.body, second.body);
    assert_eq!(
        first.body,
        app.place_with(&key, &placement).await.body,
        "also later"
    );
    let mut other = placement.clone();
    other["note"] = json!("no milk");
    app.place_with(&key, &other).await.problem(ProblemType::KeyReused);
    app.place(&placement).await.problem(ProblemType::Conflict);
    let missing = app.post(&format!("{DINER}/orders"), &[], &placement).await;
    assert_eq!(missing.status, 400);
    missing.problem(ProblemType::KeyMissing);
}

#[tokio::test]
async fn case_kitchenasty_55_the_last_portion() {
    let app = TestApp::new().await;
    let dish: DishId = app
        .dish(DINER, "Meatloaf & Mashed Potatoes")
        .await
        .parse()
        .unwrap();
    let restaurant = app.restaurant("lighthouse-diner").await.id;
    app.store
        .set_stock(restaurant, dish, Some(3), clock::now())
        .await
        .unwrap();
    let mut placements = Vec::new();
    for _ in 0..10 {
        placements.push(
            app.placement(app.basket("Meatloaf & Mashed Potatoes", 1).await)
                .await,
        );
    }
    let answers = futures::future::join_all(placements.iter().map(|placement| app.place(placement))).await;
    let placed = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(placed, 3);
    for refused in answers.iter().filter(|answer| answer.status != 201) {
        assert_eq!(refused.status, 409);
        refused.problem(ProblemType::Changed);
        let removed_lines = &refused.json()["quote"]["removed_lines"][0];
        assert_eq!(
            (&removed_lines["name"], &removed_lines["why"]),
            (&json!("Meatloaf & Mashed Potatoes"), &json!("sold_out"))
        );
    }
    assert_eq!(app.store.stock(restaurant).await.unwrap().get(&dish), Some(&0));
    crate::catalog::until(&app, DINER, |answer| {
        answer.json()["sold_out"][0] == dish.to_string()
    })
    .await;
}

#[tokio::test]
async fn what_is_cancelled_is_there_again() {
    let app = TestApp::new().await;
    let dish: DishId = app
        .dish(DINER, "Meatloaf & Mashed Potatoes")
        .await
        .parse()
        .unwrap();
    let restaurant = app.restaurant("lighthouse-diner").await.id;
    app.store
        .set_stock(restaurant, dish, Some(1), clock::now())
        .await
        .unwrap();
    let mut placement = app
        .placement(app.basket("Meatloaf & Mashed Potatoes", 1).await)
        .await;
    placement["basket"]["coupon"] = json!("hello10");
    placement["seen"] = app.quote(&placement["basket"]).await["total"].clone();
    let receipt = app.place(&placement).await.json();
    assert_eq!(app.store.coupon_uses(restaurant).await.unwrap()["HELLO10"], 1);
    let cancel = format!("/api/v1/orders/{}/cancel", receipt["token"].as_str().unwrap());
    assert_eq!(
        app.post(&cancel, &[], &json!({})).await.json()["progress"]["state"],
        "cancelled"
    );
    assert_eq!(
        app.post(&cancel, &[], &json!({})).await.status,
        200,
        "once more changes nothing"
    );
    assert_eq!(app.store.stock(restaurant).await.unwrap().get(&dish), Some(&1));
    assert_eq!(app.store.coupon_uses(restaurant).await.unwrap()["HELLO10"], 0);
}

#[tokio::test]
async fn case_odoo_245446_the_price_is_the_servers() {
    let app = TestApp::new().await;
    let mut placement = app
        .placement(app.basket("Meatloaf & Mashed Potatoes", 1).await)
        .await;
    placement["seen"] = json!(1);
    placement["basket"]["lines"][0]["price"] = json!(1);
    placement["total"] = json!(1);
    let answer = app.place(&placement).await;
    assert_eq!(answer.status, 409);
    assert_eq!(
        answer.json()["quote"]["total"],
        app.quote(&placement["basket"]).await["total"]
    );
    assert!(
        app.store
            .open_orders(servery_domain::id::RestaurantId(0))
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn a_refusal_is_the_answer_for_good() {
    let app = TestApp::new().await;
    let mut placement = app
        .placement(app.basket("Meatloaf & Mashed Potatoes", 1).await)
        .await;
    let right = placement["seen"].clone();
    placement["seen"] = json!(1);
    let key = unique();
    let first = app.place_with(&key, &placement).await;
    assert_eq!(first.status, 409);
    assert_eq!(app.place_with(&key, &placement).await.body, first.body);
    placement["seen"] = right;
    app.place_with(&key, &placement)
        .await
        .problem(ProblemType::KeyReused);
    assert_eq!(app.place(&placement).await.status, 201);
}

#[tokio::test]
async fn a_retry_is_answered_as_before_though_the_table_is_gone() {
    let app = TestApp::new().await;
    app.put_table_code("lighthouse-diner", "code7", "Table 7").await;
    let mut basket = app.basket("Bottomless Coffee", 1).await;
    basket["fulfilment"] = json!({ "table": "code7" });
    let (placement, key) = (app.placement(basket).await, unique());
    let first = app.place_with(&key, &placement).await;
    assert_eq!(first.status, 201, "{}", first.text());
    let placed = app
        .store
        .order(placement["id"].as_str().unwrap().parse().unwrap())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        placed.order.ordered.table, "Table 7",
        "those who bring it read its name"
    );
    // The code is another restaurant's now.
    app.change("lighthouse-diner", |file| {
        file.table_codes.retain(|table| table.code != "code7");
    })
    .await;
    app.put_table_code("trattoria-da-lucia", "code7", "Table 1").await;
    let again = app.place_with(&key, &placement).await;
    assert_eq!((again.status.as_u16(), again.text()), (201, first.text()));
    let mut late = placement.clone();
    late["id"] = json!(unique());
    app.place(&late).await.problem(ProblemType::NotAccepted);
}

#[tokio::test]
async fn what_nobody_can_mean_is_refused_clearly() {
    let app = TestApp::new().await;
    let good = app.placement(app.basket("Bottomless Coffee", 1).await).await;
    let trattoria = app
        .dish("/api/v1/restaurants/trattoria-da-lucia", "Limonata")
        .await;
    type Break = Box<dyn Fn(&mut Value)>;
    let set = |pointer: &'static str, value: Value| -> Break {
        Box::new(move |placement| *placement.pointer_mut(pointer).unwrap() = value.clone())
    };
    let broken: Vec<(Break, u16, &str)> = vec![
        (set("/basket/lines/0/count", json!(-1)), 422, "not-accepted"),
        (set("/basket/lines/0/count", json!(0)), 422, "not-accepted"),
        (set("/basket/lines/0/count", json!(1.5)), 422, "not-accepted"),
        (set("/basket/lines/0/count", json!(1e12)), 422, "not-accepted"),
        (set("/basket/lines/0/count", json!("1")), 422, "not-accepted"),
        (set("/basket/lines/0/dish", json!("x")), 422, "not-accepted"),
        (set("/basket/lines/0/dish", json!(trattoria)), 409, "changed"),
        (set("/basket/lines", json!([])), 409, "changed"),
        (set("/id", json!("1")), 422, "not-accepted"),
        (set("/contact/name", json!("")), 422, "not-accepted"),
        (set("/contact/name", json!("\u{7}")), 422, "not-accepted"),
        (
            set("/contact/phone", json!("javascript:alert(1)")),
            422,
            "not-accepted",
        ),
        (set("/payment", json!("bitcoin")), 422, "not-accepted"),
        (set("/seen", json!(0.5)), 422, "not-accepted"),
        (set("/lang", json!("fr")), 422, "not-accepted"),
        (
            Box::new(|placement| placement["note"] = json!("x".repeat(301))),
            422,
            "not-accepted",
        ),
        (
            Box::new(|placement| placement["note"] = json!("x".repeat(1_000_000))),
            413,
            "too-large",
        ),
        (
            Box::new(|placement| placement["basket"]["tip"] = json!(-5)),
            422,
            "not-accepted",
        ),
        (
            Box::new(|placement| placement["basket"]["fulfilment"] = json!({ "table": "nowhere" })),
            422,
            "not-accepted",
        ),
        (
            Box::new(|placement| {
                placement["basket"]["fulfilment"] =
                    json!({ "delivery": { "street": "1 Pier", "postcode": "99999", "city": "Far away" } })
            }),
            409,
            "changed",
        ),
        (
            Box::new(|placement| {
                placement["basket"]["lines"][0]["picks"] = json!([{ "choice": "0".repeat(32) }])
            }),
            409,
            "changed",
        ),
        (
            Box::new(|placement| placement["basket"]["coupon"] = json!("' or 1=1; --")),
            409,
            "changed",
        ),
    ];
    for (at, (breaks, status, slug)) in broken.iter().enumerate() {
        let mut placement = good.clone();
        breaks(&mut placement);
        let answer = app.place(&placement).await;
        assert_eq!(answer.status, *status, "{at}: {}", answer.text());
        assert!(
            answer.json()["type"].as_str().unwrap().ends_with(slug),
            "{at}: {}",
            answer.text()
        );
    }
    let foreign = Request::post(format!("{DINER}/orders"))
        .header("idempotency-key", unique())
        .header("content-type", "text/plain");
    assert_eq!(
        app.send(foreign.body(Body::from(good.to_string())).unwrap())
            .await
            .status,
        415
    );
    assert_eq!(app.place(&good).await.status, 201, "the good one is good");
}

#[tokio::test]
async fn every_letter_arrives_as_it_was_typed() {
    let app = TestApp::new().await;
    let texts = [
        "Robert'); drop table orders; --",
        "<script>alert(1)</script>",
        "محمد 🍜 李雷",
        "a\u{202e}b\u{200b}",
        "{\"a\":1}",
        "%s%n\\u0000",
    ];
    let mut tokens = BTreeSet::new();
    for text in texts {
        let mut placement = app.placement(app.basket("Bottomless Coffee", 1).await).await;
        for field in ["/contact/name", "/basket/lines/0/note", "/note", "/allergies"] {
            let (parent, name) = field.rsplit_once('/').unwrap();
            placement.pointer_mut(parent).unwrap()[name] = json!(text);
        }
        let receipt = app.place(&placement).await.json();
        let order = app.order(receipt["token"].as_str().unwrap()).await;
        let read = [
            "/ordered/contact/name",
            "/ordered/lines/0/note",
            "/ordered/note",
            "/ordered/allergies",
        ]
        .map(|field| order.pointer(field).unwrap());
        assert_eq!(read, [text; 4]);
        tokens.insert(receipt["token"].to_string());
    }
    assert_eq!(tokens.len(), texts.len());
}

#[tokio::test]
async fn a_menu_that_changes_while_one_orders_is_priced_anew() {
    let app = TestApp::new().await;
    let placement = app.placement(app.basket("Bottomless Coffee", 1).await).await;
    app.change("lighthouse-diner", |file| {
        let dishes = file
            .categories
            .iter_mut()
            .flat_map(|category| &mut category.dishes);
        dishes.for_each(|dish| dish.price.0 += 100);
    })
    .await;
    // At once: this node has not even noticed yet.
    let answer = app.place(&placement).await;
    assert_eq!(answer.status, 409, "{}", answer.text());
    assert_eq!(answer.json()["quote"]["lines"][0]["price"], 475);
}

#[tokio::test]
async fn who_watches_an_order_is_told_at_once() {
    use futures::StreamExt;
    use tower::ServiceExt;
    let app = TestApp::new().await;
    let receipt = app
        .place(&app.placement(app.basket("Bottomless Coffee", 1).await).await)
        .await
        .json();
    let token = receipt["token"].as_str().unwrap();
    let placed = app.order(token).await["revision"].as_i64().unwrap();
    let watch = |last: Option<&str>| {
        let request = Request::get(format!("/api/v1/orders/{token}/events"));
        let request = last
            .into_iter()
            .fold(request, |request, last| request.header("last-event-id", last));
        app.router.clone().oneshot(request.body(Body::empty()).unwrap())
    };
    let response = watch(None).await.unwrap();
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let mut frames = response.into_body().into_data_stream();
    let first = String::from_utf8(frames.next().await.unwrap().unwrap().to_vec()).unwrap();
    assert!(
        first.contains("\"state\":\"placed\"") && first.contains(&format!("id: {placed}\n")),
        "{first}"
    );
    app.post(&format!("/api/v1/orders/{token}/cancel"), &[], &json!({}))
        .await;
    let second = String::from_utf8(frames.next().await.unwrap().unwrap().to_vec()).unwrap();
    assert!(
        second.starts_with(&format!("event: order\nid: {}\n", placed + 1))
            && second.contains("\"state\":\"cancelled\""),
        "{second}"
    );
    let again = watch(Some(&(placed + 1).to_string()))
        .await
        .unwrap()
        .into_body()
        .into_data_stream()
        .next()
        .await
        .unwrap()
        .unwrap();
    assert!(
        !String::from_utf8_lossy(&again).contains("event:"),
        "who has it all is told nothing"
    );
}

#[tokio::test]
async fn where_one_orders_at_the_table_only_the_code_is_asked_for() {
    let app = TestApp::new().await;
    app.change("lighthouse-diner", |file| {
        let ordering = &mut file.ordering;
        (ordering.collection, ordering.at_table, ordering.zones) = (false, true, Vec::new());
    })
    .await;
    crate::catalog::until(&app, DINER, |answer| !answer.text().contains("\"free_from\"")).await;
    let dish = app.dish(DINER, "Bottomless Coffee").await;
    let added = app
        .form(
            "/restaurants/lighthouse-diner/basket",
            "",
            &format!("dish={dish}&count=1"),
        )
        .await;
    let cookie = format!(
        "{}; servery_render=thin",
        added.header("set-cookie").split(';').next().unwrap()
    );
    let checkout = async || {
        app.get("/restaurants/lighthouse-diner/checkout", &[("cookie", &cookie)])
            .await
    };
    let page = checkout().await;
    assert!(page.text().contains("Scan the code on yours."), "{}", page.text());
    for method in ["value=\"collection\"", "value=\"delivery\"", "value=\"table\""] {
        assert!(!page.text().contains(method), "{method}");
    }
    app.put_table_code("lighthouse-diner", "code7", "Table 7").await;
    assert_eq!(app.get("/t/code7", &[("cookie", &cookie)]).await.status, 303);
    let page = checkout().await;
    assert!(
        page.text().contains("value=\"table\"") && !page.text().contains("Please scan"),
        "{}",
        page.text()
    );
}
