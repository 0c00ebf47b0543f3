//! The map on which diners set a point: what is served of it, to whom, and what pages may load for it.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use axum::{body::Body, http::Request};
use http_body_util::BodyExt;
use servery::{
    cli::doctor::{self, Finding, Severity},
    delivery_map::ServedMap,
    settings::Settings,
};
use servery_domain::problem::ProblemType;
use tower::ServiceExt;

use crate::{
    orders::DINER,
    test_app::{Answer, TestApp},
};

const ATTRIBUTION: &str = "© Millbrook surveyors";
const HOST: &str = "https://tiles.example";
const CHECKOUT: &str = "/restaurants/lighthouse-diner/checkout";
/// More than is read at a time.
const LENGTH: usize = 200_000;

/// A file with the header of a PMTiles file, and bytes that differ from one place to the next.
fn content() -> Vec<u8> {
    let mut content: Vec<u8> = (0..LENGTH).map(|at| (at % 251) as u8).collect();
    content[..8].copy_from_slice(b"PMTiles\x03");
    content[97..100].copy_from_slice(&[2, 2, 1]);
    content
}

fn settings(map: &str) -> Settings {
    Settings {
        map: Some(map.to_owned()),
        map_attribution: Some(ATTRIBUTION.to_owned()),
        ..Settings::default()
    }
}

struct Town {
    app: TestApp,
    folder: tempfile::TempDir,
    address: String,
}

impl Town {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("town.pmtiles"), content()).unwrap();
        std::fs::write(folder.path().join("secret.txt"), "secret").unwrap();
        let app = TestApp::with(None, settings(file(folder.path()).to_str().unwrap())).await;
        let map = app.json("/api/v1/map").await;
        Self {
            address: map["tiles"]["archive"].as_str().unwrap().to_owned(),
            app,
            folder,
        }
    }

    async fn get(&self, headers: &[(&str, &str)]) -> Answer {
        self.app.get(&self.address, headers).await
    }
}

fn file(folder: &Path) -> PathBuf {
    folder.join("town.pmtiles")
}

#[tokio::test]
async fn a_part_of_the_file_is_served_and_kept_for_a_year() {
    let town = Town::new().await;
    let whole = town.get(&[]).await;
    assert_eq!((whole.status.as_u16(), whole.body.len()), (200, LENGTH));
    assert_eq!(whole.body, content());
    for (name, value) in [
        ("content-type", "application/vnd.pmtiles"),
        ("content-length", "200000"),
        ("accept-ranges", "bytes"),
        ("cache-control", "public, max-age=31536000, immutable"),
        ("content-encoding", ""),
    ] {
        assert_eq!(whole.header(name), value, "{name}");
    }
    let tag = whole.header("etag");
    assert!(
        tag.starts_with('"') && town.address.contains(tag.trim_matches('"')),
        "{tag}"
    );
    for (range, from, to) in [
        ("bytes=0-16383", 0, 16_384),
        ("bytes=65000-140000", 65_000, 140_001),
        ("bytes=199999-", 199_999, LENGTH),
        ("bytes=-1", 199_999, LENGTH),
        ("bytes=100000-999999999", 100_000, LENGTH),
    ] {
        let part = town.get(&[("range", range)]).await;
        assert_eq!(part.status, 206, "{range}");
        assert_eq!(part.body, content()[from..to], "{range}");
        let expected = format!("bytes {from}-{}/{LENGTH}", to - 1);
        assert_eq!(part.header("content-range"), expected, "{range}");
        assert_eq!(part.header("content-length"), (to - from).to_string(), "{range}");
        assert_eq!(part.header("etag"), tag, "{range}");
    }
}

#[tokio::test]
async fn a_range_that_is_not_there_is_refused_and_one_that_cannot_be_read_is_no_range() {
    let town = Town::new().await;
    for range in ["bytes=200000-", "bytes=200000-200001", "bytes=-0"] {
        let refused = town.get(&[("range", range)]).await;
        assert_eq!(
            (refused.status.as_u16(), refused.header("content-range")),
            (416, "bytes */200000"),
            "{range}"
        );
        assert_eq!(
            refused.header("content-type"),
            "application/problem+json",
            "{range}"
        );
    }
    for range in ["bytes=0-1,3-4", "bytes=5-1", "bytes=x", "lines=0-1"] {
        let whole = town.get(&[("range", range)]).await;
        assert_eq!(
            (whole.status.as_u16(), whole.body.len()),
            (200, LENGTH),
            "{range}"
        );
    }
    let tag = town.get(&[]).await.header("etag").to_owned();
    let part = [("range", "bytes=0-9")];
    let same = town.get(&[part[0], ("if-range", &tag)]).await;
    let other = town.get(&[part[0], ("if-range", "\"0\"")]).await;
    assert_eq!((same.status.as_u16(), other.status.as_u16()), (206, 200));
    let known = town.get(&[("if-none-match", &tag)]).await;
    assert_eq!((known.status.as_u16(), known.body.len()), (304, 0));
}

