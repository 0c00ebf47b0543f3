//! Restaurants and their menus; the modes that the operator has chosen.

use async_trait::async_trait;
use servery_domain::{id::RestaurantId, menu::Menu, restaurant::Restaurant, revision::Revision};
use sqlx::{Executor, FromRow};

use crate::{
    Menus, Result, Revisions, SqlStore,
    sql::{
        engine::{Engine, SqlTransaction},
        menu_rows::{self, MenuHeadRow, MenuRows},
        restaurant_rows::{self, RestaurantRow},
        rows::{Row, insert_all, select},
    },
};

#[async_trait]
impl<E: Engine> Menus for SqlStore<E> {
    async fn migrate(&self) -> Result<()> {
        let mut migrator = E::migrations();
        // A newer version may have migrated this database: what it added does not hinder this one.
        migrator.set_ignore_missing(true);
        let mut connection = self.writer.acquire().await?;
        if let Some(no_limit) = E::NO_TIME_LIMIT {
            connection.execute(no_limit).await?;
            connection.close_on_drop();
        }
        Ok(migrator.run_direct(None, &mut *connection, false).await?)
    }

    async fn close(&self) {
        self.pool.close().await;
        self.writer.close().await;
    }

    async fn clock(&self) -> Result<Option<i64>> {
        match E::CLOCK {
            Some(clock) => Ok(sqlx::query_scalar(clock).fetch_optional(&self.pool).await?),
            None => Ok(None),
        }
    }

    async fn revisions(&self) -> Result<Revisions> {
        let rows: Vec<(String, i64)> = sqlx::query_as("select name, revision from revisions")
            .fetch_all(&self.pool)
            .await?;
        let of = |name: &str| Revision(rows.iter().find(|row| row.0 == name).map_or(0, |row| row.1));
        Ok(Revisions {
            catalog: of("catalog"),
            modes: of("modes"),
        })
    }

    async fn access_revision(&self) -> Result<Revision> {
        let revision = sqlx::query_scalar("select revision from revisions where name = 'access'")
            .fetch_one(&self.pool)
            .await?;
        Ok(Revision(revision))
    }

    async fn restaurants(&self) -> Result<Vec<Restaurant>> {
        let rows = select::<E, RestaurantRow>("").fetch_all(&self.pool).await?;
        let mut restaurants: Vec<Restaurant> =
            rows.into_iter().filter_map(RestaurantRow::read_or_skip).collect();
        // Engines collate differently; slugs compare by byte everywhere.
        restaurants.sort_by(|a, b| a.slug.cmp(&b.slug));
        Ok(restaurants)
    }

    async fn menu(&self, restaurant: RestaurantId) -> Result<Option<Menu>> {
        let mut snapshot = self.begin_snapshot().await?;
        load_menu(&mut snapshot, restaurant).await
    }

    async fn modes(&self) -> Result<Vec<(String, String)>> {
        Ok(sqlx::query_as("select path, mode from route_modes order by path")
            .fetch_all(&self.pool)
            .await?)
    }

    async fn set_mode(&self, path: &str, mode: Option<&str>) -> Result<Revision> {
        let mut transaction = self.begin_write().await?;
        let set = match mode {
            Some(mode) => sqlx::query(UPSERT_MODE).bind(path).bind(mode),
            None => sqlx::query("delete from route_modes where path = $1").bind(path),
        };
        set.execute(&mut *transaction).await?;
        let revision = next_revision(&mut transaction, "modes").await?;
        transaction.commit().await?;
        Ok(revision)
    }
}

const INSERT_COUNTERS: &str =
    "insert into counters (restaurant_id, revision, number) values ($1, 0, 0) on conflict do nothing";
const UPSERT_MODE: &str = "insert into route_modes (path, mode) values ($1, $2) \
     on conflict (path) do update set mode = excluded.mode";
const NEXT_REVISION: &str = "update revisions set revision = revision + 1 where name = $1 returning revision";

/// The rows of a restaurant's menu in one of its tables.
async fn select_of<E: Engine, R>(snapshot: &mut SqlTransaction<E>, restaurant: &str) -> Result<Vec<R>>
where
    R: Row + for<'r> FromRow<'r, E::Row> + Send + Unpin,
{
    Ok(select::<E, R>("where restaurant_id = $1 order by position")
        .bind(restaurant)
        .fetch_all(&mut **snapshot)
        .await?)
}

pub(crate) async fn load_menu<E: Engine>(
    snapshot: &mut SqlTransaction<E>,
    restaurant: RestaurantId,
) -> Result<Option<Menu>> {
    let id = restaurant.to_string();
    let head = select::<E, MenuHeadRow>("where id = $1")
        .bind(&id)
        .fetch_optional(&mut **snapshot)
        .await?;
    let Some(head) = head else { return Ok(None) };
    let rows = MenuRows {
        categories: select_of(snapshot, &id).await?,
        dishes: select_of(snapshot, &id).await?,
        groups: select_of(snapshot, &id).await?,
        choices: select_of(snapshot, &id).await?,
        offers: select_of(snapshot, &id).await?,
    };
    rows.read(restaurant, head).map(Some)
}

/// Replaces the restaurant and its menu, under its next revision.
pub(crate) async fn write_restaurant<E: Engine>(
    transaction: &mut SqlTransaction<E>,
    restaurant: &Restaurant,
    menu: &Menu,
) -> Result<()> {
    let row = RestaurantRow::write(restaurant)?;
    insert_all(transaction, &[row], &restaurant_rows::or_update()).await?;
    replace_menu(transaction, restaurant.id, &MenuRows::write(menu)?).await?;
    sqlx::query(INSERT_COUNTERS)
        .bind(restaurant.id.to_string())
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

async fn replace_menu<E: Engine>(
    transaction: &mut SqlTransaction<E>,
    restaurant: RestaurantId,
    rows: &MenuRows,
) -> Result<()> {
    for delete in menu_rows::DELETE_MENU {
        sqlx::query(delete)
            .bind(restaurant.to_string())
            .execute(&mut **transaction)
            .await?;
    }
    insert_all(transaction, &rows.groups, "").await?;
    insert_all(transaction, &rows.choices, "").await?;
    insert_all(transaction, &rows.categories, "").await?;
    insert_all(transaction, &rows.dishes, "").await?;
    insert_all(transaction, &rows.offers, "").await
}

pub(crate) async fn next_revision<E: Engine>(
    transaction: &mut SqlTransaction<E>,
    name: &str,
) -> Result<Revision> {
    let revision = sqlx::query_scalar(NEXT_REVISION)
        .bind(name)
        .fetch_one(&mut **transaction)
        .await?;
    Ok(Revision(revision))
}
