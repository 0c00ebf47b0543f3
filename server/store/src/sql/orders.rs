//! Orders, drafts, stock, coupons, tables, payments and jobs.

use std::collections::BTreeMap;

use async_trait::async_trait;
use servery_domain::{
    coupon::{Coupon, CouponUsage},
    draft::Draft,
    id::{DishId, OrderId, RestaurantId},
    job::Job,
    order::Order,
    pos::RecordId,
    revision::Revision,
    time::{LocalMinute, Timestamp},
};
use sqlx::{AssertSqlSafe, QueryBuilder};

use crate::{
    Result, SqlStore,
    batch::{EVERYBODY, StoredAnswer},
    id, json,
    orders::{
        DueJob, IdempotentRequest, Named, OrderWrite, Orders, PaymentAttempt, RecordedEvent, Tracked,
        WriteOutcome,
    },
    parse,
    sql::{
        batch::{count, load, save},
        engine::{Engine, RowsAffected},
        order_rows::{self, EventRow, JobRow, OrderRow, PaymentRow},
        pos_rows::{self},
        rows::chunks,
    },
};

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

#[async_trait]
impl<E: Engine> Orders for SqlStore<E> {
    async fn write(&self, writes: &[OrderWrite]) -> Result<Vec<WriteOutcome>> {
        let mut change = self.begin_write().await?;
        let mut batch = load(&mut change, writes).await?;
        let written = writes.iter().map(|write| batch.write(write)).collect();
        save(&mut change, &batch).await?;
        change.commit().await?;
        Ok(written)
    }

    async fn answered(&self, request: &IdempotentRequest) -> Result<Option<WriteOutcome>> {
        let select =
            sqlx::query_as("select fingerprint, status, answer from idempotency_keys where key = $1")
                .bind(&request.key);
        let row: Option<(String, i64, String)> = select.fetch_optional(&self.pool).await?;
        let kept = |(fingerprint, status, body)| StoredAnswer {
            fingerprint,
            status: u16::try_from(status).unwrap_or(500),
            body,
        };
        Ok(row.map(|row| kept(row).answers(request)))
    }

    async fn order(&self, order: OrderId) -> Result<Option<Tracked>> {
        let row: Option<OrderRow> = sqlx::query_as(order_rows::SELECT_ONE)
            .bind(order.to_string())
            .fetch_optional(&self.pool)
            .await?;
        row.map(OrderRow::read).transpose()
    }

    async fn order_by_token(&self, token: &str) -> Result<Option<Tracked>> {
        let row: Option<OrderRow> = sqlx::query_as(order_rows::SELECT_BY_TOKEN)
            .bind(token)
            .fetch_optional(&self.pool)
            .await?;
        row.map(OrderRow::read).transpose()
    }

    async fn open_orders(&self, restaurant: RestaurantId) -> Result<Vec<Order>> {
        let rows: Vec<OrderRow> = sqlx::query_as(order_rows::SELECT_OPEN)
            .bind(restaurant.to_string())
            .fetch_all(&self.pool)
            .await?;
        rows.into_iter()
            .map(|row| row.read().map(|tracked| tracked.order))
            .collect()
    }

    async fn old_orders(&self, before: Timestamp, after: OrderId) -> Result<Vec<Order>> {
        let select = sqlx::query_as(order_rows::SELECT_OLD)
            .bind(before.0)
            .bind(after.to_string())
            .bind(CHANGES);
        let rows: Vec<OrderRow> = select.fetch_all(&self.pool).await?;
        rows.into_iter()
            .map(|row| row.read().map(|tracked| tracked.order))
            .collect()
    }

    async fn waiting_orders(
        &self,
        since: Timestamp,
        behind: Option<(Timestamp, OrderId)>,
    ) -> Result<Vec<Order>> {
        let (at, order) = place(behind);
        let select = sqlx::query_as(order_rows::SELECT_WAITING)
            .bind(since.0)
            .bind(CHANGES)
            .bind(at)
            .bind(order);
        let rows: Vec<OrderRow> = select.fetch_all(&self.pool).await?;
        rows.into_iter()
            .map(|row| row.read().map(|tracked| tracked.order))
            .collect()
    }