#[tokio::test]
async fn its_head_says_how_long_it_is() {
    let town = Town::new().await;
    let request = Request::head(&town.address).header("range", "bytes=0-9");
    let request = request.body(Body::empty()).unwrap();
    let answer = town.app.router.clone().oneshot(request).await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-length"], "200000");
    assert!(answer.into_body().collect().await.unwrap().to_bytes().is_empty());
}

#[tokio::test]
async fn nothing_but_the_file_is_served() {
    let town = Town::new().await;
    for path in [
        "/map/",
        "/map/town.pmtiles",
        "/map/secret.txt",
        "/map/..%2Fsecret.txt",
        "/map/0000000000000000.pmtiles",
        &format!("{}/", town.address),
        &town.address.replace(".pmtiles", ""),
    ] {
        assert_eq!(town.app.get(path, &[]).await.status, 404, "{path}");
    }
    // Another file in its place is not what the address says.
    std::fs::write(file(town.folder.path()), "written over").unwrap();
    town.get(&[]).await.problem(ProblemType::NotFound);
    let without = TestApp::new().await;
    without
        .get(&town.address, &[])
        .await
        .problem(ProblemType::NotFound);
    assert!(without.json("/api/v1/map").await.is_null());
}

#[tokio::test]
async fn another_file_has_another_address() {
    let folder = tempfile::tempdir().unwrap();
    let address = |content: &[u8]| {
        std::fs::write(file(folder.path()), content).unwrap();
        let map = ServedMap::open(&settings(file(folder.path()).to_str().unwrap()));
        serde_json::to_value(map.unwrap().unwrap().tiles()).unwrap()
    };
    let first = address(&content());
    assert_eq!(address(&content()), first);
    let mut changed = content();
    changed[LENGTH - 1] += 1;
    assert_ne!(address(&changed), first);
}

/// A directive of a Content-Security-Policy.
fn directive<'a>(answer: &'a Answer, name: &str) -> &'a str {
    let policy = answer.header("content-security-policy");
    let mut directives = policy.split(';').map(str::trim);
    directives
        .find_map(|directive| directive.strip_prefix(name)?.strip_prefix(' '))
        .unwrap_or_default()
}

#[tokio::test]
async fn only_pages_with_a_map_may_load_tiles_of_another_host() {
    let app = TestApp::with(None, settings(&format!("{HOST}/{{z}}/{{x}}/{{y}}.png"))).await;
    let map = app.json("/api/v1/map").await;
    assert_eq!(map["tiles"]["template"], format!("{HOST}/{{z}}/{{x}}/{{y}}.png"));
    assert_eq!(map["attribution"], ATTRIBUTION);
    for (path, mode, may_load) in [
        (CHECKOUT, "hydrated", true),
        (CHECKOUT, "thick", true),
        ("/shell/ordering/en", "thick", true),
        (CHECKOUT, "thin", false),
        ("/", "hydrated", false),
        ("/", "thick", false),
        ("/restaurants/lighthouse-diner", "hydrated", false),
        ("/account", "hydrated", true),
        ("/account", "thin", false),
        ("/board/lighthouse-diner", "hydrated", true),
        ("/board/lighthouse-diner", "thin", false),
        ("/office/lighthouse-diner/parts/ordering", "hydrated", true),
        ("/office/lighthouse-diner/parts/ordering", "thin", false),
        ("/staff/lighthouse-diner", "thick", false),
        ("/shell/staff/en", "thick", false),
        ("/shell/browse/en", "thick", false),
    ] {
        let page = app
            .get(path, &[("cookie", &format!("servery_render={mode}"))])
            .await;
        assert_eq!(page.status, 200, "{path}");
        for name in ["connect-src", "img-src"] {
            let sources = directive(&page, name);
            assert_eq!(
                sources.contains(HOST),
                may_load,
                "{path} {mode} {name}: {sources}"
            );
        }
        let scripts = [directive(&page, "script-src"), directive(&page, "worker-src")].concat();
        let is_foreign = ["https:", "blob:", "'unsafe-eval'", "'unsafe-inline'"]
            .iter()
            .any(|source| scripts.contains(source));
        assert!(!is_foreign, "{path} {mode}: {scripts}");
    }
}

#[tokio::test]
async fn with_a_file_a_page_speaks_to_this_host_only() {
    let town = Town::new().await;
    let page = town
        .app
        .get(CHECKOUT, &[("cookie", "servery_render=hydrated")])
        .await;
    assert_eq!(
        (directive(&page, "connect-src"), directive(&page, "img-src")),
        ("'self'", "'self'")
    );
}

