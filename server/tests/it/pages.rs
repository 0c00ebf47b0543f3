use std::{collections::BTreeMap, fs};

use axum::http::StatusCode;

use crate::test_app::TestApp;

const PAGES: [&str; 3] = ["/", "/restaurants/trattoria-da-lucia", "/about"];

/// Where the first dish with more than one group of options is shown, and its id.
async fn dish(app: &TestApp, restaurant: &str) -> (String, String) {
    let menu = app.json(&format!("/api/v1/restaurants/{restaurant}/menu")).await;
    let dishes = menu["categories"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|category| category["dishes"].as_array().unwrap());
    let id = dishes
        .into_iter()
        .find(|dish| dish["option_groups"][1].is_string())
        .unwrap()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    (format!("/restaurants/{restaurant}/dishes/{id}"), id)
}

#[tokio::test]
async fn a_thin_page_has_no_script_and_says_so() {
    let app = TestApp::new().await;
    let (dish, _) = dish(&app, "trattoria-da-lucia").await;
    for path in PAGES.into_iter().chain([&*dish]) {
        let page = app.get(path, &[("cookie", "servery_render=thin")]).await;
        assert_eq!(page.header("servery-render"), "thin; reason=visitor", "{path}");
        assert!(
            page.header("content-security-policy")
                .contains("script-src 'none'"),
            "{path}"
        );
        // What search engines read is data.
        let html = page.text().replace("<script type=\"application/ld+json\">", "");
        for needless in [
            "<script",
            "modulepreload",
            ".wasm",
            " onclick",
            " onload",
            "javascript:",
        ] {
            assert!(!html.contains(needless), "{path}: {needless}");
        }
    }
}

#[tokio::test]
async fn a_page_with_a_script_is_the_same_bytes_for_everybody_and_runs_no_inline_script() {
    let app = TestApp::new().await;
    for (path, mode) in [
        ("/", "hydrated"),
        ("/", "thick"),
        ("/restaurants/jade-lantern", "hydrated"),
        ("/about", "hydrated"),
    ] {
        let cookie = format!("servery_render={mode}");
        let page = app.get(path, &[("cookie", &cookie)]).await;
        let policy = page.header("content-security-policy");
        assert!(
            policy.contains("script-src 'self' 'wasm-unsafe-eval';"),
            "{policy}"
        );
        for loose in ["unsafe-inline", "'unsafe-eval'", "nonce-", "strict-dynamic"] {
            assert!(!policy.contains(loose), "{policy}");
        }
        let scripts: Vec<&str> = page.text().split("<script").skip(1).collect();
        for script in &scripts {
            let element = script.split('>').next().unwrap();
            let is_data = element.contains("type=\"application/");
            let is_boot = element.contains("src=\"/assets/boot.") && script.contains("></script>");
            assert!(is_data || is_boot, "{path} {mode}: {element}");
        }
        assert!(!scripts.is_empty(), "{path} {mode}");
        assert!(
            page.text().contains("<noscript>"),
            "{path} {mode}: a link to the thin page"
        );
        let (etag, visitor) = (page.header("etag"), "servery_visitor=0; ");
        let other = app.get(path, &[("cookie", &format!("{visitor}{cookie}"))]).await;
        assert_eq!(
            (other.text(), other.header("etag")),
            (page.text(), etag),
            "{path} {mode}"
        );
        let again = app
            .get(path, &[("cookie", &cookie), ("if-none-match", etag)])
            .await;
        assert_eq!(again.status, StatusCode::NOT_MODIFIED, "{path} {mode}");
    }
}

#[tokio::test]
async fn a_page_of_one_visitor_has_no_etag() {
    let app = TestApp::new().await;
    for mode in ["thin", "hydrated"] {
        let cookie = format!("servery_render={mode}");
        let basket = app
            .get("/restaurants/jade-lantern/basket", &[("cookie", &cookie)])
            .await;
        let headers = (basket.header("etag"), basket.header("cache-control"));
        assert_eq!(headers, ("", "private, no-store"), "{mode}");
    }
}

#[tokio::test]
async fn only_the_staff_app_shows_photos_that_have_no_address() {
    let app = TestApp::new().await;
    for (path, mode, pictures) in [
        ("/staff/lighthouse-diner/till", "thick", "img-src 'self' data:;"),
        ("/staff/lighthouse-diner/runs", "thick", "img-src 'self' data:;"),
        ("/staff/lighthouse-diner/kitchen", "thin", "img-src 'self';"),
        ("/restaurants/lighthouse-diner", "thick", "img-src 'self';"),
        ("/restaurants/lighthouse-diner", "hydrated", "img-src 'self';"),
    ] {
        let page = app
            .get(path, &[("cookie", &format!("servery_render={mode}"))])
            .await;
        assert!(
            page.header("content-security-policy").contains(pictures),
            "{path} {mode}: {}",
            page.header("content-security-policy")
        );
    }
}

