//! What search engines and previews of links find.

use serde_json::Value;

use crate::test_app::TestApp;

#[tokio::test]
async fn a_restaurant_and_its_menu_are_linked_data() {
    let app = TestApp::new().await;
    let page = app.get("/restaurants/trattoria-da-lucia", &[]).await;
    let said = linked_data(page.text());
    assert_eq!(
        (&said["@type"], &said["name"]),
        (&"Restaurant".into(), &"Trattoria da Lucia".into())
    );
    assert_eq!(said["address"]["addressCountry"], "IT");
    assert!(said["openingHoursSpecification"].as_array().unwrap().len() >= 7);
    assert_eq!(said["menu"], said["url"]);
    let address = said["hasMenu"].as_str().unwrap();
    let path = address.find("/restaurants/").map(|at| &address[at..]).unwrap();
    let linked = app.get(path, &[]).await;
    assert_eq!(linked.header("content-type"), "application/ld+json");
    assert_eq!(linked.header("access-control-allow-origin"), "*");
    let linked: Value = serde_json::from_str(linked.text()).unwrap();
    assert_eq!(
        (&linked["@type"], &linked["inLanguage"]),
        (&"Menu".into(), &"en".into())
    );
    let menu = app.json("/api/v1/restaurants/trattoria-da-lucia/menu").await;
    let dish = &menu["categories"][0]["dishes"][0];
    let item = &linked["hasMenuSection"][0]["hasMenuItem"][0];
    assert_eq!(item["name"], dish["name"]);
    assert_eq!(
        item["offers"]["price"],
        format!(
            "{}.{:02}",
            dish["price"].as_i64().unwrap() / 100,
            dish["price"].as_i64().unwrap() % 100
        )
    );
    assert_eq!(item["offers"]["priceCurrency"], "EUR");
    for property in ["og:title", "og:description", "og:url", "og:image", "og:type"] {
        assert!(
            page.text()
                .contains(&format!("<meta property=\"{property}\" content=\"")),
            "{property}"
        );
    }
    assert!(page.text().contains("<link rel=\"canonical\" href=\"http://"));
}

fn linked_data(page: &str) -> Value {
    let script = page.split("<script type=\"application/ld+json\">").nth(1);
    let json = script.and_then(|script| script.split("</script>").next());
    serde_json::from_str(json.unwrap()).unwrap()
}

/// A page of 500 dishes does not say each of them twice.
#[tokio::test]
async fn linked_data_do_not_grow_with_the_menu() {
    let app = TestApp::new().await;
    let page = app.get("/restaurants/jade-lantern", &[]).await;
    assert!(linked_data(page.text()).to_string().len() < 4_000);
}

#[tokio::test]
async fn a_menu_as_linked_data_has_the_language_that_is_asked_for() {
    let app = TestApp::new().await;
    let missing = app.get("/restaurants/nowhere/menu.jsonld", &[]).await;
    assert_eq!(missing.status, 404);
    for (asked, lang, section) in [
        ("?lang=en", "en", "Starters and soups"),
        ("", "de", "Vorspeisen und Suppen"),
    ] {
        let path = format!("/restaurants/gasthaus-zur-alten-muehle/menu.jsonld{asked}");
        let linked = app.get(&path, &[]).await;
        assert_eq!(linked.header("content-language"), lang);
        let linked: Value = serde_json::from_str(linked.text()).unwrap();
        assert_eq!(
            (&linked["inLanguage"], &linked["hasMenuSection"][0]["name"]),
            (&lang.into(), &section.into())
        );
    }
}

#[tokio::test]
async fn the_sitemap_names_what_anybody_may_find() {
    let app = TestApp::new().await;
    let map = app.get("/sitemap.xml", &[]).await;
    assert_eq!(map.header("content-type"), "application/xml");
    assert_eq!(map.text().matches("<loc>").count(), 14);
    assert!(map.text().contains("/restaurants/jade-lantern</loc>"));
    let account = app.get("/account", &[]).await;
    assert!(
        account
            .text()
            .contains("<meta name=\"robots\" content=\"noindex\">")
    );
    assert!(!account.text().contains("og:title"));
}

#[tokio::test]
async fn a_name_ends_no_script_that_it_stands_in() {
    const NAME: &str = "</script><script>alert(1)</script><!--";
    let app = TestApp::new().await;
    app.change("trattoria-da-lucia", |file| file.description = NAME.into())
        .await;
    app.app.catalog.reload_if_changed().await.unwrap();
    let path = "/restaurants/trattoria-da-lucia";
    let page = app.get(path, &[("cookie", "servery_render=hydrated")]).await;
    assert!(!page.text().contains("<script>alert"), "{}", page.text());
    for kind in ["application/ld+json\">", "application/json\" id=\"answers\">"] {
        let script = page.text().split(kind).nth(1).unwrap();
        let json = script.split("</script>").next().unwrap();
        let said: Value = serde_json::from_str(json).unwrap();
        let name = serde_json::to_string(NAME).unwrap();
        assert!(said.to_string().contains(&name), "{kind}: {said}");
    }
}
