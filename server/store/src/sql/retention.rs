//! Removes records from the devices some time after they are over, and later from the database.

use servery_domain::{
    id::OrderId,
    pos::{Record, RecordId},
    time::Timestamp,
};

use crate::{
    Result, SqlStore, id, parse,
    sql::{
        engine::{Engine, RowsAffected, SqlTransaction},
        order_rows, pos_rows,
    },
};

const SELECT_RESTAURANTS_WITH_OVER: &str = "select restaurant_id from pos_records where over_since < $1 and gone = false \
     union select restaurant_id from orders where over_since < $1";
/// Those whose reports a device may still be asked for.
const SELECT_OPEN_SHIFTS: &str = "select body from pos_records where restaurant_id = $1 and gone = false and id like 'shift-%' \
     and (over_since is null or over_since >= $2)";
/// What a report counts stays for as long as its shift.
const MARK_GONE: &str = "update pos_records set gone = true, revision = $2 where restaurant_id = $1 and over_since < $3 and gone = false \
     and (over_since < $4 or (id not like 'bill-%' and id not like 'order_payment-%'))";
const SELECT_RESTAURANTS_WITH_GONE: &str =
    "select distinct restaurant_id from pos_records where over_since < $1 and gone = true and body is null";
const UPDATE_FORGOTTEN: &str = "update counters set forgotten = (select max(revision) from pos_records \
     where restaurant_id = $1 and over_since < $2 and gone = true and body is null) where restaurant_id = $1 \
     and forgotten < (select max(revision) from pos_records where restaurant_id = $1 and over_since < $2 and gone = true and body is null)";
const DELETE_GONE: &str =
    "delete from pos_records where restaurant_id = $1 and over_since < $2 and gone = true and body is null";

impl<E: Engine> SqlStore<E> {
    /// Removes from the devices what was over before this moment, in each restaurant.
    pub(crate) async fn remove_over_records(&self, over_before: Timestamp, now: Timestamp) -> Result<()> {
        let restaurants: Vec<String> = sqlx::query_scalar(SELECT_RESTAURANTS_WITH_OVER)
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

    /// Deletes rows that only say that a record was removed, if it was removed before this moment.
    pub(crate) async fn delete_gone_records(&self, gone_before: Timestamp) -> Result<()> {
        let restaurants: Vec<String> = sqlx::query_scalar(SELECT_RESTAURANTS_WITH_GONE)
            .bind(gone_before.0)
            .fetch_all(&self.pool)
            .await?;
        for restaurant in restaurants {
            let mut transaction = self.begin_write().await?;
            for statement in [UPDATE_FORGOTTEN, DELETE_GONE] {
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
    transaction: &mut SqlTransaction<E>,
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
    transaction: &mut SqlTransaction<E>,
    restaurant: &str,
    revision: i64,
    over_before: Timestamp,
) -> Result<u64> {
    let shifts: Vec<String> = sqlx::query_scalar(SELECT_OPEN_SHIFTS)
        .bind(restaurant)
        .bind(over_before.0)
        .fetch_all(&mut **transaction)
        .await?;
    let sold_before = first_opened_at(&shifts).map_or(over_before, |opened_at| opened_at.min(over_before));
    let marked = sqlx::query(MARK_GONE)
        .bind(restaurant)
        .bind(revision)
        .bind(over_before.0)
        .bind(sold_before.0)
        .execute(&mut **transaction)
        .await?;
    Ok(marked.rows_affected())
}

/// When the first of these shifts was opened.
fn first_opened_at(shifts: &[String]) -> Option<Timestamp> {
    let mut first: Option<Timestamp> = None;
    for body in shifts {
        match parse(body) {
            Ok(Record::Shift(shift)) => {
                first = Some(first.map_or(shift.opened_at, |first| first.min(shift.opened_at)));
            }
            Ok(_) => {}
            Err(error) => tracing::error!(%error, "cannot read a shift"),
        }
    }
    first
}
