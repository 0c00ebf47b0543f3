//! The changes since a revision that a device may see.

use std::collections::{BTreeMap, BTreeSet};

use servery_domain::{
    device::DeviceKind,
    id::OrderId,
    order::Order,
    pos::{
        Record, RecordId, Stock,
        delivery_run::DeliveryRun,
        ticket::{Ticket, TicketSource},
        visibility::Viewer,
    },
    revision::Revision,
};
use sqlx::{AssertSqlSafe, QueryBuilder};

use crate::{
    Result,
    devices::{Changes, PairedDevice},
    id, parse,
    sql::{
        engine::{Engine, SqlTransaction},
        order_rows::{CHANGED_BETWEEN, ON_DEVICES, OrderRow, stored_count},
        pos_rows::RecordRow,
        rows::{MOST_ROWS, columns, push_list, select, select_sql},
    },
};

/// About how many rows of one table a page of changes has.
const PAGE: i64 = 2_000;

/// Current records, and those that were removed since a device began to read everything: it never had what was
/// removed before.
fn visible_records(columns: &str, upto: &str, rest: &str) -> String {
    let select = format!("select {columns} from pos_records where restaurant_id = $1");
    format!(
        "{select} and gone = false and revision > $2{upto} \
         union all {select} and gone = true and revision > $3{upto} {rest}"
    )
}

fn select_records() -> String {
    let columns = columns::<RecordRow>();
    visible_records(&columns, " and revision <= $4", "order by revision, id")
}

/// The revision at which a page of changes ends: that of the first row which is too many.
fn select_record_cut() -> String {
    visible_records("revision", "", "order by revision limit 1 offset $4")
}
const SELECT_STOCK_CUT: &str = "select revision from stock where restaurant_id = $1 and revision > $2 order by revision limit 1 offset $3";
const SELECT_ORDER_CUT: &str = "select revision from order_events where restaurant_id = $1 and revision > $2 order by revision limit 1 offset $3";
const SELECT_STOCK: &str = "select dish_id, portions from stock where restaurant_id = $1 and revision > $2 and revision <= $3 order by dish_id";
const SELECT_RUNS: &str =
    "select body from pos_records where restaurant_id = $1 and gone = false and id like 'delivery_run-%'";

/// A page of changes: those after one revision, up to another.
struct ChangesPage {
    restaurant: String,
    /// The device gets everything anew.
    full: bool,
    after: i64,
    upto: i64,
    /// The restaurant's revision.
    revision: i64,
    /// The revision at which the device began to read everything; it never had what was removed before.
    snapshot_start: i64,
}

/// Reads in the snapshot the changes since a revision.
pub(crate) async fn load<E: Engine>(
    snapshot: &mut SqlTransaction<E>,
    device: &PairedDevice,
    since: Revision,
    snapshot_start: Option<Revision>,
) -> Result<Changes> {
    let page = ChangesPage::load(snapshot, device, since, snapshot_start).await?;
    let mut visible = VisibleRecords::load(snapshot, device, &page).await?;
    load_records(snapshot, &page, &mut visible).await?;
    load_orders(snapshot, &page, &mut visible).await?;
    visible.remove_reassigned();
    let incomplete = page.upto < page.snapshot_start;
    Ok(Changes {
        revision: Revision(page.upto),
        full: page.full,
        snapshot_start: incomplete.then_some(Revision(page.snapshot_start)),
        records: visible.records.into_values().collect(),
        more: page.upto < page.revision,
    })
}