    async fn customer_orders(&self, customer: &str) -> Result<Vec<Tracked>> {
        let rows: Vec<OrderRow> = sqlx::query_as(order_rows::SELECT_OF_CUSTOMER)
            .bind(customer)
            .bind(HISTORY)
            .fetch_all(&self.pool)
            .await?;
        rows.into_iter().map(OrderRow::read).collect()
    }

    async fn history(&self, order: OrderId) -> Result<Vec<RecordedEvent>> {
        let rows: Vec<EventRow> = sqlx::query_as(order_rows::SELECT_EVENTS)
            .bind(order.to_string())
            .fetch_all(&self.pool)
            .await?;
        rows.into_iter().map(EventRow::read).collect()
    }

    async fn order_revisions(&self) -> Result<Vec<(RestaurantId, Revision)>> {
        let rows: Vec<(String, i64)> = sqlx::query_as("select restaurant_id, revision from counters")
            .fetch_all(&self.pool)
            .await?;
        rows.into_iter()
            .map(|(restaurant, revision)| Ok((id(&restaurant)?, Revision(revision))))
            .collect()
    }

    async fn changed_orders(
        &self,
        restaurant: RestaurantId,
        after: Revision,
    ) -> Result<(Vec<Tracked>, Revision)> {
        let restaurant = restaurant.to_string();
        let select = sqlx::query_scalar(order_rows::SELECT_CHANGED_UPTO)
            .bind(&restaurant)
            .bind(after.0)
            .bind(CHANGES);
        let upto: Option<i64> = select.fetch_one(&self.pool).await?;
        let upto = upto.unwrap_or(after.0);
        let select = sqlx::query_as(order_rows::SELECT_CHANGED)
            .bind(&restaurant)
            .bind(after.0)
            .bind(upto);
        let rows: Vec<OrderRow> = select.fetch_all(&self.pool).await?;
        Ok((
            rows.into_iter().map(OrderRow::read).collect::<Result<_>>()?,
            Revision(upto),
        ))
    }

    async fn stock(&self, restaurant: RestaurantId) -> Result<BTreeMap<DishId, u32>> {
        let select = sqlx::query_as("select dish_id, portions from stock where restaurant_id = $1")
            .bind(restaurant.to_string());
        let rows: Vec<(String, i64)> = select.fetch_all(&self.pool).await?;
        rows.into_iter()
            .map(|(dish, portions)| Ok((id(&dish)?, count(portions))))
            .collect()
    }

    async fn sold_out(&self) -> Result<Vec<(RestaurantId, DishId)>> {
        let select =
            sqlx::query_as("select restaurant_id, dish_id from stock where portions = 0 order by dish_id");
        let rows: Vec<(String, String)> = select.fetch_all(&self.pool).await?;
        rows.into_iter()
            .map(|(restaurant, dish)| Ok((id(&restaurant)?, id(&dish)?)))
            .collect()
    }

    async fn set_stock(
        &self,
        restaurant: RestaurantId,
        dish: DishId,
        portions: Option<u32>,
        at: Timestamp,
    ) -> Result<()> {
        let mut change = self.begin_write().await?;
        let (of, counted) = (restaurant.to_string(), dish.to_string());
        let revision: i64 = sqlx::query_scalar(pos_rows::NEXT_REVISION)
            .bind(&of)
            .fetch_one(&mut *change)
            .await?;
        let set = match portions {
            Some(portions) => sqlx::query(order_rows::SET_STOCK)
                .bind(counted)
                .bind(&of)
                .bind(i64::from(portions))
                .bind(revision),
            None => sqlx::query(order_rows::DELETE_STOCK).bind(counted).bind(&of),
        };
        let changed = set.execute(&mut *change).await?.rows_affected() > 0;
        if changed && portions.is_none() {
            let gone = sqlx::query(pos_rows::UPSERT_GONE_RECORD)
                .bind(RecordId::Stock(dish).to_string())
                .bind(&of);
            gone.bind(revision).bind(at.0).execute(&mut *change).await?;
        }
        sqlx::query(order_rows::NEXT_STOCK_REVISION)
            .execute(&mut *change)
            .await?;
        Ok(change.commit().await?)
    }

