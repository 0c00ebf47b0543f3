//! A machine whose clock is a day ahead, as `faketime` shows it to the program.

use std::process::{Command, Stdio};

use servery::{cli::demo, clock};
use servery_domain::{id::RestaurantId, time::Timestamp};
use servery_store::Store;

use crate::test_app::new_postgres_database;

const DAY: i64 = 24 * 60 * 60;
const FOREVER: Timestamp = Timestamp(i64::MAX);

/// Seconds by which the machine's own clock is behind the time that the audit log has.
async fn logged_ahead(database: &str) -> i64 {
    let store = servery_store::connect(database).await.unwrap();
    store.migrate().await.unwrap();
    let restaurants = demo::catalog().unwrap();
    demo::fill(store.as_ref(), &restaurants[..1]).await.unwrap();
    let restaurant = &restaurants[0];
    let mut staff = Command::new("faketime")
        .args([
            "-f",
            "+1d",
            env!("CARGO_BIN_EXE_servery"),
            "staff",
            "add",
            "ada@example.org",
        ])
        .args(["--restaurant", restaurant.slug.as_str(), "--role", "owner"])
        .args(["--database", database])
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    assert!(staff.wait().unwrap().success());
    newest(store.as_ref(), restaurant.id).await.0 - clock::now().0
}

async fn newest(store: &dyn Store, restaurant: RestaurantId) -> Timestamp {
    let (entries, _) = store.restaurant_log(restaurant, FOREVER).await.unwrap();
    entries[0].at
}

#[tokio::test]
async fn a_node_whose_clock_is_wrong_has_the_time_of_its_database() {
    let ahead = logged_ahead(&new_postgres_database().await).await;
    assert!(ahead.abs() < 60, "{ahead} seconds");
}

#[tokio::test]
async fn with_a_file_for_its_database_a_machine_has_its_own_time() {
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite:{}", folder.path().join("test.db").display());
    let ahead = logged_ahead(&database).await;
    assert!((ahead - DAY).abs() < 60, "{ahead} seconds");
}
