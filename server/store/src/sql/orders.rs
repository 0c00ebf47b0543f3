//! Orders on the two engines. A batch is read with one statement per table, decided in memory, and written with one per table.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use servery_domain::{
    coupon::{Coupon, CouponUsage},
    draft::Draft,
    id::{DishId, OpId, OrderId, RestaurantId, TicketId},
    job::Job,
    order::Order,
    pos::{RecordId, needs as needs_of},
    revision::Revision,
    time::{LocalMinute, Timestamp},
};
use sqlx::{Postgres, QueryBuilder, Sqlite};

use crate::{
    PostgresStore, Result, SqliteStore,
    batch::{Batch, EVERYBODY, Needs, OrderNumbers, StoredAnswer, Stream},
    devices::SyncOps,
    id, json,
    orders::{
        DueJob, IdempotentRequest, Named, OrderWrite, Orders, PaymentAttempt, RecordedEvent, Tracked,
        WriteOutcome,
    },
    parse,
    sql::{
        order_rows::{self, EventRow, JobRow, OrderRow, PaymentRow},
        pos_rows::{self, ThingRow},
    },
};

/// Rows in one statement: statements of few lengths are prepared once and used for good.
const ROWS: [usize; 8] = [128, 64, 32, 16, 8, 4, 2, 1];

/// Cuts into pieces of the lengths of `ROWS`.
fn pieces<T>(mut rows: &[T]) -> Vec<&[T]> {
    let mut pieces = Vec::new();
    while let Some(length) = ROWS.iter().find(|length| **length <= rows.len()) {
        let (piece, rest) = rows.split_at(*length);
        pieces.push(piece);
        rows = rest;
    }
    pieces
}

fn count(stored: i64) -> u32 {
    u32::try_from(stored).unwrap_or(0)
}

/// What the ops of these need and was not asked for yet. What is loaded may name more.
fn wanted(batch: &Batch, syncing: &[&SyncOps], asked: &mut BTreeSet<RecordId>) -> Vec<String> {
    let nothing = servery_domain::pos::PosState::default();
    let mut wanted = Vec::new();
    for syncing in syncing {
        let pos = batch.pos_states.get(&syncing.restaurant).unwrap_or(&nothing);
        for id in syncing.ops.iter().flat_map(|sent| needs_of(&sent.op, pos)) {
            // These have rows of their own.
            if !matches!(id, RecordId::Stock(_) | RecordId::Order(_)) && asked.insert(id) {
                wanted.push(id.to_string());
            }
        }
    }
    wanted
}

fn texts<T: ToString>(ids: &BTreeSet<T>) -> Vec<String> {
    ids.iter().map(ToString::to_string).collect()
}

/// Where a page begins: behind this row.
fn place(behind: Option<(Timestamp, OrderId)>) -> (i64, String) {
    behind.map_or((i64::MIN, String::new()), |(at, order)| (at.0, order.to_string()))
}

/// Most orders that one page of a history shows.
const HISTORY: i64 = 50;
/// Most orders that are told anew, or looked after, at once.
const CHANGES: i64 = 500;
/// Jobs that one node takes at once.
const JOBS: i64 = 20;

