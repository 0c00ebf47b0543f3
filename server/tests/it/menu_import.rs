//! Menus of spreadsheets and of other programs are imported into the office, and exported from it.

use std::{
    fmt::Write,
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::Body,
    http::Request,
    response::{Html, Redirect},
    routing::get,
};
use serde_json::{Value, json};
use servery::cli::{export, import};
use servery::{clock, settings::Settings};
use servery_domain::{account::Role, limits, menu_import::Unlisted, problem::ProblemType};
use servery_store::restaurant_files::ImportMode;

use crate::{
    orders::DINER,
    test_app::{Answer, TestApp, listen, unique},
};

const OFFICE: &str = "/office/lighthouse-diner";
const SOUPS: &str = "category,dish,price\nSoups,Lobster Bisque,8.50\nSoups,Tomato Soup,6.25\n";
const DISHES: usize = 10_000;
/// A build without optimisation takes several times as long.
const IMPORT_LIMIT: Duration = Duration::from_secs(if cfg!(debug_assertions) { 60 } else { 5 });

impl TestApp {
    async fn import_menu(&self, cookie: &str, (id, query): (&str, &str), file: &[u8]) -> Answer {
        let path = format!("{DINER}/menu-imports/{id}{query}");
        let request = Request::put(path).header("cookie", cookie);
        self.send(request.body(Body::from(file.to_vec())).unwrap()).await
    }

    async fn imported(&self, cookie: &str, id: &str, query: &str, file: &[u8]) -> Value {
        let answer = self.import_menu(cookie, (id, query), file).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }

    async fn edit_count(&self, cookie: &str) -> usize {
        let answer = self.get(&format!("{DINER}/edits"), &[("cookie", cookie)]).await;
        answer.json()["edits"].as_array().unwrap().len()
    }

    /// A file in the form of the page: where it leads, decoded.
    async fn send_form(&self, cookie: &str, (act, file): (&str, &[u8])) -> String {
        self.send_import(cookie, &[("act", act)], file).await
    }

    /// The address of a page in the same form.
    async fn send_page(&self, cookie: &str, page: &str) -> String {
        self.send_import(cookie, &[("act", "import"), ("page", page)], b"")
            .await
    }

    async fn send_import(&self, cookie: &str, fields: &[(&str, &str)], file: &[u8]) -> String {
        let mut body = Vec::new();
        for (name, value) in [("id", unique().as_str()), ("unlisted", "keep")]
            .iter()
            .chain(fields)
        {
            let part =
                format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend(part.bytes());
        }
        let head = "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"menu.csv\"\r\n\r\n";
        body.extend(head.bytes().chain(file.iter().copied()));
        body.extend(b"\r\n--edge--\r\n");
        let request = Request::post(format!("{OFFICE}/import"))
            .header("cookie", cookie)
            .header("content-type", "multipart/form-data; boundary=edge");
        let answer = self.send(request.body(Body::from(body)).unwrap()).await;
        assert_eq!(answer.status, 303, "{}", answer.text());
        answer.header("location").to_owned()
    }
}

fn counts(summary: &Value) -> [u64; 3] {
    assert_eq!(summary["left_out"], json!([]));
    ["added", "changed", "removed"].map(|name| summary[name].as_u64().unwrap())
}

#[tokio::test]
async fn an_import_is_one_edit_that_is_published_like_any_other() {
    let app = TestApp::new().await;
    let owner = app.staff(Role::Owner).await;
    let id = unique();
    let first = app.imported(&owner, &id, "", SOUPS.as_bytes()).await;
    assert_eq!(counts(&first), [3, 0, 0], "a category and two dishes");
    assert_eq!(
        app.imported(&owner, &id, "", SOUPS.as_bytes()).await,
        first,
        "the same again"
    );
    assert_eq!(app.edit_count(&owner).await, 1);
    let again = app.imported(&owner, &unique(), "", SOUPS.as_bytes()).await;
    assert_eq!(counts(&again), [0, 0, 0], "they are known by their names now");
    assert_eq!(app.edit_count(&owner).await, 1);
    let menu = app.json(&format!("{DINER}/menu")).await;
    assert!(
        !menu.to_string().contains("Lobster Bisque"),
        "it is not published"
    );
    let edit = first["edit"].as_str().unwrap();
    let path = format!("{DINER}/edits/{edit}/publication");
    let published = app.call("PUT", &path, &[("cookie", &owner)], &json!({})).await;
    assert_eq!(published.status, 200, "{}", published.text());
    let menu = app.json(&format!("{DINER}/menu")).await;
    let soups = menu["categories"].as_array().unwrap().last().unwrap();
    assert_eq!(
        (&soups["name"], &soups["dishes"][1]["price"]),
        (&json!("Soups"), &json!(625))
    );
}

