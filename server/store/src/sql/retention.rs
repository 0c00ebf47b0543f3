//! Removes records from the devices when they have been over for long, and from the database when they were gone for long.

use servery_domain::{
    id::OrderId,
    pos::{Record, RecordId},
    time::Timestamp,
};

use crate::{
    Result, SqlStore, id, parse,
    sql::{
        engine::{Engine, RowsAffected, Transaction},
        order_rows, pos_rows,
    },
};

impl<E: Engine> SqlStore<E> {
    /// Marks as gone what was over before this moment, in each restaurant.
    pub(crate) async fn mark_over_records_gone(&self, over_before: Timestamp, now: Timestamp) -> Result<()> {
        let restaurants: Vec<String> = sqlx::query_scalar(pos_rows::SELECT_RESTAURANTS_WITH_OVER)
            .bind(over_before.0)
            .fetch_all(&self.pool)
            .await?;
        for restaurant in restaurants {
            let mut transaction = self.begin_write().await?;
            // Orders are locked before counters, everywhere.
            let orders = remove_orders_from_devices(&mut transaction, &restaurant, over_before).await?;
            let revision = pos_rows::next_revision(&mut transaction, &restaurant).await?;
            for order in &orders {
                let id = RecordId::Order(*order);
                pos_rows::put_gone(&mut transaction, &restaurant, id, revision, now).await?;
            }
            let gone = mark_gone(&mut transaction, &restaurant, revision, over_before).await?;
            // Without a change the revision stays as it was.
            if !orders.is_empty() || gone > 0 {
                transaction.commit().await?;
            }
        }
        Ok(())
    }

    /// Deletes the rows that only say that a record is gone, if they have said so since before this moment.
    pub(crate) async fn delete_gone_records(&self, gone_before: Timestamp) -> Result<()> {
        let restaurants: Vec<String> = sqlx::query_scalar(pos_rows::SELECT_RESTAURANTS_WITH_GONE)
            .bind(gone_before.0)
            .fetch_all(&self.pool)
            .await?;
        for restaurant in restaurants {
            let mut transaction = self.begin_write().await?;
            for statement in [pos_rows::UPDATE_FORGOTTEN, pos_rows::DELETE_GONE] {
                sqlx::query(statement)
                    .bind(&restaurant)
                    .bind(gone_before.0)
                    .execute(&mut *transaction)
                    .await?;
            }
            transaction.commit().await?;
        }
        Ok(())
    }
}

async fn remove_orders_from_devices<E: Engine>(
    transaction: &mut Transaction<E>,
    restaurant: &str,
    over_before: Timestamp,
) -> Result<Vec<OrderId>> {
    let orders: Vec<String> = sqlx::query_scalar(order_rows::REMOVE_FROM_DEVICES)
        .bind(restaurant)
        .bind(over_before.0)
        .fetch_all(&mut **transaction)
        .await?;
    orders.iter().map(|order| id(order)).collect()
}

/// Sales stay for as long as a shift that they may be reported in.
async fn mark_gone<E: Engine>(
    transaction: &mut Transaction<E>,
    restaurant: &str,
    revision: i64,
    over_before: Timestamp,
) -> Result<u64> {
    let shifts: Vec<String> = sqlx::query_scalar(pos_rows::SELECT_OPEN_SHIFTS)
        .bind(restaurant)
        .bind(over_before.0)
        .fetch_all(&mut **transaction)
        .await?;
    let sold_before = first_opened_at(&shifts)?.map_or(over_before, |opened_at| opened_at.min(over_before));
    let marked = sqlx::query(pos_rows::MARK_GONE)
        .bind(restaurant)
        .bind(revision)
        .bind(over_before.0)
        .bind(sold_before.0)
        .execute(&mut **transaction)
        .await?;
    Ok(marked.rows_affected())
}

/// When the first of these shifts was opened.
fn first_opened_at(shifts: &[String]) -> Result<Option<Timestamp>> {
    let mut first: Option<Timestamp> = None;
    for body in shifts {
        if let Record::Shift(shift) = parse(body)? {
            first = Some(first.map_or(shift.opened_at, |first| first.min(shift.opened_at)));
        }
    }
    Ok(first)
}