impl ChangesPage {
    async fn load<E: Engine>(
        snapshot: &mut SqlTransaction<E>,
        device: &PairedDevice,
        since: Revision,
        snapshot_start: Option<Revision>,
    ) -> Result<Self> {
        let restaurant = device.restaurant.to_string();
        let counters: Option<(i64, i64)> =
            sqlx::query_as("select revision, forgotten from counters where restaurant_id = $1")
                .bind(&restaurant)
                .fetch_optional(&mut **snapshot)
                .await?;
        let (revision, forgotten) = counters.unwrap_or_default();
        let full = since.0 <= 0 || since.0 > revision || since.0 < forgotten;
        let after = if full { -1 } else { since.0 };
        let snapshot_start = match snapshot_start {
            _ if full => revision,
            Some(start) => start.0.clamp(after, revision),
            None => after,
        };
        let mut page = Self {
            restaurant,
            full,
            after,
            upto: revision,
            revision,
            snapshot_start,
        };
        // The next page starts after everything that was deleted, or the device would start anew for ever.
        let earliest = after.saturating_add(1).max(forgotten).max(1);
        for cut in page.cuts(snapshot).await?.into_iter().flatten() {
            page.upto = page.upto.min(cut.saturating_sub(1).max(earliest));
        }
        Ok(page)
    }

    /// In each table, the revision of the first row that does not fit into the page.
    async fn cuts<E: Engine>(&self, snapshot: &mut SqlTransaction<E>) -> Result<[Option<i64>; 3]> {
        let records = sqlx::query_scalar(AssertSqlSafe(select_record_cut()))
            .bind(&self.restaurant)
            .bind(self.after)
            .bind(self.snapshot_start)
            .bind(PAGE)
            .fetch_optional(&mut **snapshot)
            .await?;
        let stock = sqlx::query_scalar(SELECT_STOCK_CUT)
            .bind(&self.restaurant)
            .bind(self.after)
            .bind(PAGE)
            .fetch_optional(&mut **snapshot)
            .await?;
        let orders = sqlx::query_scalar(SELECT_ORDER_CUT)
            .bind(&self.restaurant)
            .bind(self.snapshot_start)
            .bind(PAGE)
            .fetch_optional(&mut **snapshot)
            .await?;
        Ok([records, stock, orders])
    }
}

async fn load_records<E: Engine>(
    snapshot: &mut SqlTransaction<E>,
    page: &ChangesPage,
    visible: &mut VisibleRecords,
) -> Result<()> {
    let records: Vec<RecordRow> = sqlx::query_as(AssertSqlSafe(select_records()))
        .bind(&page.restaurant)
        .bind(page.after)
        .bind(page.snapshot_start)
        .bind(page.upto)
        .fetch_all(&mut **snapshot)
        .await?;
    for row in records {
        visible.add_record(row)?;
    }
    let stock: Vec<(String, i64)> = sqlx::query_as(SELECT_STOCK)
        .bind(&page.restaurant)
        .bind(page.after)
        .bind(page.upto)
        .fetch_all(&mut **snapshot)
        .await?;
    stock.iter().try_for_each(|row| visible.add_stock(row))
}

async fn load_orders<E: Engine>(
    snapshot: &mut SqlTransaction<E>,
    page: &ChangesPage,
    visible: &mut VisibleRecords,
) -> Result<()> {
    let rows = match page.full {
        true => select::<E, OrderRow>("where restaurant_id = $1 and open = true order by number")
            .bind(&page.restaurant),
        false => select::<E, OrderRow>(&format!("{CHANGED_BETWEEN} and {ON_DEVICES} order by revision"))
            .bind(&page.restaurant)
            .bind(page.snapshot_start)
            .bind(page.upto),
    };
    for row in rows.fetch_all(&mut **snapshot).await? {
        row.read_order_or_skip()
            .into_iter()
            .for_each(|order| visible.add_order(order));
    }
    for chunk in visible.orders_to_load().chunks(MOST_ROWS) {
        let mut query = QueryBuilder::<E>::new(select_sql::<OrderRow>(&format!("where {ON_DEVICES} and id")));
        push_list(&mut query, chunk);
        let rows: Vec<OrderRow> = query.build_query_as().fetch_all(&mut **snapshot).await?;
        for row in rows {
            if row.restaurant_id == page.restaurant {
                row.read_order_or_skip()
                    .into_iter()
                    .for_each(|order| visible.add_order(order));
            }
        }
    }
    Ok(())
}

