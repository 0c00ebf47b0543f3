//! SQLite and PostgreSQL. SQLite understands PostgreSQL's `$1`, so each statement is written once, for any [`Engine`].

use std::{io, path::Path, str::FromStr, sync::OnceLock, time::Duration};

use sqlx::{
    ColumnIndex, Connection, Database, Decode, Encode, Executor, IntoArguments, Pool, Postgres, Sqlite, Type,
    database::HasStatementCache,
    migrate::{Migrate, Migrator},
    postgres::{PgConnectOptions, PgConnection, PgListener, PgPoolOptions, PgQueryResult},
    sqlite::{
        SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteQueryResult, SqliteSynchronous,
    },
};
use tokio::sync::watch;

use crate::{
    Result, StoreError,
    sql::tls::{explain, with_tls},
    sqlite_files::create_private,
};

/// How long a caller waits for a connection before it gets an error.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Connections that read a SQLite database.
const READERS: u32 = 4;
/// How long a PostgreSQL connection may take to answer a ping. sqlx has no limit of its own for that.
const PING_TIMEOUT: Duration = Duration::from_secs(2);
/// PostgreSQL gives up a statement after this time, and a transaction whose node has gone.
const SESSION_LIMITS: [(&str, &str); 2] = [
    ("statement_timeout", "30s"),
    ("idle_in_transaction_session_timeout", "10s"),
];

/// Milliseconds since 1970.
pub(crate) const POSTGRES_CLOCK: &str = "select (extract(epoch from clock_timestamp()) * 1000)::bigint";

/// What differs between the engines, and what both can bind and read.
pub trait Engine:
    Database<Arguments: IntoArguments<Self>, Connection: Migrate, QueryResult: RowsAffected>
    + HasStatementCache
    + Has<bool, Is: Value<Self>>
    + Has<i64, Is: Value<Self>>
    + Has<Option<i64>, Is: Value<Self>>
    + Has<String, Is: Value<Self>>
    + Has<Option<String>, Is: Value<Self>>
    + for<'q> Has<&'q str, Is: Type<Self> + Encode<'q, Self> + ColumnIndex<Self::Row>>
    + for<'q> Has<Option<&'q str>, Is: Encode<'q, Self>>
    + Has<usize, Is: ColumnIndex<Self::Row>>
    + for<'c> Has<&'c mut Self::Connection, Is: Executor<'c, Database = Self>>
{
    /// Begins a transaction whose statements all read the same snapshot.
    const BEGIN_SNAPSHOT: &'static str;
    /// Begins a transaction that writes.
    const BEGIN_WRITE: &'static str;
    /// Ends a select whose rows nobody else may change until the transaction ends.
    const FOR_UPDATE: &'static str;
    /// The same, for a select that passes over rows which another transaction has locked.
    const SKIP_LOCKED: &'static str;
    /// For the transaction: words are similar that have a seventh of their trigrams in common. No row without the extension `pg_trgm`.
    const SIMILAR_FROM_A_SEVENTH: Option<&'static str>;
    /// What a server's clock says, in milliseconds.
    const CLOCK: Option<&'static str>;
    /// Lets the statements of a connection take as long as they like.
    const NO_TIME_LIMIT: Option<&'static str>;

    fn migrations() -> Migrator;

    /// Notices each change of any node, if the engine tells.
    fn listen(pool: &Pool<Self>) -> Option<watch::Receiver<()>>;
}

impl Engine for Sqlite {
    const BEGIN_SNAPSHOT: &'static str = "begin";
    // Locks the whole file, so rows need no locks.
    const BEGIN_WRITE: &'static str = "begin immediate";
    const FOR_UPDATE: &'static str = "";
    const SKIP_LOCKED: &'static str = "";
    const SIMILAR_FROM_A_SEVENTH: Option<&'static str> = None;
    const CLOCK: Option<&'static str> = None;
    const NO_TIME_LIMIT: Option<&'static str> = None;

