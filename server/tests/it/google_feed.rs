//! `servery google-feed`.

use std::{fs, path::Path};

use serde_json::{Value, json};
use servery::{cli::google_feed, settings::Settings};
use servery_domain::{audit::Author, time::Timestamp};

use crate::test_app::TestApp;

const NOW: Timestamp = Timestamp(1_795_000_000);

fn file(folder: &Path, name: &str) -> Value {
    serde_json::from_slice(&fs::read(folder.join(name)).unwrap()).unwrap()
}

#[tokio::test]
async fn the_feed_names_each_restaurant_and_where_one_orders() {
    let app = TestApp::new().await;
    // What is made for a demonstration is not announced.
    app.execute("delete from demo_restaurants").await;
    let diner = app.restaurant("lighthouse-diner").await;
    let domain = "order.lighthouse.example".parse().unwrap();
    let by = (Author::Operator, NOW);
    assert!(app.store.set_domain(diner.id, Some(&domain), by).await.unwrap());
    app.reload_every_restaurant().await;
    let settings = Settings {
        public_url: Some("https://eat.example".into()),
        ..Settings::default()
    };
    let folder = tempfile::tempdir().unwrap();
    let said = google_feed::run(&settings, &app.app.catalog, folder.path(), NOW)
        .await
        .unwrap();
    assert!(said.contains("upload its four files"), "{said}");
    fs::write(folder.path().join("entity_note.json"), "mine").unwrap();
    let earlier = Timestamp(NOW.0 - 86_400);
    google_feed::run(&settings, &app.app.catalog, folder.path(), earlier)
        .await
        .unwrap();
    google_feed::run(&settings, &app.app.catalog, folder.path(), NOW)
        .await
        .unwrap();
    assert_eq!(
        fs::read_dir(folder.path()).unwrap().count(),
        5,
        "four, and what is somebody's own"
    );

    for (kind, name) in [
        ("entity", "reservewithgoogle.entity"),
        ("action", "reservewithgoogle.action.v2"),
    ] {
        let descriptor = file(folder.path(), &format!("{kind}_1795000000.filesetdesc.json"));
        assert_eq!(
            descriptor,
            json!({
                "generation_timestamp": 1_795_000_000,
                "name": name,
                "data_file": [format!("{kind}_1795000000.json")],
            })
        );
    }
    let entities = file(folder.path(), "entity_1795000000.json");
    let entity = |name: &str| {
        let mut entities = entities["data"].as_array().unwrap().iter();
        entities.find(|entity| entity["name"] == name).cloned()
    };
    assert_eq!(
        entity("Lighthouse Diner").unwrap(),
        json!({
            "entity_id": diner.id,
            "name": "Lighthouse Diner",
            "telephone": diner.phone,
            "url": "https://order.lighthouse.example/",
            "location": { "address": {
                "country": diner.address.country,
                "locality": diner.address.city,
                "postal_code": diner.address.postcode,
                "street_address": diner.address.street,
            } },
        })
    );
    assert_eq!(
        entity("Jade Lantern").unwrap()["url"],
        "https://eat.example/restaurants/jade-lantern"
    );
    let actions = file(folder.path(), "action_1795000000.json");
    let of_diner: Vec<&Value> = actions["data"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|action| action["entity_id"] == json!(diner.id))
        .collect();
    let ways: Vec<&Value> = of_diner
        .iter()
        .map(|action| &action["actions"][0]["food_ordering_info"]["service_type"])
        .collect();
    assert_eq!(ways, ["TAKEOUT", "DELIVERY"]);
    assert!(
        of_diner
            .iter()
            .all(|action| action["url"] == "https://order.lighthouse.example/")
    );
}

#[tokio::test]
async fn a_demonstration_is_in_no_feed() {
    let app = TestApp::new().await;
    let folder = tempfile::tempdir().unwrap();
    let said = google_feed::run(&Settings::default(), &app.app.catalog, folder.path(), NOW)
        .await
        .unwrap();
    assert!(said.starts_with("0 restaurants"), "{said}");
    let nowhere = folder.path().join("missing");
    assert!(
        google_feed::run(&Settings::default(), &app.app.catalog, &nowhere, NOW)
            .await
            .is_err()
    );
}
