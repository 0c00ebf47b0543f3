//! Devices, and the records that they get.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use servery_domain::{
    device::{Device, DeviceKind},
    id::{DeviceId, OrderId, RestaurantId},
    order::Order,
    pos::{
        DeviceRecord, Record, RecordId, Stock,
        delivery_run::DeliveryRun,
        ticket::{Ticket, TicketSource},
        visibility::Viewer,
    },
    revision::Revision,
    time::Timestamp,
};
use sqlx::QueryBuilder;

use crate::{
    Result, SqlStore,
    devices::{Changes, Devices, NewCode, PairedAs, PairedDevice},
    id, json, parse,
    sql::{
        engine::{Engine, RowsAffected},
        order_rows::{self, OrderRow},
        pos_rows::{self, DeviceRow, RecordRow},
    },
};

/// Rows of one kind in one answer, about.
const PAGE: i64 = 2_000;
/// Orders that one statement looks up.
const ROWS: usize = 128;

/// The records that a device gets. Their current state counts, not that one was gone in between.
struct VisibleRecords {
    viewer: Viewer,
    full: bool,
    records: BTreeMap<RecordId, Record>,
    /// Orders that other devices may see now.
    moved: BTreeSet<OrderId>,
}

impl VisibleRecords {
    fn new(device: &PairedDevice, names: Vec<String>, runs: &[String], full: bool) -> Result<Self> {
        let names = names.iter().map(|name| id(name)).collect::<Result<_>>()?;
        let runs: Vec<DeliveryRun> = runs
            .iter()
            .map(|body| {
                Ok(match parse(body)? {
                    Record::DeliveryRun(run) => Some(run),
                    _ => None,
                })
            })
            .filter_map(Result::transpose)
            .collect::<Result<_>>()?;
        let viewer = Viewer::new(device.device.kind, device.device.id, names, &runs);
        Ok(Self {
            viewer,
            full,
            records: BTreeMap::new(),
            moved: BTreeSet::new(),
        })
    }

    fn record(&mut self, row: RecordRow) -> Result<()> {
        let id: RecordId = id(&row.id)?;
        if let (RecordId::Order(order), None) = (id, row.over_since) {
            self.moved.insert(order);
            return Ok(());
        }
        let record = match row.body.filter(|_| !row.gone) {
            Some(body) => parse(&body)?,
            None => Record::Gone(id),
        };
        let shown = self
            .viewer
            .shown(record)
            .filter(|record| !(self.full && matches!(record, Record::Gone(_))));
        self.records.extend(shown.map(|record| (id, record)));
        Ok(())
    }

    fn stock(&mut self, (dish, left): &(String, i64)) -> Result<()> {
        let stock = Stock {
            dish: id(dish)?,
            left: u32::try_from(*left).unwrap_or(0),
        };
        self.records
            .insert(RecordId::Stock(stock.dish), Record::Stock(stock));
        Ok(())
    }

    fn order(&mut self, order: Order) {
        let record = Record::Order(Box::new(order));
        if self.viewer.sees(&record) {
            self.records.insert(record.id(), record);
        }
    }

    /// What is on a courier's way now, and what a ticket that was called off was of.
    fn to_look_up(&self) -> Vec<String> {
        let off = self.records.values().filter_map(|record| match record {
            Record::Ticket(Ticket {
                off: true,
                of: TicketSource::Order(order),
                ..
            }) => Some(order),
            _ => None,
        });
        self.moved
            .intersection(&self.viewer.orders)
            .chain(off)
            .map(OrderId::to_string)
            .collect()
    }

    /// What a courier's way does not have any more is gone for it; to the others it is all one.
    fn moved_away(&mut self) {
        let matters = self.viewer.kind == DeviceKind::Courier && !self.full;
        for id in self
            .moved
            .iter()
            .filter(|_| matters)
            .map(|order| RecordId::Order(*order))
        {
            self.records.entry(id).or_insert(Record::Gone(id));
        }
    }
}

/// When the first of these shifts was opened.
fn oldest(shifts: &[String]) -> Result<Option<Timestamp>> {
    let mut oldest: Option<Timestamp> = None;
    for body in shifts {
        if let Record::Shift(shift) = parse(body)? {
            oldest = Some(oldest.map_or(shift.opened_at, |oldest| oldest.min(shift.opened_at)));
        }
    }
    Ok(oldest)
}