    fn migrations() -> Migrator {
        sqlx::migrate!("migrations/sqlite")
    }

    fn listen(_: &Pool<Self>) -> Option<watch::Receiver<()>> {
        None
    }
}

impl Engine for Postgres {
    const BEGIN_SNAPSHOT: &'static str = "begin isolation level repeatable read read only";
    const BEGIN_WRITE: &'static str = "begin";
    const FOR_UPDATE: &'static str = " for update";
    const SKIP_LOCKED: &'static str = " for update skip locked";
    const SIMILAR_FROM_A_SEVENTH: Option<&'static str> = Some(
        "select set_config('pg_trgm.word_similarity_threshold', '0.14', true) from pg_extension where extname = 'pg_trgm'",
    );
    const CLOCK: Option<&'static str> = Some(POSTGRES_CLOCK);
    const NO_TIME_LIMIT: Option<&'static str> = Some("set statement_timeout = 0");

    fn migrations() -> Migrator {
        sqlx::migrate!("migrations/postgres")
    }

    fn listen(pool: &Pool<Self>) -> Option<watch::Receiver<()>> {
        let (notices, notified) = watch::channel(());
        tokio::spawn(forward_notifications(pool.clone(), notices));
        Some(notified)
    }
}

pub struct SqlStore<E: Engine> {
    pub(crate) pool: Pool<E>,
    /// What writes goes here. In SQLite one connection writes at a time, and no reader may keep it from that one.
    pub(crate) writer: Pool<E>,
    /// A PostgreSQL's notifications arrive on a connection that does nothing else.
    pub(crate) listener: Pool<E>,
    /// From the first time that somebody asks; all ask the same.
    pub(crate) notified: OnceLock<Option<watch::Receiver<()>>>,
}

pub type SqliteStore = SqlStore<Sqlite>;
pub type PostgresStore = SqlStore<Postgres>;

pub(crate) type SqlTransaction<E> = sqlx::Transaction<'static, E>;

impl SqlStore<Sqlite> {
    pub async fn open(path: &str) -> Result<Self> {
        match create_private(Path::new(path)) {
            Err(cause) if cause.kind() != io::ErrorKind::AlreadyExists => {
                let path = path.to_owned();
                return Err(StoreError::NoFile { path, cause });
            }
            _ => {}
        }
        // The files beside it get its mode.
        let options = SqliteConnectOptions::new()
            .filename(path)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(CONNECT_TIMEOUT);
        let pool = |connections| {
            SqlitePoolOptions::new()
                .max_connections(connections)
                .acquire_timeout(CONNECT_TIMEOUT)
        };
        let writer = pool(1).connect_with(options.clone()).await?;
        let readers = options.pragma("query_only", "on");
        let pool = pool(READERS).connect_with(readers).await?;
        Ok(Self {
            listener: pool.clone(),
            notified: OnceLock::new(),
            pool,
            writer,
        })
    }
}

impl SqlStore<Postgres> {
    pub async fn open(database: &str, connections: u32) -> Result<Self> {
        let options = with_tls(database, PgConnectOptions::from_str(database)?)?
            .application_name("servery")
            .options(SESSION_LIMITS);
        let host = options.get_host().to_owned();
        let listener = PgPoolOptions::new()
            .acquire_timeout(CONNECT_TIMEOUT)
            .connect_lazy_with(options.clone());
        let pool = PgPoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(CONNECT_TIMEOUT)
            // sqlx's own pings wait for ever for a server that has gone without a word.
            .test_before_acquire(false)
            .before_acquire(|connection, _| Box::pin(answers(connection)))
            .after_release(|connection, _| Box::pin(answers(connection)))
            .connect_with(options)
            .await
            .map_err(|error| explain(&host, error))?;
        Ok(Self {
            writer: pool.clone(),
            pool,
            listener,
            notified: OnceLock::new(),
        })
    }
}

