//! A menu in the languages of its guests.

use serde_json::{Value, json};
use servery_domain::{account::Role, problem::ProblemType};

use crate::{
    edits::coffee,
    orders::DINER,
    test_app::{Answer, TestApp, unique},
};

const OFFICE: &str = "/office/lighthouse-diner/translations";
const COFFEE: &str = "Bottomless Coffee";
const KAFFEE: &str = "Kaffee ohne Ende";

/// The value of a hidden input of a page.
fn hidden(page: &Answer, name: &str) -> String {
    let (_, after) = page
        .text()
        .split_once(&format!("name=\"{name}\" value=\""))
        .unwrap_or_else(|| panic!("no {name} in {}", page.text()));
    after.split('"').next().unwrap().to_owned()
}

/// What the form of a page sends of one text.
fn typed(page: &Answer, key: &str, text: &str) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("id", &hidden(page, "id"))
        .append_pair(key, text)
        .append_pair(&format!("seen-{key}"), &hidden(page, &format!("seen-{key}")));
    form.finish()
}

impl TestApp {
    /// The page on which a dish of the diner is translated into German.
    async fn translations(&self, cookie: &str, dish: &str) -> Answer {
        let menu = self.json(&format!("{DINER}/menu")).await;
        let categories = menu["categories"].as_array().unwrap();
        let has_it = |category: &&Value| {
            let mut dishes = category["dishes"].as_array().unwrap().iter();
            dishes.any(|known| known["id"] == dish)
        };
        let category = categories.iter().find(has_it).unwrap()["id"].as_str().unwrap();
        let page = self
            .page(&format!("{OFFICE}?to=de&category={category}"), cookie)
            .await;
        assert_eq!(page.status, 200, "{}", page.text());
        page
    }

    async fn translate_coffee(&self, cookie: &str) -> String {
        let dish = self.dish(DINER, COFFEE).await;
        let page = self.translations(cookie, &dish).await;
        let form = typed(&page, &format!("dish-{dish}-name"), KAFFEE);
        let saved = self.form(&format!("{OFFICE}?to=de"), cookie, &form).await;
        assert_eq!(saved.status, 303, "{}", saved.text());
        assert_eq!(saved.header("location"), format!("{OFFICE}?to=de&done=saved"));
        dish
    }

    async fn publish_all(&self, cookie: &str) {
        let edited = self.edited(cookie).await;
        let last = edited["edits"].as_array().unwrap().last().unwrap();
        let id = last["edit"]["id"].as_str().unwrap();
        let published = self.publish_edits(cookie, id).await;
        assert_eq!(published.status, 200, "{}", published.text());
        self.app.catalog.reload_if_changed().await.unwrap();
    }
}

#[tokio::test]
async fn guests_see_a_translation_once_it_is_published() {
    let app = TestApp::new().await;
    let owner = app.staff(Role::Owner).await;
    let (menu, german) = (format!("{DINER}/menu"), format!("{DINER}/menu?lang=de"));
    let page = "/restaurants/lighthouse-diner?lang=de";
    let written = app.get(&menu, &[]).await;
    let dish = app.translate_coffee(&owner).await;
    // Nothing is translated yet: the menu is in the language that it is written in.
    assert_eq!(app.get(&german, &[]).await.body, written.body);
    assert!(!app.page(page, "").await.text().contains(KAFFEE));

    app.publish_all(&owner).await;
    let shown = app.json(&german).await;
    assert_eq!(shown["lang"], "de");
    let categories = shown["categories"].as_array().unwrap();
    let mut dishes = categories
        .iter()
        .flat_map(|category| category["dishes"].as_array().unwrap());
    let translated = dishes.clone().find(|known| known["id"] == dish.as_str()).unwrap();
    assert_eq!(translated["name"], KAFFEE);
    let other = dishes.find(|known| known["name"] == "Classic Club").unwrap();
    assert_eq!(
        other["translations"][0]["lang"], "en",
        "its name is not translated"
    );
    let as_written = app.json(&menu).await;
    assert_eq!(coffee(&as_written), coffee(&written.json()));
    app.get(&format!("{DINER}/menu?lang=tlh"), &[])
        .await
        .problem(ProblemType::Malformed);

    for path in [
        page.to_owned(),
        format!("{page}&q=ohne+ende"),
        format!("/restaurants/lighthouse-diner/dishes/{dish}?lang=de"),
        "/restaurants/lighthouse-diner/allergens?lang=de".to_owned(),
        "/restaurants/lighthouse-diner/widget?lang=de".to_owned(),
    ] {
        let html = app.page(&path, "").await;
        assert!(html.text().contains(KAFFEE), "{path}: {}", html.text());
        assert!(!html.text().contains(COFFEE), "{path}");
    }
    let html = app.page(page, "").await;
    let linked = app
        .json("/restaurants/lighthouse-diner/menu.jsonld?lang=de")
        .await;
    assert_eq!(linked["inLanguage"], "de");
    assert!(linked.to_string().contains(KAFFEE), "{linked}");
    assert!(
        html.text().contains("<bdi lang=\"en\">"),
        "what is not translated says so"
    );
    let english = app.page("/restaurants/lighthouse-diner?lang=en", "").await;
    assert!(english.text().contains(COFFEE) && !english.text().contains(KAFFEE));
}

