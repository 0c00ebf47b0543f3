//! What changes in the store is seen by a running node.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use servery::{catalog::CatalogEntry, clock};
use servery_domain::time::Timestamp;

use crate::test_app::TestApp;

/// Asks until the answer is the wanted one; tells how long that took.
pub async fn until(app: &TestApp, path: &str, wanted: impl Fn(&crate::test_app::Answer) -> bool) -> Duration {
    let started = Instant::now();
    while !wanted(&app.get(path, &[]).await) {
        assert!(
            started.elapsed() < Duration::from_secs(5),
            "{path} did not change"
        );
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    started.elapsed()
}

#[tokio::test]
async fn the_operators_mode_is_in_force_within_a_second() {
    let app = TestApp::new().await;
    assert_eq!(
        app.get("/", &[]).await.header("servery-render"),
        "hydrated; reason=default"
    );
    app.store.set_mode("/", Some("thin")).await.unwrap();
    let took = until(&app, "/", |answer| {
        answer.header("servery-render") == "thin; reason=operator"
    })
    .await;
    assert!(took < Duration::from_secs(1), "{took:?}");
    assert_eq!(
        app.get("/restaurants/jade-lantern", &[])
            .await
            .header("servery-render"),
        "hydrated; reason=default"
    );
    assert_eq!(
        app.get("/?render=thick", &[]).await.header("servery-render"),
        "thick; reason=visitor"
    );
    app.store.set_mode("/", None).await.unwrap();
    let took = until(&app, "/", |answer| {
        answer.header("servery-render") == "hydrated; reason=default"
    })
    .await;
    assert!(took < Duration::from_secs(1), "{took:?}");
}

#[tokio::test]
async fn a_change_at_one_restaurant_leaves_what_is_cached_of_others() {
    let app = TestApp::new().await;
    let (here, there) = (
        app.restaurant("trattoria-da-lucia").await,
        app.restaurant("lighthouse-diner").await,
    );
    let edition_of = |entry: &CatalogEntry| app.app.catalog.now().edition_of(entry);
    let list = || app.app.catalog.now().edition(Timestamp(0));
    let before = (
        app.entry(here.slug.as_str()).await,
        app.entry(there.slug.as_str()).await,
    );
    let editions = (edition_of(&before.0), edition_of(&before.1), list());
    let menu = app.store.menu(here.id).await.unwrap().unwrap();
    let dish = menu.dishes().next().unwrap().id;
    app.store
        .set_stock(here.id, dish, Some(0), clock::now())
        .await
        .unwrap();
    app.app.catalog.reload_if_changed().await.unwrap();
    let after = (
        app.entry(here.slug.as_str()).await,
        app.entry(there.slug.as_str()).await,
    );
    assert_eq!(after.0.listing().sold_out, [dish]);
    assert_ne!(editions.0, edition_of(&after.0));
    assert_eq!(editions.1, edition_of(&after.1));
    assert!(Arc::ptr_eq(&before.1, &after.1), "it was not read again");
    // Lists show all of them.
    assert_ne!(editions.2, list());
}

#[tokio::test]
async fn a_mode_of_another_version_is_left_alone() {
    let app = TestApp::new().await;
    app.store.set_mode("/", Some("holographic")).await.unwrap();
    app.store.set_mode("/stage", Some("thin")).await.unwrap();
    app.store.set_mode("/about", Some("hydrated")).await.unwrap();
    until(&app, "/about", |answer| {
        answer.header("servery-render") == "hydrated; reason=operator"
    })
    .await;
    assert_eq!(
        app.get("/", &[]).await.header("servery-render"),
        "hydrated; reason=default"
    );
}

#[tokio::test]
async fn a_changed_menu_is_shown_and_has_another_tag() {
    let app = TestApp::new().await;
    let menu_path = "/api/v1/restaurants/trattoria-da-lucia/menu";
    let (before, page) = (
        app.get(menu_path, &[]).await,
        app.get("/restaurants/trattoria-da-lucia", &[]).await,
    );
    app.change("trattoria-da-lucia", |file| {
        file.categories[0].dishes[0].name = "Bruschetta <della> nonna & Co".into();
    })
    .await;
    until(&app, menu_path, |answer| {
        answer.header("etag") != before.header("etag")
    })
    .await;
    let after = app.json(menu_path).await;
    assert_eq!(
        after["categories"][0]["dishes"][0]["name"],
        "Bruschetta <della> nonna & Co"
    );
    assert_eq!(after["revision"], 2);
    let changed = app.get("/restaurants/trattoria-da-lucia", &[]).await;
    assert!(
        !page.text().contains("nonna &amp; Co")
            && changed.text().contains("Bruschetta &lt;della&gt; nonna &amp; Co")
    );
}

#[tokio::test]
async fn a_change_at_one_restaurant_leaves_the_tags_of_another_as_they_were() {
    let app = TestApp::new().await;
    let changed = "/api/v1/restaurants/trattoria-da-lucia";
    let others = [
        "/api/v1/restaurants/jade-lantern",
        "/api/v1/restaurants/jade-lantern/menu",
        "/api/v1/about",
        "/restaurants/jade-lantern?render=thin",
        "/restaurants/jade-lantern?render=hydrated",
        "/about",
    ];
    let tag = async |path: &str| app.get(path, &[]).await.header("etag").to_owned();
    let mut before = Vec::new();
    for path in others {
        before.push(tag(path).await);
    }
    let (listing, page) = (tag(changed).await, tag("/restaurants/trattoria-da-lucia").await);
    app.change("trattoria-da-lucia", |file| {
        file.name = "Trattoria da Giulia".into()
    })
    .await;
    until(&app, changed, |answer| answer.header("etag") != listing).await;
    assert_ne!(tag("/restaurants/trattoria-da-lucia").await, page);
    for (path, before) in others.into_iter().zip(before) {
        assert!(before.len() > 8, "{path}: {before}");
        let again = app.get(path, &[("if-none-match", &before)]).await;
        assert_eq!(
            (again.status.as_u16(), again.header("etag")),
            (304, before.as_str()),
            "{path}"
        );
    }
}
