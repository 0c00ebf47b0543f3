//! Addresses: they are imported, suggested, and decide about the delivery zone.

use std::path::PathBuf;

use serde_json::{Value, json};
use servery::cli::{
    demo,
    places::{self, PlacesCommand},
};

use crate::{
    orders::DINER,
    test_app::{TestApp, unique},
};

/// In the diner's circle, and 14 km away.
const NEAR: [i64; 2] = [40_729_000, -73_995_000];
const FAR: [i64; 2] = [40_842_000, -73_888_000];

async fn app() -> TestApp {
    let app = TestApp::new().await;
    demo::import_places(app.store.as_ref()).await.unwrap();
    app
}

fn location([latitude, longitude]: [i64; 2], source: &str) -> Value {
    json!({ "point": { "latitude": latitude, "longitude": longitude }, "source": source })
}

impl TestApp {
    async fn streets(&self, query: &str) -> Vec<String> {
        let found = self.json(&format!("/api/v1/places?{query}")).await;
        let street = |place: &Value| place["street"].as_str().unwrap().to_owned();
        found.as_array().unwrap().iter().map(street).collect()
    }

    async fn delivered_to(&self, street: &str, postcode: &str, location: Value) -> Value {
        let mut basket = self.basket("Bottomless Coffee", 9).await;
        basket["fulfilment"] =
            json!({ "delivery": { "street": street, "postcode": postcode, "city": "Millbrook" } });
        if !location.is_null() {
            basket["fulfilment"]["delivery"]["location"] = location;
        }
        basket
    }
}

#[tokio::test]
async fn addresses_are_suggested_while_one_types() {
    let app = app().await;
    assert_eq!(
        app.streets("q=harbor+lane+1").await,
        ["Harbor Lane 11", "Harbor Lane 13", "Harbor Lane 15"]
    );
    assert_eq!(
        app.streets("q=15+Harb&near=lighthouse-diner").await,
        ["15 Harbor Lane"]
    );
    let found = app
        .json("/api/v1/places?q=harbor+lane+15&near=lighthouse-diner")
        .await;
    assert_eq!(found[0]["postcode"], "10012");
    assert_eq!(found[0]["city"], "Millbrook");
    assert!(
        found[0]["id"].as_str().is_some_and(|id| id.len() == 32),
        "{found}"
    );
    assert!(found[0].get("point").is_none(), "{found}");
    // Of two streets that match, the one to which the restaurant delivers.
    let nearer = |slug: &str| format!("q=via&near={slug}");
    assert_eq!(app.streets(&nearer("trattoria-da-lucia")).await.len(), 8);
    for nothing in ["q=", "q=ha", "", "q=12", "q=no+such+street"] {
        assert_eq!(app.streets(nothing).await, Vec::<String>::new(), "{nothing}");
    }
    let long = format!("/api/v1/places?q={}", "x".repeat(121));
    assert_eq!(app.get(&long, &[]).await.status, 400);
    for unknown in ["nowhere", "No%20slug", ""] {
        let answer = app
            .get(&format!("/api/v1/places?q=via&near={unknown}"), &[])
            .await;
        assert_eq!(answer.status, 404, "{unknown}");
    }
}

#[tokio::test]
async fn searches_for_addresses_have_a_limit() {
    let app = TestApp::with(
        None,
        servery::settings::Settings {
            behind_proxy: Some(true),
            ..Default::default()
        },
    )
    .await;
    let mut last = 200;
    for _ in 0..400 {
        let answer = app
            .get("/api/v1/places?q=via", &[("x-forwarded-for", "203.0.113.9")])
            .await;
        last = answer.status.as_u16();
        if last != 200 {
            break;
        }
    }
    assert_eq!(last, 429);
}

