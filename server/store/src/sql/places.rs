//! The imported addresses. An import is visible as a whole or not at all, although it is written in many transactions.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use servery_domain::{
    delivery_area::{Bounds, Point},
    id::PlaceId,
    place::{ImportedPlace, PlaceSearch, TypedAddress},
    time::Timestamp,
};
use sqlx::QueryBuilder;

use crate::{
    Result, SqlStore, StoreError, id,
    places::{PlaceImport, Places},
    sql::{
        engine::Engine,
        rows::{Row, columns, insert_all, push_list, row, select},
    },
};

const INSERT_IMPORT: &str = "insert into place_imports (begun_at) values ($1) returning number";
const SELECT_UNFINISHED: &str = "select number from place_imports where number = $1 and complete = false";
const COUNTS: &str = "import in (select number from place_imports where complete = true)";
const ON_CONFLICT: &str =
    " on conflict (id, import) do update set latitude = excluded.latitude, longitude = excluded.longitude";
/// Rows that one statement of the cleaning looks at.
const SWEEP: i64 = 1_000;
/// Places whose street begins as was typed that a search looks at.
const SCANNED: i64 = 10_000;
/// Places of one address at most: the same street and number in all cities of a postcode.
const SAME_ADDRESS: i64 = 64;

row! {
    struct PlaceRow in places {
        id: String,
        import: i64,
        street: String,
        house_number: String,
        postcode: String,
        city: String,
        latitude: i64,
        longitude: i64,
        search: String,
        street_key: String,
        postcode_key: String,
        city_key: String,
    }
}

impl PlaceRow {
    fn write(import: PlaceImport, place: &ImportedPlace) -> Self {
        let key = place.key();
        Self {
            id: place.id.to_string(),
            import: import.0,
            street: place.street.clone(),
            house_number: place.number.clone(),
            postcode: place.postcode.clone(),
            city: place.city.clone(),
            latitude: i64::from(place.point.latitude),
            longitude: i64::from(place.point.longitude),
            search: place.search_text(),
            street_key: key.street,
            postcode_key: key.postcode,
            city_key: key.city,
        }
    }

    fn read(self) -> Result<ImportedPlace> {
        let degrees = |stored: i64| {
            i32::try_from(stored).map_err(|_| StoreError::Unreadable(format!("the coordinate {stored}")))
        };
        Ok(ImportedPlace {
            id: id(&self.id)?,
            street: self.street,
            number: self.house_number,
            postcode: self.postcode,
            city: self.city,
            point: Point {
                latitude: degrees(self.latitude)?,
                longitude: degrees(self.longitude)?,
            },
        })
    }
}

/// Until the rows of an older import are deleted, an id may be there twice.
fn newest(rows: Vec<PlaceRow>) -> Result<Vec<ImportedPlace>> {
    let mut imports = BTreeMap::new();
    for row in &rows {
        let newest = imports.entry(row.id.clone()).or_insert(row.import);
        *newest = row.import.max(*newest);
    }
    rows.into_iter()
        .filter(|row| imports.get(&row.id) == Some(&row.import))
        .map(PlaceRow::read)
        .collect()
}