#[tokio::test]
async fn each_page_comes_with_the_program_of_its_chunk() {
    let app = TestApp::new().await;
    let (dish, _) = dish(&app, "trattoria-da-lucia").await;
    for (path, program, other) in [
        ("/restaurants/trattoria-da-lucia", "browse", "ordering"),
        (&dish, "ordering", "browse"),
    ] {
        for mode in ["hydrated", "thick"] {
            let page = app
                .get(path, &[("cookie", &format!("servery_render={mode}"))])
                .await;
            assert!(
                page.text().contains(&format!("/assets/{program}.")),
                "{path} {mode}"
            );
            assert!(
                !page.text().contains(&format!("/assets/{other}.")),
                "{path} {mode}"
            );
        }
    }
}

#[tokio::test]
async fn a_dish_is_a_form_that_needs_no_script() {
    let app = TestApp::new().await;
    let (path, id) = dish(&app, "trattoria-da-lucia").await;
    let page = app.get(&path, &[("cookie", "servery_render=thin")]).await;
    assert_eq!(page.status, StatusCode::OK);
    let form = page
        .text()
        .split("<form")
        .find(|form| form.contains("method=\"post\""))
        .unwrap()
        .split("</form>")
        .next()
        .unwrap();
    assert!(
        form.contains("action=\"/restaurants/trattoria-da-lucia/basket\""),
        "{form}"
    );
    assert!(form.contains(&format!("name=\"dish\" value=\"{id}\"")), "{form}");
    for field in [
        "name=\"pick\"",
        "name=\"pick.",
        "name=\"note\"",
        "name=\"count\"",
        "type=\"submit\"",
    ] {
        assert!(form.contains(field), "{field}: {form}");
    }
    // What only a script could do is not offered.
    assert!(
        !form.contains("type=\"button\"") && !form.contains("<output"),
        "{form}"
    );
}