/// The records that a device may see, each as it is now.
struct VisibleRecords {
    viewer: Viewer,
    full: bool,
    records: BTreeMap<RecordId, Record>,
    /// Orders that another courier brings than before.
    reassigned: BTreeSet<OrderId>,
}

impl VisibleRecords {
    async fn load<E: Engine>(
        snapshot: &mut SqlTransaction<E>,
        device: &PairedDevice,
        page: &ChangesPage,
    ) -> Result<Self> {
        let names: Vec<String> = sqlx::query_scalar("select name from streams where device_id = $1")
            .bind(device.device.id.to_string())
            .fetch_all(&mut **snapshot)
            .await?;
        let names = names.iter().map(|name| id(name)).collect::<Result<_>>()?;
        let runs = match device.device.kind {
            DeviceKind::Courier => load_delivery_runs(snapshot, &page.restaurant).await?,
            DeviceKind::Till | DeviceKind::Kitchen => Vec::new(),
        };
        Ok(Self {
            viewer: Viewer::new(device.device.kind, device.device.id, names, &runs),
            full: page.full,
            records: BTreeMap::new(),
            reassigned: BTreeSet::new(),
        })
    }

    fn add_record(&mut self, row: RecordRow) -> Result<()> {
        let id: RecordId = id(&row.id)?;
        if let (RecordId::Order(order), None) = (id, row.over_since) {
            self.reassigned.insert(order);
            return Ok(());
        }
        let record = match row.body.filter(|_| !row.gone) {
            Some(body) => match parse(&body) {
                Ok(record) => record,
                // A record that cannot be read keeps no device from the others.
                Err(error) => {
                    tracing::error!(record = %id, %error, "cannot read this record");
                    return Ok(());
                }
            },
            None => Record::Gone(id),
        };
        let shown = self
            .viewer
            .shown(record)
            .filter(|record| !(self.full && matches!(record, Record::Gone(_))));
        self.records.extend(shown.map(|record| (id, record)));
        Ok(())
    }

    fn add_stock(&mut self, (dish, left): &(String, i64)) -> Result<()> {
        let stock = Stock {
            dish: id(dish)?,
            left: stored_count(*left),
        };
        self.records
            .insert(RecordId::Stock(stock.dish), Record::Stock(stock));
        Ok(())
    }

    fn add_order(&mut self, order: Order) {
        let record = self.viewer.view(Record::Order(Box::new(order)));
        self.records.extend(record.map(|record| (record.id(), record)));
    }

    /// Orders that are on the courier's run now, and those whose tickets were called off.
    fn orders_to_load(&self) -> Vec<String> {
        let off = self.records.values().filter_map(|record| match record {
            Record::Ticket(Ticket {
                off: true,
                of: TicketSource::Order(order),
                ..
            }) => Some(order),
            _ => None,
        });
        self.reassigned
            .intersection(&self.viewer.orders)
            .chain(off)
            .map(OrderId::to_string)
            .collect()
    }

    /// Removes from a courier's device the orders that are on its run no more. The other devices see all orders.
    fn remove_reassigned(&mut self) {
        if self.viewer.kind != DeviceKind::Courier || self.full {
            return;
        }
        let reassigned = self.reassigned.iter().map(|order| RecordId::Order(*order));
        for id in reassigned.filter(|id| self.viewer.may_have_seen(*id)) {
            self.records.entry(id).or_insert(Record::Gone(id));
        }
    }
}

async fn load_delivery_runs<E: Engine>(
    snapshot: &mut SqlTransaction<E>,
    restaurant: &str,
) -> Result<Vec<DeliveryRun>> {
    let bodies: Vec<String> = sqlx::query_scalar(SELECT_RUNS)
        .bind(restaurant)
        .fetch_all(&mut **snapshot)
        .await?;
    let mut runs = Vec::new();
    for body in bodies {
        match parse(&body) {
            Ok(Record::DeliveryRun(run)) => runs.push(run),
            Ok(_) => {}
            Err(error) => tracing::error!(%error, "cannot read a delivery run"),
        }
    }
    Ok(runs)
}