#[async_trait]
impl<E: Engine> Devices for SqlStore<E> {
    async fn put_code(&self, code: &NewCode) -> Result<()> {
        let put = sqlx::query::<E>(pos_rows::PUT_CODE)
            .bind(&code.hash)
            .bind(code.restaurant.to_string());
        let put = put
            .bind(code.device.kind.code())
            .bind(&code.device.name)
            .bind(code.expires_at.0);
        put.execute(&self.pool).await?;
        Ok(())
    }

    async fn pair(&self, code: &str, device: DeviceId, token: &str, now: Timestamp) -> Result<PairedAs> {
        let mut change = self.begin_write().await?;
        let name = device.to_string();
        let take = sqlx::query_as::<E, (String, String, String)>(pos_rows::TAKE_CODE)
            .bind(code)
            .bind(&name)
            .bind(now.0);
        let Some((restaurant, kind, called)) = take.fetch_optional(&mut *change).await? else {
            return Ok(PairedAs::NoSuchCode);
        };
        let raise = sqlx::query_scalar::<E, i64>(pos_rows::NEXT_REVISION).bind(&restaurant);
        let revision = raise.fetch_one(&mut *change).await?;
        let put = sqlx::query::<E>(pos_rows::PUT_DEVICE)
            .bind(&name)
            .bind(&restaurant)
            .bind(&kind)
            .bind(&called);
        if put
            .bind(token)
            .bind(now.0)
            .execute(&mut *change)
            .await?
            .rows_affected()
            == 0
        {
            return Ok(PairedAs::IdTaken);
        }
        sqlx::query::<E>(pos_rows::START_STREAM)
            .bind(&name)
            .execute(&mut *change)
            .await?;
        let kind = pos_rows::kind(&kind)?;
        let record = Record::Device(DeviceRecord {
            device,
            name: called.clone(),
            kind,
        });
        let put = sqlx::query::<E>(pos_rows::UPSERT_RECORD)
            .bind(record.id().to_string())
            .bind(&restaurant);
        put.bind(revision)
            .bind(json(&record)?)
            .execute(&mut *change)
            .await?;
        change.commit().await?;
        let device = Device {
            id: device,
            name: called,
            kind,
            paired_at: now,
            seen_at: Some(now),
        };
        Ok(PairedAs::Device(Box::new(PairedDevice {
            restaurant: id(&restaurant)?,
            device,
            revoked: false,
        })))
    }

    async fn device(&self, token: &str) -> Result<Option<PairedDevice>> {
        let select = sqlx::query_as::<E, DeviceRow>(pos_rows::SELECT_DEVICE).bind(token);
        select
            .fetch_optional(&self.pool)
            .await?
            .map(DeviceRow::read)
            .transpose()
    }

    async fn devices(&self, restaurant: RestaurantId) -> Result<Vec<Device>> {
        let select = sqlx::query_as::<E, DeviceRow>(pos_rows::SELECT_DEVICES).bind(restaurant.to_string());
        select
            .fetch_all(&self.pool)
            .await?
            .into_iter()
            .map(|row| Ok(row.read()?.device))
            .collect()
    }

    async fn see_device(&self, device: DeviceId, at: Timestamp) -> Result<()> {
        let update =
            sqlx::query::<E>("update devices set seen_at = $2 where id = $1").bind(device.to_string());
        update.bind(at.0).execute(&self.pool).await?;
        Ok(())
    }

    async fn revoke_device(&self, restaurant: RestaurantId, device: DeviceId, at: Timestamp) -> Result<bool> {
        let mut change = self.begin_write().await?;
        let restaurant = restaurant.to_string();
        let raise = sqlx::query_scalar::<E, i64>(pos_rows::NEXT_REVISION).bind(&restaurant);
        let revision = raise.fetch_one(&mut *change).await?;
        let revoke = sqlx::query::<E>(pos_rows::REVOKE)
            .bind(device.to_string())
            .bind(&restaurant)
            .bind(at.0);
        if revoke.execute(&mut *change).await?.rows_affected() == 0 {
            return Ok(false);
        }
        let gone = sqlx::query::<E>(pos_rows::UPSERT_GONE_RECORD)
            .bind(RecordId::Device(device).to_string())
            .bind(&restaurant);
        gone.bind(revision).bind(at.0).execute(&mut *change).await?;
        change.commit().await?;
        Ok(true)
    }

