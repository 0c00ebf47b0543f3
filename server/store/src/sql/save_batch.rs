//! Saves what a batch of writes has changed: new rows with one statement per table, if they fit into one.

use servery_domain::{id::TicketId, pos::RecordId};
use sqlx::QueryBuilder;

use crate::{
    Result,
    batch::Batch,
    sql::{
        engine::{Engine, SqlTransaction},
        jobs::{JobRow, UNLESS_QUEUED},
        listings::note_changes,
        order_rows::{self, EventRow, OrderRow},
        order_search::GuestTermRow,
        payments,
        pos_rows::{self, RecordRow, stored_number},
        rows::{chunks, insert_all},
    },
};

pub(crate) async fn save<E: Engine>(transaction: &mut SqlTransaction<E>, batch: &Batch) -> Result<()> {
    save_answers(transaction, batch).await?;
    save_new_orders(transaction, batch).await?;
    save_changed_orders(transaction, batch).await?;
    let events: Vec<EventRow> = batch
        .new_events
        .iter()
        .map(EventRow::write)
        .collect::<Result<_>>()?;
    insert_all(transaction, &events, "").await?;
    let jobs: Vec<JobRow> = batch.new_jobs.iter().map(JobRow::write).collect::<Result<_>>()?;
    insert_all(transaction, &jobs, UNLESS_QUEUED).await?;
    save_payments(transaction, batch).await?;
    save_stock(transaction, batch).await?;
    save_records(transaction, batch).await?;
    save_ops(transaction, batch).await?;
    save_coupons_and_slots(transaction, batch).await?;
    save_counters(transaction, batch).await
}

async fn save_answers<E: Engine>(transaction: &mut SqlTransaction<E>, batch: &Batch) -> Result<()> {
    for chunk in chunks(&batch.new_keys) {
        let mut query = QueryBuilder::<E>::new(
            "insert into idempotency_keys (key, fingerprint, status, answer, created_at) ",
        );
        query.push_values(chunk, |mut row, (request, answer)| {
            row.push_bind(&request.key)
                .push_bind(&request.fingerprint)
                .push_bind(i64::from(answer.status))
                .push_bind(&answer.body)
                .push_bind(request.at.0);
        });
        query.build().execute(&mut **transaction).await?;
    }
    Ok(())
}

async fn save_new_orders<E: Engine>(transaction: &mut SqlTransaction<E>, batch: &Batch) -> Result<()> {
    let orders: Vec<OrderRow> = batch
        .new_orders
        .iter()
        .filter_map(|id| batch.orders.get(id))
        .map(OrderRow::write)
        .collect::<Result<_>>()?;
    insert_all(transaction, &orders, "").await?;
    insert_all(transaction, &GuestTermRow::write(batch), "").await
}

async fn save_changed_orders<E: Engine>(transaction: &mut SqlTransaction<E>, batch: &Batch) -> Result<()> {
    for id in &batch.changed_orders {
        let Some(order) = batch.orders.get(id).filter(|_| !batch.new_orders.contains(id)) else {
            continue;
        };
        let row = OrderRow::write(order)?;
        sqlx::query(order_rows::UPDATE)
            .bind(&row.id)
            .bind(row.revision)
            .bind(row.open)
            .bind(row.waiting_since)
            .bind(row.over_since)
            .bind(row.called_off)
            .bind(&row.progress)
            .bind(&row.reserved)
            .execute(&mut **transaction)
            .await?;
    }
    Ok(())
}

async fn save_payments<E: Engine>(transaction: &mut SqlTransaction<E>, batch: &Batch) -> Result<()> {
    for (webhook, at) in &batch.new_webhooks {
        sqlx::query("insert into webhook_events (id, received_at) values ($1, $2) on conflict do nothing")
            .bind(webhook)
            .bind(at.0)
            .execute(&mut **transaction)
            .await?;
    }
    for id in &batch.newly_settled {
        let total = batch.orders.get(id).map(|tracked| tracked.order.ordered.total.0);
        sqlx::query(payments::SETTLE)
            .bind(id.to_string())
            .bind(batch.settled.get(id).map(String::as_str))
            .bind(total.unwrap_or(0))
            .execute(&mut **transaction)
            .await?;
    }
    Ok(())
}

