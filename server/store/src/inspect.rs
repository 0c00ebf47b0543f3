//! Reads the state of a database without changing it.

use std::{
    fs, io,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    str::FromStr,
    time::Duration,
};

use servery_domain::order_settings::OrderSettings;
use sqlx::{
    ConnectOptions, Connection, PgConnection, Postgres, Sqlite,
    migrate::Migrator,
    postgres::PgConnectOptions,
    sqlite::{SqliteConnectOptions, SqliteConnection},
};

use crate::{
    Result, StoreError, parse, scheme,
    sql::{
        Engine, POSTGRES_CLOCK,
        tls::{explain, is_here, with_tls},
    },
    sqlite_files::beside,
    sqlite_path,
};

/// How long a look waits for a server that is writing.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

const SELECT_APPLIED: &str = "select version from _sqlx_migrations where success = true";

#[derive(Debug)]
pub struct Inspection {
    pub tables: Tables,
    pub place: DatabasePlace,
    /// The slugs of restaurants that deliver to areas on the map although no address is known.
    pub without_places: Vec<String>,
}

/// How the tables compare with this program's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tables {
    /// There is no database yet.
    Missing,
    Current,
    /// So many migrations have still to be applied.
    Older(usize),
    /// A newer program has changed them.
    Newer,
}

#[derive(Debug)]
pub enum DatabasePlace {
    /// A SQLite file, and those of its files that others than their owner may read or write.
    File { shared: Vec<PathBuf> },
    Server {
        /// `None` on this machine, where nobody is on the way.
        tls: Option<bool>,
        /// Its clock, in milliseconds.
        clock: i64,
    },
}

/// Looks at the database without creating or changing anything.
pub async fn inspect(database: &str) -> Result<Inspection> {
    if let Some(path) = sqlite_path(database) {
        return inspect_file(Path::new(path)).await;
    }
    match database.split_once(':') {
        Some(("postgres" | "postgresql", _)) => inspect_server(database).await,
        _ => Err(StoreError::UnknownEngine(scheme(database))),
    }
}

async fn inspect_file(path: &Path) -> Result<Inspection> {
    let files = ["", "-wal", "-shm"].map(|suffix| beside(path, suffix));
    let shared = files.into_iter().filter_map(shared).collect::<io::Result<_>>();
    let place = DatabasePlace::File {
        shared: shared.map_err(sqlx::Error::from)?,
    };
    if !path.exists() {
        let tables = Tables::Missing;
        return Ok(Inspection {
            tables,
            place,
            without_places: Vec::new(),
        });
    }
    let mut connection = SqliteConnectOptions::new()
        .filename(path)
        .read_only(true)
        .busy_timeout(BUSY_TIMEOUT)
        .connect()
        .await?;
    let tables = tables_of_file(&mut connection).await?;
    let without_places = without_places::<Sqlite>(&mut connection, tables).await?;
    connection.close().await?;
    Ok(Inspection {
        tables,
        place,
        without_places,
    })
}

/// The file, if it is there and not for its owner only.
fn shared(file: PathBuf) -> Option<io::Result<PathBuf>> {
    match fs::metadata(&file) {
        Ok(about) if about.permissions().mode() & 0o077 == 0 => None,
        Ok(_) => Some(Ok(file)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => Some(Err(error)),
    }
}

async fn tables_of_file(connection: &mut SqliteConnection) -> Result<Tables> {
    let is_there: bool =
        sqlx::query_scalar("select count(*) > 0 from sqlite_master where name = '_sqlx_migrations'")
            .fetch_one(&mut *connection)
            .await?;
    if !is_there {
        return Ok(compared(&[], &Sqlite::migrations()));
    }
    let applied: Vec<i64> = sqlx::query_scalar(SELECT_APPLIED).fetch_all(connection).await?;
    Ok(compared(&applied, &Sqlite::migrations()))
}

async fn inspect_server(database: &str) -> Result<Inspection> {
    let options =
        with_tls(database, PgConnectOptions::from_str(database)?)?.application_name("servery doctor");
    let host = options.get_host().to_owned();
    let is_here = options.get_socket().is_some() || is_here(&host);
    let mut connection = options.connect().await.map_err(|error| explain(&host, error))?;
    let tables = tables_of_server(&mut connection).await?;
    let without_places = without_places::<Postgres>(&mut connection, tables).await?;
    let tls: bool = sqlx::query_scalar("select ssl from pg_stat_ssl where pid = pg_backend_pid()")
        .fetch_one(&mut connection)
        .await?;
    let clock: i64 = sqlx::query_scalar(POSTGRES_CLOCK)
        .fetch_one(&mut connection)
        .await?;
    connection.close().await?;
    let place = DatabasePlace::Server {
        tls: (!is_here).then_some(tls),
        clock,
    };
    Ok(Inspection {
        tables,
        place,
        without_places,
    })
}

async fn tables_of_server(connection: &mut PgConnection) -> Result<Tables> {
    let is_there: bool = sqlx::query_scalar("select to_regclass('_sqlx_migrations') is not null")
        .fetch_one(&mut *connection)
        .await?;
    if !is_there {
        return Ok(compared(&[], &Postgres::migrations()));
    }
    let applied: Vec<i64> = sqlx::query_scalar(SELECT_APPLIED).fetch_all(connection).await?;
    Ok(compared(&applied, &Postgres::migrations()))
}

async fn without_places<E: Engine>(connection: &mut E::Connection, tables: Tables) -> Result<Vec<String>> {
    if tables != Tables::Current {
        return Ok(Vec::new());
    }
    let known: Option<i64> =
        sqlx::query_scalar("select number from place_imports where complete = true limit 1")
            .fetch_optional(&mut *connection)
            .await?;
    if known.is_some() {
        return Ok(Vec::new());
    }
    let restaurants: Vec<(String, String)> =
        sqlx::query_as("select slug, ordering from restaurants order by slug")
            .fetch_all(connection)
            .await?;
    let is_drawn =
        |ordering: &str| parse::<OrderSettings>(ordering).is_ok_and(|ordering| ordering.has_drawn_areas());
    Ok(restaurants
        .into_iter()
        .filter(|(_, ordering)| is_drawn(ordering))
        .map(|(slug, _)| slug)
        .collect())
}

fn compared(applied: &[i64], known: &Migrator) -> Tables {
    let known: Vec<i64> = known.iter().map(|migration| migration.version).collect();
    if applied.iter().any(|version| !known.contains(version)) {
        return Tables::Newer;
    }
    match known.iter().filter(|version| !applied.contains(version)).count() {
        0 => Tables::Current,
        missing => Tables::Older(missing),
    }
}