    async fn coupon(
        &self,
        restaurant: RestaurantId,
        code: &str,
        customer: &str,
    ) -> Result<Option<(Coupon, CouponUsage)>> {
        let select = sqlx::query_scalar("select coupon from coupons where restaurant_id = $1 and code = $2");
        let coupon: Option<String> = select
            .bind(restaurant.to_string())
            .bind(code)
            .fetch_optional(&self.pool)
            .await?;
        let Some(coupon) = coupon else { return Ok(None) };
        let select = sqlx::query_as(order_rows::SELECT_COUPON_USES)
            .bind(restaurant.to_string())
            .bind(code)
            .bind(customer);
        let uses: Vec<(String, i64)> = select.fetch_all(&self.pool).await?;
        let by = |who: &str| {
            uses.iter()
                .find(|(customer, _)| customer == who)
                .map_or(0, |(_, used)| count(*used))
        };
        Ok(Some((
            parse(&coupon)?,
            CouponUsage {
                by_all: by(EVERYBODY),
                by_customer: if customer.is_empty() { 0 } else { by(customer) },
            },
        )))
    }

    async fn put_coupon(&self, restaurant: RestaurantId, coupon: &Coupon) -> Result<()> {
        let upsert = sqlx::query(order_rows::PUT_COUPON)
            .bind(restaurant.to_string())
            .bind(&coupon.code)
            .bind(json(coupon)?);
        upsert.execute(&self.pool).await?;
        Ok(())
    }

    async fn coupon_uses(&self, restaurant: RestaurantId, code: &str) -> Result<u32> {
        let select = sqlx::query_scalar(
            "select used from coupon_uses where restaurant_id = $1 and code = $2 and customer = $3",
        );
        let used: Option<i64> = select
            .bind(restaurant.to_string())
            .bind(code)
            .bind(EVERYBODY)
            .fetch_optional(&self.pool)
            .await?;
        Ok(count(used.unwrap_or(0)))
    }

    async fn slots_taken(
        &self,
        restaurant: RestaurantId,
        from: LocalMinute,
    ) -> Result<Vec<(LocalMinute, u32)>> {
        let select = sqlx::query_as(
            "select slot, taken from slots where restaurant_id = $1 and slot >= $2 order by slot",
        );
        let rows: Vec<(i64, i64)> = select
            .bind(restaurant.to_string())
            .bind(from.0)
            .fetch_all(&self.pool)
            .await?;
        Ok(rows
            .into_iter()
            .map(|(slot, taken)| (LocalMinute(slot), count(taken)))
            .collect())
    }

    async fn table(&self, code: &str) -> Result<Option<(RestaurantId, String)>> {
        let select = sqlx::query_as("select restaurant_id, name from tables where code = $1").bind(code);
        let row: Option<(String, String)> = select.fetch_optional(&self.pool).await?;
        row.map(|(restaurant, name)| Ok((id(&restaurant)?, name)))
            .transpose()
    }

    async fn tables(&self, restaurant: RestaurantId) -> Result<Vec<(String, String)>> {
        let select = sqlx::query_as("select code, name from tables where restaurant_id = $1 order by name");
        Ok(select.bind(restaurant.to_string()).fetch_all(&self.pool).await?)
    }