#[tokio::test]
async fn the_server_decides_the_zone_from_the_address() {
    let app = app().await;
    for (street, postcode, sent, zone, source) in [
        (
            "11 Harbor Lane",
            "10012",
            Value::Null,
            Ok("Downtown"),
            Some("place"),
        ),
        (
            "harbor lane 11, floor 2",
            "10012",
            Value::Null,
            Ok("Downtown"),
            Some("place"),
        ),
        // The address is in the list: where the device is does not matter.
        (
            "11 Harbor Lane",
            "10012",
            location(FAR, "device"),
            Ok("Downtown"),
            Some("place"),
        ),
        (
            "1 Far Shore Avenue",
            "10460",
            Value::Null,
            Err("out_of_area"),
            Some("place"),
        ),
        (
            "1 Far Shore Avenue",
            "10460",
            location(NEAR, "device"),
            Err("out_of_area"),
            Some("place"),
        ),
        (
            "1 Far Shore Avenue",
            "10460",
            location(NEAR, "pin"),
            Err("out_of_area"),
            Some("place"),
        ),
        (
            "1 Far Shore Avenue",
            "10460",
            location(NEAR, "place"),
            Err("out_of_area"),
            Some("place"),
        ),
        // It is in no list.
        (
            "1 Unknown Street",
            "10012",
            Value::Null,
            Err("address_not_found"),
            None,
        ),
        (
            "1 Unknown Street",
            "10012",
            location(NEAR, "place"),
            Err("address_not_found"),
            None,
        ),
        (
            "1 Unknown Street",
            "10012",
            location(NEAR, "device"),
            Ok("Downtown"),
            Some("device"),
        ),
        (
            "1 Unknown Street",
            "10012",
            location(FAR, "device"),
            Err("out_of_area"),
            Some("device"),
        ),
        (
            "1 Unknown Street",
            "10012",
            location(NEAR, "pin"),
            Ok("Downtown"),
            Some("pin"),
        ),
        (
            "1 Unknown Street",
            "10012",
            location(FAR, "pin"),
            Err("out_of_area"),
            Some("pin"),
        ),
        // The postcode says it, so nobody asks where the device or the point is.
        (
            "1 Unknown Street",
            "10014",
            location(FAR, "device"),
            Ok("Harbour"),
            None,
        ),
        (
            "1 Unknown Street",
            "10014",
            location(FAR, "pin"),
            Ok("Harbour"),
            None,
        ),
    ] {
        let basket = app.delivered_to(street, postcode, sent.clone()).await;
        let quote = app.quote(&basket).await;
        let said = format!("{street} {postcode} {sent}: {quote}");
        let delivery = quote["sums"]
            .as_array()
            .unwrap()
            .iter()
            .find_map(|sum| sum["delivery"]["zone"].as_str());
        match zone {
            Ok(zone) => assert_eq!(
                (delivery, &quote["blockers"]),
                (Some(zone), &Value::Null),
                "{said}"
            ),
            Err(blocker) => assert_eq!(quote["blockers"], json!([blocker]), "{said}"),
        }
        assert_eq!(quote["location"]["source"].as_str(), source, "{said}");
    }
}

#[tokio::test]
async fn an_order_is_stored_with_the_location_that_the_server_found() {
    let app = app().await;
    for (street, sent, expected) in [
        (
            "11 Harbor Lane",
            location(FAR, "device"),
            location([40_730_200, -73_994_200], "place"),
        ),
        (
            "1 Unknown Street",
            location(NEAR, "device"),
            location(NEAR, "device"),
        ),
        ("1 Unknown Street", location(NEAR, "pin"), location(NEAR, "pin")),
    ] {
        let basket = app.delivered_to(street, "10012", sent).await;
        let answer = app.place(&app.placement(basket).await).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        let order = app.order(answer.json()["token"].as_str().unwrap()).await;
        assert_eq!(order["ordered"]["fulfilment"]["delivery"]["location"], expected);
    }
    // A lower fee than the server's, by a place that a client made up.
    let cheap = app
        .delivered_to("1 Unknown Street", "10012", location(NEAR, "device"))
        .await;
    let mut placement = app.placement(cheap).await;
    placement["basket"]["fulfilment"]["delivery"]["location"]["source"] = json!("place");
    placement["id"] = json!(unique());
    let refused = app.place(&placement).await;
    assert_eq!(refused.status, 409, "{}", refused.text());
    assert_eq!(refused.json()["quote"]["blockers"], json!(["address_not_found"]));
}

