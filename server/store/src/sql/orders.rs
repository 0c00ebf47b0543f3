//! Orders, and what they are checked against: stock, coupons, slots and tables.

use std::{collections::BTreeMap, ops::Range};

use async_trait::async_trait;
use servery_domain::{
    audit::{Act, Author},
    coupon::{Coupon, CouponCustomer, CouponUsage},
    draft::Draft,
    id::{DishId, OrderId, RestaurantId},
    order::Order,
    order_intake::{IntakeChange, OrderIntake},
    order_search::{OrderCursor, OrderHistoryEntry, OrderSearch},
    pos::RecordId,
    revision::Revision,
    slot_capacity::SlotUse,
    time::{LocalMinute, Timestamp},
};
use sqlx::QueryBuilder;

use crate::{
    Result, SqlStore,
    batch::{EVERYBODY, StoredAnswer},
    id, json,
    orders::{FoundOrders, IdempotentRequest, OrderWrite, Orders, RecordedEvent, Tracked, WriteOutcome},
    parse, parse_own,
    sql::{
        audit_log::{self, AuditSubject},
        engine::{Engine, RowsAffected},
        listings::note_changes,
        load_batch,
        order_rows::{self, CHANGED_BETWEEN, EventRow, OrderRow, slot_use, stored_count},
        order_search, pos_rows,
        rows::{MOST_ROWS, PAGE, page_start, push_list, query_in, select},
        save_batch,
    },
};

/// Most orders in a diner's history.
const HISTORY: i64 = 50;

const UPSERT_INTAKE: &str = "insert into order_intake (restaurant_id, intake) values ($1, $2) \
     on conflict (restaurant_id) do update set intake = excluded.intake";

#[async_trait]
impl<E: Engine> Orders for SqlStore<E> {
    async fn write(&self, writes: &[OrderWrite]) -> Result<Vec<WriteOutcome>> {
        let mut transaction = self.begin_write().await?;
        let mut batch = load_batch::load(&mut transaction, writes).await?;
        let outcomes = writes.iter().map(|write| batch.write(write)).collect();
        save_batch::save(&mut transaction, &batch).await?;
        transaction.commit().await?;
        Ok(outcomes)
    }

    async fn recorded_answer(&self, request: &IdempotentRequest) -> Result<Option<WriteOutcome>> {
        let row: Option<(String, i64, String)> =
            sqlx::query_as("select fingerprint, status, answer from idempotency_keys where key = $1")
                .bind(&request.key)
                .fetch_optional(&self.pool)
                .await?;
        Ok(row.map(|(fingerprint, status, body)| {
            StoredAnswer::read(fingerprint, status, body).outcome(request)
        }))
    }

    async fn order(&self, order: OrderId) -> Result<Option<Tracked>> {
        let row = select::<E, OrderRow>("where id = $1")
            .bind(order.to_string())
            .fetch_optional(&self.pool)
            .await?;
        row.map(OrderRow::read).transpose()
    }

    async fn order_by_token(&self, token: &str) -> Result<Option<Tracked>> {
        let row = select::<E, OrderRow>("where token = $1")
            .bind(token)
            .fetch_optional(&self.pool)
            .await?;
        row.map(OrderRow::read).transpose()
    }

    async fn open_orders(&self, restaurant: RestaurantId) -> Result<Vec<Order>> {
        let rows = select::<E, OrderRow>("where restaurant_id = $1 and open = true order by number")
            .bind(restaurant.to_string())
            .fetch_all(&self.pool)
            .await?;
        Ok(rows
            .into_iter()
            .filter_map(OrderRow::read_order_or_skip)
            .collect())
    }

    async fn old_orders(&self, before: Timestamp, after: OrderId) -> Result<Vec<Order>> {
        let rows =
            select::<E, OrderRow>("where open = true and placed_at < $1 and id > $2 order by id limit $3")
                .bind(before.0)
                .bind(after.to_string())
                .bind(PAGE)
                .fetch_all(&self.pool)
                .await?;
        Ok(rows
            .into_iter()
            .filter_map(OrderRow::read_order_or_skip)
            .collect())
    }