#[tokio::test]
async fn a_dry_run_and_a_file_with_mistakes_change_nothing() {
    let app = TestApp::new().await;
    let owner = app.staff(Role::Owner).await;
    let dry = app
        .imported(
            &owner,
            &unique(),
            "?dry_run=true&unlisted=remove",
            SOUPS.as_bytes(),
        )
        .await;
    assert_eq!(dry["added"], 3);
    assert!(dry["removed"].as_u64().unwrap() > 10, "{dry}");
    let wrong = "category,dish,price\nSoups,Lobster Bisque,8.50\nSoups,,6.25\nSoups,Gumbo,lots\n";
    let refused = app.import_menu(&owner, (&unique(), ""), wrong.as_bytes()).await;
    assert_eq!(refused.status, 422);
    assert_eq!(
        refused.problem(ProblemType::NotAccepted).detail,
        "line 3: the name is missing\nline 4: \"lots\" is no price in this currency"
    );
    for (query, file) in [
        ("?unlisted=perhaps", SOUPS),
        ("?dry_run=perhaps", SOUPS),
        ("", ""),
    ] {
        let refused = app.import_menu(&owner, (&unique(), query), file.as_bytes()).await;
        assert_eq!(refused.status, 422, "{}", refused.text());
    }
    let large = vec![b' '; limits::MENU_FILE + 1];
    assert_eq!(app.import_menu(&owner, (&unique(), ""), &large).await.status, 413);
    assert_eq!(app.edit_count(&owner).await, 0);
}

#[tokio::test]
async fn what_is_exported_is_imported_again_without_a_change() {
    let app = TestApp::new().await;
    let owner = app.staff(Role::Owner).await;
    app.imported(&owner, &unique(), "", SOUPS.as_bytes()).await;
    for name in ["menu.csv", "menu.xlsx", "restaurant.json"] {
        let file = app.get(&format!("{OFFICE}/{name}"), &[("cookie", &owner)]).await;
        assert_eq!(file.status, 200);
        assert_eq!(
            file.header("content-disposition"),
            format!("attachment; filename=\"lighthouse-diner-{name}\"")
        );
        for unlisted in ["keep", "remove"] {
            let query = format!("?unlisted={unlisted}");
            let again = app.imported(&owner, &unique(), &query, &file.body).await;
            assert_eq!(counts(&again), [0, 0, 0], "{name}");
        }
    }
    let file = app
        .get(&format!("{OFFICE}/restaurant.json"), &[("cookie", &owner)])
        .await;
    let mut restaurant = file.json();
    restaurant["phone"] = json!("+1 212 555 0100");
    restaurant["coupons"] = json!([]);
    let text = restaurant.to_string();
    let changed = app.imported(&owner, &unique(), "", text.as_bytes()).await;
    assert_eq!(changed["changed"], 1, "the profile");
    assert!(changed["removed"].as_u64().unwrap() > 0, "the coupons");
    restaurant["id"] = json!(unique());
    let refused = app
        .import_menu(&owner, (&unique(), ""), restaurant.to_string().as_bytes())
        .await;
    assert_eq!(refused.status, 422);
    assert!(
        refused.text().contains("another restaurant"),
        "{}",
        refused.text()
    );
}

#[tokio::test]
async fn the_form_says_what_became_of_a_file() {
    let app = TestApp::new().await;
    let owner = app.staff(Role::Owner).await;
    let says = async |act, file: &[u8], said: &str| {
        let location = app.send_form(&owner, (act, file)).await;
        let page = app.get(&location, &[("cookie", &owner)]).await;
        assert_eq!(page.status, 200);
        assert!(page.text().contains(said), "{}", page.text());
    };
    says(
        "import",
        b"",
        "Choose a file first, or write the address of a page.",
    )
    .await;
    says(
        "check",
        SOUPS.as_bytes(),
        "It would make 3 new, 0 changed, 0 removed.",
    )
    .await;
    assert_eq!(app.edit_count(&owner).await, 0);
    says(
        "import",
        SOUPS.as_bytes(),
        "Imported: 3 new, 0 changed, 0 removed.",
    )
    .await;
    assert_eq!(app.edit_count(&owner).await, 1);
    says(
        "import",
        SOUPS.as_bytes(),
        "The menu is already as the file says.",
    )
    .await;
    let long = format!(
        "category,dish,price\nSoups,{},9\nSoups,Gumbo,{}\n",
        "x".repeat(10_000),
        "9".repeat(10_000)
    );
    says("import", long.as_bytes(), "Line 3:").await;
    let large = vec![b'x'; limits::MENU_FILE + limits::BODY];
    says("import", &large, "The file is too large").await;
}