    async fn done(&self, device: DeviceId, stream: DeviceId) -> Result<Option<u64>> {
        let select =
            sqlx::query_scalar::<E, i64>("select done from streams where name = $1 and device_id = $2");
        let done = select
            .bind(stream.to_string())
            .bind(device.to_string())
            .fetch_optional(&self.pool)
            .await?;
        Ok(done.map(|done| u64::try_from(done).unwrap_or(0)))
    }

    async fn device_named(&self, stream: DeviceId) -> Result<Option<PairedDevice>> {
        let select = sqlx::query_as::<E, DeviceRow>(pos_rows::SELECT_NAMED).bind(stream.to_string());
        select
            .fetch_optional(&self.pool)
            .await?
            .map(DeviceRow::read)
            .transpose()
    }

    async fn revision(&self, restaurant: RestaurantId) -> Result<Revision> {
        let select = sqlx::query_scalar::<E, i64>("select revision from counters where restaurant_id = $1");
        Ok(Revision(
            select
                .bind(restaurant.to_string())
                .fetch_optional(&self.pool)
                .await?
                .unwrap_or(0),
        ))
    }

    async fn changes(
        &self,
        device: &PairedDevice,
        since: Revision,
        snapshot_start: Option<Revision>,
    ) -> Result<Changes> {
        // One snapshot, so that no change falls between two of the statements.
        let mut snapshot = self.begin_snapshot().await?;
        let of = device.restaurant.to_string();
        let select = sqlx::query_as::<E, (i64, i64)>(
            "select revision, forgotten from counters where restaurant_id = $1",
        );
        let (revision, forgotten) = select
            .bind(&of)
            .fetch_optional(&mut *snapshot)
            .await?
            .unwrap_or_default();
        let full = since.0 <= 0 || since.0 > revision || since.0 < forgotten;
        let after = if full { -1 } else { since.0 };
        let snapshot_start = if full {
            revision
        } else {
            snapshot_start.map_or(after, |snapshot_start| snapshot_start.0.clamp(after, revision))
        };
        let records = sqlx::query_scalar::<E, i64>(pos_rows::CUT_RECORDS)
            .bind(&of)
            .bind(after)
            .bind(snapshot_start);
        let stock = sqlx::query_scalar::<E, i64>(pos_rows::CUT_STOCK)
            .bind(&of)
            .bind(after);
        let orders = sqlx::query_scalar::<E, i64>(pos_rows::CUT_ORDERS)
            .bind(&of)
            .bind(snapshot_start);
        let mut upto = revision;
        for cut in [records, stock, orders] {
            let cut = cut.bind(PAGE).fetch_optional(&mut *snapshot).await?;
            // The next page begins where something was forgotten already, or it would begin anew for ever.
            upto = cut.map_or(upto, |cut| {
                upto.min((cut - 1).max(after + 1).max(forgotten).max(1))
            });
        }
        let names = sqlx::query_scalar::<E, String>("select name from streams where device_id = $1");
        let names = names
            .bind(device.device.id.to_string())
            .fetch_all(&mut *snapshot)
            .await?;
        let runs = match device.device.kind {
            DeviceKind::Courier => {
                sqlx::query_scalar::<E, String>(pos_rows::SELECT_RUNS)
                    .bind(&of)
                    .fetch_all(&mut *snapshot)
                    .await?
            }
            DeviceKind::Till | DeviceKind::Kitchen => Vec::new(),
        };
        let mut told = VisibleRecords::new(device, names, &runs, full)?;
        let records = sqlx::query_as::<E, RecordRow>(pos_rows::SELECT_RECORDS)
            .bind(&of)
            .bind(after)
            .bind(snapshot_start)
            .bind(upto);
        records
            .fetch_all(&mut *snapshot)
            .await?
            .into_iter()
            .try_for_each(|row| told.record(row))?;
        let stock = sqlx::query_as::<E, (String, i64)>(pos_rows::SELECT_STOCK)
            .bind(&of)
            .bind(after)
            .bind(upto);
        stock
            .fetch_all(&mut *snapshot)
            .await?
            .iter()
            .try_for_each(|row| told.stock(row))?;
        let orders = match full {
            true => sqlx::query_as::<E, OrderRow>(order_rows::SELECT_OPEN).bind(&of),
            false => sqlx::query_as::<E, OrderRow>(order_rows::SELECT_TOLD)
                .bind(&of)
                .bind(snapshot_start)
                .bind(upto),
        };
        for row in orders.fetch_all(&mut *snapshot).await? {
            told.order(row.read()?.order);
        }
        for piece in told.to_look_up().chunks(ROWS) {
            let mut query = QueryBuilder::<E>::new(order_rows::SELECT_KNOWN);
            query.push(" in (");
            let mut list = query.separated(", ");
            // Named again, they fill the statement up to a length that is prepared already.
            for order in piece.iter().cycle().take(piece.len().next_power_of_two()) {
                list.push_bind(order);
            }
            let rows = query
                .push(")")
                .build_query_as::<OrderRow>()
                .fetch_all(&mut *snapshot)
                .await?;
            for row in rows.into_iter().filter(|row| row.restaurant_id == of) {
                told.order(row.read()?.order);
            }
        }
        told.moved_away();
        snapshot.commit().await?;
        let records = told.records.into_values().collect();
        let snapshot_start = (upto < snapshot_start).then_some(Revision(snapshot_start));
        Ok(Changes {
            revision: Revision(upto),
            full,
            snapshot_start,
            records,
            more: upto < revision,
        })
    }