    async fn waiting_orders(
        &self,
        since: Timestamp,
        after: Option<(Timestamp, OrderId)>,
    ) -> Result<Vec<Order>> {
        let (at, order) = page_start(after);
        let rows = select::<E, OrderRow>(
            "where waiting_since <= $1 and (waiting_since, id) > ($2, $3) order by waiting_since, id limit $4",
        )
        .bind(since.0)
        .bind(at)
        .bind(order)
        .bind(PAGE)
        .fetch_all(&self.pool)
        .await?;
        Ok(rows
            .into_iter()
            .filter_map(OrderRow::read_order_or_skip)
            .collect())
    }

    async fn customer_orders(&self, customer: &str) -> Result<Vec<Tracked>> {
        let rows = select::<E, OrderRow>("where customer = $1 order by placed_at desc limit $2")
            .bind(customer)
            .bind(HISTORY)
            .fetch_all(&self.pool)
            .await?;
        Ok(rows.into_iter().filter_map(OrderRow::read_or_skip).collect())
    }

    async fn history(&self, order: OrderId) -> Result<Vec<RecordedEvent>> {
        let rows = select::<E, EventRow>("where order_id = $1 order by revision")
            .bind(order.to_string())
            .fetch_all(&self.pool)
            .await?;
        rows.into_iter().map(EventRow::read).collect()
    }

    async fn history_with_names(&self, order: OrderId) -> Result<Vec<OrderHistoryEntry>> {
        let events = self.history(order).await?;
        let names = self.names(events.iter().filter_map(|event| event.author)).await?;
        let named = |event: RecordedEvent| OrderHistoryEntry {
            at: event.at,
            actor: event.actor,
            author: event.author.map(|author| names.of(author)),
            event: event.event,
        };
        Ok(events.into_iter().map(named).collect())
    }

