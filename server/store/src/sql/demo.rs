//! Restaurants that `servery demo` has made.

use std::collections::HashSet;

use async_trait::async_trait;
use servery_domain::id::RestaurantId;
use sqlx::AssertSqlSafe;

use crate::{
    Result, SqlStore,
    demo::{Demo, DemoRemoval},
    places::PlaceImport,
    sql::{
        engine::Engine,
        jobs::JobRow,
        listings::{note_changes, note_changes_of_demo},
        menus::next_revision,
        rows::select,
        staff::lock_roles_and_invitations,
    },
};

const MARK: &str = "insert into demo_restaurants (restaurant_id) values ($1) on conflict do nothing";
/// A batch of orders locks these rows, orders before counters. Whoever writes what names a restaurant waits for the restaurant's row.
const SELECT_ORDERS_TO_WRITE: &str =
    "select id from orders where restaurant_id in (select restaurant_id from demo_restaurants) order by id";
const SELECT_RESTAURANTS_TO_WRITE: &str = "select restaurants.id from counters join restaurants on restaurants.id = counters.restaurant_id \
     where restaurants.id in (select restaurant_id from demo_restaurants) order by 1";
const SELECT_READER_PAYMENTS: &str =
    "select id from reader_payments where restaurant_id in (select restaurant_id from demo_restaurants)";
/// What was asked of a card provider, and has no answer yet.
const SELECT_PAYMENTS_UNDER_WAY: &str = "select (select count(*) from payments where status = 'asked' and order_id in \
     (select id from orders where restaurant_id in (select restaurant_id from demo_restaurants))) \
     + (select count(*) from reader_payments where state = 'waiting' and restaurant_id in (select restaurant_id from demo_restaurants))";
/// What names a restaurant by way of its orders and devices.
const DELETE_BY_ORDER_AND_DEVICE: [&str; 3] = [
    "delete from payments where order_id in \
     (select id from orders where restaurant_id in (select restaurant_id from demo_restaurants))",
    "delete from push_subscriptions where order_id in \
     (select id from orders where restaurant_id in (select restaurant_id from demo_restaurants))",
    "delete from streams where device_id in \
     (select id from devices where restaurant_id in (select restaurant_id from demo_restaurants))",
];
/// Nobody has an address that ends so: it is for examples.
const DELETE_ACCOUNTS: &str = "delete from accounts where email_key like '%.example' \
     and id in (select account_id from staff where restaurant_id in (select restaurant_id from demo_restaurants)) \
     and id not in (select account_id from staff where restaurant_id not in (select restaurant_id from demo_restaurants)) \
     and id not in (select account_id from operators)";
const DELETE_PLACES: [&str; 2] = [
    "delete from places where import in (select number from place_imports where is_demo = true)",
    "delete from place_imports where is_demo = true",
];
/// A table that another names comes after it.
const TABLES: [&str; 27] = [
    "domains",
    "legal_notices",
    "order_events",
    "guest_terms",
    "orders",
    "stock",
    "slots",
    "coupons",
    "coupon_uses",
    "tables",
    "drafts",
    "reader_payments",
    "device_ops",
    "pos_records",
    "pairing_codes",
    "devices",
    "edits",
    "publications",
    "order_intake",
    "invitations",
    "audit_log",
    "staff",
    "dish_option_groups",
    "choices",
    "option_groups",
    "dishes",
    "categories",
];

#[async_trait]
impl<E: Engine> Demo for SqlStore<E> {
    async fn has_demo(&self) -> Result<bool> {
        let any: Option<String> = sqlx::query_scalar("select restaurant_id from demo_restaurants limit 1")
            .fetch_optional(&self.pool)
            .await?;
        Ok(any.is_some())
    }

    async fn mark_as_demo(&self, restaurant: RestaurantId) -> Result<()> {
        let mut transaction = self.begin_write().await?;
        sqlx::query(MARK)
            .bind(restaurant.to_string())
            .execute(&mut *transaction)
            .await?;
        note_changes(&mut transaction, [restaurant]).await?;
        Ok(transaction.commit().await?)
    }

    async fn mark_places_as_demo(&self, import: PlaceImport) -> Result<()> {
        sqlx::query("update place_imports set is_demo = true where number = $1")
            .bind(import.0)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    async fn remove_demo(&self) -> Result<DemoRemoval> {
        let mut transaction = self.begin_write().await?;
        lock_roles_and_invitations(&mut transaction).await?;
        let mut named = HashSet::new();
        for (select, lock) in [
            (SELECT_ORDERS_TO_WRITE, E::FOR_UPDATE),
            (SELECT_RESTAURANTS_TO_WRITE, E::FOR_UPDATE),
            (SELECT_READER_PAYMENTS, ""),
        ] {
            let ids: Vec<String> = sqlx::query_scalar(AssertSqlSafe(format!("{select}{lock}")))
                .fetch_all(&mut *transaction)
                .await?;
            named.extend(ids);
        }
        let under_way: i64 = sqlx::query_scalar(SELECT_PAYMENTS_UNDER_WAY)
            .fetch_one(&mut *transaction)
            .await?;
        let jobs: Vec<JobRow> = select::<E, JobRow>("").fetch_all(&mut *transaction).await?;
        let jobs: Vec<&JobRow> = jobs.iter().filter(|job| job.names_any(&named)).collect();
        if under_way > 0 || jobs.iter().any(|job| job.owes_money()) {
            return Ok(DemoRemoval::MoneyUnderWay);
        }
        for job in jobs {
            sqlx::query("delete from jobs where id = $1")
                .bind(&job.id)
                .execute(&mut *transaction)
                .await?;
        }
        for delete in DELETE_BY_ORDER_AND_DEVICE.into_iter().chain([DELETE_ACCOUNTS]) {
            sqlx::query(delete).execute(&mut *transaction).await?;
        }
        for table in TABLES.into_iter().chain(["counters"]) {
            let delete = format!(
                "delete from {table} where restaurant_id in (select restaurant_id from demo_restaurants)"
            );
            sqlx::query(AssertSqlSafe(delete))
                .execute(&mut *transaction)
                .await?;
        }
        note_changes_of_demo(&mut transaction).await?;
        // The rows that name them as a demo go with them.
        sqlx::query("delete from restaurants where id in (select restaurant_id from demo_restaurants)")
            .execute(&mut *transaction)
            .await?;
        for delete in DELETE_PLACES {
            sqlx::query(delete).execute(&mut *transaction).await?;
        }
        // Open streams ask again whether they may go on.
        next_revision(&mut transaction, "access").await?;
        transaction.commit().await?;
        Ok(DemoRemoval::Removed)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::{Menus, SqliteStore};

    #[tokio::test]
    async fn every_table_of_restaurants_is_emptied() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.db");
        let store = SqliteStore::open(path.to_str().unwrap()).await.unwrap();
        store.migrate().await.unwrap();
        let named: Vec<String> = sqlx::query_scalar(
            "select m.name from sqlite_master m join pragma_table_info(m.name) c where m.type = 'table' and c.name = 'restaurant_id'",
        )
        .fetch_all(&store.pool)
        .await
        .unwrap();
        let named: BTreeSet<&str> = named.iter().map(String::as_str).collect();
        let emptied = TABLES.into_iter().chain([
            "counters",
            "demo_restaurants",
            "restaurant_changes",
            "restaurant_index",
        ]);
        assert_eq!(named, emptied.collect());
    }
}
