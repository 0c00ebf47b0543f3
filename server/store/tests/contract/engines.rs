//! An empty store of each engine.

use std::sync::Arc;

use servery_store::{Store, connect};

/// A new, empty store of each engine.
pub struct Engines {
    pub stores: Vec<(&'static str, Arc<dyn Store>)>,
    _folder: tempfile::TempDir,
}

pub async fn engines(test: &str) -> Engines {
    let folder = tempfile::tempdir().unwrap();
    let sqlite = connect(&format!("sqlite:{}", folder.path().join("store.db").display()))
        .await
        .unwrap();
    let server = std::env::var("SERVERY_TEST_POSTGRES")
        .expect("SERVERY_TEST_POSTGRES names a PostgreSQL server for these tests, as postgres://user@host:port; './dev test' starts one");
    let postgres = connect(&postgres_database(&server, test).await).await.unwrap();
    for store in [&sqlite, &postgres] {
        store.migrate().await.unwrap();
        store
            .migrate()
            .await
            .expect("a second migration finds nothing to do");
    }
    Engines {
        stores: vec![("SQLite", sqlite), ("PostgreSQL", postgres)],
        _folder: folder,
    }
}

/// A database of its own for each test, made anew.
async fn postgres_database(server: &str, test: &str) -> String {
    use sqlx::{AssertSqlSafe, Connection, Executor};
    let mut admin = sqlx::PgConnection::connect(&format!("{server}/postgres"))
        .await
        .unwrap();
    for statement in [
        format!("drop database if exists {test}"),
        format!("create database {test}"),
    ] {
        admin
            .execute(sqlx::query(AssertSqlSafe(statement)))
            .await
            .unwrap();
    }
    format!("{server}/{test}")
}
