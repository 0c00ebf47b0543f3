//! The legal page of a restaurant, and the page of its allergens.

use serde_json::{Value, json};
use servery::{
    payments::cards::{CardAccount, CardKeys, Cards},
    settings::Settings,
};
use servery_domain::account::Role;

use crate::{
    orders::DINER,
    test_app::{TestApp, unique},
};

const LEGAL: &str = "/restaurants/lighthouse-diner/legal";

#[tokio::test]
async fn the_page_says_who_runs_the_restaurant_and_for_how_long_data_are_kept() {
    let settings = Settings {
        guest_days: Some(30.try_into().unwrap()),
        heavy_at: Some(u64::MAX),
        ..Settings::default()
    };
    let app = TestApp::with(None, settings).await;
    for (lang, expected) in [
        (
            "en",
            [
                "Lighthouse Diner LLC",
                "mailto:hello@lighthouse.example",
                "30 days after an order",
            ],
        ),
        (
            "de",
            [
                "Lighthouse Diner LLC",
                "mailto:hello@lighthouse.example",
                "30 Tage nach einer Bestellung",
            ],
        ),
        (
            "ar",
            [
                "Lighthouse Diner LLC",
                "mailto:hello@lighthouse.example",
                "بعد 30 يومًا من الطلب",
            ],
        ),
    ] {
        let page = app.get(&format!("{LEGAL}?lang={lang}"), &[]).await;
        assert_eq!(page.status, 200);
        for text in expected {
            assert!(page.text().contains(text), "{lang}: {text}");
        }
        assert!(!page.text().contains("Stripe"), "{lang}: no card is taken");
    }
    let facts = app.json(&format!("{DINER}/legal")).await;
    assert_eq!(
        facts,
        json!({
            "notice": { "name": "Lighthouse Diner LLC", "email": "hello@lighthouse.example" },
            "guest_days": 30,
            "takes_cards": false,
            "sends_mail": false,
        })
    );
}

#[tokio::test]
async fn a_restaurant_that_says_nothing_is_named_by_its_own_name() {
    let app = TestApp::new().await;
    let facts = app.json("/api/v1/restaurants/jade-lantern/legal").await;
    assert_eq!(facts["notice"], json!({}));
    let page = app.get("/restaurants/jade-lantern/legal?lang=en", &[]).await;
    assert!(
        page.text()
            .contains("\u{2068}Jade Lantern\u{2069} is responsible for the data")
    );
    let nobody = app.get("/restaurants/nobody/legal", &[]).await;
    assert_eq!(nobody.status, 404);
}

#[tokio::test]
async fn a_notice_is_public_once_it_is_published() {
    let app = TestApp::new().await;
    let owner = app.staff(Role::Owner).await;
    assert!(app.get(LEGAL, &[]).await.text().contains("Lighthouse Diner LLC"));
    let id = unique();
    let changes = json!([{
        "replace": {
            "before": { "legal": { "name": "Lighthouse Diner LLC", "email": "hello@lighthouse.example" } },
            "after": { "legal": { "name": "Harbor Light Inc.", "email": "hello@lighthouse.example", "vat_id": "US000000004" } },
        },
    }]);
    let path = format!("{DINER}/edits/{id}");
    let noted = app.call("PUT", &path, &[("cookie", &owner)], &changes).await;
    assert_eq!(noted.status, 204, "{}", noted.text());
    assert!(app.get(LEGAL, &[]).await.text().contains("Lighthouse Diner LLC"));
    let path = format!("{path}/publication");
    let published = app.call("PUT", &path, &[("cookie", &owner)], &json!({})).await;
    assert_eq!(published.status, 200, "{}", published.text());
    let page = app.get(LEGAL, &[]).await;
    assert!(page.text().contains("Harbor Light Inc.") && page.text().contains("US000000004"));
    let facts = app.json(&format!("{DINER}/legal")).await;
    assert_eq!(facts["notice"]["name"], "Harbor Light Inc.");
}

#[tokio::test]
async fn every_dish_is_listed_with_its_allergens() {
    let app = TestApp::new().await;
    let menu = app.json(&format!("{DINER}/menu")).await;
    let page = app
        .get("/restaurants/lighthouse-diner/allergens?lang=en", &[])
        .await;
    let text = page.text();
    let categories = menu["categories"].as_array().unwrap().iter();
    let dishes: Vec<&Value> = categories
        .flat_map(|category| category["dishes"].as_array().unwrap())
        .collect();
    assert_eq!(
        text.matches("<tr>").count(),
        dishes.len() + menu["categories"].as_array().unwrap().len()
    );
    assert_eq!(
        text.matches("not stated").count(),
        dishes.iter().filter(|dish| dish["allergens"].is_null()).count()
    );
    let row = |dish: &str| {
        let after = text.split_once(&format!(">{dish}</th>")).unwrap().1;
        after.split_once("</tr>").unwrap().0.to_owned()
    };
    assert_eq!(row("Bottomless Coffee"), "<td>not stated</td>");
    assert!(
        row("Classic Club").contains("gluten, egg, milk"),
        "{}",
        row("Classic Club")
    );
}

#[tokio::test]
async fn the_page_names_who_else_gets_data() {
    let plain = TestApp::new().await;
    let page = plain
        .get(&format!("{LEGAL}?lang=en"), &[])
        .await
        .text()
        .to_owned();
    for other in ["Stripe", "mails about your order", "tiles.example"] {
        assert!(!page.contains(other), "{other}");
    }
    let cards = Cards {
        shared: Some(CardAccount::new("http://127.0.0.1:1", &card_keys()).unwrap()),
        ..Cards::default()
    };
    let settings = Settings {
        heavy_at: Some(u64::MAX),
        smtp: Some("smtp://127.0.0.1:1".into()),
        map: Some("https://tiles.example/{z}/{x}/{y}.png".into()),
        map_attribution: Some("© OpenStreetMap contributors".into()),
        ..Settings::default()
    };
    let app = TestApp::with(Some(cards), settings).await;
    let page = app.get(&format!("{LEGAL}?lang=en"), &[]).await.text().to_owned();
    for other in ["Stripe", "mails about your order", "https://tiles.example"] {
        assert!(page.contains(other), "{other}");
    }
}

fn card_keys() -> CardKeys {
    CardKeys {
        secret: "sk_test_1".into(),
        webhook_secret: "whsec_1".into(),
        publishable_key: "pk_test_1".into(),
    }
}

#[tokio::test]
async fn a_receipt_names_who_sells() {
    let app = TestApp::new().await;
    app.change("lighthouse-diner", |file| {
        file.legal.vat_id = "US123456789".to_owned()
    })
    .await;
    let (token, id) = app.placed().await;
    let tracked = app.json(&format!("/api/v1/orders/{token}")).await;
    assert_eq!(
        tracked["seller"],
        json!({ "legal_name": "Lighthouse Diner LLC", "vat_id": "US123456789" })
    );
    let owner = app.staff(Role::Owner).await;
    for page in [
        format!("/orders/{token}"),
        format!("/board/lighthouse-diner/orders/{id}"),
    ] {
        let page = app.get(&format!("{page}?lang=en"), &[("cookie", &owner)]).await;
        for text in [
            "<p dir=\"auto\">Lighthouse Diner LLC</p>",
            "VAT ID: \u{2068}US123456789\u{2069}",
        ] {
            assert!(page.text().contains(text), "{text}: {}", page.text());
        }
    }
}
