//! Types that are rows of a table, and the statements that follow from their columns.

use servery_domain::time::Timestamp;
use sqlx::{AssertSqlSafe, FromRow, QueryBuilder, query::QueryAs, query_builder::Separated};

use crate::{
    Result,
    sql::engine::{Engine, SqlTransaction},
};

/// Most rows in one statement.
pub(crate) const MOST_ROWS: usize = 128;
/// Statements of few lengths are prepared once and reused.
const LENGTHS: [usize; 8] = [MOST_ROWS, 64, 32, 16, 8, 4, 2, 1];

/// Rows that one page of a listing has.
pub(crate) const PAGE: i64 = 500;

pub(crate) trait Row {
    const TABLE: &'static str;
    const COLUMNS: &'static [&'static str];

    /// Binds a value for each of `COLUMNS`, in their order.
    fn push_values<E: Engine>(&self, values: &mut Separated<'_, E, &'static str>);
}

/// Declares a struct whose fields are columns of a table.
macro_rules! row {
    ($(#[$attribute:meta])* struct $name:ident in $table:ident { $($column:ident: $type:ty,)+ }) => {
        $(#[$attribute])*
        #[derive(sqlx::FromRow)]
        pub(crate) struct $name {
            $(pub(crate) $column: $type,)+
        }

        impl crate::sql::rows::Row for $name {
            const TABLE: &'static str = stringify!($table);
            const COLUMNS: &'static [&'static str] = &[$(stringify!($column)),+];

            fn push_values<E: crate::sql::engine::Engine>(
                &self,
                values: &mut sqlx::query_builder::Separated<'_, E, &'static str>,
            ) {
                $(values.push_bind(&self.$column);)+
            }
        }
    };
}
pub(crate) use row;

/// The columns of a row, for a select list.
pub(crate) fn columns<R: Row>() -> String {
    R::COLUMNS.join(", ")
}

/// `rest` begins with `where`, or is empty.
pub(crate) fn select_sql<R: Row>(rest: &str) -> String {
    format!("select {} from {} {rest}", columns::<R>(), R::TABLE)
}

pub(crate) fn select<E: Engine, R>(rest: &str) -> QueryAs<'static, E, R, E::Arguments>
where
    R: Row + for<'r> FromRow<'r, E::Row>,
{
    sqlx::query_as(AssertSqlSafe(select_sql::<R>(rest)))
}

/// Inserts rows that fit into one statement; `rest` says what happens on a conflict.
pub(crate) fn insert<E: Engine, R: Row>(rows: &[R], rest: &str) -> QueryBuilder<E> {
    let (columns, table) = (columns::<R>(), R::TABLE);
    let mut query = QueryBuilder::new(format!("insert into {table} ({columns}) "));
    query.push_values(rows, |mut values, row| row.push_values(&mut values));
    query.push(rest);
    query
}

pub(crate) async fn insert_all<E: Engine, R: Row + Sync>(
    transaction: &mut SqlTransaction<E>,
    rows: &[R],
    rest: &str,
) -> Result<()> {
    for chunk in chunks(rows) {
        insert(chunk, rest).build().execute(&mut **transaction).await?;
    }
    Ok(())
}

/// Runs `select … in (values)`, and locks the rows until the transaction ends.
pub(crate) async fn select_in<E: Engine, R>(
    transaction: &mut SqlTransaction<E>,
    select: &str,
    values: &[String],
) -> Result<Vec<R>>
where
    R: for<'r> FromRow<'r, E::Row> + Send + Unpin,
{
    let mut rows = Vec::new();
    for chunk in values.chunks(MOST_ROWS) {
        // In the same order everywhere, so that two nodes never wait for each other.
        let mut query = query_in::<E>(select, chunk, " order by 1");
        query.push(E::FOR_UPDATE);
        rows.extend(query.build_query_as::<R>().fetch_all(&mut **transaction).await?);
    }
    Ok(rows)
}

/// `select … where COLUMN` with `in (values)` behind it, and then the rest.
pub(crate) fn query_in<E: Engine>(select: &str, values: &[String], rest: &str) -> QueryBuilder<E> {
    let mut query = QueryBuilder::new(select);
    push_list(&mut query, values);
    query.push(rest);
    query
}

/// Pushes `in (values)`. The last value is repeated until the statement has a length that is prepared already.
pub(crate) fn push_list<E: Engine>(query: &mut QueryBuilder<E>, values: &[String]) {
    query.push(" in (");
    let mut list = query.separated(", ");
    let repeated = values.iter().chain(values.last().into_iter().cycle());
    for value in repeated.take(values.len().next_power_of_two()) {
        list.push_bind(value);
    }
    query.push(")");
}

/// Cuts into slices of the lengths in `LENGTHS`.
pub(crate) fn chunks<T>(mut rows: &[T]) -> Vec<&[T]> {
    let mut chunks = Vec::new();
    while let Some(length) = LENGTHS.iter().find(|length| **length <= rows.len()) {
        let (chunk, rest) = rows.split_at(*length);
        chunks.push(chunk);
        rows = rest;
    }
    chunks
}

/// The position that a page of orders begins after.
pub(crate) fn page_start<I: ToString>(after: Option<(Timestamp, I)>) -> (i64, String) {
    after.map_or((i64::MIN, String::new()), |(at, id)| (at.0, id.to_string()))
}