#[tokio::test]
async fn a_basket_is_in_the_guests_language_and_an_order_in_the_restaurants() {
    let app = TestApp::new().await;
    let owner = app.staff(Role::Owner).await;
    app.translate_coffee(&owner).await;
    app.publish_all(&owner).await;
    let basket = app.basket(COFFEE, 2).await;
    let quote = app.post(&format!("{DINER}/quotes?lang=de"), &[], &basket).await;
    assert_eq!(quote.json()["lines"][0]["name"], KAFFEE);
    let mut placement = app.placement(basket).await;
    placement["lang"] = json!("de");
    // It costs something else than was seen: the answer is for the guest.
    let total = placement["seen"].clone();
    placement["seen"] = json!(1);
    let refused = app.place(&placement).await;
    assert_eq!(
        refused.json()["quote"]["lines"][0]["name"],
        KAFFEE,
        "{}",
        refused.text()
    );
    placement["seen"] = total;
    placement["id"] = json!(unique());
    let placed = app.place(&placement).await;
    assert_eq!(placed.status, 201, "{}", placed.text());
    let token = placed.json()["token"].as_str().unwrap().to_owned();
    let order = app.json(&format!("/api/v1/orders/{token}")).await.to_string();
    assert!(order.contains(COFFEE) && !order.contains(KAFFEE), "{order}");
}

#[tokio::test]
async fn what_somebody_else_has_translated_meanwhile_comes_back() {
    let app = TestApp::new().await;
    let owner = app.staff(Role::Owner).await;
    let dish = app.dish(DINER, COFFEE).await;
    let key = format!("dish-{dish}-name");
    let seen = app.translations(&owner, &dish).await;
    app.translate_coffee(&owner).await;
    let path = format!("{OFFICE}?to=de");
    let again = app.form(&path, &owner, &typed(&seen, &key, "Endloskaffee")).await;
    let place = again.header("location").to_owned();
    assert!(place.contains("wrong=translations"), "{place}");
    let edited = app.edited(&owner).await;
    assert_eq!(edited["edits"].as_array().unwrap().len(), 1);
    assert_eq!(coffee(&edited["edited"])["translations"][0]["name"], KAFFEE);
    // Both are shown, and saving once more replaces the other one.
    let drinks = app.translations(&owner, &dish).await;
    let category = hidden_category(&drinks);
    let shown = app.page(&format!("{place}&category={category}"), &owner).await;
    assert!(shown.text().contains("value=\"Endloskaffee\"") && shown.text().contains(KAFFEE));
    let replaced = app
        .form(&path, &owner, &typed(&shown, &key, "Endloskaffee"))
        .await;
    assert_eq!(replaced.header("location"), format!("{path}&done=saved"));
    // The same form again makes nothing more.
    let same = app.form(&path, &owner, &typed(&seen, &key, "Endloskaffee")).await;
    assert_eq!(same.status, 303);
    let edited = app.edited(&owner).await;
    assert_eq!(edited["edits"].as_array().unwrap().len(), 2);
    let unknown = app
        .form(&format!("{OFFICE}?to=en"), &owner, &typed(&seen, &key, "x"))
        .await;
    assert_eq!(unknown.status, 422, "{}", unknown.text());
}

/// Of the form of a page.
fn hidden_category(page: &Answer) -> String {
    let (_, after) = page.text().split_once("<form method=\"post\" action=\"").unwrap();
    let action = after.split('"').next().unwrap().replace("&amp;", "&");
    let category = action.split('&').find_map(|pair| pair.strip_prefix("category="));
    category.unwrap().to_owned()
}

#[tokio::test]
async fn a_menu_that_is_translated_whole_is_in_that_language_alone() {
    let app = TestApp::new().await;
    let page = app
        .page("/restaurants/gasthaus-zur-alten-muehle?lang=en", "")
        .await;
    let opening = "<div lang=\"en\" dir=\"ltr\" class=\"menu\">";
    let (_, menu) = page.text().split_once(opening).unwrap();
    let (menu, _) = menu.split_once("</main>").unwrap();
    assert!(menu.contains("Cheese spaetzle"));
    assert!(!menu.contains("lang=\"de\""), "{menu}");
}

#[tokio::test]
async fn a_large_menu_is_translated_a_page_at_a_time() {
    let app = TestApp::new().await;
    let owner = app.staff_of("jade-lantern", Role::Owner).await;
    let page = app.page("/office/jade-lantern/translations?to=de", &owner).await;
    assert_eq!(page.status, 200);
    assert!(page.text().contains("missing"));
    assert!(page.text().len() < 100_000, "{} bytes", page.text().len());
}