async fn save_stock<E: Engine>(transaction: &mut SqlTransaction<E>, batch: &Batch) -> Result<()> {
    for (key, revision) in &batch.changed_stock {
        let (restaurant, dish) = (key.0.to_string(), key.1.to_string());
        let set = match batch.stock.get(key) {
            Some(left) => sqlx::query(order_rows::UPSERT_STOCK)
                .bind(dish)
                .bind(restaurant)
                .bind(i64::from(*left))
                .bind(revision),
            None => sqlx::query(order_rows::DELETE_STOCK).bind(dish).bind(restaurant),
        };
        set.execute(&mut **transaction).await?;
    }
    Ok(())
}

async fn save_records<E: Engine>(transaction: &mut SqlTransaction<E>, batch: &Batch) -> Result<()> {
    let mut rows = Vec::with_capacity(batch.changed_records.len());
    for ((restaurant, id), (revision, at)) in &batch.changed_records {
        let pos = batch.pos_states.get(restaurant);
        let record = pos.and_then(|pos| pos.get(*id));
        rows.push(RecordRow::write(*restaurant, *id, record, *revision, *at)?);
    }
    insert_all(transaction, &rows, pos_rows::OR_UPDATE_RECORD).await?;
    for (order, at) in &batch.orders_over {
        let ticket = RecordId::Ticket(TicketId::of_order(*order)).to_string();
        sqlx::query(pos_rows::END_TICKET)
            .bind(ticket)
            .bind(at.0)
            .execute(&mut **transaction)
            .await?;
    }
    Ok(())
}

async fn save_ops<E: Engine>(transaction: &mut SqlTransaction<E>, batch: &Batch) -> Result<()> {
    for chunk in chunks(&batch.new_ops) {
        let mut query =
            QueryBuilder::<E>::new("insert into device_ops (stream, n, restaurant_id, op_id, at, op) ");
        query.push_values(chunk, |mut row, op| {
            row.push_bind(op.stream.to_string())
                .push_bind(stored_number(op.n))
                .push_bind(op.restaurant.to_string())
                .push_bind(op.id.to_string())
                .push_bind(op.at.0)
                .push_bind(&op.text);
        });
        query.build().execute(&mut **transaction).await?;
    }
    for name in &batch.changed_streams {
        let Some(stream) = batch.streams.get(name) else {
            continue;
        };
        sqlx::query(pos_rows::UPSERT_STREAM)
            .bind(name.to_string())
            .bind(stream.device.to_string())
            .bind(stored_number(stream.done))
            .execute(&mut **transaction)
            .await?;
    }
    Ok(())
}

async fn save_coupons_and_slots<E: Engine>(transaction: &mut SqlTransaction<E>, batch: &Batch) -> Result<()> {
    // A coupon is used, or given back, by an event of an order.
    let at = batch.new_events.iter().map(|event| event.at.0).max();
    for key in &batch.changed_coupons {
        let (restaurant, code, customer) = key;
        sqlx::query(order_rows::UPSERT_COUPON_USES)
            .bind(restaurant.to_string())
            .bind(code)
            .bind(customer)
            .bind(batch.coupons.get(key).map(|used| i64::from(*used)))
            .bind(at.unwrap_or_default())
            .execute(&mut **transaction)
            .await?;
    }
    for key in &batch.changed_slots {
        let (restaurant, slot) = key;
        sqlx::query(order_rows::UPSERT_SLOT)
            .bind(restaurant.to_string())
            .bind(slot)
            .bind(batch.slots.get(key).map(|used| i64::from(used.orders)))
            .bind(batch.slots.get(key).map(|used| i64::from(used.work)))
            .execute(&mut **transaction)
            .await?;
    }
    Ok(())
}

async fn save_counters<E: Engine>(transaction: &mut SqlTransaction<E>, batch: &Batch) -> Result<()> {
    for restaurant in &batch.changed_counters {
        let Some(counter) = batch.counters.get(restaurant) else {
            continue;
        };
        sqlx::query("update counters set revision = $2, number = $3 where restaurant_id = $1")
            .bind(restaurant.to_string())
            .bind(counter.revision)
            .bind(counter.number)
            .execute(&mut **transaction)
            .await?;
    }
    // Every restaurant writes this row, so it is locked last.
    if !batch.changed_sold_out.is_empty() {
        note_changes(transaction, batch.changed_sold_out.iter().copied()).await?;
    }
    Ok(())
}