macro_rules! order_engine {
    ($store:ident on $engine:ty, writing: $writing:literal, locking: $locking:literal, skipping: $skipping:literal) => {
        const _: () = {
            type Change = sqlx::Transaction<'static, $engine>;

            /// Rows whose `column` is one of these, locked until the transaction ends.
            async fn select_in<R>(change: &mut Change, select: &'static str, values: &[String]) -> Result<Vec<R>>
            where
                R: for<'r> sqlx::FromRow<'r, <$engine as sqlx::Database>::Row> + Send + Unpin,
            {
                let mut rows = Vec::new();
                for piece in values.chunks(ROWS[0]) {
                    let mut query = QueryBuilder::<$engine>::new(select);
                    query.push(" in (");
                    let mut list = query.separated(", ");
                    // Named again, the last one fills the statement up to a length that is prepared already.
                    let filled = piece.iter().chain(std::iter::repeat(&piece[piece.len() - 1]));
                    for value in filled.take(piece.len().next_power_of_two()) {
                        list.push_bind(value);
                    }
                    // In one order everywhere, so that two nodes never wait for each other.
                    query.push(concat!(") order by 1", $locking));
                    rows.extend(query.build_query_as::<R>().fetch_all(&mut **change).await?);
                }
                Ok(rows)
            }

            /// What the ops of devices are decided on, but for orders and portions.
            async fn load_houses(change: &mut Change, batch: &mut Batch, needs: &Needs, writes: &[OrderWrite]) -> Result<()> {
                let syncing: Vec<&SyncOps> = writes.iter().filter_map(OrderWrite::syncing).collect();
                if syncing.is_empty() {
                    return Ok(());
                }
                for (name, device, done) in
                    select_in::<(String, String, i64)>(change, pos_rows::SELECT_STREAMS, &texts(&needs.devices)).await?
                {
                    let done = u64::try_from(done).unwrap_or(0);
                    batch.streams.insert(id(&name)?, Stream { device: id(&device)?, done });
                }
                let select = "select op_id, restaurant_id from device_ops where op_id";
                for (op, restaurant) in select_in::<(String, String)>(change, select, &texts(&needs.ops)).await? {
                    batch.seen_ops.insert((id(&restaurant)?, id(&op)?));
                }
                for syncing in &syncing {
                    let known = batch.streams.get(&syncing.name()).map_or(0, |stream| stream.done);
                    let Some(first) = syncing.ops.first().map(|sent| sent.op.n).filter(|n| *n <= known) else { continue };
                    let select = sqlx::query_as(pos_rows::SELECT_NUMBERS).bind(syncing.name().to_string()).bind(pos_rows::number(first));
                    let rows: Vec<(i64, String)> = select.bind(syncing.ops.len() as i64).fetch_all(&mut **change).await?;
                    for (n, op) in rows {
                        batch.op_ids.insert((syncing.name(), u64::try_from(n).unwrap_or(0)), id::<OpId>(&op)?);
                    }
                }
                let select = "select dish_id, restaurant_id, portions from stock where restaurant_id";
                for (dish, restaurant, portions) in select_in::<(String, String, i64)>(change, select, &texts(&needs.pos_states)).await? {
                    batch.stock.insert((id(&restaurant)?, id(&dish)?), count(portions));
                }
                let mut asked = BTreeSet::new();
                loop {
                    let wanted = wanted(batch, &syncing, &mut asked);
                    if wanted.is_empty() {
                        return Ok(());
                    }
                    let select = "select id, restaurant_id, body from pos_records where body is not null and id";
                    for (_, restaurant, body) in select_in::<(String, String, String)>(change, select, &wanted).await? {
                        batch.pos_states.entry(id(&restaurant)?).or_default().put(parse(&body)?);
                    }
                }
            }

            async fn load(change: &mut Change, writes: &[OrderWrite]) -> Result<Batch> {
                let mut batch = Batch::default();
                let mut needs = Needs::of(writes);
                for row in select_in::<OrderRow>(change, order_rows::SELECT_BY_ID, &texts(&needs.orders)).await? {
                    let tracked = row.read()?;
                    needs.of_order(&tracked.order);
                    batch.orders.insert(tracked.order.id, tracked);
                }
                // From here on nobody else writes orders of these restaurants.
                let select = "select counters.restaurant_id, counters.revision, number, restaurants.revision from counters \
                              join restaurants on restaurants.id = counters.restaurant_id where counters.restaurant_id";
                for (restaurant, revision, number, menu) in
                    select_in::<(String, i64, i64, i64)>(change, select, &texts(&needs.restaurants)).await?
                {
                    batch.counters.insert(id(&restaurant)?, OrderNumbers { menu: Revision(menu), revision, number });
                }
                let keys: Vec<String> = needs.keys.iter().cloned().collect();
                for (key, fingerprint, status, body) in select_in::<(String, String, i64, String)>(
                    change,
                    "select key, fingerprint, status, answer from idempotency_keys where key",
                    &keys,
                )
                .await?
                {
                    batch.keys.insert(key, StoredAnswer { fingerprint, status: u16::try_from(status).unwrap_or(500), body });
                }
                if writes.iter().any(|write| matches!(write, OrderWrite::Settle { .. })) {
                    let select = "select order_id, status, intent from payments where order_id";
                    let rows = select_in::<(String, String, Option<String>)>(change, select, &texts(&needs.orders)).await?;
                    let settled = rows.into_iter().filter(|(_, status, _)| status == "settled");
                    batch.settled =
                        settled.map(|(order, _, intent)| Ok((id(&order)?, intent.unwrap_or_default()))).collect::<Result<_>>()?;
                }
                let advanced: BTreeSet<OrderId> = writes.iter().flat_map(OrderWrite::advanced).collect();
                let select = "select order_id, visitor from push_subscriptions where order_id";
                for (order, browser) in select_in::<(String, String)>(change, select, &texts(&advanced)).await? {
                    batch.browsers.entry(id(&order)?).or_default().push(id(&browser)?);
                }
                let select = "select dish_id, restaurant_id, portions from stock where dish_id";
                for (dish, restaurant, portions) in select_in::<(String, String, i64)>(change, select, &texts(&needs.dishes)).await? {
                    batch.stock.insert((id(&restaurant)?, id(&dish)?), count(portions));
                }
                load_houses(change, &mut batch, &needs, writes).await?;
                for (restaurant, code, customer) in &needs.coupons {
                    let select = "select used from coupon_uses where restaurant_id = $1 and code = $2 and customer = $3";
                    let used = sqlx::query_scalar(select).bind(restaurant.to_string()).bind(code).bind(customer);
                    let used: Option<i64> = used.fetch_optional(&mut **change).await?;
                    batch.coupons.insert((*restaurant, code.clone(), customer.clone()), count(used.unwrap_or(0)));
                }
                for (restaurant, slot) in &needs.slots {
                    let select = "select taken from slots where restaurant_id = $1 and slot = $2";
                    let taken: Option<i64> =
                        sqlx::query_scalar(select).bind(restaurant.to_string()).bind(slot).fetch_optional(&mut **change).await?;
                    batch.slots.insert((*restaurant, *slot), count(taken.unwrap_or(0)));
                }
                Ok(batch)
            }

            async fn save_houses(change: &mut Change, batch: &Batch) -> Result<()> {
                let records: Vec<ThingRow> = batch
                    .changed_records
                    .iter()
                    .map(|((restaurant, id), (revision, at))| {
                        let record = batch.pos_states.get(restaurant).and_then(|pos| pos.get(*id));
                        ThingRow::write(*restaurant, *id, record, *revision, *at)
                    })
                    .collect::<Result<_>>()?;
                for piece in pieces(&records) {
                    let mut query = QueryBuilder::<$engine>::new(pos_rows::INSERT_THINGS);
                    query.push_values(piece, |mut row, record| {
                        row.push_bind(&record.id).push_bind(&record.restaurant_id).push_bind(record.revision);
                        row.push_bind(record.gone).push_bind(record.over_since).push_bind(&record.body);
                    });
                    query.push(pos_rows::OR_UPDATE_THINGS).build().execute(&mut **change).await?;
                }
                for (order, at) in &batch.orders_over {
                    let ticket = RecordId::Ticket(TicketId::of_order(*order)).to_string();
                    sqlx::query(pos_rows::END_TICKET).bind(ticket).bind(at.0).execute(&mut **change).await?;
                }
                for piece in pieces(&batch.new_ops) {
                    let mut query = QueryBuilder::<$engine>::new("insert into device_ops (stream, n, restaurant_id, op_id, at, op) ");
                    query.push_values(piece, |mut row, op| {
                        row.push_bind(op.stream.to_string()).push_bind(pos_rows::number(op.n)).push_bind(op.restaurant.to_string());
                        row.push_bind(op.id.to_string()).push_bind(op.at.0).push_bind(&op.text);
                    });
                    query.build().execute(&mut **change).await?;
                }
                for name in &batch.changed_streams {
                    let Some(stream) = batch.streams.get(name) else { continue };
                    let upsert = sqlx::query(pos_rows::PUT_STREAM).bind(name.to_string()).bind(stream.device.to_string());
                    upsert.bind(pos_rows::number(stream.done)).execute(&mut **change).await?;
                }
                Ok(())
            }

            async fn save(change: &mut Change, batch: &Batch) -> Result<()> {
                for piece in pieces(&batch.new_keys) {
                    let mut query =
                        QueryBuilder::<$engine>::new("insert into idempotency_keys (key, fingerprint, status, answer, created_at) ");
                    query.push_values(piece, |mut row, (request, kept)| {
                        row.push_bind(&request.key).push_bind(&request.fingerprint).push_bind(i64::from(kept.status));
                        row.push_bind(&kept.body).push_bind(request.at.0);
                    });
                    query.build().execute(&mut **change).await?;
                }
                let new: Vec<OrderRow> =
                    batch.new_orders.iter().filter_map(|id| batch.orders.get(id)).map(OrderRow::write).collect::<Result<_>>()?;
                for piece in pieces(&new) {
                    let mut query = QueryBuilder::<$engine>::new(order_rows::INSERT);
                    query.push_values(piece, |mut row, order| {
                        row.push_bind(&order.id).push_bind(&order.restaurant_id).push_bind(&order.token).push_bind(order.number);
                        row.push_bind(order.revision).push_bind(order.open).push_bind(order.waiting_since).push_bind(&order.customer);
                        row.push_bind(order.placed_at).push_bind(order.over_since).push_bind(&order.ordered).push_bind(&order.progress);
                    });
                    query.build().execute(&mut **change).await?;
                }
                for order in batch.changed_orders.iter().filter(|id| !batch.new_orders.contains(id)).filter_map(|id| batch.orders.get(id)) {
                    let order = OrderRow::write(order)?;
                    let update = sqlx::query(order_rows::UPDATE).bind(&order.id).bind(order.revision).bind(order.open);
                    let update = update.bind(order.waiting_since).bind(order.over_since).bind(&order.progress);
                    update.execute(&mut **change).await?;
                }
                let events: Vec<EventRow> = batch.new_events.iter().map(EventRow::write).collect::<Result<_>>()?;
                for piece in pieces(&events) {
                    let mut query =
                        QueryBuilder::<$engine>::new("insert into order_events (restaurant_id, revision, order_id, at, actor, event) ");
                    query.push_values(piece, |mut row, event| {
                        row.push_bind(&event.restaurant_id).push_bind(event.revision).push_bind(&event.order_id);
                        row.push_bind(event.at).push_bind(&event.actor).push_bind(&event.event);
                    });
                    query.build().execute(&mut **change).await?;
                }
                let jobs: Vec<JobRow> = batch.new_jobs.iter().map(JobRow::write).collect::<Result<_>>()?;
                for piece in pieces(&jobs) {
                    let mut query = QueryBuilder::<$engine>::new("insert into jobs (id, kind, payload, due_at, attempts) ");
                    query.push_values(piece, |mut row, job| {
                        row.push_bind(&job.id).push_bind(&job.kind).push_bind(&job.payload).push_bind(job.due_at).push_bind(job.attempts);
                    });
                    query.push(" on conflict (id) do nothing").build().execute(&mut **change).await?;
                }
                for (webhook, at) in &batch.new_webhooks {
                    let insert = sqlx::query("insert into webhook_events (id, received_at) values ($1, $2) on conflict do nothing");
                    insert.bind(webhook).bind(at.0).execute(&mut **change).await?;
                }
                for order in &batch.newly_settled {
                    let settle = sqlx::query(order_rows::SETTLE).bind(order.to_string()).bind(batch.settled.get(order));
                    let total = batch.orders.get(order).map_or(0, |tracked| tracked.order.ordered.total.0);
                    settle.bind(total).execute(&mut **change).await?;
                }
                for (counted, revision) in &batch.changed_stock {
                    let (restaurant, dish) = (counted.0.to_string(), counted.1.to_string());
                    let set = match batch.stock.get(counted) {
                        Some(left) => sqlx::query(order_rows::SET_STOCK).bind(dish).bind(restaurant).bind(i64::from(*left)).bind(revision),
                        None => sqlx::query(order_rows::DELETE_STOCK).bind(dish).bind(restaurant),
                    };
                    set.execute(&mut **change).await?;
                }
                save_houses(change, batch).await?;
                for key in &batch.changed_coupons {
                    let (restaurant, code, customer) = key;
                    let upsert = sqlx::query(order_rows::COUNT_COUPON).bind(restaurant.to_string()).bind(code).bind(customer);
                    upsert.bind(batch.coupons.get(key).map(|used| i64::from(*used))).execute(&mut **change).await?;
                }
                for key in &batch.changed_slots {
                    let upsert = sqlx::query(order_rows::COUNT_SLOT).bind(key.0.to_string()).bind(key.1);
                    upsert.bind(batch.slots.get(key).map(|taken| i64::from(*taken))).execute(&mut **change).await?;
                }
                for restaurant in &batch.changed_counters {
                    let Some(counter) = batch.counters.get(restaurant) else { continue };
                    let update =
                        sqlx::query("update counters set revision = $2, number = $3 where restaurant_id = $1").bind(restaurant.to_string());
                    update.bind(counter.revision).bind(counter.number).execute(&mut **change).await?;
                }
                if batch.sold_out_changed {
                    sqlx::query(order_rows::NEXT_STOCK_REVISION).execute(&mut **change).await?;
                }
                Ok(())
            }

            #[async_trait]
            impl Orders for $store {
                async fn write(&self, writes: &[OrderWrite]) -> Result<Vec<WriteOutcome>> {
                    let mut change = self.pool.begin_with($writing).await?;
                    let mut batch = load(&mut change, writes).await?;
                    let written = writes.iter().map(|write| batch.write(write)).collect();
                    save(&mut change, &batch).await?;
                    change.commit().await?;
                    Ok(written)
                }

                async fn answered(&self, request: &IdempotentRequest) -> Result<Option<WriteOutcome>> {
                    let select =
                        sqlx::query_as("select fingerprint, status, answer from idempotency_keys where key = $1").bind(&request.key);
                    let row: Option<(String, i64, String)> = select.fetch_optional(&self.pool).await?;
                    let kept = |(fingerprint, status, body)| StoredAnswer { fingerprint, status: u16::try_from(status).unwrap_or(500), body };
                    Ok(row.map(|row| kept(row).answers(request)))
                }

                async fn order(&self, order: OrderId) -> Result<Option<Tracked>> {
                    let row: Option<OrderRow> =
                        sqlx::query_as(order_rows::SELECT_ONE).bind(order.to_string()).fetch_optional(&self.pool).await?;
                    row.map(OrderRow::read).transpose()
                }

                async fn order_by_token(&self, token: &str) -> Result<Option<Tracked>> {
                    let row: Option<OrderRow> = sqlx::query_as(order_rows::SELECT_BY_TOKEN).bind(token).fetch_optional(&self.pool).await?;
                    row.map(OrderRow::read).transpose()
                }

                async fn open_orders(&self, restaurant: RestaurantId) -> Result<Vec<Order>> {
                    let rows: Vec<OrderRow> =
                        sqlx::query_as(order_rows::SELECT_OPEN).bind(restaurant.to_string()).fetch_all(&self.pool).await?;
                    rows.into_iter().map(|row| row.read().map(|tracked| tracked.order)).collect()
                }

                async fn old_orders(&self, before: Timestamp, after: OrderId) -> Result<Vec<Order>> {
                    let select = sqlx::query_as(order_rows::SELECT_OLD).bind(before.0).bind(after.to_string()).bind(CHANGES);
                    let rows: Vec<OrderRow> = select.fetch_all(&self.pool).await?;
                    rows.into_iter().map(|row| row.read().map(|tracked| tracked.order)).collect()
                }

                async fn waiting_orders(&self, since: Timestamp, behind: Option<(Timestamp, OrderId)>) -> Result<Vec<Order>> {
                    let (at, order) = place(behind);
                    let select = sqlx::query_as(order_rows::SELECT_WAITING).bind(since.0).bind(CHANGES).bind(at).bind(order);
                    let rows: Vec<OrderRow> = select.fetch_all(&self.pool).await?;
                    rows.into_iter().map(|row| row.read().map(|tracked| tracked.order)).collect()
                }

                async fn customer_orders(&self, customer: &str) -> Result<Vec<Tracked>> {
                    let rows: Vec<OrderRow> =
                        sqlx::query_as(order_rows::SELECT_OF_CUSTOMER).bind(customer).bind(HISTORY).fetch_all(&self.pool).await?;
                    rows.into_iter().map(OrderRow::read).collect()
                }

                async fn history(&self, order: OrderId) -> Result<Vec<RecordedEvent>> {
                    let rows: Vec<EventRow> =
                        sqlx::query_as(order_rows::SELECT_EVENTS).bind(order.to_string()).fetch_all(&self.pool).await?;
                    rows.into_iter().map(EventRow::read).collect()
                }

                async fn order_revisions(&self) -> Result<Vec<(RestaurantId, Revision)>> {
                    let rows: Vec<(String, i64)> =
                        sqlx::query_as("select restaurant_id, revision from counters").fetch_all(&self.pool).await?;
                    rows.into_iter().map(|(restaurant, revision)| Ok((id(&restaurant)?, Revision(revision)))).collect()
                }

                async fn changed_orders(&self, restaurant: RestaurantId, after: Revision) -> Result<(Vec<Tracked>, Revision)> {
                    let restaurant = restaurant.to_string();
                    let select = sqlx::query_scalar(order_rows::SELECT_CHANGED_UPTO).bind(&restaurant).bind(after.0).bind(CHANGES);
                    let upto: Option<i64> = select.fetch_one(&self.pool).await?;
                    let upto = upto.unwrap_or(after.0);
                    let select = sqlx::query_as(order_rows::SELECT_CHANGED).bind(&restaurant).bind(after.0).bind(upto);
                    let rows: Vec<OrderRow> = select.fetch_all(&self.pool).await?;
                    Ok((rows.into_iter().map(OrderRow::read).collect::<Result<_>>()?, Revision(upto)))
                }

                async fn stock(&self, restaurant: RestaurantId) -> Result<BTreeMap<DishId, u32>> {
                    let select =
                        sqlx::query_as("select dish_id, portions from stock where restaurant_id = $1").bind(restaurant.to_string());
                    let rows: Vec<(String, i64)> = select.fetch_all(&self.pool).await?;
                    rows.into_iter().map(|(dish, portions)| Ok((id(&dish)?, count(portions)))).collect()
                }

                async fn sold_out(&self) -> Result<Vec<(RestaurantId, DishId)>> {
                    let select = sqlx::query_as("select restaurant_id, dish_id from stock where portions = 0 order by dish_id");
                    let rows: Vec<(String, String)> = select.fetch_all(&self.pool).await?;
                    rows.into_iter().map(|(restaurant, dish)| Ok((id(&restaurant)?, id(&dish)?))).collect()
                }

                async fn set_stock(&self, restaurant: RestaurantId, dish: DishId, portions: Option<u32>, at: Timestamp) -> Result<()> {
                    let mut change = self.pool.begin_with($writing).await?;
                    let (of, counted) = (restaurant.to_string(), dish.to_string());
                    let revision: i64 = sqlx::query_scalar(pos_rows::NEXT_REVISION).bind(&of).fetch_one(&mut *change).await?;
                    let set = match portions {
                        Some(portions) => {
                            sqlx::query(order_rows::SET_STOCK).bind(counted).bind(&of).bind(i64::from(portions)).bind(revision)
                        }
                        None => sqlx::query(order_rows::DELETE_STOCK).bind(counted).bind(&of),
                    };
                    let changed = set.execute(&mut *change).await?.rows_affected() > 0;
                    if changed && portions.is_none() {
                        let gone = sqlx::query(pos_rows::UPSERT_GONE_RECORD).bind(RecordId::Stock(dish).to_string()).bind(&of);
                        gone.bind(revision).bind(at.0).execute(&mut *change).await?;
                    }
                    sqlx::query(order_rows::NEXT_STOCK_REVISION).execute(&mut *change).await?;
                    Ok(change.commit().await?)
                }

                async fn coupon(&self, restaurant: RestaurantId, code: &str, customer: &str) -> Result<Option<(Coupon, CouponUsage)>> {
                    let select = sqlx::query_scalar("select coupon from coupons where restaurant_id = $1 and code = $2");
                    let coupon: Option<String> = select.bind(restaurant.to_string()).bind(code).fetch_optional(&self.pool).await?;
                    let Some(coupon) = coupon else { return Ok(None) };
                    let select = sqlx::query_as(order_rows::SELECT_COUPON_USES).bind(restaurant.to_string()).bind(code).bind(customer);
                    let uses: Vec<(String, i64)> = select.fetch_all(&self.pool).await?;
                    let by = |who: &str| uses.iter().find(|(customer, _)| customer == who).map_or(0, |(_, used)| count(*used));
                    Ok(Some((
                        parse(&coupon)?,
                        CouponUsage { by_all: by(EVERYBODY), by_customer: if customer.is_empty() { 0 } else { by(customer) } },
                    )))
                }

                async fn put_coupon(&self, restaurant: RestaurantId, coupon: &Coupon) -> Result<()> {
                    let upsert = sqlx::query(order_rows::PUT_COUPON).bind(restaurant.to_string()).bind(&coupon.code).bind(json(coupon)?);
                    upsert.execute(&self.pool).await?;
                    Ok(())
                }

                async fn coupon_uses(&self, restaurant: RestaurantId, code: &str) -> Result<u32> {
                    let select =
                        sqlx::query_scalar("select used from coupon_uses where restaurant_id = $1 and code = $2 and customer = $3");
                    let used: Option<i64> =
                        select.bind(restaurant.to_string()).bind(code).bind(EVERYBODY).fetch_optional(&self.pool).await?;
                    Ok(count(used.unwrap_or(0)))
                }

                async fn slots_taken(&self, restaurant: RestaurantId, from: LocalMinute) -> Result<Vec<(LocalMinute, u32)>> {
                    let select = sqlx::query_as("select slot, taken from slots where restaurant_id = $1 and slot >= $2 order by slot");
                    let rows: Vec<(i64, i64)> = select.bind(restaurant.to_string()).bind(from.0).fetch_all(&self.pool).await?;
                    Ok(rows.into_iter().map(|(slot, taken)| (LocalMinute(slot), count(taken))).collect())
                }

                async fn table(&self, code: &str) -> Result<Option<(RestaurantId, String)>> {
                    let select = sqlx::query_as("select restaurant_id, name from tables where code = $1").bind(code);
                    let row: Option<(String, String)> = select.fetch_optional(&self.pool).await?;
                    row.map(|(restaurant, name)| Ok((id(&restaurant)?, name))).transpose()
                }

                async fn tables(&self, restaurant: RestaurantId) -> Result<Vec<(String, String)>> {
                    let select = sqlx::query_as("select code, name from tables where restaurant_id = $1 order by name");
                    Ok(select.bind(restaurant.to_string()).fetch_all(&self.pool).await?)
                }

                async fn put_table(&self, restaurant: RestaurantId, code: &str, name: &str) -> Result<()> {
                    sqlx::query(order_rows::PUT_TABLE).bind(restaurant.to_string()).bind(code).bind(name).execute(&self.pool).await?;
                    Ok(())
                }

                async fn draft(&self, visitor: &str, restaurant: RestaurantId) -> Result<Option<Draft>> {
                    let select = sqlx::query_scalar("select draft from drafts where visitor = $1 and restaurant_id = $2");
                    let draft: Option<String> = select.bind(visitor).bind(restaurant.to_string()).fetch_optional(&self.pool).await?;
                    draft.as_deref().map(parse).transpose()
                }

                async fn put_draft(&self, visitor: &str, restaurant: RestaurantId, draft: &Draft, at: Timestamp) -> Result<()> {
                    let upsert = sqlx::query(order_rows::PUT_DRAFT).bind(visitor).bind(restaurant.to_string()).bind(json(draft)?).bind(at.0);
                    upsert.execute(&self.pool).await?;
                    Ok(())
                }

                async fn ask_payment(&self, order: OrderId, amount: i64, at: Timestamp) -> Result<()> {
                    let upsert = sqlx::query(order_rows::ASK_PAYMENT).bind(order.to_string()).bind(amount).bind(at.0);
                    upsert.execute(&self.pool).await?;
                    Ok(())
                }

                async fn name_payment(&self, order: OrderId, had: Option<&str>, named: &Named, at: Timestamp) -> Result<bool> {
                    let update = sqlx::query(order_rows::NAME_PAYMENT).bind(order.to_string()).bind(had);
                    let update = update.bind(&named.intent).bind(&named.method).bind(at.0);
                    Ok(update.execute(&self.pool).await?.rows_affected() > 0)
                }

                async fn payment(&self, order: OrderId) -> Result<Option<PaymentAttempt>> {
                    let row: Option<PaymentRow> =
                        sqlx::query_as(order_rows::SELECT_PAYMENT).bind(order.to_string()).fetch_optional(&self.pool).await?;
                    row.map(PaymentRow::read).transpose()
                }

                async fn open_payments(&self, before: Timestamp, behind: Option<(Timestamp, OrderId)>) -> Result<Vec<PaymentAttempt>> {
                    let (at, order) = place(behind);
                    let select = sqlx::query_as(order_rows::SELECT_OPEN_PAYMENTS).bind(before.0).bind(CHANGES).bind(at).bind(order);
                    let rows: Vec<PaymentRow> = select.fetch_all(&self.pool).await?;
                    rows.into_iter().map(PaymentRow::read).collect()
                }

                async fn close_payment(&self, order: OrderId, intent: Option<&str>) -> Result<()> {
                    sqlx::query(order_rows::CLOSE_PAYMENT).bind(order.to_string()).bind(intent).execute(&self.pool).await?;
                    Ok(())
                }

                async fn put_job(&self, id: &str, job: &Job) -> Result<()> {
                    let job = JobRow::write(&(id.to_owned(), job.clone()))?;
                    let insert = sqlx::query(order_rows::INSERT_JOB).bind(&job.id).bind(&job.kind).bind(&job.payload);
                    insert.bind(job.due_at).bind(job.attempts).execute(&self.pool).await?;
                    Ok(())
                }

                async fn take_jobs(&self, now: Timestamp, until: Timestamp) -> Result<Vec<DueJob>> {
                    // Mostly there is none, and nobody who writes is kept waiting to find that out.
                    let any = sqlx::query_scalar("select id from jobs where due_at <= $1 limit 1").bind(now.0);
                    let any: Option<String> = any.fetch_optional(&self.pool).await?;
                    if any.is_none() {
                        return Ok(Vec::new());
                    }
                    let mut change = self.pool.begin_with($writing).await?;
                    let select = concat!(
                        "select id, kind, payload, due_at, attempts from jobs where due_at <= $1 order by due_at limit $2",
                        $skipping
                    );
                    let rows: Vec<JobRow> = sqlx::query_as(select).bind(now.0).bind(JOBS).fetch_all(&mut *change).await?;
                    for row in &rows {
                        let take = sqlx::query("update jobs set due_at = $2, attempts = attempts + 1 where id = $1").bind(&row.id);
                        take.bind(until.0).execute(&mut *change).await?;
                    }
                    change.commit().await?;
                    Ok(rows.into_iter().filter_map(JobRow::read_or_leave).collect())
                }

                async fn finish_jobs(&self, ids: &[String]) -> Result<()> {
                    for piece in pieces(ids) {
                        let mut query = QueryBuilder::<$engine>::new("delete from jobs where id in (");
                        let mut list = query.separated(", ");
                        for id in piece {
                            list.push_bind(id);
                        }
                        query.push(")").build().execute(&self.pool).await?;
                    }
                    Ok(())
                }

                async fn put_off_job(&self, id: &str, due_at: Timestamp) -> Result<()> {
                    sqlx::query("update jobs set due_at = $2 where id = $1").bind(id).bind(due_at.0).execute(&self.pool).await?;
                    Ok(())
                }

                async fn sweep(&self, keys_before: Timestamp, drafts_before: Timestamp) -> Result<()> {
                    sqlx::query("delete from idempotency_keys where created_at < $1").bind(keys_before.0).execute(&self.pool).await?;
                    sqlx::query("delete from webhook_events where received_at < $1").bind(keys_before.0).execute(&self.pool).await?;
                    sqlx::query("delete from drafts where changed_at < $1").bind(drafts_before.0).execute(&self.pool).await?;
                    Ok(())
                }
            }
        };
    };
}

order_engine!(SqliteStore on Sqlite, writing: "begin immediate", locking: "", skipping: "");
order_engine!(PostgresStore on Postgres, writing: "begin", locking: " for update", skipping: " for update skip locked");
