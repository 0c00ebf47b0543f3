//! The two engines. SQLite understands PostgreSQL's `$1`, so each statement is written once;
//! what differs is how to connect, how a writing transaction begins, and the migrations.

mod account_rows;
mod accounts;
mod devices;
mod engine;
mod menu_rows;
mod order_rows;
mod orders;
mod pos_rows;
mod restaurant_rows;
mod rows;

pub use engine::{PostgresStore, SqlStore, SqliteStore};

use async_trait::async_trait;
use servery_domain::{id::RestaurantId, menu::Menu, restaurant::Restaurant, revision::Revision};

use crate::{
    Daypart, Menus, Result, Revisions, StoreError, json,
    sql::{
        menu_rows::{DaypartRow, MenuHead, MenuRows},
        restaurant_rows::{RestaurantRow, bind_restaurant},
    },
};

macro_rules! engine {
    ($store:ident on $engine:ty, reading: $reading:literal, writing: $writing:literal, migrations: $migrations:literal) => {
        #[async_trait]
        impl Menus for $store {
            async fn migrate(&self) -> Result<()> {
                // A newer version may have been here: what it added does not hinder this one.
                let mut migrator = sqlx::migrate!($migrations);
                migrator.set_ignore_missing(true);
                Ok(migrator.run(&self.pool).await?)
            }

            async fn close(&self) {
                self.pool.close().await;
            }

            async fn revisions(&self) -> Result<Revisions> {
                let rows: Vec<(String, i64)> = sqlx::query_as("select name, revision from revisions")
                    .fetch_all(&self.pool)
                    .await?;
                let of = |name: &str| Revision(rows.iter().find(|row| row.0 == name).map_or(0, |row| row.1));
                Ok(Revisions {
                    catalog: of("catalog"),
                    modes: of("modes"),
                    stock: of("stock"),
                })
            }

            async fn restaurants(&self) -> Result<Vec<Restaurant>> {
                let rows: Vec<RestaurantRow> = sqlx::query_as(restaurant_rows::SELECT_ALL)
                    .fetch_all(&self.pool)
                    .await?;
                let mut restaurants: Vec<Restaurant> = rows
                    .into_iter()
                    .filter_map(RestaurantRow::read_or_leave_out)
                    .collect();
                // Engines collate differently; slugs compare by byte everywhere.
                restaurants.sort_by(|a, b| a.slug.cmp(&b.slug));
                Ok(restaurants)
            }

            async fn menu(&self, restaurant: RestaurantId) -> Result<Option<Menu>> {
                let id = restaurant.to_string();
                // One snapshot, so that no change falls between two of the statements.
                let mut snapshot = self.pool.begin_with($reading).await?;
                let head: Option<MenuHead> = sqlx::query_as(menu_rows::SELECT_HEAD)
                    .bind(&id)
                    .fetch_optional(&mut *snapshot)
                    .await?;
                let Some(head) = head else { return Ok(None) };
                let rows = MenuRows {
                    categories: sqlx::query_as(menu_rows::SELECT_CATEGORIES)
                        .bind(&id)
                        .fetch_all(&mut *snapshot)
                        .await?,
                    dishes: sqlx::query_as(menu_rows::SELECT_DISHES)
                        .bind(&id)
                        .fetch_all(&mut *snapshot)
                        .await?,
                    groups: sqlx::query_as(menu_rows::SELECT_GROUPS)
                        .bind(&id)
                        .fetch_all(&mut *snapshot)
                        .await?,
                    choices: sqlx::query_as(menu_rows::SELECT_CHOICES)
                        .bind(&id)
                        .fetch_all(&mut *snapshot)
                        .await?,
                    offers: sqlx::query_as(menu_rows::SELECT_OFFERS)
                        .bind(&id)
                        .fetch_all(&mut *snapshot)
                        .await?,
                };
                snapshot.commit().await?;
                rows.read(restaurant, head).map(Some)
            }

            async fn dayparts(&self) -> Result<Vec<Daypart>> {
                let rows: Vec<DaypartRow> = sqlx::query_as(menu_rows::SELECT_DAYPARTS)
                    .fetch_all(&self.pool)
                    .await?;
                Ok(rows
                    .into_iter()
                    .filter_map(DaypartRow::read_or_leave_out)
                    .collect())
            }

            async fn put_restaurant(&self, restaurant: &Restaurant, menu: &Menu) -> Result<Revision> {
                menu.check()
                    .and_then(|()| restaurant.ordering.check())
                    .map_err(StoreError::Refused)?;
                let id = restaurant.id.to_string();
                let mut change = self.pool.begin_with($writing).await?;
                let row = RestaurantRow::write(restaurant)?;
                let revision: i64 = bind_restaurant!(sqlx::query_scalar(restaurant_rows::UPSERT), row)
                    .fetch_one(&mut *change)
                    .await
                    .map_err(|error| slug_taken(error, restaurant))?;
                for clear in menu_rows::CLEAR {
                    sqlx::query(clear).bind(&id).execute(&mut *change).await?;
                }
                for (position, group) in (0_i64..).zip(&menu.option_groups) {
                    let insert = sqlx::query(menu_rows::INSERT_GROUP)
                        .bind(group.id.to_string())
                        .bind(&id)
                        .bind(position)
                        .bind(&group.name);
                    insert
                        .bind(i64::from(group.min))
                        .bind(i64::from(group.max))
                        .execute(&mut *change)
                        .await?;
                    for (position, choice) in (0_i64..).zip(&group.choices) {
                        let insert = sqlx::query(menu_rows::INSERT_CHOICE)
                            .bind(choice.id.to_string())
                            .bind(group.id.to_string())
                            .bind(&id);
                        let insert = insert
                            .bind(position)
                            .bind(&choice.name)
                            .bind(choice.price.0)
                            .bind(choice.preselected);
                        let insert = insert
                            .bind(choice.dish.map(|dish| dish.to_string()))
                            .bind(json(&choice.option_groups)?);
                        insert.execute(&mut *change).await?;
                    }
                }
                for (position, category) in (0_i64..).zip(&menu.categories) {
                    let insert = sqlx::query(menu_rows::INSERT_CATEGORY)
                        .bind(category.id.to_string())
                        .bind(&id)
                        .bind(position);
                    insert
                        .bind(&category.name)
                        .bind(&category.description)
                        .execute(&mut *change)
                        .await?;
                    for (position, dish) in (0_i64..).zip(&category.dishes) {
                        let insert = sqlx::query(menu_rows::INSERT_DISH)
                            .bind(dish.id.to_string())
                            .bind(category.id.to_string())
                            .bind(&id);
                        let insert = insert
                            .bind(position)
                            .bind(&dish.name)
                            .bind(&dish.description)
                            .bind(dish.price.0);
                        let insert = insert.bind(json(&dish.allergens)?).bind(json(&dish.diets)?);
                        let insert = insert.bind(dish.picture.as_ref().map(json).transpose()?);
                        let insert = insert.bind(
                            dish.served
                                .as_ref()
                                .map(|served| served.as_str().to_owned()),
                        );
                        insert
                            .bind(dish.tax.as_ref().map(json).transpose()?)
                            .execute(&mut *change)
                            .await?;
                        for (position, group) in (0_i64..).zip(&dish.option_groups) {
                            let insert = sqlx::query(menu_rows::INSERT_OFFER)
                                .bind(dish.id.to_string())
                                .bind(group.to_string())
                                .bind(&id);
                            insert.bind(position).execute(&mut *change).await?;
                        }
                    }
                }
                sqlx::query(START_COUNTING)
                    .bind(&id)
                    .execute(&mut *change)
                    .await?;
                sqlx::query(NEXT_REVISION)
                    .bind("catalog")
                    .execute(&mut *change)
                    .await?;
                change.commit().await?;
                Ok(Revision(revision))
            }

            async fn modes(&self) -> Result<Vec<(String, String)>> {
                Ok(
                    sqlx::query_as("select path, mode from route_modes order by path")
                        .fetch_all(&self.pool)
                        .await?,
                )
            }

            async fn set_mode(&self, path: &str, mode: Option<&str>) -> Result<Revision> {
                let mut change = self.pool.begin_with($writing).await?;
                let set = match mode {
                    Some(mode) => sqlx::query(SET_MODE).bind(path).bind(mode),
                    None => sqlx::query("delete from route_modes where path = $1").bind(path),
                };
                set.execute(&mut *change).await?;
                let revision: i64 = sqlx::query_scalar(NEXT_REVISION)
                    .bind("modes")
                    .fetch_one(&mut *change)
                    .await?;
                change.commit().await?;
                Ok(Revision(revision))
            }
        }
    };
}

const NEXT_REVISION: &str = "update revisions set revision = revision + 1 where name = $1 returning revision";
const START_COUNTING: &str =
    "insert into counters (restaurant_id, revision, number) values ($1, 0, 0) on conflict do nothing";
const SET_MODE: &str = "insert into route_modes (path, mode) values ($1, $2) on conflict (path) do update set mode = excluded.mode";

fn slug_taken(error: sqlx::Error, restaurant: &Restaurant) -> StoreError {
    match error.as_database_error() {
        Some(error) if error.is_unique_violation() => StoreError::SlugTaken(restaurant.slug.clone()),
        _ => error.into(),
    }
}

engine!(SqliteStore on Sqlite, reading: "begin", writing: "begin immediate", migrations: "migrations/sqlite");
engine!(PostgresStore on Postgres, reading: "begin isolation level repeatable read read only", writing: "begin", migrations: "migrations/postgres");