    async fn sweep_records(
        &self,
        over_before: Timestamp,
        gone_before: Timestamp,
        now: Timestamp,
    ) -> Result<()> {
        let over = sqlx::query_scalar::<E, String>(pos_rows::SELECT_OVER).bind(over_before.0);
        for restaurant in over.fetch_all(&self.pool).await? {
            let mut change = self.begin_write().await?;
            // Orders are locked before counters, everywhere.
            let orders = sqlx::query_scalar::<E, String>(order_rows::FORGET_OVER)
                .bind(&restaurant)
                .bind(over_before.0);
            let orders = orders.fetch_all(&mut *change).await?;
            let none_over = orders.is_empty();
            let raise = sqlx::query_scalar::<E, i64>(pos_rows::NEXT_REVISION).bind(&restaurant);
            let revision = raise.fetch_one(&mut *change).await?;
            for order in orders {
                let gone = sqlx::query::<E>(pos_rows::UPSERT_GONE_RECORD)
                    .bind(RecordId::Order(id(&order)?).to_string());
                gone.bind(&restaurant)
                    .bind(revision)
                    .bind(now.0)
                    .execute(&mut *change)
                    .await?;
            }
            let shifts = sqlx::query_scalar::<E, String>(pos_rows::SELECT_SHIFTS)
                .bind(&restaurant)
                .bind(over_before.0);
            let sold_before = oldest(&shifts.fetch_all(&mut *change).await?)?
                .unwrap_or(over_before)
                .min(over_before);
            let hide = sqlx::query::<E>(pos_rows::HIDE)
                .bind(&restaurant)
                .bind(revision)
                .bind(over_before.0);
            let hidden = hide
                .bind(sold_before.0)
                .execute(&mut *change)
                .await?
                .rows_affected();
            if none_over && hidden == 0 {
                continue;
            }
            change.commit().await?;
        }
        let gone = sqlx::query_scalar::<E, String>(pos_rows::SELECT_FORGETTABLE).bind(gone_before.0);
        for restaurant in gone.fetch_all(&self.pool).await? {
            let mut change = self.begin_write().await?;
            for statement in [pos_rows::NOTE_FORGOTTEN, pos_rows::FORGET] {
                sqlx::query::<E>(statement)
                    .bind(&restaurant)
                    .bind(gone_before.0)
                    .execute(&mut *change)
                    .await?;
            }
            change.commit().await?;
        }
        sqlx::query::<E>("delete from pairing_codes where expires_at < $1")
            .bind(now.0)
            .execute(&self.pool)
            .await?;
        Ok(())
    }
}
