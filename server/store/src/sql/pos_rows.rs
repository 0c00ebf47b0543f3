//! Things, devices and their ops as rows.

use servery_domain::{
    device::{Device, DeviceKind},
    id::RestaurantId,
    pos::{Record, RecordId},
    time::Timestamp,
};

use crate::{Result, StoreError, devices::PairedDevice, id, json};

/// Takes the next place among a restaurant's changes. Nobody else writes its orders and things until the transaction ends.
pub(crate) const NEXT_REVISION: &str =
    "update counters set revision = revision + 1 where restaurant_id = $1 returning revision";

pub(crate) const INSERT_RECORDS: &str =
    "insert into pos_records (id, restaurant_id, revision, gone, over_since, body) ";
/// What all have forgotten stays so, whoever sees it otherwise than before.
macro_rules! or_update {
    () => {
        " on conflict (id, restaurant_id) do update set revision = excluded.revision, gone = excluded.gone, \
          over_since = coalesce(excluded.over_since, case when excluded.body is null then pos_records.over_since end), body = excluded.body"
    };
}
pub(crate) const ON_CONFLICT_UPDATE_RECORDS: &str = or_update!();
pub(crate) const UPSERT_RECORD: &str = concat!(
    "insert into pos_records (id, restaurant_id, revision, gone, over_since, body) values ($1, $2, $3, false, null, $4)",
    or_update!()
);
pub(crate) const UPSERT_GONE_RECORD: &str = concat!(
    "insert into pos_records (id, restaurant_id, revision, gone, over_since, body) values ($1, $2, $3, true, $4, null)",
    or_update!()
);
pub(crate) const END_TICKET: &str =
    "update pos_records set over_since = $2 where id = $1 and over_since is null";

pub(crate) const SELECT_STREAMS: &str = "select streams.name, streams.device_id, streams.done from streams \
     join devices on devices.id = streams.device_id and devices.revoked_at is null where streams.device_id";
pub(crate) const SELECT_NUMBERS: &str =
    "select n, op_id from device_ops where stream = $1 and n >= $2 order by n limit $3";
pub(crate) const PUT_STREAM: &str = "insert into streams (name, device_id, done) values ($1, $2, $3) \
     on conflict (name) do update set done = excluded.done where streams.device_id = excluded.device_id";
/// A device that comes back goes on where it was.
pub(crate) const START_STREAM: &str =
    "insert into streams (name, device_id, done) values ($1, $1, 0) on conflict (name) do nothing";

pub(crate) const PUT_CODE: &str = "insert into pairing_codes (hash, restaurant_id, kind, name, expires_at, device_id) values ($1, $2, $3, $4, $5, null)";
pub(crate) const TAKE_CODE: &str = "update pairing_codes set device_id = $2 where hash = $1 and expires_at > $3 \
     and (device_id is null or device_id = $2) returning restaurant_id, kind, name";
/// What a device is it stays: its unsent ops were made by what it might do.
pub(crate) const PUT_DEVICE: &str = "insert into devices (id, restaurant_id, kind, name, token_hash, paired_at, seen_at, revoked_at) \
     values ($1, $2, $3, $4, $5, $6, $6, null) on conflict (id) do update set name = excluded.name, \
     token_hash = excluded.token_hash, paired_at = excluded.paired_at, seen_at = excluded.seen_at, revoked_at = null \
     where devices.restaurant_id = excluded.restaurant_id and devices.kind = excluded.kind";
pub(crate) const REVOKE: &str =
    "update devices set revoked_at = $3 where id = $1 and restaurant_id = $2 and revoked_at is null";
macro_rules! select_devices {
    ($rest:literal) => {
        concat!(
            "select id, restaurant_id, kind, name, paired_at, seen_at, revoked_at from devices where ",
            $rest
        )
    };
}
pub(crate) const SELECT_DEVICE: &str = select_devices!("token_hash = $1");
pub(crate) const SELECT_NAMED: &str = select_devices!("id = (select device_id from streams where name = $1)");
pub(crate) const SELECT_DEVICES: &str =
    select_devices!("restaurant_id = $1 and revoked_at is null order by paired_at, id");