#[async_trait]
impl<E: Engine> Places for SqlStore<E> {
    async fn begin_place_import(&self, at: Timestamp) -> Result<PlaceImport> {
        let mut transaction = self.begin_write().await?;
        sqlx::query("delete from place_imports where complete = false")
            .execute(&mut *transaction)
            .await?;
        let number: i64 = sqlx::query_scalar(INSERT_IMPORT)
            .bind(at.0)
            .fetch_one(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(PlaceImport(number))
    }

    async fn add_places(&self, import: PlaceImport, places: &[ImportedPlace]) -> Result<()> {
        let by_id: BTreeMap<PlaceId, &ImportedPlace> = places.iter().map(|place| (place.id, place)).collect();
        let rows: Vec<PlaceRow> = by_id
            .into_values()
            .map(|place| PlaceRow::write(import, place))
            .collect();
        let mut transaction = self.begin_write().await?;
        self.lock_import(&mut transaction, import).await?;
        insert_all(&mut transaction, &rows, ON_CONFLICT).await?;
        Ok(transaction.commit().await?)
    }

    async fn finish_place_import(&self, import: PlaceImport, replaces: bool) -> Result<()> {
        let mut transaction = self.begin_write().await?;
        self.lock_import(&mut transaction, import).await?;
        sqlx::query("update place_imports set complete = true where number = $1")
            .bind(import.0)
            .execute(&mut *transaction)
            .await?;
        if replaces {
            sqlx::query("delete from place_imports where number <> $1")
                .bind(import.0)
                .execute(&mut *transaction)
                .await?;
        }
        Ok(transaction.commit().await?)
    }

    async fn delete_obsolete_places(&self) -> Result<()> {
        let known: Vec<(i64, bool)> = sqlx::query_as("select number, complete from place_imports")
            .fetch_all(&self.pool)
            .await?;
        let known: BTreeMap<i64, bool> = known.into_iter().collect();
        // An import that has begun since is not known.
        let newest = known.keys().next_back().copied().unwrap_or_default();
        let mut last: Option<(String, i64)> = None;
        loop {
            let (after, import) = last.clone().unwrap_or_default();
            let rows: Vec<(String, i64)> = sqlx::query_as(
                "select id, import from places where (id, import) > ($1, $2) order by id, import limit $3",
            )
            .bind(after)
            .bind(import)
            .bind(SWEEP)
            .fetch_all(&self.pool)
            .await?;
            let Some(end) = rows.last().cloned() else {
                return Ok(());
            };
            let mut obsolete = BTreeMap::<i64, BTreeSet<String>>::new();
            for row in rows {
                let is_given_up = row.1 < newest && !known.contains_key(&row.1);
                if is_given_up {
                    obsolete.entry(row.1).or_default().insert(row.0);
                    continue;
                }
                let is_newer = known.get(&row.1) == Some(&true);
                if let Some((id, older)) = last.replace(row.clone())
                    && is_newer
                    && id == row.0
                {
                    obsolete.entry(older).or_default().insert(id);
                }
            }
            last = Some(end);
            for (import, ids) in obsolete {
                self.delete_places(import, ids.into_iter().collect()).await?;
            }
        }
    }

    async fn search_places(
        &self,
        search: &PlaceSearch,
        within: Option<Bounds>,
        limit: usize,
    ) -> Result<Vec<ImportedPlace>> {
        let table = PlaceRow::TABLE;
        let mut query = QueryBuilder::<E>::new(format!(
            "select {} from (select * from {table} where ",
            columns::<PlaceRow>(),
        ));
        query.push("search >= ").push_bind(search.prefix.clone());
        query
            .push(" and search < ")
            .push_bind(format!("{}{}", search.prefix, char::MAX));
        // Many streets begin alike in a large list: whoever looks for one of them types more.
        query.push(format!(
            " order by search limit {SCANNED}) as {table} where {COUNTS}"
        ));
        for word in &search.words {
            // Words are letters and digits, so nothing in them is a wildcard.
            query.push(" and search like ").push_bind(format!("% {word}%"));
        }
        if let Some(Bounds {
            south_west,
            north_east,
        }) = within
        {
            for (column, from, to) in [
                ("latitude", south_west.latitude, north_east.latitude),
                ("longitude", south_west.longitude, north_east.longitude),
            ] {
                query
                    .push(format!(" and {column} between "))
                    .push_bind(i64::from(from));
                query.push(" and ").push_bind(i64::from(to));
            }
        }
        query.push(" order by search, id limit ");
        query.push_bind(i64::try_from(limit).unwrap_or(i64::MAX));
        newest(query.build_query_as().fetch_all(&self.pool).await?)
    }

    async fn places_of_address(&self, address: &TypedAddress) -> Result<Vec<ImportedPlace>> {
        if address.streets.is_empty() {
            return Ok(Vec::new());
        }
        let mut query = QueryBuilder::<E>::new(format!(
            "select {} from {} where street_key",
            columns::<PlaceRow>(),
            PlaceRow::TABLE
        ));
        push_list(&mut query, &address.streets);
        query
            .push(" and (postcode_key = ")
            .push_bind(address.postcode.clone());
        query
            .push(" or postcode_key = '' and city_key = ")
            .push_bind(address.city.clone());
        query.push(format!(") and {COUNTS} order by id limit {SAME_ADDRESS}"));
        newest(query.build_query_as().fetch_all(&self.pool).await?)
    }

    async fn place(&self, id: PlaceId) -> Result<Option<ImportedPlace>> {
        let rows = select::<E, PlaceRow>(&format!("where id = $1 and {COUNTS}"))
            .bind(id.to_string())
            .fetch_all(&self.pool)
            .await?;
        Ok(newest(rows)?.pop())
    }
}

impl<E: Engine> SqlStore<E> {
    /// Fails if a later import has begun.
    async fn lock_import(
        &self,
        transaction: &mut crate::sql::engine::SqlTransaction<E>,
        import: PlaceImport,
    ) -> Result<()> {
        let lock = E::FOR_UPDATE;
        let found: Option<i64> =
            sqlx::query_scalar(sqlx::AssertSqlSafe(format!("{SELECT_UNFINISHED}{lock}")))
                .bind(import.0)
                .fetch_optional(&mut **transaction)
                .await?;
        match found {
            Some(_) => Ok(()),
            None => Err(StoreError::Refused(
                "another import of places has begun since".into(),
            )),
        }
    }

    async fn delete_places(&self, import: i64, ids: Vec<String>) -> Result<()> {
        let mut query = QueryBuilder::<E>::new("delete from places where import = ");
        query.push_bind(import).push(" and id");
        push_list(&mut query, &ids);
        query.build().execute(&self.writer).await?;
        Ok(())
    }
}
