//! Copies of a SQLite database: made while a server writes, and put back when none does.

use std::{
    fs::{self, File, OpenOptions},
    io,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    time::Duration,
};

use sqlx::{
    ConnectOptions, Connection, Executor, Sqlite, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode},
};

use crate::{Result, StoreError, sql::Engine, sqlite_path};

/// How long a copy waits for a server that is checkpointing.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
const RESTORE_TIMEOUT: Duration = Duration::from_millis(500);

fn refused(why: impl Into<String>) -> StoreError {
    StoreError::Copy(why.into())
}

fn at(path: &Path) -> impl Fn(io::Error) -> StoreError {
    move |error| refused(format!("{}: {error}", path.display()))
}

/// Only for the user that runs the server: diners' names and addresses are in it.
pub(crate) fn create_private(path: &Path) -> io::Result<()> {
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map(drop)
}

/// The path with something behind its name.
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn sqlite_file<'a>(database: &'a str, instead: &str) -> Result<&'a Path> {
    match sqlite_path(database) {
        Some(path) => Ok(Path::new(path)),
        None => Err(refused(format!(
            "this is for SQLite; for PostgreSQL use {instead}"
        ))),
    }
}

fn sync(path: &Path) -> Result<()> {
    File::open(path)
        .and_then(|file| file.sync_all())
        .map_err(at(path))
}

fn sync_folder(path: &Path) -> Result<()> {
    match path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        Some(folder) => sync(folder),
        None => sync(Path::new(".")),
    }
}

fn options(path: &Path, busy_timeout: Duration) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .busy_timeout(busy_timeout)
}

/// Copies the database as it is at one moment. Servers may go on writing.
pub async fn backup(database: &str, to: &Path) -> Result<()> {
    let path = sqlite_file(database, "pg_dump")?;
    if to.exists() {
        return Err(refused(format!("{} is there already", to.display())));
    }
    let part = beside(to, ".part");
    let _ = fs::remove_file(&part);
    create_private(&part).map_err(at(&part))?;
    let copied = copy(path, &part).await;
    if let Err(error) = copied {
        let _ = fs::remove_file(&part);
        return Err(error);
    }
    sync(&part)?;
    fs::rename(&part, to).map_err(at(to))?;
    sync_folder(to)
}

async fn copy(from: &Path, to: &Path) -> Result<()> {
    let mut connection = options(from, BUSY_TIMEOUT).connect().await?;
    let to_text = to
        .to_str()
        .ok_or_else(|| refused("the name of the file is not UTF-8"))?;
    sqlx::query("vacuum into $1")
        .bind(to_text)
        .execute(&mut connection)
        .await?;
    connection.close().await?;
    check(to).await
}

/// Replaces the database with a copy. Returns where the replaced database is, if there was one.
pub async fn restore(database: &str, from: &Path) -> Result<Option<PathBuf>> {
    let path = sqlite_file(database, "pg_restore")?;
    let (part, replaced) = (beside(path, ".part"), beside(path, ".replaced"));
    if replaced.exists() {
        let name = replaced.display();
        return Err(refused(format!(
            "{name} is what an earlier restore replaced; move it away first"
        )));
    }
    let _ = fs::remove_file(&part);
    create_private(&part).map_err(at(&part))?;
    let restored = async {
        fs::copy(from, &part).map_err(at(from))?;
        // The copy has the mode of its source.
        fs::set_permissions(&part, std::os::unix::fs::PermissionsExt::from_mode(0o600)).map_err(at(&part))?;
        check(&part).await?;
        sync(&part)?;
        let existed = path.exists();
        if existed {
            claim(path).await?;
            fs::rename(path, &replaced).map_err(at(&replaced))?;
        }
        fs::rename(&part, path).map_err(at(path))?;
        sync_folder(path)?;
        Ok(existed.then_some(replaced))
    };
    let restored = restored.await;
    if restored.is_err() {
        let _ = fs::remove_file(&part);
    }
    restored
}

/// Refuses a file that is not an intact database of Servery, or whose version is newer than this program.
async fn check(path: &Path) -> Result<()> {
    let name = path.display();
    let no_servery = |_| refused(format!("{name} is not a database of Servery"));
    let mut connection = options(path, BUSY_TIMEOUT).connect().await.map_err(no_servery)?;
    let newest: i64 = sqlx::query_scalar(
        "select max(version) from _sqlx_migrations where (select count(*) from restaurants) >= 0 having count(*) > 0",
    )
    .fetch_one(&mut connection)
    .await
    .map_err(no_servery)?;
    let known = Sqlite::migrations()
        .iter()
        .map(|migration| migration.version)
        .max();
    if Some(newest) > known {
        return Err(refused(format!("{name} is of a newer version than this program")));
    }
    let sound: String = sqlx::query_scalar("pragma integrity_check(1)")
        .fetch_one(&mut connection)
        .await?;
    if sound != "ok" {
        return Err(refused(format!("{name} is damaged: {sound}")));
    }
    connection.close().await?;
    Ok(())
}

/// Fails while anybody has the database open: SQLite leaves the WAL mode only for the last one.
async fn claim(path: &Path) -> Result<()> {
    let in_use = |_| refused(format!("{} is in use: stop the server first", path.display()));
    let mut connection: SqliteConnection = options(path, RESTORE_TIMEOUT)
        .journal_mode(SqliteJournalMode::Delete)
        .connect()
        .await
        .map_err(in_use)?;
    connection.execute("begin exclusive").await.map_err(in_use)?;
    connection.execute("rollback").await.map_err(in_use)?;
    connection.close().await?;
    Ok(())
}