/// What is there, and what is gone since the device began to be told: what was gone before it never knew.
macro_rules! visible_records {
    ($columns:literal, $upto:literal, $rest:literal) => {
        concat!(
            "select ",
            $columns,
            " from pos_records where restaurant_id = $1 and gone = false and revision > $2",
            $upto,
            " union all select ",
            $columns,
            " from pos_records where restaurant_id = $1 and gone = true and revision > $3",
            $upto,
            $rest
        )
    };
}
/// Where the page of changes ends: before the row that is one too many.
pub(crate) const CUT_RECORDS: &str = visible_records!("revision", "", " order by revision limit 1 offset $4");
pub(crate) const CUT_STOCK: &str = "select revision from stock where restaurant_id = $1 and revision > $2 order by revision limit 1 offset $3";
pub(crate) const CUT_ORDERS: &str = "select revision from order_events where restaurant_id = $1 and revision > $2 order by revision limit 1 offset $3";
pub(crate) const SELECT_RECORDS: &str = visible_records!(
    "id, restaurant_id, revision, gone, over_since, body",
    " and revision <= $4",
    " order by revision, id"
);
pub(crate) const SELECT_STOCK: &str = "select dish_id, portions from stock where restaurant_id = $1 and revision > $2 and revision <= $3 order by dish_id";
pub(crate) const SELECT_RUNS: &str =
    "select body from pos_records where restaurant_id = $1 and gone = false and id like 'delivery_run-%'";

pub(crate) const SELECT_OVER: &str = "select restaurant_id from pos_records where over_since < $1 and gone = false \
     union select restaurant_id from orders where over_since < $1";
/// Those whose reports a device may still be asked for.
pub(crate) const SELECT_SHIFTS: &str = "select body from pos_records where restaurant_id = $1 and gone = false and id like 'shift-%' \
     and (over_since is null or over_since >= $2)";
/// What a report counts stays for as long as its shift.
pub(crate) const HIDE: &str = "update pos_records set gone = true, revision = $2 where restaurant_id = $1 and over_since < $3 and gone = false \
     and (over_since < $4 or (id not like 'bill-%' and id not like 'order_payment-%'))";
pub(crate) const SELECT_FORGETTABLE: &str =
    "select distinct restaurant_id from pos_records where over_since < $1 and gone = true and body is null";
pub(crate) const NOTE_FORGOTTEN: &str = "update counters set forgotten = (select max(revision) from pos_records \
     where restaurant_id = $1 and over_since < $2 and gone = true and body is null) where restaurant_id = $1 \
     and forgotten < (select max(revision) from pos_records where restaurant_id = $1 and over_since < $2 and gone = true and body is null)";
pub(crate) const FORGET: &str =
    "delete from pos_records where restaurant_id = $1 and over_since < $2 and gone = true and body is null";

/// A number of an op as both engines store it; none is as large as that.
pub(crate) fn number(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

#[derive(sqlx::FromRow)]
pub(crate) struct RecordRow {
    pub(crate) id: String,
    pub(crate) restaurant_id: String,
    pub(crate) revision: i64,
    pub(crate) gone: bool,
    pub(crate) over_since: Option<i64>,
    pub(crate) body: Option<String>,
}

impl RecordRow {
    /// Orders and portions have rows elsewhere. An order's says that somebody sees it otherwise than before, or, once it is over, that all forget it.
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

#[derive(sqlx::FromRow)]
pub(crate) struct DeviceRow {
    id: String,
    restaurant_id: String,
    kind: String,
    name: String,
    paired_at: i64,
    seen_at: Option<i64>,
    revoked_at: Option<i64>,
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
