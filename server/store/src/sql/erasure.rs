//! Erases guests' data from rows that are kept for the accounts.

use std::collections::BTreeMap;

use async_trait::async_trait;
use servery_domain::{
    id::{OrderId, RestaurantId},
    pos::{Record, RecordId, erase::Guests, op::Op},
    time::Timestamp,
};
use sqlx::QueryBuilder;

use crate::{
    Result, SqlStore,
    erasure::{Erasure, OrderErasure},
    json,
    orders::Tracked,
    parse,
    sql::{
        engine::{Engine, SqlTransaction},
        order_rows::{self, OrderRow},
        pos_rows::{self, RecordRow},
        rows::{PAGE, push_list, select},
    },
};

const OLD_ORDERS: &str = "where erased = false and open = false and placed_at < $1 and (placed_at, id) > ($2, $3) order by placed_at, id limit $4";
const SELECT_RESTAURANTS_WITH_OLD_RECORDS: &str = "select distinct restaurant_id from pos_records where erased = false and body is not null and changed_at < $1";
const OLD_RECORDS: &str = "where restaurant_id = $1 and erased = false and body is not null and changed_at < $2 and id > $3 order by id limit $4";
const SELECT_OLD_OPS: &str = "select stream, n, op from device_ops where erased = false and op is not null and at < $1 \
     order by at, stream, n limit $2";
const UPDATE_RECORD: &str =
    "update pos_records set body = $3, revision = $4, erased = $5 where id = $1 and restaurant_id = $2";
const UPDATE_OP: &str = "update device_ops set op = $3, erased = $4 where stream = $1 and n = $2";
/// The row of nobody counts for all.
const DELETE_OLD_COUPON_USES: &str = "delete from coupon_uses where used_at < $1 and customer <> ''";
/// Jobs and records name an order by its id, between quotation marks.
const SELECT_RECORDS_OF_ORDER: &str =
    "where restaurant_id = $1 and body is not null and body like $2 order by id";
const SELECT_OPS_OF_ORDER: &str =
    "select stream, n, op from device_ops where restaurant_id = $1 and op like $2";
const DELETE_JOBS_OF_ORDER: &str = "delete from jobs where kind in ('mail', 'push') and payload like $1";

type OpRow = (String, i64, String);

#[async_trait]
impl<E: Engine> Erasure for SqlStore<E> {
    async fn erase_guests(&self, before: Timestamp, now: Timestamp) -> Result<()> {
        self.erase_old_orders(before, now).await?;
        let restaurants: Vec<String> = sqlx::query_scalar(SELECT_RESTAURANTS_WITH_OLD_RECORDS)
            .bind(before.0)
            .fetch_all(&self.pool)
            .await?;
        for restaurant in restaurants {
            self.erase_old_records(&restaurant, before).await?;
        }
        self.erase_old_ops(before).await?;
        sqlx::query(DELETE_OLD_COUPON_USES)
            .bind(before.0)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    async fn erase_order(&self, order: OrderId, now: Timestamp) -> Result<OrderErasure> {
        let mut transaction = self.begin_write().await?;
        let lock = E::FOR_UPDATE;
        let row = select::<E, OrderRow>(&format!("where id = $1{lock}"))
            .bind(order.to_string())
            .fetch_optional(&mut *transaction)
            .await?;
        let Some(tracked) = row.map(OrderRow::read).transpose()? else {
            return Ok(OrderErasure::NoSuchOrder);
        };
        if tracked.order.is_under_way(now) {
            return Ok(OrderErasure::UnderWay);
        }
        let restaurant = tracked.order.ordered.restaurant.to_string();
        forget_coupon_uses(&mut transaction, &tracked.reserved.coupon_customer).await?;
        erase_order_row(&mut transaction, tracked).await?;
        let revision = pos_rows::next_revision(&mut transaction, &restaurant).await?;
        let gone = RecordId::Order(order);
        pos_rows::put_gone(&mut transaction, &restaurant, gone, revision, now).await?;
        erase_in_records_and_ops(&mut transaction, &restaurant, order, revision).await?;
        sqlx::query(DELETE_JOBS_OF_ORDER)
            .bind(named(order))
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(OrderErasure::Erased)
    }
}

fn named(order: OrderId) -> String {
    format!("%\"{order}\"%")
}

impl<E: Engine> SqlStore<E> {
    async fn erase_old_orders(&self, before: Timestamp, now: Timestamp) -> Result<()> {
        let mut after = (i64::MIN, String::new());
        loop {
            let mut transaction = self.begin_write().await?;
            let rows = select::<E, OrderRow>(OLD_ORDERS)
                .bind(before.0)
                .bind(after.0)
                .bind(&after.1)
                .bind(PAGE)
                .fetch_all(&mut *transaction)
                .await?;
            let Some(last) = rows.last() else {
                return Ok(());
            };
            after = (last.placed_at, last.id.clone());
            let mut on_devices = BTreeMap::<_, Vec<_>>::new();
            for row in rows {
                let (id, is_on_devices) = (row.id.clone(), row.over_since.is_some());
                let tracked = match row.read() {
                    Ok(tracked) => tracked,
                    Err(error) => {
                        tracing::error!(id, %error, "an old order cannot be read, so guests' data stays in it");
                        continue;
                    }
                };
                if is_on_devices {
                    let of_restaurant = on_devices.entry(tracked.order.ordered.restaurant).or_default();
                    of_restaurant.push(tracked.order.id);
                }
                erase_order_row(&mut transaction, tracked).await?;
            }
            remove_from_devices(&mut transaction, on_devices, now).await?;
            transaction.commit().await?;
        }
    }