    async fn put_table(&self, restaurant: RestaurantId, code: &str, name: &str) -> Result<()> {
        sqlx::query(order_rows::PUT_TABLE)
            .bind(restaurant.to_string())
            .bind(code)
            .bind(name)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    async fn draft(&self, visitor: &str, restaurant: RestaurantId) -> Result<Option<Draft>> {
        let select = sqlx::query_scalar("select draft from drafts where visitor = $1 and restaurant_id = $2");
        let draft: Option<String> = select
            .bind(visitor)
            .bind(restaurant.to_string())
            .fetch_optional(&self.pool)
            .await?;
        draft.as_deref().map(parse).transpose()
    }

    async fn put_draft(
        &self,
        visitor: &str,
        restaurant: RestaurantId,
        draft: &Draft,
        at: Timestamp,
    ) -> Result<()> {
        let upsert = sqlx::query(order_rows::PUT_DRAFT)
            .bind(visitor)
            .bind(restaurant.to_string())
            .bind(json(draft)?)
            .bind(at.0);
        upsert.execute(&self.pool).await?;
        Ok(())
    }

    async fn ask_payment(&self, order: OrderId, amount: i64, at: Timestamp) -> Result<()> {
        let upsert = sqlx::query(order_rows::ASK_PAYMENT)
            .bind(order.to_string())
            .bind(amount)
            .bind(at.0);
        upsert.execute(&self.pool).await?;
        Ok(())
    }

    async fn name_payment(
        &self,
        order: OrderId,
        had: Option<&str>,
        named: &Named,
        at: Timestamp,
    ) -> Result<bool> {
        let update = sqlx::query(order_rows::NAME_PAYMENT)
            .bind(order.to_string())
            .bind(had);
        let update = update.bind(&named.intent).bind(&named.method).bind(at.0);
        Ok(update.execute(&self.pool).await?.rows_affected() > 0)
    }

    async fn payment(&self, order: OrderId) -> Result<Option<PaymentAttempt>> {
        let row: Option<PaymentRow> = sqlx::query_as(order_rows::SELECT_PAYMENT)
            .bind(order.to_string())
            .fetch_optional(&self.pool)
            .await?;
        row.map(PaymentRow::read).transpose()
    }

    async fn open_payments(
        &self,
        before: Timestamp,
        behind: Option<(Timestamp, OrderId)>,
    ) -> Result<Vec<PaymentAttempt>> {
        let (at, order) = place(behind);
        let select = sqlx::query_as(order_rows::SELECT_OPEN_PAYMENTS)
            .bind(before.0)
            .bind(CHANGES)
            .bind(at)
            .bind(order);
        let rows: Vec<PaymentRow> = select.fetch_all(&self.pool).await?;
        rows.into_iter().map(PaymentRow::read).collect()
    }

    async fn close_payment(&self, order: OrderId, intent: Option<&str>) -> Result<()> {
        sqlx::query(order_rows::CLOSE_PAYMENT)
            .bind(order.to_string())
            .bind(intent)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    async fn put_job(&self, id: &str, job: &Job) -> Result<()> {
        let job = JobRow::write(&(id.to_owned(), job.clone()))?;
        let insert = sqlx::query(order_rows::INSERT_JOB)
            .bind(&job.id)
            .bind(&job.kind)
            .bind(&job.payload);
        insert
            .bind(job.due_at)
            .bind(job.attempts)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    async fn take_jobs(&self, now: Timestamp, until: Timestamp) -> Result<Vec<DueJob>> {
        // Mostly there is none, and nobody who writes is kept waiting to find that out.
        let any = sqlx::query_scalar("select id from jobs where due_at <= $1 limit 1").bind(now.0);
        let any: Option<String> = any.fetch_optional(&self.pool).await?;
        if any.is_none() {
            return Ok(Vec::new());
        }
        let mut change = self.begin_write().await?;
        let select = format!(
            "select id, kind, payload, due_at, attempts from jobs where due_at <= $1 order by due_at limit $2{}",
            E::SKIP_LOCKED
        );
        let rows: Vec<JobRow> = sqlx::query_as(AssertSqlSafe(select))
            .bind(now.0)
            .bind(JOBS)
            .fetch_all(&mut *change)
            .await?;
        for row in &rows {
            let take = sqlx::query("update jobs set due_at = $2, attempts = attempts + 1 where id = $1")
                .bind(&row.id);
            take.bind(until.0).execute(&mut *change).await?;
        }
        change.commit().await?;
        Ok(rows.into_iter().filter_map(JobRow::read_or_leave).collect())
    }

    async fn finish_jobs(&self, ids: &[String]) -> Result<()> {
        for piece in chunks(ids) {
            let mut query = QueryBuilder::<E>::new("delete from jobs where id in (");
            let mut list = query.separated(", ");
            for id in piece {
                list.push_bind(id);
            }
            query.push(")").build().execute(&self.pool).await?;
        }
        Ok(())
    }

    async fn put_off_job(&self, id: &str, due_at: Timestamp) -> Result<()> {
        sqlx::query("update jobs set due_at = $2 where id = $1")
            .bind(id)
            .bind(due_at.0)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    async fn sweep(&self, keys_before: Timestamp, drafts_before: Timestamp) -> Result<()> {
        sqlx::query("delete from idempotency_keys where created_at < $1")
            .bind(keys_before.0)
            .execute(&self.pool)
            .await?;
        sqlx::query("delete from webhook_events where received_at < $1")
            .bind(keys_before.0)
            .execute(&self.pool)
            .await?;
        sqlx::query("delete from drafts where changed_at < $1")
            .bind(drafts_before.0)
            .execute(&self.pool)
            .await?;
        Ok(())
    }
}
