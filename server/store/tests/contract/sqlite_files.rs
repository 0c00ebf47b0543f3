//! Backups of a SQLite database.

use std::{fs, os::unix::fs::PermissionsExt, path::Path, sync::Arc};

use servery_domain::id::OrderId;
use servery_store::{Store, StoreError, backup, connect, restore};
use sqlx::{Connection, Executor, SqliteConnection};

use crate::fixture::{Fixture, order_of};
use servery_store::orders::{OrderWrite, WriteOutcome};

fn address(path: &Path) -> String {
    format!("sqlite:{}", path.display())
}

async fn open(path: &Path) -> Arc<dyn Store> {
    let store = connect(&address(path)).await.unwrap();
    store.migrate().await.unwrap();
    store
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// All rows of the tables that orders are written to.
async fn rows(path: &Path) -> Vec<String> {
    let mut connection = SqliteConnection::connect(&address(path)).await.unwrap();
    let mut all = Vec::new();
    for select in [
        "select id || token || revision || ordered || progress from orders order by id",
        "select restaurant_id || revision || number from counters order by 1",
        "select id || slug || revision from restaurants order by id",
    ] {
        let rows: Vec<Option<String>> = sqlx::query_scalar(select)
            .fetch_all(&mut connection)
            .await
            .unwrap();
        all.extend(rows.into_iter().flatten());
    }
    let sound: String = sqlx::query_scalar("pragma integrity_check")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    assert_eq!(sound, "ok", "{}", path.display());
    connection.close().await.unwrap();
    all
}

fn why(result: Result<impl std::fmt::Debug, StoreError>) -> String {
    result.unwrap_err().to_string()
}

#[tokio::test]
async fn a_backup_is_made_while_orders_are_written_and_can_be_put_back() {
    let folder = tempfile::tempdir().unwrap();
    let (path, copy) = (folder.path().join("live.db"), folder.path().join("copy.db"));
    let fixture = Fixture::new(open(&path).await).await;
    for file in ["live.db", "live.db-wal", "live.db-shm"] {
        assert_eq!(mode(&folder.path().join(file)), 0o600, "{file}");
    }
    let (done, mut written) = (Arc::new(std::sync::atomic::AtomicBool::new(false)), 0);
    let (database, to, over) = (address(&path), copy.clone(), done.clone());
    let copying = tokio::spawn(async move {
        let copied = backup(&database, &to).await;
        over.store(true, std::sync::atomic::Ordering::Relaxed);
        copied
    });
    while !done.load(std::sync::atomic::Ordering::Relaxed) || written < 20 {
        written += 1;
        let placed = fixture.place(OrderId(written), 1).await;
        assert!(matches!(placed, WriteOutcome::Placed { .. }), "{placed:?}");
    }
    copying.await.unwrap().unwrap();
    assert_eq!(mode(&copy), 0o600);
    let copied = rows(&copy).await;
    assert!(copied.len() <= rows(&path).await.len());
    assert!(why(backup(&address(&path), &copy).await).contains("is there already"));

    assert!(why(restore(&address(&path), &copy).await).contains("stop the server"));
    fixture.store.close().await;
    let before = rows(&path).await;
    let replaced = restore(&address(&path), &copy).await.unwrap().unwrap();
    assert_eq!((rows(&path).await, mode(&path)), (copied.clone(), 0o600));
    assert_eq!(rows(&replaced).await, before, "what was there is kept");
    // It is a database like any other.
    let store = open(&path).await;
    let order = OrderWrite::Place(Box::new(order_of(OrderId(1_000_000), 1)));
    assert!(matches!(
        store.write(&[order]).await.unwrap().remove(0),
        WriteOutcome::Placed { .. }
    ));
    store.close().await;
    let new = folder.path().join("new.db");
    assert_eq!(
        restore(&address(&new), &copy).await.unwrap(),
        None,
        "nothing was replaced"
    );
    assert_eq!(rows(&new).await, copied);
}

#[tokio::test]
async fn what_is_no_sound_database_of_this_version_is_not_put_back() {
    let folder = tempfile::tempdir().unwrap();
    let (path, copy) = (folder.path().join("live.db"), folder.path().join("copy.db"));
    open(&path).await.close().await;
    let is = rows(&path).await;
    let refuses = async |says: &str| {
        let said = why(restore(&address(&path), &copy).await);
        assert!(said.contains(says), "{said}");
        assert_eq!(rows(&path).await, is);
        assert!(!folder.path().join("live.db.part").exists());
    };
    refuses("No such file").await;
    fs::write(
        &copy,
        "no database at all, but a text that is long enough to be one",
    )
    .unwrap();
    refuses("not a database of Servery").await;
    fs::remove_file(&copy).unwrap();
    let mut other = SqliteConnection::connect(&format!("{}?mode=rwc", address(&copy)))
        .await
        .unwrap();
    other.execute("create table restaurants (id text)").await.unwrap();
    other.close().await.unwrap();
    refuses("not a database of Servery").await;
    fs::remove_file(&copy).unwrap();
    backup(&address(&path), &copy).await.unwrap();
    let mut newer = SqliteConnection::connect(&address(&copy)).await.unwrap();
    newer
        .execute("update _sqlx_migrations set version = 9999 where version = (select max(version) from _sqlx_migrations)")
        .await
        .unwrap();
    newer.close().await.unwrap();
    refuses("newer version").await;
    let mut empty = SqliteConnection::connect(&address(&copy)).await.unwrap();
    empty.execute("delete from _sqlx_migrations").await.unwrap();
    empty.close().await.unwrap();
    refuses("not a database of Servery").await;
    for said in [
        why(backup("postgres://servery@localhost/servery", &copy).await),
        why(restore("postgres://servery@localhost/servery", &copy).await),
    ] {
        assert!(said.contains("pg_"), "{said}");
    }
}
