//! What the licences ask of whoever runs this: the source, and the notices of everybody's work that is in it.

use std::{
    collections::{BTreeMap, BTreeSet},
    process::Command,
};

use serde_json::Value;
use servery::settings::Settings;

use crate::test_app::TestApp;

const PROGRAMS: [&str; 4] = [
    "servery-browse",
    "servery-ordering",
    "servery-account",
    "servery-staff",
];

/// The packages of npm that show a map.
fn map_packages() -> Vec<(String, String)> {
    let lock: Value = serde_json::from_str(include_str!("../../map/package-lock.json")).unwrap();
    let packages = lock["packages"].as_object().unwrap();
    let packages = packages.iter().filter_map(|(folder, package)| {
        let (_, name) = folder.rsplit_once("node_modules/")?;
        Some((name.to_owned(), package["version"].as_str()?.to_owned()))
    });
    packages.collect()
}

/// Name and version of each package by others that is linked into these.
fn linked(programs: &[&str], target: &str) -> BTreeSet<(String, String)> {
    let metadata = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--format-version",
            "1",
            "--offline",
            "--filter-platform",
            target,
        ])
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&metadata.stdout).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let list = |value: &Value| value.as_array().unwrap().clone();
    let packages: BTreeMap<String, Value> = list(&metadata["packages"])
        .into_iter()
        .map(|package| (text(&package["id"]), package))
        .collect();
    let mut edges = BTreeMap::new();
    for node in list(&metadata["resolve"]["nodes"]) {
        let normal = list(&node["deps"]).into_iter().filter(|dependency| {
            list(&dependency["dep_kinds"])
                .iter()
                .any(|kind| kind["kind"].is_null())
        });
        let to: Vec<String> = normal.map(|dependency| text(&dependency["pkg"])).collect();
        edges.insert(text(&node["id"]), to);
    }
    let mut todo: Vec<String> = packages
        .iter()
        .filter(|(_, package)| programs.contains(&package["name"].as_str().unwrap()))
        .map(|(id, _)| id.clone())
        .collect();
    assert_eq!(todo.len(), programs.len());
    let mut seen = BTreeSet::new();
    while let Some(id) = todo.pop() {
        if seen.insert(id.clone()) {
            todo.extend(edges[&id].iter().cloned());
        }
    }
    seen.iter()
        .map(|id| &packages[id])
        .filter(|package| !package["source"].is_null())
        .map(|package| (text(&package["name"]), text(&package["version"])))
        .collect()
}

#[tokio::test]
async fn every_package_in_the_server_and_in_the_pages_has_its_licence_notice() {
    let app = TestApp::new().await;
    let answer = app.get("/about/licences", &[]).await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("content-type")),
        (200, "text/plain; charset=utf-8")
    );
    let text = answer.text();
    let host = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    let mut crates = linked(&["servery"], &host);
    crates.extend(linked(&PROGRAMS, "wasm32-unknown-unknown"));
    assert!(crates.len() > 300, "{}", crates.len());
    for (name, version) in crates.into_iter().chain(map_packages()) {
        let (_, entry) = text
            .split_once(&format!("\n{name} {version}\n"))
            .unwrap_or_else(|| panic!("{name} {version} is not there"));
        let entry: Vec<&str> = entry.lines().take(3).map(str::trim).collect();
        assert!(!entry[0].is_empty(), "{name} has no licence");
        let numbers = entry[2].strip_prefix("texts ").unwrap();
        for number in numbers.split(", ") {
            let (_, notice) = text
                .split_once(&format!("\nText {number}\n\n"))
                .unwrap_or_else(|| panic!("{name}: no text {number}"));
            assert!(notice.len() > 100, "{name}: text {number} is empty");
        }
    }
    for part in [
        "GNU AFFERO GENERAL PUBLIC LICENSE",
        "Permission is hereby granted, free of charge",
        "Apache License",
    ] {
        assert!(text.contains(part), "{part}");
    }
    let tag = answer.header("etag");
    let again = app.get("/about/licences", &[("if-none-match", tag)]).await;
    assert_eq!(again.status, 304);
}

#[tokio::test]
async fn the_page_about_links_the_source_of_what_runs() {
    let settings = Settings {
        source_url: Some("https://git.example/servery?at={version}".into()),
        ..Settings::default()
    };
    let app = TestApp::with(None, settings).await;
    let page = app.get("/about", &[]).await;
    let link = format!(
        "href=\"https://git.example/servery?at={}\"",
        env!("CARGO_PKG_VERSION")
    );
    assert!(page.text().contains(&link), "{}", page.text());
    assert!(page.text().contains("href=\"/about/licences\""));
    assert_eq!(
        app.json("/api/v1/about").await["source"],
        format!("https://git.example/servery?at={}", env!("CARGO_PKG_VERSION"))
    );
    let silent = TestApp::new().await.get("/about?lang=en", &[]).await;
    assert!(silent.text().contains("gives you its source if you ask"));
}
