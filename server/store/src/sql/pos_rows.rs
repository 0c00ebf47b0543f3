//! Records, devices and their ops as rows.

use servery_domain::{
    device::{Device, DeviceKind},
    id::RestaurantId,
    pos::{Record, RecordId},
    time::Timestamp,
};

use crate::{
    Result, StoreError,
    devices::PairedDevice,
    id, json,
    sql::{
        engine::{Engine, Transaction},
        rows::{columns, insert_all, row},
    },
};

/// Takes the restaurant's next revision. Nobody else writes its orders and records until the transaction ends.
pub(crate) async fn next_revision<E: Engine>(
    transaction: &mut Transaction<E>,
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
    transaction: &mut Transaction<E>,
    restaurant: &str,
    id: RecordId,
    revision: i64,
    at: Timestamp,
) -> Result<()> {
    put_record(transaction, RecordRow::gone(restaurant, id, revision, at)).await
}

pub(crate) async fn put_record<E: Engine>(transaction: &mut Transaction<E>, row: RecordRow) -> Result<()> {
    insert_all(transaction, &[row], OR_UPDATE_RECORD).await
}

/// Follows the insert of records. What is over for all devices stays so, whichever device sees it otherwise than before.
pub(crate) const OR_UPDATE_RECORD: &str = " on conflict (id, restaurant_id) do update set revision = excluded.revision, gone = excluded.gone, \
     over_since = coalesce(excluded.over_since, case when excluded.body is null then pos_records.over_since end), body = excluded.body";
pub(crate) const END_TICKET: &str =
    "update pos_records set over_since = $2 where id = $1 and over_since is null";

pub(crate) const SELECT_STREAMS: &str = "select streams.name, streams.device_id, streams.done from streams \
     join devices on devices.id = streams.device_id and devices.revoked_at is null where streams.device_id";
pub(crate) const SELECT_OP_IDS: &str =
    "select n, op_id from device_ops where stream = $1 and n >= $2 order by n limit $3";
pub(crate) const UPSERT_STREAM: &str = "insert into streams (name, device_id, done) values ($1, $2, $3) \
     on conflict (name) do update set done = excluded.done where streams.device_id = excluded.device_id";
/// A device that comes back goes on where it was.
pub(crate) const INSERT_STREAM: &str =
    "insert into streams (name, device_id, done) values ($1, $1, 0) on conflict (name) do nothing";

pub(crate) const INSERT_CODE: &str = "insert into pairing_codes (hash, restaurant_id, kind, name, expires_at, device_id) values ($1, $2, $3, $4, $5, null)";
pub(crate) const TAKE_CODE: &str = "update pairing_codes set device_id = $2 where hash = $1 and expires_at > $3 \
     and (device_id is null or device_id = $2) returning restaurant_id, kind, name";
/// What a device is it stays: its unsent ops were made by what it might do.
pub(crate) const UPSERT_DEVICE: &str = "insert into devices (id, restaurant_id, kind, name, token_hash, paired_at, seen_at, revoked_at) \
     values ($1, $2, $3, $4, $5, $6, $6, null) on conflict (id) do update set name = excluded.name, \
     token_hash = excluded.token_hash, paired_at = excluded.paired_at, seen_at = excluded.seen_at, revoked_at = null \
     where devices.restaurant_id = excluded.restaurant_id and devices.kind = excluded.kind";
pub(crate) const REVOKE_DEVICE: &str =
    "update devices set revoked_at = $3 where id = $1 and restaurant_id = $2 and revoked_at is null";

/// Records that devices have, and those that are gone since a device began to read them all: what was gone before, it never had.
fn visible_records(columns: &str, upto: &str, rest: &str) -> String {
    let select = format!("select {columns} from pos_records where restaurant_id = $1");
    format!(
        "{select} and gone = false and revision > $2{upto} \
         union all {select} and gone = true and revision > $3{upto} {rest}"
    )
}

pub(crate) fn select_records() -> String {
    let columns = columns::<RecordRow>();
    visible_records(&columns, " and revision <= $4", "order by revision, id")
}

/// The revision at which a page of changes ends: that of the first row which is too many.
pub(crate) fn select_record_cut() -> String {
    visible_records("revision", "", "order by revision limit 1 offset $4")
}
pub(crate) const SELECT_STOCK_CUT: &str = "select revision from stock where restaurant_id = $1 and revision > $2 order by revision limit 1 offset $3";
pub(crate) const SELECT_ORDER_CUT: &str = "select revision from order_events where restaurant_id = $1 and revision > $2 order by revision limit 1 offset $3";
pub(crate) const SELECT_STOCK: &str = "select dish_id, portions from stock where restaurant_id = $1 and revision > $2 and revision <= $3 order by dish_id";
pub(crate) const SELECT_RUNS: &str =
    "select body from pos_records where restaurant_id = $1 and gone = false and id like 'delivery_run-%'";

pub(crate) const SELECT_RESTAURANTS_WITH_OVER: &str = "select restaurant_id from pos_records where over_since < $1 and gone = false \
     union select restaurant_id from orders where over_since < $1";
/// Those whose reports a device may still be asked for.
pub(crate) const SELECT_OPEN_SHIFTS: &str = "select body from pos_records where restaurant_id = $1 and gone = false and id like 'shift-%' \
     and (over_since is null or over_since >= $2)";
/// What a report counts stays for as long as its shift.
pub(crate) const MARK_GONE: &str = "update pos_records set gone = true, revision = $2 where restaurant_id = $1 and over_since < $3 and gone = false \
     and (over_since < $4 or (id not like 'bill-%' and id not like 'order_payment-%'))";
pub(crate) const SELECT_RESTAURANTS_WITH_GONE: &str =
    "select distinct restaurant_id from pos_records where over_since < $1 and gone = true and body is null";
pub(crate) const UPDATE_FORGOTTEN: &str = "update counters set forgotten = (select max(revision) from pos_records \
     where restaurant_id = $1 and over_since < $2 and gone = true and body is null) where restaurant_id = $1 \
     and forgotten < (select max(revision) from pos_records where restaurant_id = $1 and over_since < $2 and gone = true and body is null)";
pub(crate) const DELETE_GONE: &str =
    "delete from pos_records where restaurant_id = $1 and over_since < $2 and gone = true and body is null";

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
        })
    }
}

row! {
    struct DeviceRow in devices {
        id: String,
        restaurant_id: String,
        kind: String,
        name: String,
        paired_at: i64,
        seen_at: Option<i64>,
        revoked_at: Option<i64>,
    }
}

pub(crate) fn kind(code: &str) -> Result<DeviceKind> {
    DeviceKind::from_code(code).ok_or_else(|| StoreError::Unreadable(format!("kind of device {code:?}")))
}

impl DeviceRow {
    pub(crate) fn read(self) -> Result<PairedDevice> {
        let device = Device {
            id: id(&self.id)?,
            name: self.name,
            kind: kind(&self.kind)?,
            paired_at: Timestamp(self.paired_at),
            seen_at: self.seen_at.map(Timestamp),
        };
        Ok(PairedDevice {
            restaurant: id(&self.restaurant_id)?,
            device,
            revoked: self.revoked_at.is_some(),
        })
    }
}