    async fn erase_old_records(&self, restaurant: &str, before: Timestamp) -> Result<()> {
        let mut after = String::new();
        loop {
            let mut transaction = self.begin_write().await?;
            let revision = pos_rows::next_revision(&mut transaction, restaurant).await?;
            let rows = select::<E, RecordRow>(OLD_RECORDS)
                .bind(restaurant)
                .bind(before.0)
                .bind(&after)
                .bind(PAGE)
                .fetch_all(&mut *transaction)
                .await?;
            let Some(last) = rows.last() else {
                return Ok(());
            };
            after.clone_from(&last.id);
            for row in rows {
                erase_record(&mut transaction, row, (Guests::All, revision)).await?;
            }
            transaction.commit().await?;
        }
    }

    /// Ops never change, so nobody is kept waiting while they are read.
    async fn erase_old_ops(&self, before: Timestamp) -> Result<()> {
        loop {
            let mut transaction = self.begin_write().await?;
            let rows: Vec<OpRow> = sqlx::query_as(SELECT_OLD_OPS)
                .bind(before.0)
                .bind(PAGE)
                .fetch_all(&mut *transaction)
                .await?;
            if rows.is_empty() {
                return Ok(());
            }
            for row in rows {
                erase_op(&mut transaction, row, Guests::All).await?;
            }
            transaction.commit().await?;
        }
    }
}

/// The order keeps what the books need; nobody is told of it any more.
pub(crate) async fn erase_order_row<E: Engine>(
    transaction: &mut SqlTransaction<E>,
    tracked: Tracked,
) -> Result<()> {
    let Tracked {
        order, mut reserved, ..
    } = tracked;
    reserved.coupon_customer.clear();
    sqlx::query(order_rows::ERASE_DINER)
        .bind(order.id.to_string())
        .bind(json(&order.ordered.without_diner())?)
        .bind(json(&reserved)?)
        .execute(&mut **transaction)
        .await?;
    for delete in [
        "delete from push_subscriptions where order_id = $1",
        "delete from guest_terms where order_id = $1",
    ] {
        sqlx::query(delete)
            .bind(order.id.to_string())
            .execute(&mut **transaction)
            .await?;
    }
    Ok(())
}

/// By which names a customer of a coupon was known.
pub(crate) async fn forget_coupon_uses<E: Engine>(
    transaction: &mut SqlTransaction<E>,
    names: &[String],
) -> Result<()> {
    if names.is_empty() {
        return Ok(());
    }
    let mut query = QueryBuilder::<E>::new("delete from coupon_uses where customer");
    push_list(&mut query, names);
    query.build().execute(&mut **transaction).await?;
    Ok(())
}

/// The orders of each restaurant, which are locked already.
pub(crate) async fn remove_from_devices<E: Engine>(
    transaction: &mut SqlTransaction<E>,
    orders: BTreeMap<RestaurantId, Vec<OrderId>>,
    now: Timestamp,
) -> Result<()> {
    for (restaurant, orders) in orders {
        let restaurant = restaurant.to_string();
        let revision = pos_rows::next_revision(transaction, &restaurant).await?;
        for order in orders {
            let id = RecordId::Order(order);
            pos_rows::put_gone(transaction, &restaurant, id, revision, now).await?;
        }
    }
    Ok(())
}

async fn erase_in_records_and_ops<E: Engine>(
    transaction: &mut SqlTransaction<E>,
    restaurant: &str,
    order: OrderId,
    revision: i64,
) -> Result<()> {
    let guests = Guests::Of(order);
    let records = select::<E, RecordRow>(SELECT_RECORDS_OF_ORDER)
        .bind(restaurant)
        .bind(named(order))
        .fetch_all(&mut **transaction)
        .await?;
    for row in records {
        erase_record(transaction, row, (guests, revision)).await?;
    }
    let ops: Vec<OpRow> = sqlx::query_as(SELECT_OPS_OF_ORDER)
        .bind(restaurant)
        .bind(named(order))
        .fetch_all(&mut **transaction)
        .await?;
    for row in ops {
        erase_op(transaction, row, guests).await?;
    }
    Ok(())
}

/// A device that has the record gets it anew. What cannot be read stays as it is, and is said.
async fn erase_record<E: Engine>(
    transaction: &mut SqlTransaction<E>,
    row: RecordRow,
    (guests, revision): (Guests, i64),
) -> Result<()> {
    let read = row.body.as_deref().map(parse::<Record>);
    let mut record = match read {
        Some(Ok(record)) => record,
        Some(Err(error)) => {
            tracing::error!(id = row.id, %error, "a record cannot be read, so guests' data stays in it");
            return Ok(());
        }
        None => return Ok(()),
    };
    let changed = record.erase(guests);
    let revision = if changed && !row.gone {
        revision
    } else {
        row.revision
    };
    sqlx::query(UPDATE_RECORD)
        .bind(&row.id)
        .bind(&row.restaurant_id)
        .bind(json(&record)?)
        .bind(revision)
        .bind(row.erased || guests == Guests::All)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

/// An op that cannot be read was refused, and is deleted as a whole.
async fn erase_op<E: Engine>(
    transaction: &mut SqlTransaction<E>,
    (stream, n, text): OpRow,
    guests: Guests,
) -> Result<()> {
    let erased = match parse::<Op>(&text) {
        Ok(mut op) => {
            op.erase(guests);
            Some(json(&op)?)
        }
        Err(_) => None,
    };
    sqlx::query(UPDATE_OP)
        .bind(stream)
        .bind(n)
        .bind(erased)
        .bind(guests == Guests::All)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}
