//! When an order is due.

use super::*;

#[tokio::test]
async fn case_coopcycle_2614_the_api_has_the_same_cutoff() {
    let app = TestApp::new().await;
    for slot in ["2020-01-01T12:00", "2026-11-21T12:07", "2099-01-01T12:00"] {
        let mut basket = app.basket("Bottomless Coffee", 1).await;
        basket["slot"] = json!(slot);
        let quote = app.quote(&basket).await;
        assert!(quote["blockers"][0]["time"].is_string(), "{slot}: {quote}");
        let placement = json!({ "id": unique(), "basket": basket, "contact": { "name": "Ada", "phone": "1" }, "payment": "door", "seen": quote["total"], "lang": "en" });
        assert_eq!(app.place(&placement).await.status, 409, "{slot}");
    }
}

#[tokio::test]
async fn case_odoo_207426_noon_is_noon_on_the_restaurants_clock() {
    let app = TestApp::new().await;
    let now: LocalMinute = app.json(&format!("{DINER}/times")).await["now"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    let noon = LocalMinute(now.midnight().0 + DAY + 12 * 60).to_string();
    let mut basket = app.basket("Bottomless Coffee", 1).await;
    basket["slot"] = json!(noon);
    let placement = app.placement(basket).await;
    let token = app.place(&placement).await.json()["token"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(app.order(&token).await["ordered"]["due"]["from"], json!(noon));
    for lang in ["en", "de", "ar"] {
        let page = app
            .get(&format!("/orders/{token}?render=thin&lang={lang}"), &[])
            .await;
        let says = |time: &str| page.text().contains(time);
        assert!(
            says("12:00") && !says("17:00") && !says("16:00"),
            "{lang}: {}",
            page.text()
        );
    }
}

#[tokio::test]
async fn orders_for_as_soon_as_possible_fill_slots_too() {
    let app = TestApp::new().await;
    app.change("lighthouse-diner", |file| file.ordering.per_slot = Some(2))
        .await;
    app.app.catalog.reload_if_changed().await.unwrap();
    let slot = i64::from(app.restaurant("lighthouse-diner").await.ordering.slot);
    let placement = app.placement(app.basket("Bottomless Coffee", 1).await).await;
    let mut due_slots = std::collections::BTreeMap::<i64, u32>::new();
    for _ in 0..6 {
        let mut placement = placement.clone();
        placement["id"] = unique().into();
        let shown: LocalMinute =
            serde_json::from_value(app.quote(&placement["basket"]).await["due"]["from"].clone()).unwrap();
        let receipt = app.place(&placement).await.json();
        let order = app.order(receipt["token"].as_str().unwrap()).await;
        let due: LocalMinute = serde_json::from_value(order["ordered"]["due"]["from"].clone()).unwrap();
        // A minute may have begun between the two.
        assert!(
            (0..=1).contains(&(due.0 - shown.0)),
            "shown {shown}, promised {due}"
        );
        // This restaurant is open around the clock: its slots count from midnight.
        *due_slots.entry(due.0 / slot).or_default() += 1;
    }
    assert_eq!(
        due_slots.values().copied().collect::<Vec<_>>(),
        [2, 2, 2],
        "{due_slots:?}"
    );
}

/// Each of them is promised the first free slot, and finds that another has taken it.
#[tokio::test]
async fn orders_for_as_soon_as_possible_that_arrive_together_all_find_a_slot() {
    let app = TestApp::new().await;
    app.change("lighthouse-diner", |file| file.ordering.per_slot = Some(1))
        .await;
    app.app.catalog.reload_if_changed().await.unwrap();
    let placement = app.placement(app.basket("Bottomless Coffee", 1).await).await;
    let orders = (0..4).map(|_| {
        let mut placement = placement.clone();
        placement["id"] = unique().into();
        let app = &app;
        async move { app.place(&placement).await }
    });
    for placed in futures::future::join_all(orders).await {
        assert_eq!(placed.status, 201, "{}", placed.text());
    }
}

#[tokio::test]
async fn a_dish_that_is_not_served_now_says_when() {
    let app = TestApp::new().await;
    let zone = clock::zone(&app.restaurant("lighthouse-diner").await.zone).unwrap();
    let hour = clock::local(&zone, clock::now()).0 / 60 % 24;
    let later = format!("{:02}:00-{:02}:30", (hour + 3) % 24, (hour + 3) % 24);
    let words = later.replace('-', "–");
    let mut dish = None;
    app.change("lighthouse-diner", |file| {
        let changed = &mut file.categories[0].dishes[0];
        changed.served = Some(later.parse().unwrap());
        dish = Some(changed.id);
    })
    .await;
    let dish = dish.unwrap();
    crate::catalog::until(&app, DINER, |answer| answer.text().contains("\"not_served\"")).await;
    let listing = app.json(DINER).await;
    assert_eq!(listing["not_served"][0]["dish"], dish.to_string());
    for mode in ["thin", "hydrated"] {
        let cookie = format!("servery_render={mode}");
        let page = app
            .get("/restaurants/lighthouse-diner", &[("cookie", &cookie)])
            .await;
        assert!(
            page.text().contains("Served ") && page.text().contains(&words),
            "{mode}"
        );
        let page = app
            .get(
                &format!("/restaurants/lighthouse-diner/dishes/{dish}"),
                &[("cookie", &cookie)],
            )
            .await;
        assert!(
            page.text().contains(&words) && page.text().contains("disabled>Not served now"),
            "{mode}"
        );
    }
}