/// The channel that the triggers of the migrations name.
const CHANNEL: &str = "servery";
/// Before a lost connection is made anew.
const RECONNECT_AFTER: Duration = Duration::from_secs(1);

/// Until the store and all who were notified are gone.
async fn forward_notifications(pool: Pool<Postgres>, notices: watch::Sender<()>) {
    tokio::select! {
        () = notices.closed() => {}
        () = async {
            loop {
                if let Err(error) = forward_from_one_connection(&pool, &notices).await {
                    tracing::debug!(%error, "no notifications of PostgreSQL; changes are polled");
                }
                tokio::time::sleep(RECONNECT_AFTER).await;
            }
        } => {}
    }
}

async fn forward_from_one_connection(pool: &Pool<Postgres>, notices: &watch::Sender<()>) -> sqlx::Result<()> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen(CHANNEL).await?;
    loop {
        // What changed before is not told.
        notices.send_replace(());
        // `None` after a lost connection, which is made anew.
        listener.try_recv().await?;
    }
}

/// An error closes the connection.
async fn answers(connection: &mut PgConnection) -> sqlx::Result<bool> {
    match tokio::time::timeout(PING_TIMEOUT, connection.ping()).await {
        Ok(answer) => answer.map(|()| true),
        Err(_) => Err(sqlx::Error::Io(io::ErrorKind::TimedOut.into())),
    }
}

impl<E: Engine> SqlStore<E> {
    pub(crate) async fn begin_write(&self) -> Result<SqlTransaction<E>> {
        Ok(self.writer.begin_with(E::BEGIN_WRITE).await?)
    }

    pub(crate) async fn begin_snapshot(&self) -> Result<SqlTransaction<E>> {
        Ok(self.pool.begin_with(E::BEGIN_SNAPSHOT).await?)
    }
}

/// A type that an engine stores in a column.
pub trait Value<E: Database>:
    Type<E> + for<'q> Encode<'q, E> + for<'r> Decode<'r, E> + Send + Sync + 'static
{
}

impl<E: Database, T> Value<E> for T where
    T: Type<E> + for<'q> Encode<'q, E> + for<'r> Decode<'r, E> + Send + Sync + 'static
{
}

/// Both engines' results have this method, but sqlx has no trait for it.
pub trait RowsAffected {
    fn rows_affected(&self) -> u64;
}

impl RowsAffected for SqliteQueryResult {
    fn rows_affected(&self) -> u64 {
        Self::rows_affected(self)
    }
}

impl RowsAffected for PgQueryResult {
    fn rows_affected(&self) -> u64 {
        Self::rows_affected(self)
    }
}

/// Rust takes for granted only those bounds of a trait that are on the trait itself. `Has<T, Is: Bound>` is such a
/// bound, and as `Is` is `T`, it says that `T: Bound`: so no `where` clause is repeated where an `Engine` is used.
pub trait Has<T>: HasType<T, Is = T> {}

pub trait HasType<T> {
    type Is;
}

impl<E, T> HasType<T> for E {
    type Is = T;
}

impl<E, T> Has<T> for E {}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn readers_do_not_keep_the_writer_of_sqlite_waiting() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.db");
        let store = SqliteStore::open(path.to_str().unwrap()).await.unwrap();
        let mut readers = Vec::new();
        for _ in 0..READERS {
            readers.push(store.begin_snapshot().await.unwrap());
        }
        assert!(store.pool.try_acquire().is_none(), "no reader is left");
        let mut writing = store.begin_write().await.unwrap();
        sqlx::query("create table written (id int)")
            .execute(&mut *writing)
            .await
            .unwrap();
        writing.commit().await.unwrap();
        let refused = sqlx::query("insert into written values (1)")
            .execute(&mut *readers[0])
            .await;
        assert!(refused.is_err(), "a reader writes nothing");
    }
}
