//! Records of the point of sale as rows.

use servery_domain::{
    id::RestaurantId,
    pos::{Record, RecordId},
    time::Timestamp,
};

use crate::{
    Result, json,
    sql::{
        engine::{Engine, SqlTransaction},
        rows::{insert_all, row},
    },
};

/// Takes the restaurant's next revision. Nobody else writes its orders and records until the transaction ends.
pub(crate) async fn next_revision<E: Engine>(
    transaction: &mut SqlTransaction<E>,
    restaurant: &str,
) -> Result<i64> {
    let update = "update counters set revision = revision + 1 where restaurant_id = $1 returning revision";
    Ok(sqlx::query_scalar(update)
        .bind(restaurant)
        .fetch_one(&mut **transaction)
        .await?)
}

/// Tells the devices to remove a record.
pub(crate) async fn put_gone<E: Engine>(
    transaction: &mut SqlTransaction<E>,
    restaurant: &str,
    id: RecordId,
    revision: i64,
    at: Timestamp,
) -> Result<()> {
    put_record(transaction, RecordRow::gone(restaurant, id, revision, at)).await
}

pub(crate) async fn put_record<E: Engine>(transaction: &mut SqlTransaction<E>, row: RecordRow) -> Result<()> {
    insert_all(transaction, &[row], OR_UPDATE_RECORD).await
}

/// Follows the insert of records. What is over for all devices stays so, whichever device sees it otherwise than before.
pub(crate) const OR_UPDATE_RECORD: &str = " on conflict (id, restaurant_id) do update set revision = excluded.revision, gone = excluded.gone, \
     over_since = coalesce(excluded.over_since, case when excluded.body is null then pos_records.over_since end), body = excluded.body, \
     changed_at = excluded.changed_at, erased = excluded.erased";
pub(crate) const END_TICKET: &str =
    "update pos_records set over_since = $2 where id = $1 and over_since is null";

pub(crate) const SELECT_STREAMS: &str = "select streams.name, streams.device_id, streams.done from streams \
     join devices on devices.id = streams.device_id and devices.revoked_at is null where streams.device_id";
pub(crate) const SELECT_OP_IDS: &str =
    "select n, op_id from device_ops where stream = $1 and n >= $2 order by n limit $3";
pub(crate) const UPSERT_STREAM: &str = "insert into streams (name, device_id, done) values ($1, $2, $3) \
     on conflict (name) do update set done = excluded.done where streams.device_id = excluded.device_id";
/// An op's number as both engines store it; none is as large as the limit.
pub(crate) fn stored_number(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

row! {
    struct RecordRow in pos_records {
        id: String,
        restaurant_id: String,
        revision: i64,
        gone: bool,
        over_since: Option<i64>,
        body: Option<String>,
        changed_at: i64,
        // Names no guest any more. A change may name one anew.
        erased: bool,
    }
}

impl RecordRow {
    pub(crate) fn gone(restaurant: &str, id: RecordId, revision: i64, at: Timestamp) -> Self {
        Self {
            id: id.to_string(),
            restaurant_id: restaurant.to_owned(),
            revision,
            gone: true,
            over_since: Some(at.0),
            body: None,
            changed_at: at.0,
            erased: false,
        }
    }

    /// Orders and stock have tables of their own. The record of an order says that another device sees it now, or, with
    /// `over_since`, that all devices remove it.
    pub(crate) fn write(
        restaurant: RestaurantId,
        id: RecordId,
        record: Option<&Record>,
        revision: i64,
        at: Timestamp,
    ) -> Result<Self> {
        let record = record.filter(|_| !matches!(id, RecordId::Order(_) | RecordId::Stock(_)));
        Ok(Self {
            id: id.to_string(),
            restaurant_id: restaurant.to_string(),
            revision,
            gone: record.is_none(),
            over_since: record
                .map_or(!matches!(id, RecordId::Order(_)), Record::is_over)
                .then_some(at.0),
            body: record.map(json).transpose()?,
            changed_at: at.0,
            erased: false,
        })
    }
}
