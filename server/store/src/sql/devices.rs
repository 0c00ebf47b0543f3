//! Devices: how they are paired, and how far their ops have come.

use async_trait::async_trait;
use servery_domain::{
    audit::{Act, Author},
    device::{Device, DeviceKind, NewDevice, StorageKey},
    id::{DeviceId, RestaurantId},
    pos::{DeviceRecord, Record, RecordId, payment::receipt_prefix, reader_payment::CardReader},
    revision::Revision,
    time::Timestamp,
};

use crate::{
    Result, SqlStore, StoreError,
    devices::{Changes, Devices, NewCode, PairedAs, PairedDevice},
    id, moment,
    sql::{
        audit_log::{self, AuditSubject},
        changes,
        engine::Engine,
        menus,
        pos_rows::{self, RecordRow},
        rows::{row, select},
    },
};

/// Devices of the restaurant whose receipts would have the prefix of a new device. A known device keeps the one that it has.
const COUNT_SAME_PREFIX: &str = "select count(*) from streams join devices on devices.id = streams.device_id \
     where devices.restaurant_id = $1 and streams.name like $3 and not exists (select 1 from devices where id = $2)";
/// A device that comes back goes on where it was.
const INSERT_STREAM: &str =
    "insert into streams (name, device_id, done) values ($1, $1, 0) on conflict (name) do nothing";
const INSERT_CODE: &str = "insert into pairing_codes (hash, restaurant_id, kind, name, expires_at, device_id) values ($1, $2, $3, $4, $5, null)";
const SELECT_UNUSED_CODE: &str = "select kind, name, expires_at from pairing_codes \
     where hash = $1 and restaurant_id = $2 and expires_at > $3 and device_id is null";
const TAKE_CODE: &str = "update pairing_codes set device_id = $2 where hash = $1 and expires_at > $3 \
     and (device_id is null or device_id = $2) returning restaurant_id, kind, name";
/// What a device is it stays: its unsent ops were made by what it might do. A card reader is chosen for it anew.
const UPSERT_DEVICE: &str = "insert into devices (id, restaurant_id, kind, name, token_hash, paired_at, seen_at, revoked_at, storage_key) \
     values ($1, $2, $3, $4, $5, $6, $6, null, $7) on conflict (id) do update set name = excluded.name, \
     token_hash = excluded.token_hash, paired_at = excluded.paired_at, seen_at = excluded.seen_at, revoked_at = null, \
     reader_id = null, reader_label = null, reader_serial = null, \
     storage_key = case when devices.storage_key = '' then excluded.storage_key else devices.storage_key end \
     where devices.restaurant_id = excluded.restaurant_id and devices.kind = excluded.kind returning storage_key";
const REVOKE_DEVICE: &str = "update devices set revoked_at = $3 where id = $1 and restaurant_id = $2 and revoked_at is null returning name";

row! {
    struct DeviceRow in devices {
        id: String,
        restaurant_id: String,
        kind: String,
        name: String,
        paired_at: i64,
        seen_at: Option<i64>,
        revoked_at: Option<i64>,
        storage_key: String,
        reader_id: Option<String>,
        reader_label: Option<String>,
        reader_serial: Option<String>,
    }
}

pub(crate) fn device_kind(code: &str) -> Result<DeviceKind> {
    DeviceKind::from_code(code).ok_or_else(|| StoreError::Unreadable(format!("kind of device {code:?}")))
}

impl DeviceRow {
    fn read(self) -> Result<PairedDevice> {
        let reader = self.reader_id.map(|id| CardReader {
            id,
            label: self.reader_label.unwrap_or_default(),
            serial: self.reader_serial.unwrap_or_default(),
        });
        let device = Device {
            id: id(&self.id)?,
            name: self.name,
            kind: device_kind(&self.kind)?,
            paired_at: moment(self.paired_at)?,
            seen_at: self.seen_at.map(moment).transpose()?,
            reader,
        };
        Ok(PairedDevice {
            restaurant: id(&self.restaurant_id)?,
            device,
            storage_key: StorageKey(self.storage_key),
            revoked: self.revoked_at.is_some(),
        })
    }
}

