use std::{collections::BTreeMap, sync::Mutex};

use servery::{
    assets::{Assets, sizes},
    cli::demo,
};

use crate::test_app::TestApp;

/// The figures as they were last agreed on: `name bytes`.
const AGREED: &str = include_str!("sizes.txt");

#[tokio::test]
async fn no_page_has_grown() {
    let app = TestApp::new().await;
    // Whether a door is open, and when it will be, is said in other words at other hours.
    for file in demo::catalog().unwrap() {
        if file.hours.as_str() != "24/7" {
            app.change(file.slug.as_str(), |file| file.hours = "24/7".parse().unwrap())
                .await;
        }
    }
    app.app.catalog.reload_if_changed().await.unwrap();
    let mut pages = BTreeMap::new();
    for (path, mode) in [
        ("/", "thin"),
        ("/", "hydrated"),
        ("/", "thick"),
        ("/restaurants/jade-lantern", "thin"),
    ] {
        let cookie = format!("servery_render={mode}");
        pages.insert(
            (path.to_owned(), cookie.clone()),
            app.get(path, &[("cookie", &cookie)]).await.body.to_vec(),
        );
    }
    let pages = Mutex::new(pages);
    let sizes = sizes::measure(&Assets::new().unwrap(), |path, header| {
        let cookie = header.trim().trim_start_matches("cookie: ").to_owned();
        pages.lock().unwrap()[&(path.to_owned(), cookie)].clone()
    });
    let agreed: BTreeMap<&str, usize> = AGREED
        .lines()
        .filter_map(|line| line.split_once(' '))
        .map(|(name, bytes)| (name, bytes.parse().unwrap()))
        .collect();
    for (name, bytes) in sizes {
        let (least, most) = (agreed[name] * 95 / 100, agreed[name] * 103 / 100);
        // Else it could grow back unseen.
        assert!(
            bytes >= least,
            "{name} has only {bytes} bytes: put that into server/tests/it/sizes.txt"
        );
        assert!(
            bytes <= most,
            "{name} has {bytes} bytes, {most} are accepted; if that is worth it, put the new figure into server/tests/it/sizes.txt"
        );
    }
}
