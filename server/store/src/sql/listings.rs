//! Reads what the catalog holds, and notes which restaurants have changed.

use std::collections::{HashMap, HashSet};

use async_trait::async_trait;
use servery_domain::{
    domain_name::DomainName,
    hours::OpeningHours,
    id::{DishId, RestaurantId},
    order_intake::OrderIntake,
    revision::Revision,
};
use sqlx::FromRow;

use crate::{
    Result, SqlStore,
    change_feed::ChangeFeed,
    id,
    listings::{Listings, StoredListing},
    parse_own,
    sql::{
        engine::{Engine, SqlTransaction},
        menu_rows::DaypartRow,
        menus::next_revision,
        restaurant_rows::RestaurantRow,
        rows::{MOST_ROWS, query_in, select_sql},
    },
    value,
};

const CHANGED: &str = "select restaurant_id from restaurant_changes where revision > $1 order by revision";
const UPSERT_CHANGE: &str = "insert into restaurant_changes (restaurant_id, revision) values ($1, $2) \
     on conflict (restaurant_id) do update set revision = excluded.revision";
const CHANGE_DEMO: &str = "update restaurant_changes set revision = $1 \
     where restaurant_id in (select restaurant_id from demo_restaurants)";

#[async_trait]
impl<E: Engine> Listings for SqlStore<E> {
    fn change_feed(&self) -> ChangeFeed {
        ChangeFeed::new(self.notified.get_or_init(|| E::listen(&self.listener)).clone())
    }

    async fn changed_restaurants(&self, after: Revision) -> Result<Vec<RestaurantId>> {
        let rows: Vec<String> = sqlx::query_scalar(CHANGED)
            .bind(after.0)
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(|restaurant| id(restaurant)).collect()
    }

    async fn listings(&self, restaurants: &[RestaurantId]) -> Result<Vec<StoredListing>> {
        let mut listings = Vec::with_capacity(restaurants.len());
        for chunk in restaurants.chunks(MOST_ROWS) {
            let ids: Vec<String> = chunk.iter().map(RestaurantId::to_string).collect();
            // All of it at one moment.
            let mut snapshot = self.begin_snapshot().await?;
            let restaurants: Vec<RestaurantRow> =
                select_of(&mut snapshot, &select_sql::<RestaurantRow>("where id"), &ids).await?;
            let mut rows = ListingRows::load(&mut snapshot, &ids).await?;
            listings.extend(restaurants.into_iter().filter_map(|row| rows.listing(row)));
        }
        Ok(listings)
    }
}

/// The rows of other tables that a listing is made of, by the restaurants' ids.
struct ListingRows {
    changed: HashMap<String, i64>,
    demos: HashSet<String>,
    domains: HashMap<String, DomainName>,
    sold_out: HashMap<String, Vec<DishId>>,
    dayparts: HashMap<String, Vec<(DishId, OpeningHours)>>,
    intakes: HashMap<String, OrderIntake>,
}

impl ListingRows {
    async fn load<E: Engine>(snapshot: &mut SqlTransaction<E>, ids: &[String]) -> Result<Self> {
        let changed: Vec<(String, i64)> = select_of(
            snapshot,
            "select restaurant_id, revision from restaurant_changes where restaurant_id",
            ids,
        )
        .await?;
        let demos: Vec<(String, i64)> = select_of(
            snapshot,
            "select restaurant_id, cast(1 as bigint) from demo_restaurants where restaurant_id",
            ids,
        )
        .await?;
        let domains: Vec<(String, String)> = select_of(
            snapshot,
            "select restaurant_id, name from domains where restaurant_id",
            ids,
        )
        .await?;
        let sold_out: Vec<(String, String)> = select_of(
            snapshot,
            "select restaurant_id, dish_id from stock where portions = 0 and restaurant_id",
            ids,
        )
        .await?;
        let dayparts = select_sql::<DaypartRow>("where served is not null and restaurant_id");
        let dayparts: Vec<DaypartRow> = select_of(snapshot, &dayparts, ids).await?;
        let intakes: Vec<(String, String)> = select_of(
            snapshot,
            "select restaurant_id, intake from order_intake where restaurant_id",
            ids,
        )
        .await?;
        Ok(Self {
            changed: changed.into_iter().collect(),
            demos: demos.into_iter().map(|row| row.0).collect(),
            domains: domains
                .into_iter()
                .map(|(restaurant, name)| Ok((restaurant, value(name)?)))
                .collect::<Result<_>>()?,
            sold_out: grouped(
                sold_out
                    .into_iter()
                    .map(|(restaurant, dish)| Ok((restaurant, id(&dish)?)))
                    .collect::<Result<_>>()?,
            ),
            dayparts: grouped(
                dayparts
                    .into_iter()
                    .filter_map(DaypartRow::read_or_skip)
                    .collect(),
            ),
            intakes: intakes
                .into_iter()
                .map(|(restaurant, intake)| Ok((restaurant, parse_own(&intake)?)))
                .collect::<Result<_>>()?,
        })
    }

    fn listing(&mut self, row: RestaurantRow) -> Option<StoredListing> {
        let id = row.id.clone();
        Some(StoredListing {
            restaurant: row.read_or_skip()?,
            changed: Revision(self.changed.get(&id).copied().unwrap_or_default()),
            is_demo: self.demos.contains(&id),
            domain: self.domains.remove(&id),
            sold_out: self.sold_out.remove(&id).unwrap_or_default(),
            dayparts: self.dayparts.remove(&id).unwrap_or_default(),
            intake: self.intakes.remove(&id).unwrap_or_default(),
        })
    }
}

fn grouped<T>(rows: Vec<(String, T)>) -> HashMap<String, Vec<T>> {
    let mut groups: HashMap<String, Vec<T>> = HashMap::new();
    for (restaurant, row) in rows {
        groups.entry(restaurant).or_default().push(row);
    }
    groups
}

/// Runs `select … where COLUMN` with `in (ids)` behind it. Of each restaurant what has an id comes in its order.
async fn select_of<E: Engine, R>(
    snapshot: &mut SqlTransaction<E>,
    select: &str,
    ids: &[String],
) -> Result<Vec<R>>
where
    R: for<'r> FromRow<'r, E::Row> + Send + Unpin,
{
    let mut query = query_in::<E>(select, ids, " order by 1, 2");
    Ok(query.build_query_as::<R>().fetch_all(&mut **snapshot).await?)
}

/// Raises the catalog's revision. Every restaurant writes that row: whoever changes another one at the same time waits until the
/// transaction ends.
pub(crate) async fn note_changes<E: Engine>(
    transaction: &mut SqlTransaction<E>,
    restaurants: impl IntoIterator<Item = RestaurantId>,
) -> Result<()> {
    let revision = next_revision(transaction, "catalog").await?;
    for restaurant in restaurants {
        sqlx::query(UPSERT_CHANGE)
            .bind(restaurant.to_string())
            .bind(revision.0)
            .execute(&mut **transaction)
            .await?;
    }
    Ok(())
}

/// The same, for all restaurants of the demo.
pub(crate) async fn note_changes_of_demo<E: Engine>(transaction: &mut SqlTransaction<E>) -> Result<()> {
    let revision = next_revision(transaction, "catalog").await?;
    sqlx::query(CHANGE_DEMO)
        .bind(revision.0)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}