#[async_trait]
impl<E: Engine> Devices for SqlStore<E> {
    async fn put_code(&self, code: &NewCode) -> Result<()> {
        let mut transaction = self.begin_write().await?;
        sqlx::query(INSERT_CODE)
            .bind(&code.hash)
            .bind(code.restaurant.to_string())
            .bind(code.device.kind.code())
            .bind(&code.device.name)
            .bind(code.expires_at.0)
            .execute(&mut *transaction)
            .await?;
        let subject = AuditSubject::named(code.restaurant, &code.device.name);
        audit_log::record(&mut transaction, code.by, Act::CodeMade, subject).await?;
        Ok(transaction.commit().await?)
    }

    async fn unused_code(
        &self,
        restaurant: RestaurantId,
        code: &str,
        now: Timestamp,
    ) -> Result<Option<(NewDevice, Timestamp)>> {
        let row: Option<(String, String, i64)> = sqlx::query_as(SELECT_UNUSED_CODE)
            .bind(code)
            .bind(restaurant.to_string())
            .bind(now.0)
            .fetch_optional(&self.pool)
            .await?;
        let Some((kind, name, expires_at)) = row else {
            return Ok(None);
        };
        let device = NewDevice {
            name,
            kind: device_kind(&kind)?,
        };
        Ok(Some((device, Timestamp(expires_at))))
    }

    async fn pair(
        &self,
        code: &str,
        device: DeviceId,
        token: &str,
        storage_key: &StorageKey,
        now: Timestamp,
    ) -> Result<PairedAs> {
        let device_id = device.to_string();
        let mut transaction = self.begin_write().await?;
        let taken: Option<(String, String, String)> = sqlx::query_as(TAKE_CODE)
            .bind(code)
            .bind(&device_id)
            .bind(now.0)
            .fetch_optional(&mut *transaction)
            .await?;
        let Some((restaurant_id, kind_code, name)) = taken else {
            return Ok(PairedAs::NoSuchCode);
        };
        let same_prefix: i64 = sqlx::query_scalar(COUNT_SAME_PREFIX)
            .bind(&restaurant_id)
            .bind(&device_id)
            .bind(format!("%{}", receipt_prefix(device).to_lowercase()))
            .fetch_one(&mut *transaction)
            .await?;
        if same_prefix > 0 {
            return Ok(PairedAs::IdTaken);
        }
        let revision = pos_rows::next_revision(&mut transaction, &restaurant_id).await?;
        let stored_key: Option<String> = sqlx::query_scalar(UPSERT_DEVICE)
            .bind(&device_id)
            .bind(&restaurant_id)
            .bind(&kind_code)
            .bind(&name)
            .bind(token)
            .bind(now.0)
            .bind(&storage_key.0)
            .fetch_optional(&mut *transaction)
            .await?;
        let Some(stored_key) = stored_key else {
            return Ok(PairedAs::IdTaken);
        };
        sqlx::query(INSERT_STREAM)
            .bind(&device_id)
            .execute(&mut *transaction)
            .await?;
        let (restaurant, kind) = (id(&restaurant_id)?, device_kind(&kind_code)?);
        let record = Record::Device(DeviceRecord {
            device,
            name: name.clone(),
            kind,
            reader: None,
        });
        let row = RecordRow::write(restaurant, record.id(), Some(&record), revision, now)?;
        pos_rows::put_record(&mut transaction, row).await?;
        let by = Author::Device {
            device,
            cashier: None,
        };
        let subject = AuditSubject::named(restaurant, &name);
        audit_log::record(&mut transaction, (by, now), Act::DevicePaired, subject).await?;
        // The token that it had before is worth nothing any more.
        menus::next_revision(&mut transaction, "access").await?;
        transaction.commit().await?;
        Ok(PairedAs::Device(Box::new(PairedDevice {
            restaurant,
            device: Device {
                id: device,
                name,
                kind,
                paired_at: now,
                seen_at: Some(now),
                reader: None,
            },
            storage_key: StorageKey(stored_key),
            revoked: false,
        })))
    }

