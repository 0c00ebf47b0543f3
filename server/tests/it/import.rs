//! `servery export` and `servery import`.

use std::{
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use servery::{
    cli::{export, import},
    clock,
    restaurant_file::{read::read, write},
};
use servery_domain::{
    currency::Minor,
    id::{CategoryId, DishId, OptionGroupId},
    limits,
    menu::{Category, Dish},
    restaurant_file::RestaurantFile,
};
use servery_store::{Store, restaurant_files::ImportMode};

use crate::{
    catalog::until,
    orders::DINER,
    test_app::{TestApp, empty_store},
};

const DISHES: usize = 10_000;
/// A build without optimisation takes several times as long.
const IMPORT_LIMIT: Duration = Duration::from_secs(if cfg!(debug_assertions) { 60 } else { 5 });

impl TestApp {
    async fn exported(&self, slug: &str) -> String {
        export::run(self.store.as_ref(), slug, None).await.unwrap()
    }

    async fn import(&self, text: &str) -> Result<String, String> {
        self.import_as(text.as_bytes(), ImportMode::Write).await
    }

    async fn import_as(&self, bytes: &[u8], mode: ImportMode) -> Result<String, String> {
        let file = self.file(bytes);
        let run = import::run(self.store.as_ref(), (&file, None), mode, clock::now()).await;
        run.map_err(|error| error.to_string())
    }

    fn file(&self, bytes: &[u8]) -> PathBuf {
        let file = self.folder.path().join("restaurant.json");
        std::fs::write(&file, bytes).unwrap();
        file
    }

    async fn diner(&self) -> RestaurantFile {
        read(&self.exported("lighthouse-diner").await).unwrap()
    }
}

fn text(file: &RestaurantFile) -> String {
    write(file).unwrap()
}

/// The demo restaurant's file with a change that only text can have.
fn changed(text: &str, change: impl FnOnce(&mut Value)) -> String {
    let mut value = serde_json::from_str(text).unwrap();
    change(&mut value);
    serde_json::to_string_pretty(&value).unwrap()
}

#[tokio::test]
async fn export_import_export_is_the_same_to_the_byte() {
    let app = TestApp::new().await;
    let (folder, elsewhere) = empty_store().await;
    for restaurant in app.store.restaurants().await.unwrap() {
        let exported = app.exported(restaurant.slug.as_str()).await;
        assert!(exported.ends_with("}\n"));
        let file = folder.path().join("restaurant.json");
        let told = export::run(app.store.as_ref(), restaurant.slug.as_str(), Some(&file)).await;
        assert_eq!(
            told.unwrap(),
            format!("{} is in {}", restaurant.name, file.display())
        );
        assert!(std::fs::read_to_string(&file).unwrap() == exported);
        let told = import_into(&elsewhere, &file).await;
        assert!(
            told.starts_with(&format!("{} is new, with ", restaurant.slug)),
            "{told}"
        );
        let again = export::run(elsewhere.as_ref(), restaurant.slug.as_str(), None).await;
        assert!(again.unwrap() == exported, "{}", restaurant.slug);
    }
    assert_eq!(elsewhere.restaurants().await.unwrap().len(), 12);
}

async fn import_into(store: &Arc<dyn Store>, file: &std::path::Path) -> String {
    import::run(store.as_ref(), (file, None), ImportMode::Write, clock::now())
        .await
        .unwrap()
}

#[tokio::test]
async fn a_second_import_changes_nothing() {
    let app = TestApp::new().await;
    let exported = app.exported("trattoria-da-lucia").await;
    let (before, revision) = (
        app.store.revisions().await.unwrap(),
        app.restaurant("trattoria-da-lucia").await.revision,
    );
    let told = app.import(&exported).await.unwrap();
    assert_eq!(told, "trattoria-da-lucia is as the file says; nothing changes");
    assert_eq!(app.store.revisions().await.unwrap(), before);
    assert_eq!(app.restaurant("trattoria-da-lucia").await.revision, revision);
}

#[tokio::test]
async fn a_dry_run_says_what_would_change() {
    let app = TestApp::new().await;
    let exported = app.exported("lighthouse-diner").await;
    let mut file = app.diner().await;
    file.phone = "+1 212 555 0199".into();
    file.categories[0].dishes[0].price = Minor(1);
    file.categories[1].dishes.swap(0, 1);
    let gone = file.coupons.remove(0).code;
    let category = file.categories[0].clone();
    let told = app
        .import_as(text(&file).as_bytes(), ImportMode::DryRun)
        .await
        .unwrap();
    let price = format!(
        "categories[{}].dishes[{}].price",
        category.name, category.dishes[0].name
    );
    for expected in [
        "changed  phone: \"+1 212 555 0148\" → \"+1 212 555 0199\"".to_owned(),
        format!("changed  {price}: "),
        format!("sorted   categories[{}].dishes", file.categories[1].name),
        format!("removed  coupons[{gone}]"),
        "lighthouse-diner would be changed".to_owned(),
    ] {
        assert!(
            told.lines().any(|line| line.starts_with(&expected)),
            "{expected}\n{told}"
        );
    }
    assert_eq!(told.lines().count(), 5, "{told}");
    assert!(
        app.exported("lighthouse-diner").await == exported,
        "it has changed"
    );
    let told = app.import(&text(&file)).await.unwrap();
    assert!(told.ends_with("\nlighthouse-diner is changed"), "{told}");
    assert!(app.exported("lighthouse-diner").await == text(&file));
}

#[tokio::test]
async fn a_running_server_notices_an_import() {
    let app = TestApp::new().await;
    let mut file = app.diner().await;
    file.categories[0].dishes[0].name = "Pancakes of the day".into();
    app.import(&text(&file)).await.unwrap();
    let took = until(&app, &format!("{DINER}/menu"), |answer| {
        answer.text().contains("Pancakes of the day")
    })
    .await;
    assert!(took < Duration::from_secs(1), "{took:?}");
}

#[tokio::test]
async fn all_mistakes_are_told_with_path_and_line() {
    let app = TestApp::new().await;
    let exported = app.exported("trattoria-da-lucia").await;
    let wrong = changed(&exported, |file| {
        file["hours"] = json!("Mo-Fri 10:00-18:00");
        file["ordering"]["zones"][1]["area"]["circle"]["metres"] = json!("far");
        file["coupons"][0]["code"] = json!("benvenuti");
        let dishes = &mut file["categories"][0]["dishes"];
        dishes[0]["price"] = json!("6.50");
        dishes[1]["alergens"] = json!(["nuts"]);
        dishes[2]["allergens"] = json!(["milk", "plutonium"]);
        dishes[3].as_object_mut().unwrap().remove("name");
        dishes[4]["price"] = json!(-5);
        dishes[5]["served"] = json!("24 7");
    });
    let told = app.import(&wrong).await.unwrap_err();
    let mut lines: Vec<&str> = told.lines().collect();
    assert!(
        lines.remove(0).ends_with("restaurant.json: nothing was imported"),
        "{told}"
    );
    let mut line = 0;
    for said in &lines {
        let (before, _) = said.split_once(", ").unwrap();
        let next: usize = before.strip_prefix("line ").unwrap().parse().unwrap();
        assert!(next >= line, "{told}");
        line = next;
    }
    for expected in [
        "categories[0].dishes[0].price: is the text \"6.50\", and not a whole number",
        "categories[0].dishes[1].alergens: is no field here; the fields are id, name,",
        "categories[0].dishes[2].allergens[1]: is \"plutonium\", and not one of gluten,",
        "categories[0].dishes[3].name: is missing",
        "categories[0].dishes[4].price: is 0 to 100000000",
        "categories[0].dishes[5].served: is not understood: opening hours are written like",
        "coupons[0].code: is written 'BENVENUTI'",
        "hours: is not understood: opening hours are written like",
        "ordering.zones[1].area.circle.metres: is the text \"far\", and not a whole number from 0 to 4294967295",
    ] {
        assert!(
            lines.iter().any(|line| line.contains(expected)),
            "{expected}\n{told}"
        );
    }
    assert_eq!(lines.len(), 9, "{told}");
    let price = wrong.lines().position(|line| line.contains("\"6.50\"")).unwrap() + 1;
    assert!(
        told.contains(&format!("line {price}, categories[0].dishes[0].price:")),
        "{told}"
    );
    assert!(app.exported("trattoria-da-lucia").await == exported);
}

#[tokio::test]
async fn what_is_no_file_of_ours_is_refused_in_a_sentence() {
    let app = TestApp::new().await;
    let exported = app.exported("menya-tsukikage").await;
    let with = |field: &str, value: Value| changed(&exported, |file| file[field] = value);
    let twice = exported.replacen("\"name\":", "\"name\": \"Twice\",\n  \"name\":", 1);
    let many: Vec<Value> = (0..=limits::HOLIDAYS).map(|_| json!("2026-12-25")).collect();
    for (bytes, expected) in [
        (String::new(), "the file is no JSON: EOF"),
        (
            exported.replacen(",", "", 1),
            "the file is no JSON: expected `,` or `}` at line 3 column 3",
        ),
        ("[]".to_owned(), "the file is a list, and not an object"),
        (
            twice,
            "the file is not understood: duplicate field `name` at line 6",
        ),
        (
            with("format", json!("servery/2")),
            "format: is \"servery/2\", and not one of servery/1",
        ),
        (with("zone", json!("Europe/Millbrook")), "zone: is no time zone"),
        (
            with("slug", json!("Menya Tsukikage")),
            "slug: is not understood: a slug is lower-case words",
        ),
        (
            with("currency", json!("yen")),
            "currency: is not understood: a currency is its ISO 4217 code",
        ),
        (with("holidays", many.into()), "holidays: are 500 at the most"),
        (with("price", json!(1_000_000_000)), "price: is no field here"),
        (
            with("name", json!("x".repeat(10_000))),
            "name: has at most 120 characters",
        ),
        (
            with("brand_color", json!("red")),
            "brand_color: is not understood: a colour is written #a63d2f",
        ),
        (
            with("id", json!("0".repeat(32))),
            "id: is not that of the restaurant 'menya-tsukikage', which is",
        ),
    ] {
        let told = app.import(&bytes).await.unwrap_err();
        assert!(told.contains(expected), "{expected}\n{told}");
    }
    let mut marked = b"\xef\xbb\xbf".to_vec();
    marked.extend(exported.as_bytes());
    let told = app.import_as(&marked, ImportMode::Write).await.unwrap();
    assert!(told.ends_with("nothing changes"), "{told}");
    let told = app
        .import_as(b"\xff\xfe{\0", ImportMode::Write)
        .await
        .unwrap_err();
    assert!(told.contains("the file is no UTF-8"), "{told}");
    let nowhere = app.folder.path().join("nowhere.json");
    let told = import::run(
        app.store.as_ref(),
        (&nowhere, None),
        ImportMode::Write,
        clock::now(),
    )
    .await;
    assert!(
        told.unwrap_err()
            .to_string()
            .contains("nowhere.json: No such file")
    );
    let unknown = export::run(app.store.as_ref(), "nobody", None).await.unwrap_err();
    assert_eq!(unknown.to_string(), "there is no restaurant 'nobody'");
}

#[tokio::test]
async fn a_file_has_limits() {
    let app = TestApp::new().await;
    let large = vec![b' '; limits::RESTAURANT_FILE + 1];
    let told = app.import_as(&large, ImportMode::Write).await.unwrap_err();
    assert!(told.contains("the file has more than 33554432 bytes"), "{told}");
    let many = with_dishes(app.diner().await, limits::DISHES + 1);
    let told = app.import(&text(&many)).await.unwrap_err();
    assert!(
        told.contains("categories: have 20000 dishes at the most"),
        "{told}"
    );
    let mut wrong = with_dishes(app.diner().await, 1_000);
    for dish in wrong
        .categories
        .iter_mut()
        .flat_map(|category| &mut category.dishes)
    {
        dish.name.clear();
    }
    let told = app.import(&text(&wrong)).await.unwrap_err();
    assert!(told.ends_with("\nand 950 more"), "{told}");
    assert_eq!(told.lines().count(), 52);
}

#[tokio::test]
async fn a_mistake_in_the_last_dish_leaves_nothing() {
    let app = TestApp::new().await;
    let exported = app.exported("lighthouse-diner").await;
    let mut file = app.diner().await;
    file.name = "Another Diner".into();
    let last = file
        .categories
        .last_mut()
        .and_then(|category| category.dishes.last_mut());
    last.unwrap().option_groups = vec![OptionGroupId(1)];
    let told = app.import(&text(&file)).await.unwrap_err();
    assert!(
        told.contains("option_groups[0]: is no group of options of this menu"),
        "{told}"
    );
    // The database itself finds this one.
    let mut file = app.diner().await;
    file.name = "Another Diner".into();
    let others = read(&app.exported("trattoria-da-lucia").await).unwrap();
    let last = file
        .categories
        .last_mut()
        .and_then(|category| category.dishes.last_mut());
    let (last, stations) = (last.unwrap(), &mut file.stations);
    last.id = others.categories[0].dishes[0].id;
    stations.clear();
    file.favourites.clear();
    let told = app.import(&text(&file)).await.unwrap_err();
    assert!(told.contains(".id: belongs to another restaurant"), "{told}");
    assert!(app.exported("lighthouse-diner").await == exported);
}

#[tokio::test]
async fn case_coopcycle_web_316_what_is_gone_from_the_menu_stays_in_orders() {
    let app = TestApp::new().await;
    let basket = app.basket("Bottomless Coffee", 2).await;
    let receipt = app.place(&app.placement(basket.clone()).await).await.json();
    let token = receipt["token"].as_str().unwrap();
    let order = app.order(token).await;
    let mut file = app.diner().await;
    let coffee: DishId = basket["lines"][0]["dish"].as_str().unwrap().parse().unwrap();
    for category in &mut file.categories {
        category.dishes.retain(|dish| dish.id != coffee);
    }
    file.favourites.retain(|dish| *dish != coffee);
    for choice in file.option_groups.iter_mut().flat_map(|group| &mut group.choices) {
        choice.dish = choice.dish.filter(|dish| *dish != coffee);
    }
    let told = app.import(&text(&file)).await.unwrap();
    let removed = told
        .lines()
        .filter(|line| line.starts_with("removed  categories["));
    assert_eq!(removed.count(), 1, "{told}");
    app.app.catalog.reload_if_changed().await.unwrap();
    let menu = app.get(&format!("{DINER}/menu"), &[]).await;
    assert!(!menu.text().contains(&coffee.to_string()));
    assert_eq!(app.order(token).await, order);
    let quote = app.quote(&basket).await;
    assert_eq!(quote["removed_lines"].as_array().unwrap().len(), 1, "{quote}");
    let told = app.import(&text(&file)).await.unwrap();
    assert!(told.ends_with("nothing changes"), "{told}");
}

#[tokio::test]
async fn case_tastyigniter_748_sorting_brings_back_no_dish_that_has_run_out() {
    let app = TestApp::new().await;
    let mut file = app.diner().await;
    let (diner, dish) = (file.id, file.categories[0].dishes[0].id);
    app.store
        .set_stock(diner, dish, Some(0), clock::now())
        .await
        .unwrap();
    let portions = app.store.stock(diner).await.unwrap();
    file.categories[0].dishes.reverse();
    file.categories.swap(0, 1);
    app.import(&text(&file)).await.unwrap();
    let moved = file.categories[1].dishes.pop().unwrap();
    file.categories[0].dishes.push(moved);
    let told = app.import(&text(&file)).await.unwrap();
    assert!(told.starts_with("moved    categories["), "{told}");
    assert_eq!(app.store.stock(diner).await.unwrap(), portions);
    let listings = app.store.listings(&[diner]).await.unwrap();
    assert!(listings[0].sold_out.contains(&dish));
    until(&app, DINER, |answer| answer.text().contains(&dish.to_string())).await;
}

/// A menu of so many dishes.
fn with_dishes(mut file: RestaurantFile, dishes: usize) -> RestaurantFile {
    let per_category = dishes.div_ceil(limits::CATEGORIES);
    let id = |number: usize| 99 << 64 | number as u128;
    let first = file.categories[0].dishes[0].clone();
    let dish = |number: usize| Dish {
        id: DishId(id(number)),
        name: format!("Dish {number}"),
        description: "With what the market had this morning".into(),
        ..first.clone()
    };
    let numbers: Vec<usize> = (0..dishes).collect();
    let categories = numbers
        .chunks(per_category)
        .enumerate()
        .map(|(position, numbers)| Category {
            id: CategoryId(id(position)),
            name: format!("Category {position}"),
            description: String::new(),
            translations: Default::default(),
            dishes: numbers.iter().copied().map(dish).collect(),
        });
    file.categories = categories.collect();
    file.stations.clear();
    file.favourites.clear();
    for choice in file.option_groups.iter_mut().flat_map(|group| &mut group.choices) {
        choice.dish = None;
    }
    file
}

#[tokio::test]
async fn ten_thousand_dishes_are_imported_in_seconds() {
    let app = TestApp::new().await;
    let file = with_dishes(app.diner().await, DISHES);
    for verb in ["first", "changed"] {
        let mut file = file.clone();
        file.categories.iter_mut().for_each(|category| {
            category.dishes.iter_mut().for_each(|dish| dish.name += verb);
        });
        let text = text(&file);
        let started = Instant::now();
        app.import(&text).await.unwrap();
        let took = started.elapsed();
        println!("{DISHES} dishes, {} bytes, {verb}: {took:?}", text.len());
        assert!(took < IMPORT_LIMIT, "{took:?}");
    }
    let started = Instant::now();
    assert!(app.import(&text(&file)).await.unwrap().lines().count() > DISHES);
    println!("and back: {:?}", started.elapsed());
    assert!(app.exported("lighthouse-diner").await == text(&file));
}
