//! Loads what a batch of writes looks at: one statement per table, however many writes there are.

use std::collections::BTreeSet;

use servery_domain::{
    id::{OpId, OrderId},
    pos::{PosState, RecordId, needs as records_needed},
    revision::Revision,
};

use crate::{
    Result,
    batch::{Batch, Needs, OrderNumbers, StoredAnswer, Stream},
    devices::SyncOps,
    id,
    orders::OrderWrite,
    parse,
    sql::{
        engine::{Engine, SqlTransaction},
        order_rows::{OrderRow, SELECT_COUPON_USED, slot_use, stored_count},
        pos_rows::{self, stored_number},
        rows::{select_in, select_sql},
    },
};

const SELECT_COUNTERS: &str = "select counters.restaurant_id, counters.revision, number, restaurants.revision from counters \
     join restaurants on restaurants.id = counters.restaurant_id where counters.restaurant_id";

pub(crate) async fn load<E: Engine>(
    transaction: &mut SqlTransaction<E>,
    writes: &[OrderWrite],
) -> Result<Batch> {
    let mut batch = Batch::default();
    let mut needs = Needs::of(writes);
    load_orders(transaction, &mut batch, &mut needs).await?;
    // From here on nobody else writes orders of these restaurants.
    load_counters(transaction, &mut batch, &needs).await?;
    load_answers(transaction, &mut batch, &needs).await?;
    if writes
        .iter()
        .any(|write| matches!(write, OrderWrite::Settle { .. }))
    {
        load_settled(transaction, &mut batch, &needs).await?;
    }
    load_browsers(transaction, &mut batch, writes).await?;
    let select = "select dish_id, restaurant_id, portions from stock where dish_id";
    load_stock(transaction, &mut batch, select, &texts(&needs.dishes)).await?;
    let syncs: Vec<&SyncOps> = writes.iter().filter_map(OrderWrite::sync_ops).collect();
    if !syncs.is_empty() {
        load_ops(transaction, &mut batch, &needs, &syncs).await?;
        let select = "select dish_id, restaurant_id, portions from stock where restaurant_id";
        load_stock(transaction, &mut batch, select, &texts(&needs.pos_states)).await?;
        load_records(transaction, &mut batch, &syncs).await?;
    }
    load_coupons(transaction, &mut batch, &needs).await?;
    load_slots(transaction, &mut batch, &needs).await?;
    Ok(batch)
}

async fn load_orders<E: Engine>(
    transaction: &mut SqlTransaction<E>,
    batch: &mut Batch,
    needs: &mut Needs,
) -> Result<()> {
    let select = select_sql::<OrderRow>("where id");
    for row in select_in::<E, OrderRow>(transaction, &select, &texts(&needs.orders)).await? {
        let tracked = row.read()?;
        needs.add_order(&tracked.order, &tracked.reserved);
        batch.orders.insert(tracked.order.id, tracked);
    }
    Ok(())
}

async fn load_counters<E: Engine>(
    transaction: &mut SqlTransaction<E>,
    batch: &mut Batch,
    needs: &Needs,
) -> Result<()> {
    let restaurants = texts(&needs.restaurants);
    let rows: Vec<(String, i64, i64, i64)> = select_in(transaction, SELECT_COUNTERS, &restaurants).await?;
    for (restaurant, revision, number, menu) in rows {
        let numbers = OrderNumbers {
            menu: Revision(menu),
            revision,
            number,
        };
        batch.counters.insert(id(&restaurant)?, numbers);
    }
    Ok(())
}

async fn load_answers<E: Engine>(
    transaction: &mut SqlTransaction<E>,
    batch: &mut Batch,
    needs: &Needs,
) -> Result<()> {
    let select = "select key, fingerprint, status, answer from idempotency_keys where key";
    let rows: Vec<(String, String, i64, String)> =
        select_in(transaction, select, &texts(&needs.keys)).await?;
    for (key, fingerprint, status, body) in rows {
        batch
            .keys
            .insert(key, StoredAnswer::read(fingerprint, status, body));
    }
    Ok(())
}

async fn load_settled<E: Engine>(
    transaction: &mut SqlTransaction<E>,
    batch: &mut Batch,
    needs: &Needs,
) -> Result<()> {
    let select = "select order_id, status, intent from payments where order_id";
    let rows: Vec<(String, String, Option<String>)> =
        select_in(transaction, select, &texts(&needs.orders)).await?;
    for (order, status, intent) in rows {
        if status == "settled" {
            batch.settled.insert(id(&order)?, intent.unwrap_or_default());
        }
    }
    Ok(())
}

async fn load_browsers<E: Engine>(
    transaction: &mut SqlTransaction<E>,
    batch: &mut Batch,
    writes: &[OrderWrite],
) -> Result<()> {
    let orders: BTreeSet<OrderId> = writes.iter().flat_map(OrderWrite::advanced).collect();
    let select = "select order_id, visitor from push_subscriptions where order_id";
    let rows: Vec<(String, String)> = select_in(transaction, select, &texts(&orders)).await?;
    for (order, browser) in rows {
        batch.browsers.entry(id(&order)?).or_default().push(id(&browser)?);
    }
    Ok(())
}