#[tokio::test]
async fn an_address_is_found_without_a_script() {
    let app = app().await;
    let checkout = "/restaurants/lighthouse-diner/checkout";
    let dish = app.dish(DINER, "Cobb Salad").await;
    let basket = "/restaurants/lighthouse-diner/basket";
    let added = app.form(basket, "", &format!("dish={dish}&count=3")).await;
    let cookie = format!(
        "{}; servery_render=thin",
        added.header("set-cookie").split(';').next().unwrap()
    );
    let sent = |fields: &str| format!("fulfilment=delivery&postcode=&city=&{fields}");
    let found = app
        .form(
            checkout,
            &cookie,
            &sent("street=harbor+lane+1&hint=bell+2&find-address=1"),
        )
        .await;
    assert_eq!(found.header("location"), format!("{checkout}?find=1#places"));
    let page = app
        .get(&format!("{checkout}?find=1"), &[("cookie", &cookie)])
        .await;
    let button = page
        .text()
        .split("name=\"address\" value=\"")
        .find(|part| part.contains("15 Harbor Lane, 10012 Millbrook"));
    let id = button
        .and_then(|part| part.get(..32))
        .unwrap_or_else(|| panic!("{}", page.text()));
    let chosen = app
        .form(
            checkout,
            &cookie,
            &sent(&format!("street=harbor+lane+1&hint=bell+2&address={id}")),
        )
        .await;
    assert_eq!(chosen.header("location"), format!("{checkout}#street"));
    let page = app.get(checkout, &[("cookie", &cookie)]).await;
    for part in [
        "value=\"15 Harbor Lane\"",
        "value=\"10012\"",
        "value=\"Millbrook\"",
        "value=\"bell 2\"",
        "Downtown",
    ] {
        assert!(page.text().contains(part), "{part}: {}", page.text());
    }
    let unknown = "street=1+Unknown+Street&fulfilment=delivery&postcode=10012&city=Millbrook&hint=";
    app.form(checkout, &cookie, unknown).await;
    let page = app.get(checkout, &[("cookie", &cookie)]).await;
    assert!(
        page.text()
            .contains("Choose an address from the list, or use your location."),
        "{}",
        page.text()
    );
    app.form(checkout, &cookie, &format!("{unknown}&find-address=1"))
        .await;
    let page = app
        .get(&format!("{checkout}?find=1"), &[("cookie", &cookie)])
        .await;
    assert!(
        page.text().contains("No address in the list looks like this."),
        "{}",
        page.text()
    );
    let gone = app
        .form(
            checkout,
            &cookie,
            &sent(&format!("street=x&hint=&address={}", "0".repeat(32))),
        )
        .await;
    assert_eq!(gone.header("location"), format!("{checkout}?find=1#places"));
}

async fn import(app: &TestApp, name: &str, content: &str, replace: bool) -> Result<String, String> {
    let file: PathBuf = app.folder.path().join(name);
    std::fs::write(&file, content).unwrap();
    let command = PlacesCommand::Import {
        file,
        replace,
        city: None,
    };
    places::run(app.store.as_ref(), command)
        .await
        .map_err(|error| error.to_string())
}

#[tokio::test]
async fn a_file_is_imported_as_a_whole_or_not_at_all() {
    let app = TestApp::new().await;
    let header = "LON,LAT,NUMBER,STREET,CITY,POSTCODE\n";
    let town = format!(
        "{header}1.5,2.5,1,Mill Lane,Millbrook,10115\n1.5,2.5,2,Mill Lane,Millbrook,10115\n1.5,2.5,,Mill Lane,Millbrook,10115\n"
    );
    let streets = async || app.streets("q=mill+lane").await;
    for _ in 0..2 {
        let told = import(&app, "town.csv", &town, false).await.unwrap();
        assert!(told.starts_with("2 addresses of "), "{told}");
        assert!(
            told.ends_with("left out are 1 without a street and a house number"),
            "{told}"
        );
        assert_eq!(streets().await, ["Mill Lane 1", "Mill Lane 2"]);
    }
    let broken =
        format!("{header}1.5,2.5,3,Mill Lane,Millbrook,10115\neast,2.5,4,Mill Lane,Millbrook,10115\n");
    let refused = import(&app, "broken.csv", &broken, true).await.unwrap_err();
    assert!(
        refused.contains("nothing was imported\nline 3: the longitude 'east' is not a number"),
        "{refused}"
    );
    assert_eq!(streets().await, ["Mill Lane 1", "Mill Lane 2"]);
    let feature = r#"{"type":"Feature","properties":{"addr:housenumber":"9","addr:street":"Mill Lane","addr:city":"Millbrook"},"geometry":{"type":"Point","coordinates":[1.5,2.5]}}"#;
    import(&app, "more.geojson", feature, false).await.unwrap();
    assert_eq!(streets().await, ["Mill Lane 1", "Mill Lane 2", "Mill Lane 9"]);
    import(&app, "more.geojson", feature, true).await.unwrap();
    assert_eq!(streets().await, ["Mill Lane 9"]);
    let many: String = (1..=2_500)
        .map(|number| format!("1.5,2.5,{number},Long Road,Millbrook,10115\n"))
        .collect();
    let told = import(&app, "many.csv", &format!("{header}{many}"), true)
        .await
        .unwrap();
    assert!(told.starts_with("2500 addresses"), "{told}");
    assert_eq!(app.streets("q=long+road+2500").await, ["Long Road 2500"]);
    for (content, part) in [("", "line 1"), (header, "no address in it can be used")] {
        let refused = import(&app, "empty.csv", content, true).await.unwrap_err();
        assert!(refused.contains(part), "{refused}");
    }
    let missing = PlacesCommand::Import {
        file: "/nowhere/town.csv".into(),
        replace: false,
        city: None,
    };
    let refused = places::run(app.store.as_ref(), missing)
        .await
        .unwrap_err()
        .to_string();
    assert!(
        refused.starts_with("/nowhere/town.csv: nothing was imported"),
        "{refused}"
    );
}