    async fn device(&self, token: &str) -> Result<Option<PairedDevice>> {
        let row = select::<E, DeviceRow>("where token_hash = $1")
            .bind(token)
            .fetch_optional(&self.pool)
            .await?;
        row.map(DeviceRow::read).transpose()
    }

    async fn devices(&self, restaurant: RestaurantId) -> Result<Vec<Device>> {
        let rows =
            select::<E, DeviceRow>("where restaurant_id = $1 and revoked_at is null order by paired_at, id")
                .bind(restaurant.to_string())
                .fetch_all(&self.pool)
                .await?;
        rows.into_iter().map(|row| Ok(row.read()?.device)).collect()
    }

    async fn touch_device(&self, device: DeviceId, at: Timestamp) -> Result<()> {
        sqlx::query("update devices set seen_at = $2 where id = $1")
            .bind(device.to_string())
            .bind(at.0)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    async fn revoke_device(
        &self,
        restaurant_id: RestaurantId,
        device: DeviceId,
        by: (Author, Timestamp),
    ) -> Result<bool> {
        let (restaurant, (_, at)) = (restaurant_id.to_string(), by);
        let mut transaction = self.begin_write().await?;
        let revision = pos_rows::next_revision(&mut transaction, &restaurant).await?;
        let revoked: Option<String> = sqlx::query_scalar(REVOKE_DEVICE)
            .bind(device.to_string())
            .bind(&restaurant)
            .bind(at.0)
            .fetch_optional(&mut *transaction)
            .await?;
        let Some(name) = revoked else {
            return Ok(false);
        };
        let subject = AuditSubject::named(restaurant_id, &name);
        audit_log::record(&mut transaction, by, Act::DeviceRevoked, subject).await?;
        let id = RecordId::Device(device);
        pos_rows::put_gone(&mut transaction, &restaurant, id, revision, at).await?;
        menus::next_revision(&mut transaction, "access").await?;
        transaction.commit().await?;
        Ok(true)
    }

    async fn ops_done(&self, device: DeviceId, stream: DeviceId) -> Result<Option<u64>> {
        let done: Option<i64> =
            sqlx::query_scalar("select done from streams where name = $1 and device_id = $2")
                .bind(stream.to_string())
                .bind(device.to_string())
                .fetch_optional(&self.pool)
                .await?;
        Ok(done.map(|done| u64::try_from(done).unwrap_or(0)))
    }

    async fn device_of_stream(&self, stream: DeviceId) -> Result<Option<PairedDevice>> {
        let row = select::<E, DeviceRow>("where id = (select device_id from streams where name = $1)")
            .bind(stream.to_string())
            .fetch_optional(&self.pool)
            .await?;
        row.map(DeviceRow::read).transpose()
    }

    async fn revision(&self, restaurant: RestaurantId) -> Result<Revision> {
        let revision: Option<i64> =
            sqlx::query_scalar("select revision from counters where restaurant_id = $1")
                .bind(restaurant.to_string())
                .fetch_optional(&self.pool)
                .await?;
        Ok(Revision(revision.unwrap_or(0)))
    }

    async fn changes(
        &self,
        device: &PairedDevice,
        since: Revision,
        snapshot_start: Option<Revision>,
    ) -> Result<Changes> {
        let mut snapshot = self.begin_snapshot().await?;
        let changes = changes::load(&mut snapshot, device, since, snapshot_start).await?;
        snapshot.commit().await?;
        Ok(changes)
    }

    async fn delete_expired_records(
        &self,
        over_before: Timestamp,
        gone_before: Timestamp,
        now: Timestamp,
    ) -> Result<()> {
        self.remove_over_records(over_before, now).await?;
        self.delete_gone_records(gone_before).await?;
        sqlx::query("delete from pairing_codes where expires_at < $1")
            .bind(now.0)
            .execute(&self.writer)
            .await?;
        Ok(())
    }
}