#[tokio::test]
async fn devices_do_not_keep_what_shows_a_map_and_pages_do_not_load_it() {
    let town = Town::new().await;
    let map = town.app.json("/api/v1/map").await;
    let scripts =
        ["script", "zones_script", "orders_script"].map(|name| map[name].as_str().unwrap().to_owned());
    let mut unread = scripts.to_vec();
    let mut loaded = BTreeSet::new();
    while let Some(address) = unread.pop() {
        if !loaded.insert(address.clone()) {
            continue;
        }
        let source = town.app.get(&address, &[]).await;
        assert_eq!(source.status, 200, "{address}");
        assert_eq!(
            source.header("content-type"),
            "text/javascript; charset=utf-8",
            "{address}"
        );
        let text = source.text();
        let named = text.split('"').filter(|text| text.starts_with("/assets/map-"));
        unread.extend(named.map(str::to_owned));
    }
    // The library, its worker, the reader of tiles, what is shared, and the three elements.
    assert_eq!(loaded.len(), 8, "{loaded:?}");
    let worker = town.app.get("/service-worker.js", &[]).await;
    assert!(worker.text().contains("/assets/ordering.") && !worker.text().contains("/assets/map"));
    let page = town
        .app
        .get(CHECKOUT, &[("cookie", "servery_render=hydrated")])
        .await;
    assert!(!page.text().contains("src=\"/assets/map"), "{}", page.text());
}

#[tokio::test]
async fn another_host_for_tiles_is_another_release() {
    let version = async |host: &str| {
        let app = TestApp::with(None, settings(&format!("{host}/{{z}}/{{x}}/{{y}}.png"))).await;
        app.app.release.version.clone()
    };
    let first = version(HOST).await;
    assert_eq!(version(HOST).await, first);
    assert_ne!(version("https://others.example").await, first);
}

#[tokio::test]
async fn the_words_for_an_unknown_address_name_the_map_where_a_page_has_one() {
    let town = Town::new().await;
    let dish = town.app.dish(DINER, "Cobb Salad").await;
    let basket = "/restaurants/lighthouse-diner/basket";
    let added = town.app.form(basket, "", &format!("dish={dish}&count=3")).await;
    let visitor = added.header("set-cookie").split(';').next().unwrap();
    let unknown = "street=1+Unknown+Street&fulfilment=delivery&postcode=10012&city=Millbrook&hint=";
    town.app
        .form(CHECKOUT, &format!("{visitor}; servery_render=thin"), unknown)
        .await;
    for (mode, has_map) in [("hydrated", true), ("thin", false)] {
        let cookie = format!("{visitor}; servery_render={mode}; servery_lang=en");
        let page = town.app.get(CHECKOUT, &[("cookie", &cookie)]).await;
        assert!(page.text().contains("This address is not in the list"), "{mode}");
        let words = [", or set the point on the map.", "Set the point on a map"];
        assert_eq!(
            words.map(|words| page.text().contains(words)),
            [has_map; 2],
            "{mode}"
        );
    }
}

async fn findings(settings: &Settings) -> Vec<Finding> {
    let mut findings = doctor::examine(settings).await;
    findings.retain(|finding| finding.subject == "map");
    findings
}

#[tokio::test]
async fn the_doctor_looks_at_the_map() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    std::fs::write(path("town.pmtiles"), content()).unwrap();
    std::fs::write(path("town.zip"), [b'x'; 1_000]).unwrap();
    let mut old = content();
    old[7] = 2;
    std::fs::write(path("old.pmtiles"), old).unwrap();
    let database = Some(format!("sqlite:{}", path("none.db")));
    for (map, severity, part) in [
        (path("town.pmtiles"), Severity::Ok, "is a PMTiles file"),
        (
            format!("{HOST}/{{z}}/{{x}}/{{y}}.png"),
            Severity::Ok,
            "https://tiles.example, which sees",
        ),
        (path("none.pmtiles"), Severity::Fault, "cannot be read"),
        (path("town.zip"), Severity::Fault, "no PMTiles file of version 3"),
        (
            path("old.pmtiles"),
            Severity::Fault,
            "no PMTiles file of version 3",
        ),
        (folder.path().display().to_string(), Severity::Fault, "is no file"),
        (format!("{HOST}/tiles"), Severity::Fault, "{z}/{x}/{y}"),
    ] {
        let settings = Settings {
            database: database.clone(),
            ..settings(&map)
        };
        let found = findings(&settings).await;
        assert_eq!(
            (found.len(), found[0].severity),
            (1, severity),
            "{map}: {found:?}"
        );
        assert!(found[0].text.contains(part), "{map}: {found:?}");
        let unnamed = Settings {
            map_attribution: None,
            ..settings
        };
        let found = findings(&unnamed).await;
        assert!(found[0].text.contains("--map-attribution"), "{found:?}");
    }
    let found = findings(&Settings {
        database,
        ..Settings::default()
    })
    .await;
    assert_eq!(found[0].severity, Severity::Ok, "{found:?}");
}