#[tokio::test]
async fn a_dish_is_on_its_own_menu_only() {
    let app = TestApp::new().await;
    let (path, id) = dish(&app, "trattoria-da-lucia").await;
    let elsewhere = format!("/restaurants/jade-lantern/dishes/{id}");
    for path in [
        elsewhere.as_str(),
        "/restaurants/trattoria-da-lucia/dishes/pizza",
        "/restaurants/nobody/dishes/1",
        &format!("{path}/"),
    ] {
        assert_eq!(app.get(path, &[]).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn a_shell_is_the_same_whatever_it_will_show() {
    let app = TestApp::new().await;
    let shell = |page: &str| page[page.find("<body>").unwrap()..].to_owned();
    let cookie = [("cookie", "servery_render=thick")];
    let one = app.get("/restaurants/jade-lantern", &cookie).await;
    let two = app.get("/?q=noodle", &cookie).await;
    assert_eq!(shell(one.text()), shell(two.text()));
    assert!(!one.text().contains("Jade Lantern"));
    assert_eq!(
        app.get("/restaurants/nobody", &cookie).await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn a_view_is_rendered_once_and_kept_apart_by_what_it_depends_on() {
    let app = TestApp::new().await;
    let first = app.get("/", &[("cookie", "servery_render=thin")]).await;
    let second = app.get("/", &[("cookie", "servery_render=thin")]).await;
    // The footer names the time that rendering took: the same text is the same rendering.
    assert_eq!(first.text(), second.text());
    assert_eq!(
        first.header("vary"),
        "accept-encoding, accept-language, cookie, save-data"
    );
    let german = app
        .get(
            "/",
            &[("cookie", "servery_render=thin"), ("accept-language", "de")],
        )
        .await;
    assert_ne!(first.header("etag"), german.header("etag"));
    assert!(german.text().contains("<html lang=\"de\" dir=\"ltr\""));
    let unchanged = app
        .get(
            "/",
            &[
                ("cookie", "servery_render=thin"),
                ("if-none-match", first.header("etag")),
            ],
        )
        .await;
    assert_eq!(unchanged.status, StatusCode::NOT_MODIFIED);
}

#[tokio::test]
async fn only_what_is_the_same_for_everybody_may_be_shared() {
    let app = TestApp::new().await;
    let anonymous = app.get("/about", &[]).await;
    assert!(
        anonymous
            .header("cache-control")
            .starts_with("public, max-age=0, s-maxage="),
        "{}",
        anonymous.header("cache-control")
    );
    for (path, headers) in [
        ("/about", vec![("cookie", "servery_lang=de")]),
        ("/about?lang=de", vec![]),
        ("/", vec![]),
        ("/?render=thin", vec![]),
    ] {
        let page = app.get(path, &headers).await;
        assert_eq!(page.header("cache-control"), "private, no-cache", "{path}");
    }
}

#[tokio::test]
async fn what_is_one_visitors_is_kept_by_nobody() {
    let app = TestApp::new().await;
    for path in [
        "/restaurants/lighthouse-diner/basket",
        "/restaurants/lighthouse-diner/checkout",
        "/orders",
    ] {
        for mode in ["thin", "hydrated"] {
            let page = app
                .get(path, &[("cookie", &format!("servery_render={mode}"))])
                .await;
            assert_eq!(
                (page.status, page.header("cache-control")),
                (StatusCode::OK, "private, no-store"),
                "{path} {mode}"
            );
        }
    }
}

#[tokio::test]
async fn whoever_speaks_first_decides_the_mode() {
    let app = TestApp::new().await;
    for (path, headers, said) in [
        ("/", vec![], "hydrated; reason=default"),
        ("/?render=thick", vec![], "thick; reason=visitor"),
        ("/", vec![("save-data", "on")], "thin; reason=browser"),
        ("/?browser=limited", vec![], "thin; reason=browser"),
        (
            "/?render=hydrated",
            vec![("save-data", "on")],
            "hydrated; reason=visitor",
        ),
        ("/about?render=thick", vec![], "thin; reason=default"),
    ] {
        assert_eq!(
            app.get(path, &headers).await.header("servery-render"),
            said,
            "{path} {headers:?}"
        );
    }
    let busy = TestApp::heavy_at(0).await;
    assert_eq!(
        busy.get("/", &[]).await.header("servery-render"),
        "thin; reason=load"
    );
    assert_eq!(
        busy.get("/?render=hydrated", &[]).await.header("servery-render"),
        "hydrated; reason=visitor"
    );
}

#[tokio::test]
async fn a_choice_is_kept_in_a_cookie_until_it_is_taken_back() {
    let app = TestApp::new().await;
    let chosen = app.get("/?render=thin&lang=ar", &[]).await;
    let cookies: Vec<_> = chosen
        .headers
        .get_all("set-cookie")
        .iter()
        .map(|cookie| cookie.to_str().unwrap())
        .collect();
    assert!(
        cookies[0].starts_with("servery_render=thin; Path=/; Max-Age=31536000; SameSite=Lax"),
        "{cookies:?}"
    );
    assert!(cookies[1].starts_with("servery_lang=ar;"), "{cookies:?}");
    let taken_back = app
        .get("/?render=auto", &[("cookie", "servery_render=thin")])
        .await;
    assert_eq!(taken_back.header("servery-render"), "hydrated; reason=default");
    assert!(taken_back.header("set-cookie").contains("Max-Age=0"));
}

#[tokio::test]
async fn files_are_kept_for_good_under_the_name_of_their_content() {
    let app = TestApp::new().await;
    let page = app.get("/", &[("cookie", "servery_render=hydrated")]).await;
    for ending in [".css", ".js", ".wasm", ".json"] {
        let address = page
            .text()
            .split('"')
            .find(|part| part.starts_with("/assets/") && part.ends_with(ending))
            .unwrap();
        let plain = app.get(address, &[]).await;
        assert_eq!(
            (plain.status, plain.header("cache-control")),
            (StatusCode::OK, "public, max-age=31536000, immutable"),
            "{address}"
        );
        let small = app.get(address, &[("accept-encoding", "br")]).await;
        assert_eq!(small.header("content-encoding"), "br", "{address}");
        let mut unpacked = Vec::new();
        brotli::BrotliDecompress(&mut small.body.as_ref(), &mut unpacked).unwrap();
        assert!(unpacked == plain.body, "{address}");
    }
}

#[tokio::test]
async fn the_service_worker_lists_files_that_are_there_and_no_others() {
    let app = TestApp::new().await;
    let worker = app.get("/service-worker.js", &[]).await;
    assert_eq!(worker.header("cache-control"), "no-cache");
    let text = worker.text();
    let list = |name: &str| {
        let found = text
            .lines()
            .find_map(|line| line.strip_prefix(&format!("const {name} = ")));
        found.unwrap().trim_end_matches(';')
    };
    let precache: Vec<String> = serde_json::from_str(list("PRECACHE")).unwrap();
    assert!(precache.contains(&"/shell/browse/ar".to_owned()));
    let programs: BTreeMap<String, Vec<String>> = serde_json::from_str(list("PROGRAMS")).unwrap();
    assert_eq!(programs.keys().collect::<Vec<_>>(), ["office", "staff"]);
    for name in programs.keys() {
        let is_of_program = |address: &&String| address.contains(&format!("/{name}"));
        assert_eq!(
            precache.iter().find(is_of_program),
            None,
            "on devices only that use it"
        );
    }
    let addresses: Vec<String> = precache
        .into_iter()
        .chain(programs.into_values().flatten())
        .collect();
    for program in ["browse", "ordering", "office", "staff"] {
        let wasm = |address: &String| {
            address.starts_with(&format!("/assets/{program}.")) && address.ends_with(".wasm")
        };
        assert!(addresses.iter().any(wasm), "{program}");
    }
    for address in &addresses {
        let file = app.get(address, &[]).await;
        assert_eq!(file.status, StatusCode::OK, "{address}");
        // Whatever a shell names is in the list too, so that it opens without a network.
        if address.starts_with("/shell/") {
            for named in file.text().split('"').filter(|part| part.starts_with("/assets/")) {
                assert!(
                    addresses.iter().any(|known| known == named),
                    "{address} names {named}"
                );
            }
            let version = file.header("servery-version");
            assert!(
                !version.is_empty() && worker.text().contains(version),
                "{address}"
            );
        }
    }
}

#[tokio::test]
async fn pictures_come_from_the_operators_folder_and_nothing_else_does() {
    let app = TestApp::new().await;
    fs::write(app.folder.path().join("ramen-320.avif"), b"not really a picture").unwrap();
    let picture = app.get("/pictures/ramen-320.avif", &[]).await;
    assert_eq!(
        (picture.status, picture.header("content-type")),
        (StatusCode::OK, "image/avif")
    );
    for path in [
        "/pictures/test.db",
        "/pictures/../test.db",
        "/pictures/%2e%2e/test.db",
        "/pictures/.avif",
        "/pictures/ramen-640.avif",
        "/pictures/a/b.avif",
    ] {
        assert_eq!(app.get(path, &[]).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(
        app.get("/pictures/ramen.svg", &[]).await.header("content-type"),
        "image/svg+xml"
    );
}

#[tokio::test]
async fn what_broke_is_shown_once_and_not_kept() {
    let app = TestApp::new().await;
    app.execute("alter table dishes rename to elsewhere").await;
    let headers = [("save-data", "on")];
    let broken = app.get("/restaurants/jade-lantern", &headers).await;
    assert_eq!(
        (
            broken.status,
            broken.header("cache-control"),
            broken.header("etag")
        ),
        (StatusCode::INTERNAL_SERVER_ERROR, "no-store", "")
    );
    assert!(broken.text().contains("This is our fault"));
    app.execute("alter table elsewhere rename to dishes").await;
    assert_eq!(
        app.get("/restaurants/jade-lantern", &headers).await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn an_error_speaks_the_language_that_was_asked_for() {
    let app = TestApp::new().await;
    for (path, status) in [
        ("/no/such/page?lang=ar", 404),
        ("/restaurants/nobody?lang=ar", 404),
        ("/?render=fat&lang=ar", 400),
    ] {
        let page = app.get(path, &[]).await;
        assert_eq!(
            (page.status.as_u16(), page.header("cache-control")),
            (status, "no-store"),
            "{path}"
        );
        assert!(page.text().contains("<html lang=\"ar\" dir=\"rtl\""), "{path}");
    }
}

#[tokio::test]
async fn parameters_that_no_page_has_make_no_other_page() {
    let app = TestApp::new().await;
    let thin = [("cookie", "servery_render=thin")];
    let (plain, tracked) = (
        app.get("/", &thin).await,
        app.get("/?utm_source=letter&x=1", &thin).await,
    );
    // The footer names the time that rendering took: the same text is the same rendering.
    assert_eq!(plain.text(), tracked.text());
    let many = app.get(&format!("/?{}", "q=tea&".repeat(5_000)), &thin).await;
    assert!(many.body.len() < 2 * plain.body.len(), "{}", many.body.len());
}
