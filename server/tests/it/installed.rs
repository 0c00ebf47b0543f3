//! The app as devices install it: its manifests, icons and screenshots.

use std::collections::BTreeSet;

use serde_json::Value;
use servery_domain::problem::ProblemType;

use crate::test_app::TestApp;

/// Width and height of a PNG or a WebP, from its head.
fn size(picture: &[u8]) -> (u32, u32) {
    let big = |at: usize| u32::from_be_bytes(picture[at..at + 4].try_into().unwrap());
    // Three bytes, one less than it is.
    let little = |at: usize| u32::from_le_bytes([picture[at], picture[at + 1], picture[at + 2], 0]) + 1;
    if picture.starts_with(b"\x89PNG\r\n\x1a\n") {
        return (big(16), big(20));
    }
    assert_eq!(
        (&picture[..4], &picture[8..16]),
        (&b"RIFF"[..], &b"WEBPVP8X"[..]),
        "neither a PNG nor a WebP of the extended kind"
    );
    (little(24), little(27))
}

/// Each picture that the manifest names is there, and as large as it says.
async fn check_pictures(app: &TestApp, manifest: &Value) {
    let all = |name: &str| manifest[name].as_array().cloned().unwrap_or_default();
    let shortcuts = all("shortcuts").into_iter().flat_map(|shortcut| {
        let icons = shortcut["icons"].as_array().cloned();
        icons.unwrap_or_default()
    });
    let pictures: Vec<Value> = all("icons")
        .into_iter()
        .chain(all("screenshots"))
        .chain(shortcuts)
        .collect();
    for picture in pictures {
        let (address, declared) = (
            picture["src"].as_str().unwrap(),
            picture["sizes"].as_str().unwrap(),
        );
        let answer = app.get(address, &[]).await;
        assert_eq!(answer.status, 200, "{address}");
        assert_eq!(answer.header("content-type"), picture["type"], "{address}");
        if declared != "any" {
            let (width, height) = size(&answer.body);
            assert_eq!(format!("{width}x{height}"), declared, "{address}");
        }
    }
}

fn icons(manifest: &Value) -> BTreeSet<(String, String)> {
    let icons = manifest["icons"].as_array().unwrap().iter();
    let pngs = icons.filter(|icon| icon["type"] == "image/png");
    pngs.map(|icon| {
        (
            icon["sizes"].as_str().unwrap().to_owned(),
            icon["purpose"].as_str().unwrap().to_owned(),
        )
    })
    .collect()
}

/// Those that Android and Chromium ask for.
fn asked_for() -> BTreeSet<(String, String)> {
    [("192x192", "any"), ("512x512", "any"), ("512x512", "maskable")]
        .map(|(size, purpose)| (size.to_owned(), purpose.to_owned()))
        .into()
}

#[tokio::test]
async fn the_town_is_installed_with_icons_and_screenshots_of_the_right_size() {
    let app = TestApp::new().await;
    let manifest = app.json("/app.webmanifest").await;
    check_pictures(&app, &manifest).await;
    assert_eq!(icons(&manifest), asked_for());
    let forms: BTreeSet<_> = manifest["screenshots"]
        .as_array()
        .unwrap()
        .iter()
        .map(|screenshot| screenshot["form_factor"].as_str().unwrap())
        .collect();
    assert_eq!(forms, ["narrow", "wide"].into());
    let home = app.get("/", &[("cookie", "servery_render=thin")]).await;
    for link in [
        r#"<link rel="manifest" href="/app.webmanifest">"#,
        r#"<link rel="apple-touch-icon" href="/icons/icon-180.png">"#,
        "viewport-fit=cover",
    ] {
        assert!(home.text().contains(link), "{link}");
    }
    let apple = app.get("/icons/icon-180.png", &[]).await;
    assert_eq!(size(&apple.body), (180, 180));
}

#[tokio::test]
async fn the_staff_of_a_restaurant_install_an_app_that_starts_there() {
    let app = TestApp::new().await;
    let path = "/staff/trattoria-da-lucia";
    let answer = app
        .get(
            &format!("{path}/app.webmanifest"),
            &[("cookie", "servery_lang=ar")],
        )
        .await;
    assert_eq!(answer.header("content-type"), "application/manifest+json");
    let manifest: Value = serde_json::from_slice(&answer.body).unwrap();
    for (name, expected) in [
        ("id", path),
        ("start_url", path),
        ("scope", path),
        ("name", "Trattoria da Lucia · Servery"),
        ("display", "standalone"),
        ("lang", "ar"),
        ("dir", "rtl"),
    ] {
        assert_eq!(manifest[name], expected, "{name}");
    }
    assert_eq!(icons(&manifest), asked_for());
    check_pictures(&app, &manifest).await;
    for shortcut in manifest["shortcuts"].as_array().unwrap() {
        let url = shortcut["url"].as_str().unwrap();
        assert!(url.starts_with(path), "{url} is outside the app");
        assert_eq!(app.get(url, &[]).await.status, 200, "{url}");
        assert!(!shortcut["name"].as_str().unwrap().is_empty());
    }
    app.get("/staff/no-such-place/app.webmanifest", &[])
        .await
        .problem(ProblemType::NotFound);
}

#[tokio::test]
async fn a_shell_of_the_staff_app_names_no_restaurant() {
    let app = TestApp::new().await;
    let link = "rel=\"manifest\"";
    let shell = app.get("/shell/staff/en", &[]).await;
    assert!(!shell.text().contains(link), "its program adds the link");
    let thin = app
        .get("/staff/trattoria-da-lucia", &[("cookie", "servery_render=thin")])
        .await;
    assert!(
        thin.text()
            .contains(r#"<link rel="manifest" href="/staff/trattoria-da-lucia/app.webmanifest">"#)
    );
}