async fn load_stock<E: Engine>(
    transaction: &mut SqlTransaction<E>,
    batch: &mut Batch,
    select: &str,
    ids: &[String],
) -> Result<()> {
    let rows: Vec<(String, String, i64)> = select_in(transaction, select, ids).await?;
    for (dish, restaurant, portions) in rows {
        batch
            .stock
            .insert((id(&restaurant)?, id(&dish)?), stored_count(portions));
    }
    Ok(())
}

/// How far each device's ops have come, and which of those that are sent were done before.
async fn load_ops<E: Engine>(
    transaction: &mut SqlTransaction<E>,
    batch: &mut Batch,
    needs: &Needs,
    syncs: &[&SyncOps],
) -> Result<()> {
    let devices = texts(&needs.devices);
    let rows: Vec<(String, String, i64)> = select_in(transaction, pos_rows::SELECT_STREAMS, &devices).await?;
    for (name, device, done) in rows {
        let stream = Stream {
            device: id(&device)?,
            done: u64::try_from(done).unwrap_or(0),
        };
        batch.streams.insert(id(&name)?, stream);
    }
    let select = "select op_id, restaurant_id from device_ops where op_id";
    let rows: Vec<(String, String)> = select_in(transaction, select, &texts(&needs.ops)).await?;
    for (op, restaurant) in rows {
        batch.seen_ops.insert((id(&restaurant)?, id(&op)?));
    }
    for sync in syncs {
        load_op_ids(transaction, batch, sync).await?;
    }
    Ok(())
}

/// Which ops the device's numbers stood for, if it sends numbers again.
async fn load_op_ids<E: Engine>(
    transaction: &mut SqlTransaction<E>,
    batch: &mut Batch,
    sync: &SyncOps,
) -> Result<()> {
    let name = sync.name();
    let done = batch.streams.get(&name).map_or(0, |stream| stream.done);
    let first = sync.ops.first().map(|sent| sent.op.n);
    let Some(first) = first.filter(|n| *n <= done) else {
        return Ok(());
    };
    let rows: Vec<(i64, String)> = sqlx::query_as(pos_rows::SELECT_OP_IDS)
        .bind(name.to_string())
        .bind(stored_number(first))
        .bind(sync.ops.len() as i64)
        .fetch_all(&mut **transaction)
        .await?;
    for (n, op) in rows {
        let n = u64::try_from(n).unwrap_or(0);
        batch.op_ids.insert((name, n), id::<OpId>(&op)?);
    }
    Ok(())
}

/// A record may name others that the ops need as well, so this goes on until nothing new is named.
async fn load_records<E: Engine>(
    transaction: &mut SqlTransaction<E>,
    batch: &mut Batch,
    syncs: &[&SyncOps],
) -> Result<()> {
    let select = "select id, restaurant_id, body from pos_records where body is not null and id";
    let mut requested = BTreeSet::new();
    loop {
        let missing = missing_records(batch, syncs, &mut requested);
        if missing.is_empty() {
            return Ok(());
        }
        let rows: Vec<(String, String, String)> = select_in(transaction, select, &missing).await?;
        for (_, restaurant, body) in rows {
            let pos = batch.pos_states.entry(id(&restaurant)?).or_default();
            pos.put(parse(&body)?);
        }
    }
}

/// Records that the ops need and that were not requested yet.
fn missing_records(batch: &Batch, syncs: &[&SyncOps], requested: &mut BTreeSet<RecordId>) -> Vec<String> {
    let empty = PosState::default();
    let mut missing = Vec::new();
    for sync in syncs {
        let pos = batch.pos_states.get(&sync.restaurant).unwrap_or(&empty);
        for id in sync.ops.iter().flat_map(|sent| records_needed(&sent.op, pos)) {
            // Stock and orders have tables of their own.
            if !matches!(id, RecordId::Stock(_) | RecordId::Order(_)) && requested.insert(id) {
                missing.push(id.to_string());
            }
        }
    }
    missing
}

async fn load_coupons<E: Engine>(
    transaction: &mut SqlTransaction<E>,
    batch: &mut Batch,
    needs: &Needs,
) -> Result<()> {
    for (restaurant, code, customer) in &needs.coupons {
        let used: Option<i64> = sqlx::query_scalar(SELECT_COUPON_USED)
            .bind(restaurant.to_string())
            .bind(code)
            .bind(customer)
            .fetch_optional(&mut **transaction)
            .await?;
        let key = (*restaurant, code.clone(), customer.clone());
        batch.coupons.insert(key, stored_count(used.unwrap_or(0)));
    }
    Ok(())
}

async fn load_slots<E: Engine>(
    transaction: &mut SqlTransaction<E>,
    batch: &mut Batch,
    needs: &Needs,
) -> Result<()> {
    for (restaurant, slot) in &needs.slots {
        let used: Option<(i64, i64)> =
            sqlx::query_as("select taken, work from slots where restaurant_id = $1 and slot = $2")
                .bind(restaurant.to_string())
                .bind(slot)
                .fetch_optional(&mut **transaction)
                .await?;
        batch
            .slots
            .insert((*restaurant, *slot), slot_use(used.unwrap_or_default()));
    }
    Ok(())
}

fn texts<T: ToString>(ids: &BTreeSet<T>) -> Vec<String> {
    ids.iter().map(ToString::to_string).collect()
}