    async fn search_orders(
        &self,
        restaurant: RestaurantId,
        search: &OrderSearch,
        placed: Range<Timestamp>,
        limit: usize,
    ) -> Result<FoundOrders> {
        // One more says whether there is another page.
        let most = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
        let mut rows: Vec<OrderRow> = order_search::select::<E>(restaurant, search, &placed, most)
            .build_query_as()
            .fetch_all(&self.pool)
            .await?;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| more).map(|last| OrderCursor {
            placed_at: Timestamp(last.placed_at),
            number: stored_count(last.number),
        });
        let all = rows.len();
        let orders = rows.into_iter().filter_map(OrderRow::read_order_or_skip);
        let orders: Vec<Order> = orders.collect();
        Ok(FoundOrders {
            unreadable: all - orders.len(),
            orders,
            next,
        })
    }

    async fn order_revisions(&self, restaurants: &[RestaurantId]) -> Result<Vec<(RestaurantId, Revision)>> {
        let mut revisions = Vec::with_capacity(restaurants.len());
        for some in restaurants.chunks(MOST_ROWS) {
            let ids: Vec<String> = some.iter().map(RestaurantId::to_string).collect();
            let select = "select restaurant_id, revision from counters where restaurant_id";
            let mut query = query_in::<E>(select, &ids, "");
            let rows: Vec<(String, i64)> = query.build_query_as().fetch_all(&self.pool).await?;
            for (restaurant, revision) in rows {
                revisions.push((id(&restaurant)?, Revision(revision)));
            }
        }
        Ok(revisions)
    }

    async fn changed_orders(
        &self,
        restaurant: RestaurantId,
        after: Revision,
    ) -> Result<(Vec<Tracked>, Revision)> {
        let restaurant = restaurant.to_string();
        let upto: Option<i64> = sqlx::query_scalar(order_rows::SELECT_LAST_REVISION)
            .bind(&restaurant)
            .bind(after.0)
            .bind(PAGE)
            .fetch_one(&self.pool)
            .await?;
        let upto = upto.unwrap_or(after.0);
        let rows = select::<E, OrderRow>(&format!("{CHANGED_BETWEEN} order by revision"))
            .bind(&restaurant)
            .bind(after.0)
            .bind(upto)
            .fetch_all(&self.pool)
            .await?;
        let orders = rows.into_iter().filter_map(OrderRow::read_or_skip).collect();
        Ok((orders, Revision(upto)))
    }

    async fn stock(&self, restaurant: RestaurantId) -> Result<BTreeMap<DishId, u32>> {
        let rows: Vec<(String, i64)> =
            sqlx::query_as("select dish_id, portions from stock where restaurant_id = $1")
                .bind(restaurant.to_string())
                .fetch_all(&self.pool)
                .await?;
        rows.into_iter()
            .map(|(dish, portions)| Ok((id(&dish)?, stored_count(portions))))
            .collect()
    }

    async fn change_order_intake(
        &self,
        restaurant: RestaurantId,
        change: IntakeChange,
        by: (Author, Timestamp),
    ) -> Result<()> {
        let mut transaction = self.begin_write().await?;
        // Whoever sets it at the same time waits here.
        note_changes(&mut transaction, [restaurant]).await?;
        let before: Option<String> =
            sqlx::query_scalar("select intake from order_intake where restaurant_id = $1")
                .bind(restaurant.to_string())
                .fetch_optional(&mut *transaction)
                .await?;
        let before: OrderIntake = before.as_deref().map(parse_own).transpose()?.unwrap_or_default();
        let intake = before.changed(change, by.1);
        sqlx::query(UPSERT_INTAKE)
            .bind(restaurant.to_string())
            .bind(json(&intake)?)
            .execute(&mut *transaction)
            .await?;
        let act = match (before.at(by.1).pause.is_some(), intake.pause.is_some()) {
            (false, true) => Some(Act::OrdersPaused),
            (true, false) => Some(Act::OrdersResumed),
            (true, true) | (false, false) => None,
        };
        if let Some(act) = act {
            audit_log::record(&mut transaction, by, act, AuditSubject::restaurant(restaurant)).await?;
        }
        Ok(transaction.commit().await?)
    }

    async fn set_stock(
        &self,
        restaurant: RestaurantId,
        dish: DishId,
        portions: Option<u32>,
        at: Timestamp,
    ) -> Result<()> {
        let (restaurant_id, dish_id) = (restaurant.to_string(), dish.to_string());
        let mut transaction = self.begin_write().await?;
        let revision = pos_rows::next_revision(&mut transaction, &restaurant_id).await?;
        let set = match portions {
            Some(portions) => sqlx::query(order_rows::UPSERT_STOCK)
                .bind(&dish_id)
                .bind(&restaurant_id)
                .bind(i64::from(portions))
                .bind(revision),
            None => sqlx::query(order_rows::DELETE_STOCK)
                .bind(&dish_id)
                .bind(&restaurant_id),
        };
        let changed = set.execute(&mut *transaction).await?.rows_affected() > 0;
        if changed && portions.is_none() {
            let id = RecordId::Stock(dish);
            pos_rows::put_gone(&mut transaction, &restaurant_id, id, revision, at).await?;
        }
        note_changes(&mut transaction, [restaurant]).await?;
        Ok(transaction.commit().await?)
    }

    async fn coupon(
        &self,
        restaurant: RestaurantId,
        code: &str,
        customer: &CouponCustomer,
    ) -> Result<Option<(Coupon, CouponUsage)>> {
        let coupon: Option<String> =
            sqlx::query_scalar("select coupon from coupons where restaurant_id = $1 and code = $2")
                .bind(restaurant.to_string())
                .bind(code)
                .fetch_optional(&self.pool)
                .await?;
        let Some(coupon) = coupon else { return Ok(None) };
        let mut query =
            QueryBuilder::<E>::new("select customer, used from coupon_uses where restaurant_id = ");
        query.push_bind(restaurant.to_string());
        query.push(" and code = ").push_bind(code.to_owned());
        query.push(" and customer");
        let mut names = customer.names.clone();
        names.push(EVERYBODY.to_owned());
        push_list(&mut query, &names);
        let uses: Vec<(String, i64)> = query.build_query_as().fetch_all(&self.pool).await?;
        let (everybody, own): (Vec<_>, Vec<_>) = uses.into_iter().partition(|(name, _)| name == EVERYBODY);
        let most = |uses: Vec<(String, i64)>| {
            uses.iter()
                .map(|(_, used)| stored_count(*used))
                .max()
                .unwrap_or(0)
        };
        let usage = CouponUsage {
            by_all: most(everybody),
            by_customer: most(own),
            is_anonymous: customer.is_anonymous,
        };
        Ok(Some((parse_own(&coupon)?, usage)))
    }

    async fn coupon_uses(&self, restaurant: RestaurantId) -> Result<BTreeMap<String, u32>> {
        let rows: Vec<(String, i64)> =
            sqlx::query_as("select code, used from coupon_uses where restaurant_id = $1 and customer = $2")
                .bind(restaurant.to_string())
                .bind(EVERYBODY)
                .fetch_all(&self.pool)
                .await?;
        let rows = rows.into_iter().map(|(code, used)| (code, stored_count(used)));
        Ok(rows.collect())
    }

    async fn slots_used(
        &self,
        restaurant: RestaurantId,
        from: LocalMinute,
    ) -> Result<Vec<(LocalMinute, SlotUse)>> {
        let rows: Vec<(i64, i64, i64)> = sqlx::query_as(
            "select slot, taken, work from slots where restaurant_id = $1 and slot >= $2 order by slot",
        )
        .bind(restaurant.to_string())
        .bind(from.0)
        .fetch_all(&self.pool)
        .await?;
        Ok(rows
            .into_iter()
            .map(|(slot, taken, work)| (LocalMinute(slot), slot_use((taken, work))))
            .collect())
    }

    async fn table(&self, code: &str) -> Result<Option<(RestaurantId, String)>> {
        let row: Option<(String, String)> =
            sqlx::query_as("select restaurant_id, name from tables where code = $1")
                .bind(code)
                .fetch_optional(&self.pool)
                .await?;
        row.map(|(restaurant, name)| Ok((id(&restaurant)?, name)))
            .transpose()
    }

    async fn tables(&self, restaurant: RestaurantId) -> Result<Vec<(String, String)>> {
        Ok(
            sqlx::query_as("select code, name from tables where restaurant_id = $1 order by name")
                .bind(restaurant.to_string())
                .fetch_all(&self.pool)
                .await?,
        )
    }

    async fn draft(&self, visitor: &str, restaurant: RestaurantId) -> Result<Option<Draft>> {
        let draft: Option<String> =
            sqlx::query_scalar("select draft from drafts where visitor = $1 and restaurant_id = $2")
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
        sqlx::query(order_rows::UPSERT_DRAFT)
            .bind(visitor)
            .bind(restaurant.to_string())
            .bind(json(draft)?)
            .bind(at.0)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    async fn delete_expired_requests_and_drafts(
        &self,
        keys_before: Timestamp,
        drafts_before: Timestamp,
    ) -> Result<()> {
        for (delete, before) in [
            ("delete from idempotency_keys where created_at < $1", keys_before),
            ("delete from webhook_events where received_at < $1", keys_before),
            ("delete from drafts where changed_at < $1", drafts_before),
        ] {
            sqlx::query(delete).bind(before.0).execute(&self.writer).await?;
        }
        Ok(())
    }
}
