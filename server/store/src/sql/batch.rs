//! A batch of writes: read with one statement per table, decided in memory, and written with one per table.

use std::collections::BTreeSet;

use servery_domain::{
    id::{OpId, OrderId, TicketId},
    pos::{RecordId, needs as needs_of},
    revision::Revision,
};
use sqlx::{QueryBuilder, Transaction};

use crate::{
    Result,
    batch::{Batch, Needs, OrderNumbers, StoredAnswer, Stream},
    devices::SyncOps,
    id,
    orders::OrderWrite,
    parse,
    sql::{
        engine::Engine,
        order_rows::{self, EventRow, JobRow, OrderRow},
        pos_rows::{self, RecordRow},
        rows::{chunks, select_in},
    },
};

type Change<E> = Transaction<'static, E>;

pub(crate) fn count(stored: i64) -> u32 {
    u32::try_from(stored).unwrap_or(0)
}

/// The records that these ops need and that were not requested yet. A loaded record may name further ones.
fn missing_records(batch: &Batch, syncing: &[&SyncOps], asked: &mut BTreeSet<RecordId>) -> Vec<String> {
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

/// The records that the devices' ops need, except orders and portions.
async fn load_pos_states<E: Engine>(
    change: &mut Change<E>,
    batch: &mut Batch,
    needs: &Needs,
    writes: &[OrderWrite],
) -> Result<()> {
    let syncing: Vec<&SyncOps> = writes.iter().filter_map(OrderWrite::syncing).collect();
    if syncing.is_empty() {
        return Ok(());
    }
    for (name, device, done) in
        select_in::<E, (String, String, i64)>(change, pos_rows::SELECT_STREAMS, &texts(&needs.devices))
            .await?
    {
        let done = u64::try_from(done).unwrap_or(0);
        batch.streams.insert(
            id(&name)?,
            Stream {
                device: id(&device)?,
                done,
            },
        );
    }
    let select = "select op_id, restaurant_id from device_ops where op_id";
    for (op, restaurant) in select_in::<E, (String, String)>(change, select, &texts(&needs.ops)).await? {
        batch.seen_ops.insert((id(&restaurant)?, id(&op)?));
    }
    for syncing in &syncing {
        let known = batch.streams.get(&syncing.name()).map_or(0, |stream| stream.done);
        let Some(first) = syncing.ops.first().map(|sent| sent.op.n).filter(|n| *n <= known) else {
            continue;
        };
        let select = sqlx::query_as(pos_rows::SELECT_NUMBERS)
            .bind(syncing.name().to_string())
            .bind(pos_rows::number(first));
        let rows: Vec<(i64, String)> = select
            .bind(syncing.ops.len() as i64)
            .fetch_all(&mut **change)
            .await?;
        for (n, op) in rows {
            batch
                .op_ids
                .insert((syncing.name(), u64::try_from(n).unwrap_or(0)), id::<OpId>(&op)?);
        }
    }
    let select = "select dish_id, restaurant_id, portions from stock where restaurant_id";
    for (dish, restaurant, portions) in
        select_in::<E, (String, String, i64)>(change, select, &texts(&needs.pos_states)).await?
    {
        batch
            .stock
            .insert((id(&restaurant)?, id(&dish)?), count(portions));
    }
    let mut asked = BTreeSet::new();
    loop {
        let wanted = missing_records(batch, &syncing, &mut asked);
        if wanted.is_empty() {
            return Ok(());
        }
        let select = "select id, restaurant_id, body from pos_records where body is not null and id";
        for (_, restaurant, body) in select_in::<E, (String, String, String)>(change, select, &wanted).await?
        {
            batch
                .pos_states
                .entry(id(&restaurant)?)
                .or_default()
                .put(parse(&body)?);
        }
    }
}

pub(crate) async fn load<E: Engine>(change: &mut Change<E>, writes: &[OrderWrite]) -> Result<Batch> {
    let mut batch = Batch::default();
    let mut needs = Needs::of(writes);
    for row in select_in::<E, OrderRow>(change, order_rows::SELECT_BY_ID, &texts(&needs.orders)).await? {
        let tracked = row.read()?;
        needs.of_order(&tracked.order);
        batch.orders.insert(tracked.order.id, tracked);
    }
    // From here on no other transaction writes orders of these restaurants.
    let select = "select counters.restaurant_id, counters.revision, number, restaurants.revision from counters \
                  join restaurants on restaurants.id = counters.restaurant_id where counters.restaurant_id";
    for (restaurant, revision, number, menu) in
        select_in::<E, (String, i64, i64, i64)>(change, select, &texts(&needs.restaurants)).await?
    {
        batch.counters.insert(
            id(&restaurant)?,
            OrderNumbers {
                menu: Revision(menu),
                revision,
                number,
            },
        );
    }
    let keys: Vec<String> = needs.keys.iter().cloned().collect();
    for (key, fingerprint, status, body) in select_in::<E, (String, String, i64, String)>(
        change,
        "select key, fingerprint, status, answer from idempotency_keys where key",
        &keys,
    )
    .await?
    {
        batch.keys.insert(
            key,
            StoredAnswer {
                fingerprint,
                status: u16::try_from(status).unwrap_or(500),
                body,
            },
        );
    }
    if writes
        .iter()
        .any(|write| matches!(write, OrderWrite::Settle { .. }))
    {
        let select = "select order_id, status, intent from payments where order_id";
        let rows =
            select_in::<E, (String, String, Option<String>)>(change, select, &texts(&needs.orders)).await?;
        let settled = rows.into_iter().filter(|(_, status, _)| status == "settled");
        batch.settled = settled
            .map(|(order, _, intent)| Ok((id(&order)?, intent.unwrap_or_default())))
            .collect::<Result<_>>()?;
    }
    let advanced: BTreeSet<OrderId> = writes.iter().flat_map(OrderWrite::advanced).collect();
    let select = "select order_id, visitor from push_subscriptions where order_id";
    for (order, browser) in select_in::<E, (String, String)>(change, select, &texts(&advanced)).await? {
        batch.browsers.entry(id(&order)?).or_default().push(id(&browser)?);
    }
    let select = "select dish_id, restaurant_id, portions from stock where dish_id";
    for (dish, restaurant, portions) in
        select_in::<E, (String, String, i64)>(change, select, &texts(&needs.dishes)).await?
    {
        batch
            .stock
            .insert((id(&restaurant)?, id(&dish)?), count(portions));
    }
    load_pos_states(change, &mut batch, &needs, writes).await?;
    for (restaurant, code, customer) in &needs.coupons {
        let select = "select used from coupon_uses where restaurant_id = $1 and code = $2 and customer = $3";
        let used = sqlx::query_scalar(select)
            .bind(restaurant.to_string())
            .bind(code)
            .bind(customer);
        let used: Option<i64> = used.fetch_optional(&mut **change).await?;
        batch.coupons.insert(
            (*restaurant, code.clone(), customer.clone()),
            count(used.unwrap_or(0)),
        );
    }
    for (restaurant, slot) in &needs.slots {
        let select = "select taken from slots where restaurant_id = $1 and slot = $2";
        let taken: Option<i64> = sqlx::query_scalar(select)
            .bind(restaurant.to_string())
            .bind(slot)
            .fetch_optional(&mut **change)
            .await?;
        batch
            .slots
            .insert((*restaurant, *slot), count(taken.unwrap_or(0)));
    }
    Ok(batch)
}

async fn save_pos_states<E: Engine>(change: &mut Change<E>, batch: &Batch) -> Result<()> {
    let records: Vec<RecordRow> = batch
        .changed_records
        .iter()
        .map(|((restaurant, id), (revision, at))| {
            let record = batch.pos_states.get(restaurant).and_then(|pos| pos.get(*id));
            RecordRow::write(*restaurant, *id, record, *revision, *at)
        })
        .collect::<Result<_>>()?;
    for piece in chunks(&records) {
        let mut query = QueryBuilder::<E>::new(pos_rows::INSERT_RECORDS);
        query.push_values(piece, |mut row, record| {
            row.push_bind(&record.id)
                .push_bind(&record.restaurant_id)
                .push_bind(record.revision);
            row.push_bind(record.gone)
                .push_bind(record.over_since)
                .push_bind(&record.body);
        });
        query
            .push(pos_rows::ON_CONFLICT_UPDATE_RECORDS)
            .build()
            .execute(&mut **change)
            .await?;
    }
    for (order, at) in &batch.orders_over {
        let ticket = RecordId::Ticket(TicketId::of_order(*order)).to_string();
        sqlx::query(pos_rows::END_TICKET)
            .bind(ticket)
            .bind(at.0)
            .execute(&mut **change)
            .await?;
    }
    for piece in chunks(&batch.new_ops) {
        let mut query =
            QueryBuilder::<E>::new("insert into device_ops (stream, n, restaurant_id, op_id, at, op) ");
        query.push_values(piece, |mut row, op| {
            row.push_bind(op.stream.to_string())
                .push_bind(pos_rows::number(op.n))
                .push_bind(op.restaurant.to_string());
            row.push_bind(op.id.to_string())
                .push_bind(op.at.0)
                .push_bind(&op.text);
        });
        query.build().execute(&mut **change).await?;
    }
    for name in &batch.changed_streams {
        let Some(stream) = batch.streams.get(name) else {
            continue;
        };
        let upsert = sqlx::query(pos_rows::PUT_STREAM)
            .bind(name.to_string())
            .bind(stream.device.to_string());
        upsert
            .bind(pos_rows::number(stream.done))
            .execute(&mut **change)
            .await?;
    }
    Ok(())
}

pub(crate) async fn save<E: Engine>(change: &mut Change<E>, batch: &Batch) -> Result<()> {
    for piece in chunks(&batch.new_keys) {
        let mut query = QueryBuilder::<E>::new(
            "insert into idempotency_keys (key, fingerprint, status, answer, created_at) ",
        );
        query.push_values(piece, |mut row, (request, kept)| {
            row.push_bind(&request.key)
                .push_bind(&request.fingerprint)
                .push_bind(i64::from(kept.status));
            row.push_bind(&kept.body).push_bind(request.at.0);
        });
        query.build().execute(&mut **change).await?;
    }
    let new: Vec<OrderRow> = batch
        .new_orders
        .iter()
        .filter_map(|id| batch.orders.get(id))
        .map(OrderRow::write)
        .collect::<Result<_>>()?;
    for piece in chunks(&new) {
        let mut query = QueryBuilder::<E>::new(order_rows::INSERT);
        query.push_values(piece, |mut row, order| {
            row.push_bind(&order.id)
                .push_bind(&order.restaurant_id)
                .push_bind(&order.token)
                .push_bind(order.number);
            row.push_bind(order.revision)
                .push_bind(order.open)
                .push_bind(order.waiting_since)
                .push_bind(&order.customer);
            row.push_bind(order.placed_at)
                .push_bind(order.over_since)
                .push_bind(&order.ordered)
                .push_bind(&order.progress);
        });
        query.build().execute(&mut **change).await?;
    }
    for order in batch
        .changed_orders
        .iter()
        .filter(|id| !batch.new_orders.contains(id))
        .filter_map(|id| batch.orders.get(id))
    {
        let order = OrderRow::write(order)?;
        let update = sqlx::query(order_rows::UPDATE)
            .bind(&order.id)
            .bind(order.revision)
            .bind(order.open);
        let update = update
            .bind(order.waiting_since)
            .bind(order.over_since)
            .bind(&order.progress);
        update.execute(&mut **change).await?;
    }
    let events: Vec<EventRow> = batch
        .new_events
        .iter()
        .map(EventRow::write)
        .collect::<Result<_>>()?;
    for piece in chunks(&events) {
        let mut query = QueryBuilder::<E>::new(
            "insert into order_events (restaurant_id, revision, order_id, at, actor, event) ",
        );
        query.push_values(piece, |mut row, event| {
            row.push_bind(&event.restaurant_id)
                .push_bind(event.revision)
                .push_bind(&event.order_id);
            row.push_bind(event.at)
                .push_bind(&event.actor)
                .push_bind(&event.event);
        });
        query.build().execute(&mut **change).await?;
    }
    let jobs: Vec<JobRow> = batch.new_jobs.iter().map(JobRow::write).collect::<Result<_>>()?;
    for piece in chunks(&jobs) {
        let mut query = QueryBuilder::<E>::new("insert into jobs (id, kind, payload, due_at, attempts) ");
        query.push_values(piece, |mut row, job| {
            row.push_bind(&job.id)
                .push_bind(&job.kind)
                .push_bind(&job.payload)
                .push_bind(job.due_at)
                .push_bind(job.attempts);
        });
        query
            .push(" on conflict (id) do nothing")
            .build()
            .execute(&mut **change)
            .await?;
    }
    for (webhook, at) in &batch.new_webhooks {
        let insert = sqlx::query(
            "insert into webhook_events (id, received_at) values ($1, $2) on conflict do nothing",
        );
        insert.bind(webhook).bind(at.0).execute(&mut **change).await?;
    }
    for order in &batch.newly_settled {
        let settle = sqlx::query(order_rows::SETTLE)
            .bind(order.to_string())
            .bind(batch.settled.get(order).map(String::as_str));
        let total = batch
            .orders
            .get(order)
            .map_or(0, |tracked| tracked.order.ordered.total.0);
        settle.bind(total).execute(&mut **change).await?;
    }
    for (counted, revision) in &batch.changed_stock {
        let (restaurant, dish) = (counted.0.to_string(), counted.1.to_string());
        let set = match batch.stock.get(counted) {
            Some(left) => sqlx::query(order_rows::SET_STOCK)
                .bind(dish)
                .bind(restaurant)
                .bind(i64::from(*left))
                .bind(revision),
            None => sqlx::query(order_rows::DELETE_STOCK).bind(dish).bind(restaurant),
        };
        set.execute(&mut **change).await?;
    }
    save_pos_states(change, batch).await?;
    for key in &batch.changed_coupons {
        let (restaurant, code, customer) = key;
        let upsert = sqlx::query(order_rows::COUNT_COUPON)
            .bind(restaurant.to_string())
            .bind(code)
            .bind(customer);
        upsert
            .bind(batch.coupons.get(key).map(|used| i64::from(*used)))
            .execute(&mut **change)
            .await?;
    }
    for key in &batch.changed_slots {
        let upsert = sqlx::query(order_rows::COUNT_SLOT)
            .bind(key.0.to_string())
            .bind(key.1);
        upsert
            .bind(batch.slots.get(key).map(|taken| i64::from(*taken)))
            .execute(&mut **change)
            .await?;
    }
    for restaurant in &batch.changed_counters {
        let Some(counter) = batch.counters.get(restaurant) else {
            continue;
        };
        let update = sqlx::query("update counters set revision = $2, number = $3 where restaurant_id = $1")
            .bind(restaurant.to_string());
        update
            .bind(counter.revision)
            .bind(counter.number)
            .execute(&mut **change)
            .await?;
    }
    if batch.sold_out_changed {
        sqlx::query(order_rows::NEXT_STOCK_REVISION)
            .execute(&mut **change)
            .await?;
    }
    Ok(())
}
