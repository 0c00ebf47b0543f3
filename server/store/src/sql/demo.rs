//! Restaurants that `servery demo` has made.

use async_trait::async_trait;
use servery_domain::id::RestaurantId;
use sqlx::AssertSqlSafe;

use crate::{
    Result, SqlStore,
    demo::{Demo, DemoRemoval},
    id,
    places::PlaceImport,
    sql::{engine::Engine, menus::next_revision, staff::lock_roles_and_invitations},
};

const MARK: &str = "insert into demo_restaurants (restaurant_id) values ($1) on conflict do nothing";
/// A batch of orders locks these rows, orders before counters.
const SELECT_TO_WRITE: [&str; 2] = [
    "select id from orders where restaurant_id in (select restaurant_id from demo_restaurants) order by id",
    "select restaurant_id from counters where restaurant_id in (select restaurant_id from demo_restaurants) order by restaurant_id",
];
/// Jobs name an order or a restaurant by its id, between quotation marks.
const OF_DEMO: &str = "(exists (select 1 from orders where orders.restaurant_id in (select restaurant_id from demo_restaurants) \
     and jobs.payload like '%\"' || orders.id || '\"%') \
     or exists (select 1 from demo_restaurants where jobs.payload like '%\"' || demo_restaurants.restaurant_id || '\"%'))";
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
const TABLES: [&str; 24] = [
    "order_events",
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
    async fn mark_as_demo(&self, restaurants: &[RestaurantId]) -> Result<()> {
        let mut transaction = self.begin_write().await?;
        for restaurant in restaurants {
            sqlx::query(MARK)
                .bind(restaurant.to_string())
                .execute(&mut *transaction)
                .await?;
        }
        next_revision(&mut transaction, "catalog").await?;
        Ok(transaction.commit().await?)
    }

    async fn mark_places_as_demo(&self, import: PlaceImport) -> Result<()> {
        sqlx::query("update place_imports set is_demo = true where number = $1")
            .bind(import.0)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    async fn demo_restaurants(&self) -> Result<Vec<RestaurantId>> {
        let rows: Vec<String> = sqlx::query_scalar("select restaurant_id from demo_restaurants")
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(|row| id(row)).collect()
    }

    async fn remove_demo(&self) -> Result<DemoRemoval> {
        let mut transaction = self.begin_write().await?;
        lock_roles_and_invitations(&mut transaction).await?;
        for select in SELECT_TO_WRITE {
            sqlx::query(AssertSqlSafe(format!("{select}{}", E::FOR_UPDATE)))
                .fetch_all(&mut *transaction)
                .await?;
        }
        let refunds = format!("select count(*) from jobs where kind like 'refund%' and {OF_DEMO}");
        for select in [SELECT_PAYMENTS_UNDER_WAY, &refunds] {
            let under_way: i64 = sqlx::query_scalar(AssertSqlSafe(select.to_owned()))
                .fetch_one(&mut *transaction)
                .await?;
            if under_way > 0 {
                return Ok(DemoRemoval::MoneyUnderWay);
            }
        }
        sqlx::query(AssertSqlSafe(format!("delete from jobs where {OF_DEMO}")))
            .execute(&mut *transaction)
            .await?;
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
        // The rows that name them as a demo go with them.
        sqlx::query("delete from restaurants where id in (select restaurant_id from demo_restaurants)")
            .execute(&mut *transaction)
            .await?;
        for delete in DELETE_PLACES {
            sqlx::query(delete).execute(&mut *transaction).await?;
        }
        // Open streams ask again whether they may go on.
        for name in ["access", "intake", "stock", "catalog"] {
            next_revision(&mut transaction, name).await?;
        }
        transaction.commit().await?;
        Ok(DemoRemoval::Removed)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use servery_domain::job::Lane;

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
        let emptied = TABLES.into_iter().chain(["counters", "demo_restaurants"]);
        assert_eq!(named, emptied.collect());
    }

    #[test]
    fn what_owes_money_is_named_so() {
        for kind in Lane::Money.kinds() {
            assert!(kind.starts_with("refund"), "{kind}");
        }
    }
}