#[tokio::test]
async fn the_program_imports_and_exports_menus() {
    let app = TestApp::new().await;
    let file = |name: &str| app.folder.path().join(name);
    let run = async |path: &str, unlisted, mode| {
        let (path, menu_of) = (file(path), Some(("lighthouse-diner", unlisted)));
        let run = import::run(app.store.as_ref(), (&path, menu_of), mode, clock::now()).await;
        run.map_err(|error| error.to_string())
    };
    std::fs::write(file("soups.csv"), SOUPS).unwrap();
    let told = run("soups.csv", Unlisted::Keep, ImportMode::DryRun)
        .await
        .unwrap();
    assert!(told.contains("added    categories[Soups]\n"), "{told}");
    assert!(told.ends_with("lighthouse-diner would be changed"), "{told}");
    run("soups.csv", Unlisted::Keep, ImportMode::Write).await.unwrap();
    for name in ["menu.csv", "menu.xlsx"] {
        export::run(app.store.as_ref(), "lighthouse-diner", Some(&file(name)))
            .await
            .unwrap();
        let told = run(name, Unlisted::Remove, ImportMode::Write).await.unwrap();
        assert_eq!(told, "lighthouse-diner is as the file says; nothing changes");
    }
    std::fs::write(file("wrong.csv"), "category,dish,price\nSoups,Gumbo,lots\n").unwrap();
    let refused = run("wrong.csv", Unlisted::Keep, ImportMode::Write)
        .await
        .unwrap_err();
    assert!(
        refused.ends_with("wrong.csv: nothing was imported\nline 2: \"lots\" is no price in this currency"),
        "{refused}"
    );
}

#[tokio::test]
async fn ten_thousand_dishes_are_imported_within_seconds() {
    let app = TestApp::new().await;
    let owner = app.staff(Role::Owner).await;
    let mut text = "category,dish,description,price,allergens\n".to_owned();
    for number in 0..DISHES {
        let category = number / 100;
        writeln!(
            text,
            "Category {category},Dish {number},With rice and salad,{number}.50,\"gluten, milk\""
        )
        .unwrap();
    }
    let begun = Instant::now();
    let imported = app.imported(&owner, &unique(), "", text.as_bytes()).await;
    let taken = begun.elapsed();
    assert_eq!(counts(&imported), [(DISHES + DISHES / 100) as u64, 0, 0]);
    let begun = Instant::now();
    let page = app.get(&format!("{OFFICE}/changes"), &[("cookie", &owner)]).await;
    assert_eq!(page.status, 200);
    println!(
        "10,000 dishes: imported in {taken:?}, the page of changes in {:?}",
        begun.elapsed()
    );
    assert!(taken < IMPORT_LIMIT, "{taken:?}");
    assert!(page.body.len() < 400_000, "{} bytes", page.body.len());
}

/// A web site with a menu, at `/menu`, and with pages that lead elsewhere. Its address.
async fn web_site() -> String {
    const PAGE: &str = r#"<!doctype html><title>Menu</title><script type="application/ld+json">
        {"@type": "Menu", "hasMenuSection": {"name": "Soups", "hasMenuItem":
        {"name": "Lobster Bisque", "offers": {"price": "8.50", "priceCurrency": "USD"}}}}</script>"#;
    let moved = |to: &'static str| get(async move || Redirect::to(to));
    let router = Router::new()
        .route("/menu", get(async || Html(PAGE)))
        .route("/moved", moved("/menu"))
        .route("/round", moved("/round"))
        .route("/file", moved("file:///etc/passwd"))
        .route("/large", get(async || vec![b' '; limits::MENU_FILE + 1]));
    format!("http://{}", listen(router).await.0)
}

#[tokio::test]
async fn a_menu_is_imported_from_the_address_of_a_page() {
    let settings = Settings {
        private_addresses: Some(true),
        ..Settings::default()
    };
    let (app, site) = (TestApp::with(None, settings).await, web_site().await);
    let owner = app.staff(Role::Owner).await;
    let imported = app.send_page(&owner, &format!(" {site}/moved ")).await;
    assert!(imported.contains("imported"), "{imported}");
    assert_eq!(app.edit_count(&owner).await, 1);
    for (page, fault) in [
        ("/nowhere", "page-not-loaded"),
        ("/round", "page-not-loaded"),
        ("/file", "page-not-loaded"),
        ("/large", "large"),
    ] {
        let result = app.send_page(&owner, &format!("{site}{page}")).await;
        assert!(result.contains(&format!("%22{fault}%22")), "{page}: {result}");
    }
    let nobody = app.send_page(&owner, "http://127.0.0.1:9/menu").await;
    assert!(nobody.contains("%22page-not-loaded%22"), "{nobody}");
    let long = format!("{site}/{}", "x".repeat(limits::WEB_ADDRESS));
    assert!(app.send_page(&owner, &long).await.contains("%22page-address%22"));
    assert!(app.send_page(&owner, "").await.contains("no_file"));
    assert_eq!(app.edit_count(&owner).await, 1);
}

#[tokio::test]
async fn a_page_in_a_private_network_is_not_loaded() {
    let (app, site) = (TestApp::new().await, web_site().await);
    let owner = app.staff(Role::Owner).await;
    let port = site.rsplit(':').next().unwrap();
    for address in [
        format!("{site}/menu"),
        format!("http://localhost:{port}/menu"),
        "http://localhost/menu".to_owned(),
        "http://169.254.169.254/latest".to_owned(),
        "file:///etc/passwd".to_owned(),
        "menu".to_owned(),
    ] {
        let result = app.send_page(&owner, &address).await;
        assert!(result.contains("%22page-address%22"), "{address}: {result}");
    }
    assert_eq!(app.edit_count(&owner).await, 0);
}
